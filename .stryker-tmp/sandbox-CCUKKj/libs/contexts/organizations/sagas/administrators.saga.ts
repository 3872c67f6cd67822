// @ts-nocheck
import { after, cancel, saga, schedule, send, type SagaReads } from '@letopis/kernel';
import { administrationsOf, EnterRoster, LeaveRoster, type UserEvents } from '@letopis/contexts/identity';
import { GrantMembership, RevokeMembership } from '../membership/membership';
import { RevokeAdministrator } from '../organization/organization.commands';
import type { OrganizationEvents } from '../organization/organization.events';
import { organization } from '../organization/organization';
import { user } from '@letopis/contexts/identity';
import type { MembershipRow } from '../projections/memberships';
import { lettersTo, platformAdmins } from './letters-to';

/** Sees to it that an administrator is a member, and tells people of their new or ended role. */
export const administratorSaga = saga<OrganizationEvents>()({
  name: 'AdministratorSaga',

  promptly: {
    AdministratorAssigned: async ({ aggregateId: organizationId, data: { userId } }, { state }) => {
      const { registration } = await state(organization, organizationId);
      const sourceId = registration?.requestId ?? organizationId;
      return [
        send(GrantMembership, { organizationId, userId, memberKind: 'employee', via: 'registration', sourceId }),
        send(EnterRoster, { rosterId: administrationsOf(userId), memberId: organizationId }),
      ];
    },
    AdministratorRevoked: ({ aggregateId, data: { userId } }) => [
      send(LeaveRoster, { rosterId: administrationsOf(userId), memberId: aggregateId }),
    ],
  },

  on: {
    AdministratorAssigned: ({ aggregateId, data: { userId } }, reads) => told(reads, aggregateId, userId, 'administrator.assigned'),
    AdministratorRevoked: ({ aggregateId, data: { userId } }, reads) => told(reads, aggregateId, userId, 'administrator.revoked'),
  },
});

async function told(reads: SagaReads, organizationId: string, userId: string, template: string) {
  const { displayName } = await reads.state(organization, organizationId);
  return lettersTo(reads, [userId], template, { organization: displayName });
}

/** Takes a switched-off user out of every organization that has another administrator. */
export const membershipCleanupSaga = saga<UserEvents>()({
  name: 'MembershipCleanupSaga',
  on: {
    UserDeactivated: async ({ aggregateId: userId }, { rows, state }) => {
      const effects = [];
      for (const { organizationId, status } of await rows<MembershipRow>('memberships', { userId })) {
        if (status === 'revoked') continue;
        const { administrators } = await state(organization, organizationId);
        const administers = administrators.includes(userId);
        if (administers && administrators.length === 1) continue; // the orphaned organization is another saga's
        if (administers) effects.push(send(RevokeAdministrator, { organizationId, userId }));
        effects.push(send(RevokeMembership, { organizationId, userId, reason: 'user_deactivated' }));
      }
      return effects;
    },
  },
});

const AGAIN = { hours: 24 };

/** Tells the administrators of the service of an organization that has lost its only administrator, every day until it has one. */
export const orphanedOrganizationSaga = saga<UserEvents & OrganizationEvents>()({
  name: 'OrphanedOrganizationSaga',
  on: {
    UserDeactivated: async ({ aggregateId: userId, metadata }, reads) => {
      const effects = [];
      for (const { organizationId } of await reads.rows<MembershipRow>('memberships', { userId, status: 'active' })) {
        const { administrators, displayName } = await reads.state(organization, organizationId);
        if (administrators.length !== 1 || administrators[0] !== userId) continue;
        effects.push(...(await orphaned(reads, organizationId, displayName)));
        effects.push(schedule('orphaned', after(metadata.occurredAt, AGAIN), {}, `organization-${organizationId}`));
      }
      return effects;
    },
    AdministratorAssigned: () => [cancel('orphaned')],
  },
  onTimer: {
    orphaned: async ({ aggregateId, dueAt }, reads) => {
      const { administrators, displayName, status } = await reads.state(organization, aggregateId);
      if (status === 'archived') return [];
      for (const id of administrators) if ((await reads.state(user, id)).status === 'active') return [];
      return [...(await orphaned(reads, aggregateId, displayName)), schedule('orphaned', after(dueAt, AGAIN))];
    },
  },
});

const orphaned = async (reads: SagaReads, organizationId: string, displayName: string) =>
  lettersTo(reads, await platformAdmins(reads), 'organization.orphaned', { organization: displayName }, organizationId);
