// @ts-nocheck
import { identityErrors } from '@letopis/contexts/identity';
import { personErrors } from '@letopis/contexts/persons';
import { organizationErrors } from '@letopis/contexts/organizations';
import { errorCatalogue, sharedErrors } from '@letopis/kernel';

const { WEAK_PASSWORD, EMAIL_INVALID } = identityErrors.entries;
const { PHONE_INVALID } = personErrors.entries;
const { ORGANIZATION_NOT_CLIENT, MEMBER_IS_ADMINISTRATOR } = organizationErrors.entries;

export const staffErrors = errorCatalogue(
  {
    WEAK_PASSWORD,
    EMAIL_INVALID,
    ORGANIZATION_NOT_CLIENT,
    MEMBER_IS_ADMINISTRATOR,
    PHONE_INVALID,
    LOGIN_TAKEN: { status: 409, ru: 'Логин уже занят', en: 'The login is taken' },
    LOGIN_INVALID: {
      status: 422,
      ru: 'Логин: от 2 до 254 букв, цифр и знаков . _ % + @ -',
      en: 'A login has 2 to 254 letters, digits and . _ % + @ -',
    },
    NAME_INVALID: { status: 422, ru: 'Проверьте фамилию, имя и отчество', en: 'Check the name' },
    DEPARTMENT_NAME_TAKEN: { status: 409, ru: 'Отдел с таким названием уже есть', en: 'There is a department of this name already' },
    PASSWORD_NOT_APPLICABLE: {
      status: 422,
      ru: 'Пользователь уже зарегистрирован — пароль задаёт он сам',
      en: 'The user is registered already and sets the own password',
    },
    RIGHT_INHERITED: {
      status: 409,
      ru: 'Право получено от отдела или роли и не меняется у сотрудника',
      en: 'The right comes from a department or role and is not changed on the staff member',
    },
    RIGHT_NODE_UNKNOWN: { status: 422, ru: 'Неизвестный раздел или функция', en: 'There is no such section or function' },
    LAST_FULL_ACCESS: {
      status: 409,
      ru: 'Нужен хотя бы один сотрудник с полным доступом',
      en: 'At least one staff member with full access is needed',
    },
    IP_RULE_INVALID: { status: 422, ru: 'Проверьте список IP-адресов', en: 'Check the list of IP addresses' },
    IP_POLICY_LOCKS_YOU_OUT: {
      status: 422,
      ru: 'Вы потеряете доступ с текущего адреса. Подтвердите изменение',
      en: 'You will lose access from your present address. Confirm the change',
    },
    AVATAR_TYPE: { status: 422, ru: 'Допустимы JPG, JPEG, GIF, PNG', en: 'JPG, JPEG, GIF and PNG are allowed' },
    AVATAR_TOO_LARGE: { status: 413, ru: 'Не более 64 Кб', en: 'No more than 64 KB' },
    AVATAR_DIMENSIONS: { status: 422, ru: 'Размер изображения должен быть 80×80 px', en: 'The picture must be 80×80 px' },
    CHAT_NOT_ALLOWED: {
      status: 422,
      ru: 'Отдел сотрудника не имеет доступа к чату',
      en: 'The department of the staff member may not use the chat',
    },
    SUPPORT_HEAD_REQUIRED: { status: 422, ru: 'Укажите главу отдела', en: 'Name the head of the department' },
    SUPPORT_PROVIDER_REQUIRED: { status: 422, ru: 'Укажите провайдера', en: 'Name a provider' },
    DEPARTMENT_NOT_EMPTY: {
      status: 409,
      ru: 'В отделе есть сотрудники или открытые задачи',
      en: 'The department has members or open tasks',
    },
    DEPARTMENT_ARCHIVED: { status: 409, ru: 'Отдел в архиве', en: 'The department is archived' },
    SCHEDULE_IN_USE: { status: 409, ru: 'График используется отделом', en: 'A department uses the schedule' },
    SCHEDULE_ARCHIVED: { status: 409, ru: 'График в архиве', en: 'The schedule is archived' },
    SCHEDULE_INVALID: {
      status: 422,
      ru: 'Проверьте часы работы и часовой пояс графика',
      en: 'Check the hours and the time zone of the schedule',
    },
    ROLE_CODE_TAKEN: { status: 409, ru: 'Роль с таким кодом уже есть', en: 'There is a role of this code already' },
    ROLE_CODE_INVALID: {
      status: 422,
      ru: 'Код роли: латинские строчные буквы, цифры и «_», от 2 до 41 знака',
      en: 'A code of a role has 2 to 41 lower-case letters, digits and «_»',
    },
    ROLE_PARENT_INVALID: {
      status: 422,
      ru: 'Вышестоящей может быть только другая организационная роль без замыкания цепочки',
      en: 'Only another organizational role can be above, and none in a circle',
    },
    ROLE_IN_USE: { status: 409, ru: 'Роль назначена сотрудникам', en: 'Staff members have the role' },
    ROLE_SYSTEM: { status: 409, ru: 'Встроенную роль нельзя изменить так', en: 'A built-in role cannot be changed so' },
    ROLE_ARCHIVED: { status: 409, ru: 'Роль в архиве', en: 'The role is archived' },
    GROUP_NAME_TAKEN: { status: 409, ru: 'Группа с таким названием уже есть', en: 'There is a group of this name already' },
    GROUP_ARCHIVED: { status: 409, ru: 'Группа в архиве', en: 'The group is archived' },
    STAFF_NOT_ACTIVE: { status: 409, ru: 'Сотрудник заблокирован или уволен', en: 'The staff member is blocked or dismissed' },
    SUPPORT_BALANCE_EMPTY: {
      status: 422,
      ru: 'Закончились платные обращения',
      en: 'No paid requests are left',
      // Recorded as a fact that closes the request: for the saga that charges there is nothing left to do.
      alreadySo: true,
    },
    DEPARTMENT_NOT_AVAILABLE: { status: 422, ru: 'Отдел недоступен для обращений', en: 'The department takes no requests' },
    SUPPORT_REQUEST_CLOSED: { status: 409, ru: 'Обращение закрыто', en: 'The request is closed' },
    SERVICE_STATE: {
      status: 409,
      ru: 'Действие недоступно для текущего статуса услуги',
      en: 'Not possible in the present status of the service',
    },
    CLIENT_ACCOUNT_BLOCKED: { status: 409, ru: 'Клиентская учётная запись заблокирована', en: 'The client account is blocked' },
  },
  sharedErrors,
);

export const refusal = staffErrors.refusal;
