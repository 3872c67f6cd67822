// @ts-nocheck
import { errorCatalogue, sharedErrors } from '@letopis/kernel';

export const workspaceErrors = errorCatalogue(
  {
    SECTION_UNKNOWN: { status: 422, ru: 'Неизвестный раздел', en: 'There is no such section' },
    SETTING_UNKNOWN: { status: 422, ru: 'Неизвестная настройка', en: 'There is no such setting' },
    SETTING_RANGE: { status: 422, ru: 'Значение вне допустимых границ', en: 'The value is out of its range' },
  },
  sharedErrors,
);

export const refusal = workspaceErrors.refusal;
