// @ts-nocheck
import { saga, send, type Recorded, type SagaReads } from '@letopis/kernel';
import { CloseSession } from '@letopis/contexts/identity';
import type { MembershipEvents } from '../membership/membership';

/** Closes the sessions in which somebody works in an organization when the access to it ends or pauses. */
export const workspaceSessionsSaga = saga<MembershipEvents>()({
  name: 'WorkspaceSessionsSaga',
  on: { MembershipSuspended: closed, MembershipRevoked: closed },
});

async function closed({ aggregateId }: Recorded, { rows }: SagaReads) {
  const [organizationId, userId] = aggregateId.split(':');
  const open = await rows<{ sessionId: string }>('user_sessions', { userId, organizationId, status: 'open' });
  return open.map(({ sessionId }) => send(CloseSession, { sessionId, reason: 'revoked' }));
}
