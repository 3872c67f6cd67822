// @ts-nocheck
import { CloseSession } from '@letopis/contexts/identity';
import { RevokeMembership, type MembershipEvents } from '@letopis/contexts/organizations';
import { saga, send, staffKey, type SagaReads } from '@letopis/kernel';
import { BlockClientAccount } from '../client-account/client-account';
import type { ClientAccountRow } from '../projections/clients';
import { DismissStaffMember, staffMember, type StaffMemberEvents } from '../staff-member';

/** Who leaves the staff leaves the organization and its sessions there, and the other way round. */
export const leavingSaga = saga<StaffMemberEvents & MembershipEvents>()({
  name: 'StaffLeavingSaga',
  promptly: {
    // Before the answer: without the work account the membership alone would still open what is not restricted.
    StaffMemberDismissed: async ({ aggregateId }, { state }) => {
      const { organizationId, userId } = await state(staffMember, aggregateId);
      return userId === undefined ? [] : [send(RevokeMembership, { organizationId, userId, reason: 'dismissed' })];
    },
    MembershipRevoked: async ({ aggregateId }, { owner }) => {
      const { organizationId, userId } = parts(aggregateId);
      const { scope, value } = staffKey(organizationId, userId);
      const staffId = await owner(scope, value);
      return staffId === undefined ? [] : [send(DismissStaffMember, { staffId })];
    },
  },
  on: {
    StaffMemberDismissed: ({ aggregateId }, reads) => sessionsOf(reads, aggregateId),
    StaffMemberBlocked: ({ aggregateId }, reads) => sessionsOf(reads, aggregateId),
    MembershipRevoked: async ({ aggregateId }, { rows }) =>
      (await rows<ClientAccountRow>('client_accounts', { ...parts(aggregateId), status: 'active' })).map(({ clientAccountId }) =>
        send(BlockClientAccount, { clientAccountId, reason: 'membership_revoked' }),
      ),
  },
});

const parts = (membershipId: string) => {
  const [organizationId = '', userId = ''] = membershipId.split(':');
  return { organizationId, userId };
};

async function sessionsOf({ state, rows }: SagaReads, staffId: string) {
  const { organizationId, userId } = await state(staffMember, staffId);
  if (userId === undefined) return [];
  const open = await rows<{ readonly sessionId: string }>('user_sessions', { userId, organizationId, status: 'open' });
  return open.map(({ sessionId }) => send(CloseSession, { sessionId, reason: 'revoked' }));
}
