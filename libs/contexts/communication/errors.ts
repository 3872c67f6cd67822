import { staffErrors } from '@letopis/contexts/staff';
import { errorCatalogue, sharedErrors } from '@letopis/kernel';

const { CHAT_NOT_ALLOWED } = staffErrors.entries;

export const communicationErrors = errorCatalogue(
  {
    CHAT_NOT_ALLOWED,
    NOT_PARTICIPANT: { status: 403, ru: 'Вы не участник диалога', en: 'You take no part in the conversation' },
    RECIPIENT_UNKNOWN: { status: 422, ru: 'Получатель не определён', en: 'The recipient is not known' },
    // Recorded as a fact and seen in the delivery log: there is nothing that could be repeated.
    NO_CHANNEL: { status: 422, ru: 'Нет доступного канала доставки', en: 'There is no channel to deliver by', alreadySo: true },
    SENDER_NOT_ALLOWED: {
      status: 403,
      ru: 'Изменить отправителя может только администратор',
      en: 'Only an administrator changes the sender',
    },
  },
  sharedErrors,
);

export const refusal = communicationErrors.refusal;
