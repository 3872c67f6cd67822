import { personErrors } from '@letopis/contexts/persons';
import { staffErrors } from '@letopis/contexts/staff';
import { errorCatalogue, sharedErrors } from '@letopis/kernel';

const { PHONE_INVALID } = personErrors.entries;
const { EMAIL_INVALID, STAFF_NOT_ACTIVE } = staffErrors.entries;

export const crmErrors = errorCatalogue(
  {
    PHONE_INVALID,
    EMAIL_INVALID,
    STAFF_NOT_ACTIVE,
    CLIENT_DUPLICATE: { status: 409, ru: 'Похожий клиент уже есть', en: 'There is a similar client already' },
    CLIENT_ARCHIVED: { status: 409, ru: 'Карточка клиента в архиве', en: 'The card of the client is in the archive' },
    CLIENT_HAS_OPEN_DEALS: { status: 409, ru: 'У клиента есть открытые сделки', en: 'The client has open deals' },
    CLIENT_FIELD_INVALID: { status: 422, ru: 'Проверьте поле «{field}»', en: 'Check the field «{field}»' },
  },
  sharedErrors,
);

export const refusal = crmErrors.refusal;
