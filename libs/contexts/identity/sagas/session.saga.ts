import { saga, send } from '@letopis/kernel';
import { OpenSession } from '../session/session';
import type { UserEvents } from '../user/user.events';

/** Opens the session of a sign-in, before the caller has its answer. */
export const sessionSaga = saga<UserEvents>()({
  name: 'SessionSaga',
  promptly: {
    SignedIn: ({ aggregateId, data: { sessionId } }) => [send(OpenSession, { sessionId, userId: aggregateId })],
  },
});
