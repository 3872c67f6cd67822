import { errorCatalogue, sharedErrors } from '@letopis/kernel';

export const workspaceErrors = errorCatalogue(
  {
    SECTION_UNKNOWN: { status: 422, ru: 'Неизвестный раздел', en: 'There is no such section' },
    WORKPLACE_SYSTEM: { status: 409, ru: 'Системное рабочее место нельзя удалить', en: 'A built-in workplace cannot be deleted' },
    WORKPLACE_CODE_TAKEN: { status: 409, ru: 'Рабочее место с таким кодом уже есть', en: 'There is a workplace of this code already' },
    WORKPLACE_CODE_INVALID: {
      status: 422,
      ru: 'Код рабочего места: латинские строчные буквы, цифры и «_», от 2 до 41 знака',
      en: 'A code of a workplace has 2 to 41 lower-case letters, digits and «_»',
    },
    EDITION_UNKNOWN: { status: 422, ru: 'Неизвестная редакция', en: 'There is no such edition' },
    SETTING_UNKNOWN: { status: 422, ru: 'Неизвестная настройка', en: 'There is no such setting' },
    SETTING_RANGE: { status: 422, ru: 'Значение вне допустимых границ', en: 'The value is out of its range' },
  },
  sharedErrors,
);

export const refusal = workspaceErrors.refusal;
