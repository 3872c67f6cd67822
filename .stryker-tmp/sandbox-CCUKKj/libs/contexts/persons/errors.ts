// @ts-nocheck
import { errorCatalogue, sharedErrors } from '@letopis/kernel';

export const personErrors = errorCatalogue(
  {
    ITEM_DUPLICATE: { status: 409, ru: 'Такое значение уже есть в справочнике', en: 'This value is in the directory already' },
    ITEM_IN_USE: { status: 409, ru: 'Элемент используется в карточках', en: 'The item is used in cards' },
    PHONE_INVALID: { status: 422, ru: 'Проверьте номер телефона', en: 'Check the phone number' },
    ITEM_EMAIL_INVALID: { status: 422, ru: 'Проверьте адрес электронной почты', en: 'Check the e-mail address' },
    PERSON_FIELD_INVALID: { status: 422, ru: 'Проверьте поле «{field}»', en: 'Check the field «{field}»' },
    PERSON_ARCHIVED: { status: 409, ru: 'Карточка в архиве', en: 'The card is in the archive' },
    LINK_USER_NOT_FOUND: {
      status: 422,
      ru: 'Пользователь с таким адресом не зарегистрирован',
      en: 'No user is registered with this address',
    },
    LINK_USER_NOT_ACTIVE: { status: 422, ru: 'Пользователь не активировал учётную запись', en: 'The user has not activated the account' },
    LINK_PERSON_BUSY: {
      status: 409,
      ru: 'По этой карточке уже есть запрос или связь',
      en: 'There is a request or a link for this card already',
    },
    LINK_USER_BUSY: {
      status: 409,
      ru: 'Пользователь уже связан с другой карточкой этой организации',
      en: 'The user is linked with another card of this organization already',
    },
    LINK_ALREADY_DECIDED: { status: 409, ru: 'Запрос уже обработан', en: 'The request has been dealt with already', alreadySo: true },
    NOT_LINK_ADDRESSEE: {
      status: 403,
      ru: 'Решение принимает пользователь, которому отправлен запрос',
      en: 'The user whom the request was sent to decides',
    },
    RELATION_TARGET_NOT_FOUND: { status: 422, ru: 'Связываемая запись не найдена', en: 'There is no such record to relate to' },
  },
  sharedErrors,
);

export const refusal = personErrors.refusal;
