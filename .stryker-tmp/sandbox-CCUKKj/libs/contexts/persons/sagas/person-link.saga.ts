// @ts-nocheck
import { cancel, saga, send, type RecordedOf, type SagaReads } from '@letopis/kernel';
import { firstReminder, lettersTo, nextReminder, organization } from '@letopis/contexts/organizations';
import { user, type UserEvents } from '@letopis/contexts/identity';
import { BindUserToPerson, UnbindUserFromPerson } from '../person/person.commands';
import type { PersonEvents } from '../person/person.events';
import { person } from '../person/person';
import { nameOf } from '../person/person.state';
import { CancelPersonLinkRequest, personLink, RevokePersonLink, type PersonLinkEvents } from '../person-link/person-link';
import type { PersonLinkRow } from '../projections/person-links';

/** Carries a link request to the user, the decision to the card, and every change of status to both sides by letter. */
export const personLinkSaga = saga<PersonLinkEvents>()({
  name: 'PersonLinkSaga',

  on: {
    PersonLinkRequested: async (event, reads) => [
      ...(await told(event, reads, 'personLink.requested', { comment: event.data.comment })),
      firstReminder(event.metadata.occurredAt),
    ],

    PersonLinkAccepted: async (event, reads) => {
      const { aggregateId: personLinkId } = event;
      const link = await reads.state(personLink, personLinkId);
      if (link.status === 'none') return [];
      const { personId, userId } = link;
      const { status } = await reads.state(person, personId);
      const carriedOn =
        status === 'active'
          ? send(BindUserToPerson, { personId, userId, personLinkId })
          : send(RevokePersonLink, { personLinkId, reason: 'Карточка в архиве' });
      return [carriedOn, cancel('reminder'), ...(await told(event, reads, 'personLink.accepted'))];
    },

    PersonLinkRejected: async (event, reads) => [
      cancel('reminder'),
      ...(await told(event, reads, 'personLink.rejected', { reason: event.data.reason })),
    ],
    PersonLinkCancelled: async (event, reads) => [cancel('reminder'), ...(await told(event, reads, 'personLink.cancelled'))],

    PersonLinkRevoked: async (event, reads) => {
      const { aggregateId: personLinkId, data } = event;
      const link = await reads.state(personLink, personLinkId);
      if (link.status === 'none') return [];
      return [
        send(UnbindUserFromPerson, { personId: link.personId, personLinkId, reason: data.reason }),
        ...(await told(event, reads, 'personLink.revoked', { reason: data.reason })),
      ];
    },
  },

  onTimer: {
    reminder: async (timer, reads) => {
      const link = await reads.state(personLink, timer.aggregateId);
      if (link.status !== 'created') return [];
      const about = await wordsOf(link, reads);
      return [...(await lettersTo(reads, [link.userId], 'personLink.reminder', about)), ...nextReminder(timer)];
    },
  },
});

const wordsOf = async ({ personId, organizationId }: { personId: string; organizationId: string }, { state }: SagaReads) => ({
  person: nameOf((await state(person, personId)).card.name),
  organization: (await state(organization, organizationId)).displayName,
});

/** A letter to the user's registration address and to the requester. */
async function told(
  { aggregateId }: RecordedOf<PersonLinkEvents, keyof PersonLinkEvents>,
  reads: SagaReads,
  template: string,
  more: Readonly<Record<string, unknown>> = {},
) {
  const link = await reads.state(personLink, aggregateId);
  if (link.status === 'none') return [];
  const { email } = await reads.state(user, link.userId);
  return lettersTo(reads, [link.userId, link.requestedBy], template, { ...(await wordsOf(link, reads)), user: email, ...more });
}

/** Ends what a switched-off user, an archived or an erased card leaves open. */
export const personLinkCleanupSaga = saga<UserEvents & PersonEvents>()({
  name: 'PersonLinkCleanupSaga',
  on: {
    UserDeactivated: async ({ aggregateId: userId }, { rows }) =>
      cancelled(await rows<PersonLinkRow>('person_links', { userId, status: 'created' })),
    PersonArchived: async ({ aggregateId: personId }, { rows }) =>
      cancelled(await rows<PersonLinkRow>('person_links', { personId, status: 'created' })),
    UserErased: async ({ aggregateId: userId }, { rows }) =>
      revoked(await rows<PersonLinkRow>('person_links', { userId, status: 'accepted' }), 'Учётная запись удалена'),
    PersonErased: async ({ aggregateId: personId }, { rows }) =>
      revoked(await rows<PersonLinkRow>('person_links', { personId, status: 'accepted' }), 'Карточка удалена'),
  },
});

const cancelled = (rows: readonly PersonLinkRow[]) => rows.map(({ personLinkId }) => send(CancelPersonLinkRequest, { personLinkId }));
const revoked = (rows: readonly PersonLinkRow[], reason: string) =>
  rows.map(({ personLinkId }) => send(RevokePersonLink, { personLinkId, reason }));
