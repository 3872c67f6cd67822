import { cancel, presence, saga, schedule, send } from '@letopis/kernel';
import { CloseSession, endOf, OpenSession, session, type SessionEvents } from '../session/session';
import type { UserEvents } from '../user/user.events';

/** Opens the session of a sign-in before the caller has its answer, and closes those that nobody uses. */
export const sessionSaga = saga<UserEvents & SessionEvents>()({
  name: 'SessionSaga',

  promptly: {
    SignedIn: ({ aggregateId, data: { sessionId, ip } }) => [send(OpenSession, { sessionId, userId: aggregateId, ip })],
  },

  on: {
    SessionOpened: ({ data: { expiresAt }, metadata: { occurredAt: openedAt } }) => [schedule('end', endOf({ openedAt, expiresAt }))],
    SessionClosed: () => [cancel('end')],
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
