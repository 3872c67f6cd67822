// @ts-nocheck
import { identityErrors } from '@letopis/contexts/identity';
import { errorCatalogue, sharedErrors } from '@letopis/kernel';

export const organizationErrors = errorCatalogue(
  {
    ORGANIZATION_EMAIL_INVALID: { status: 422, ru: 'Проверьте адрес электронной почты', en: 'Check the e-mail address' },
    INN_INVALID: {
      status: 422,
      ru: 'Проверьте ИНН: неверная длина или контрольная сумма',
      en: 'Check the INN: its length or its check digit is wrong',
    },
    INN_KIND_MISMATCH: {
      status: 422,
      ru: 'Для юридического лица нужен ИНН из 10 цифр, для ИП — из 12',
      en: 'A legal entity has an INN of 10 digits, a sole proprietor one of 12',
    },
    KPP_INVALID: { status: 422, ru: 'Проверьте КПП', en: 'Check the KPP' },
    OGRN_INVALID: { status: 422, ru: 'Проверьте ОГРН (ОГРНИП)', en: 'Check the OGRN (OGRNIP)' },
    ORGANIZATION_ALREADY_EXISTS: {
      status: 409,
      ru: 'Организация с таким ИНН уже есть в реестре',
      en: 'An organization with this INN is in the registry already',
    },
    ORGANIZATION_NOT_LISTED: { status: 422, ru: 'Сначала добавьте организацию в реестр', en: 'Add the organization to the registry first' },
    ADMINISTRATOR_NOT_REGISTERED: {
      status: 422,
      ru: 'Будущий администратор должен сначала зарегистрироваться в сервисе',
      en: 'The future administrator has to register with the service first',
    },
    ADMINISTRATOR_NOT_ACTIVE: {
      status: 422,
      ru: 'Учётная запись администратора не активирована',
      en: 'The account of the administrator is not active',
    },
    REGISTRATION_ALREADY_REQUESTED: { status: 409, ru: 'Заявка уже подана', en: 'The request has been filed already' },
    ORGANIZATION_ALREADY_CLIENT: { status: 409, ru: 'Организация уже зарегистрирована', en: 'The organization is registered already' },
    ORGANIZATION_NOT_CLIENT: {
      status: 422,
      ru: 'Организация ещё не зарегистрирована в сервисе',
      en: 'The organization is not registered with the service yet',
    },
    ORGANIZATION_SUSPENDED: { status: 403, ru: 'Работа организации приостановлена', en: 'The organization is suspended' },
    ORGANIZATION_ARCHIVED: { status: 409, ru: 'Организация в архиве', en: 'The organization is archived' },
    MEMBER_IS_ADMINISTRATOR: { status: 409, ru: 'Сначала снимите роль администратора', en: 'Take the role of administrator away first' },
    ACCESS_REQUEST_EXISTS: { status: 409, ru: 'Заявка уже на рассмотрении', en: 'A request is under consideration already' },
    ALREADY_MEMBER: { status: 409, ru: 'Доступ уже предоставлен', en: 'Access has been given already', alreadySo: true },
    REQUEST_ALREADY_DECIDED: {
      status: 409,
      ru: 'По заявке уже принято решение',
      en: 'The request has been decided already',
      alreadySo: true,
    },
    TOO_MANY_REJECTIONS: { status: 429, ru: 'Повторная заявка возможна после {date}', en: 'You may ask again after {date}' },
    PERSON_LINK_REQUIRED: {
      status: 422,
      ru: 'Нужна принятая связь с карточкой физического лица',
      en: 'An accepted link with a person card is needed',
    },
    NOT_A_MEMBER: { status: 409, ru: 'Пользователь не имеет доступа к организации', en: 'The user has no access to the organization' },
    SELF_DECISION_FORBIDDEN: { status: 403, ru: 'Нельзя рассматривать собственную заявку', en: 'Nobody decides on the own request' },
    NODE_NOT_RESTRICTED: {
      status: 422,
      ru: 'Для этого раздела отдельный доступ не требуется',
      en: 'This section needs no access of its own',
    },
    INVITATION_CLOSED: {
      status: 409,
      ru: 'Приглашение уже использовано или закрыто',
      en: 'The invitation has been used or closed already',
      alreadySo: true,
    },
    VALID_UNTIL_WRONG: {
      status: 422,
      ru: 'Срок доступа задаётся только для ограниченных разделов и должен быть в будущем',
      en: 'Access is limited in time only for restricted sections, and to a moment in the future',
    },
  },
  // The same row as of who switches the own account off.
  errorCatalogue({ LAST_ADMINISTRATOR: identityErrors.entries.LAST_ADMINISTRATOR }, sharedErrors),
);

export const refusal = organizationErrors.refusal;
