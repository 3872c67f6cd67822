// @ts-nocheck
import { cancel, presence, saga, schedule, send, type SagaReads } from '@letopis/kernel';
import type { UserSessionRow } from '../projections/sessions';
import { CloseSession, endOf, OpenSession, session, type SessionEvents } from '../session/session';
import type { UserEvents } from '../user/user.events';

/** Events of organizations that end the work in a workspace; told by name, since organizations know this context. */
interface MembershipEvents {
  MembershipSuspended: object;
  MembershipRevoked: object;
}

/** Opens the session of a sign-in before the caller has its answer, and closes those that nobody uses or nobody may use any more. */
export const sessionSaga = saga<UserEvents & SessionEvents & MembershipEvents>()({
  name: 'SessionSaga',

  promptly: {
    SignedIn: ({ aggregateId, data: { sessionId } }) => [send(OpenSession, { sessionId, userId: aggregateId })],
  },

  on: {
    SessionOpened: ({ data: { expiresAt }, metadata: { occurredAt: openedAt } }) => [schedule('end', endOf({ openedAt, expiresAt }))],
    SessionClosed: () => [cancel('end')],
    MembershipSuspended: ({ aggregateId }, reads) => leaving(aggregateId, reads),
    MembershipRevoked: ({ aggregateId }, reads) => leaving(aggregateId, reads),
  },

  onTimer: {
    // Used since: looked at again when it would have lain idle for as long from then on.
    end: async ({ aggregateId: sessionId, dueAt }, { state, ask }) => {
      const open = await state(session, sessionId);
      if (open.status !== 'open') return [];
      const end = endOf(open, await ask(presence('lastSeen', { sessionId })));
      return end > dueAt ? [schedule('end', end)] : [send(CloseSession, { sessionId, reason: 'expired' })];
    },
  },
});

/** Closes the sessions in which the person works in that workspace; a membership is named `<organization>:<user>`. */
async function leaving(membershipId: string, { rows }: SagaReads) {
  const [organizationId, userId] = membershipId.split(':');
  const open = await rows<UserSessionRow>('user_sessions', { userId, organizationId, status: 'open' });
  return open.map(({ sessionId }) => send(CloseSession, { sessionId, reason: 'revoked' }));
}
