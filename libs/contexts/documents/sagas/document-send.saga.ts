import { RequestNotification } from '@letopis/contexts/communication';
import { contact } from '@letopis/contexts/crm';
import { organization } from '@letopis/contexts/organizations';
import { readerOf } from '@letopis/contexts/identity';
import { after, delivery, derivedId, ERASED, saga, schedule, send, type Effect, type Letter, type SagaReads } from '@letopis/kernel';
import { documentType, documentTypeIdOf } from '../document-type/document-type';
import { document } from '../document/document';
import type { DocumentEvents } from '../document/document.events';

/** After a failed attempt of that number. */
const PAUSES = [{ minutes: 1 }, { minutes: 5 }, { minutes: 15 }];

type Sending = DocumentEvents['DocumentSent'];

/** A document goes to its client with the file; if it cannot be delivered, who sent it is told. */
export const documentSendSaga = saga<DocumentEvents>()({
  name: 'DocumentSendSaga',
  on: {
    DocumentSent: ({ aggregateId, data, metadata }, reads) => attempted(reads, aggregateId, data, 1, metadata.occurredAt),
  },
  onTimer: {
    // What a timer says lies open in the log: to whom and with what words is told by the document.
    again: async ({ aggregateId, payload, dueAt }, reads) => {
      const { sendings } = await reads.state(document, aggregateId);
      const sending = sendings.find(({ sendingId }) => sendingId === payload.sendingId);
      return sending ? attempted(reads, aggregateId, sending, Number(payload.attempt), dueAt) : [];
    },
  },
});

async function attempted(reads: SagaReads, documentId: string, sending: Sending, attempt: number, now: string): Promise<Effect[]> {
  const { sendingId, to, channel, by } = sending;
  const outcome =
    (to as string) === ERASED
      ? ({ outcome: 'failed', permanent: true } as const)
      : await reads.ask(
          delivery('send', { deliveryId: sendingId, channel, to, text: '', letter: await letterOf(reads, documentId, sending) }),
        );
  if (outcome.outcome === 'sent') return [];
  const pause = PAUSES[attempt - 1];
  if (!outcome.permanent && pause) return [schedule(`again:${sendingId}`, after(now, pause), { sendingId, attempt: attempt + 1 })];
  return by === undefined ? [] : told(reads, documentId, by, sendingId);
}

async function letterOf({ state }: SagaReads, documentId: string, { to, text, n, contactId }: Sending): Promise<Letter> {
  const { organizationId, typeCode, number, title, versions } = await state(document, documentId);
  const { name: type } = await state(documentType, documentTypeIdOf(organizationId, typeCode));
  const { displayName } = await state(organization, organizationId);
  const language = contactId === undefined ? undefined : (await state(contact, contactId)).language;
  const { file } = versions.find((version) => version.n === n)!;
  return {
    template: 'document.sent',
    to,
    locale: language === 'en' ? 'en' : 'ru',
    data: { type, number, title, text, organization: displayName },
    attachments: [{ fileId: file.fileId, name: file.name }],
  };
}

async function told(reads: SagaReads, documentId: string, userId: string, sendingId: string): Promise<Effect[]> {
  const { number, title, organizationId } = await reads.state(document, documentId);
  const { locale } = await readerOf(reads, userId);
  return [
    send(RequestNotification, {
      notificationId: derivedId('documentNotSent', sendingId),
      organizationId,
      recipient: { userId },
      category: 'system',
      policy: 'user_notification',
      textSite:
        locale === 'ru'
          ? `Документ ${number} «${title}» не доставлен: проверьте адрес и отправьте ещё раз`
          : `The document ${number} «${title}» was not delivered: check the address and send it again`,
      link: { type: 'document', id: documentId },
    }),
  ];
}
