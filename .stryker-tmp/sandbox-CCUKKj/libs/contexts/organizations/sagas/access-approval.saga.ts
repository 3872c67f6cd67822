// @ts-nocheck
import { cancel, saga, schedule, send } from '@letopis/kernel';
import type { UserEvents } from '@letopis/contexts/identity';
import { user } from '@letopis/contexts/identity';
import { CancelAccessRequest } from '../access-request/access-request.commands';
import type { AccessRequestEvents } from '../access-request/access-request.events';
import { accessRequest, nodeOf } from '../access-request/access-request';
import {
  GrantMembership,
  GrantRestrictedAccess,
  NoteAccessRejection,
  RevokeRestrictedAccess,
  type MembershipEvents,
} from '../membership/membership';
import type { OrganizationEvents } from '../organization/organization.events';
import { organization } from '../organization/organization';
import type { AccessRequestRow } from '../projections/access-requests';
import { lettersTo } from './letters-to';
import { firstReminder, nextReminder } from './reminders';

/** Carries a request for access to those who decide, and the decision into effect. */
export const accessApprovalSaga = saga<AccessRequestEvents & MembershipEvents & OrganizationEvents & UserEvents>()({
  name: 'AccessApprovalSaga',

  // Before the answer: the next request of the same person is judged by it.
  promptly: {
    AccessRequestRejected: async ({ aggregateId }, { state }) => {
      const request = await state(accessRequest, aggregateId);
      if (request.status === 'none') return [];
      const { organizationId, requesterUserId: userId } = request;
      return [send(NoteAccessRejection, { organizationId, userId, accessRequestId: aggregateId })];
    },
  },

  on: {
    AccessRequestCreated: async ({ data: { organizationId, requesterUserId, comment }, metadata }, reads) => {
      const { administrators, displayName } = await reads.state(organization, organizationId);
      const { email } = await reads.state(user, requesterUserId);
      const about = { organization: displayName, requester: email, comment };
      return [...(await lettersTo(reads, administrators, 'accessRequest.toDecide', about)), firstReminder(metadata.occurredAt)];
    },

    AccessRequestAccepted: async ({ aggregateId, data }, reads) => {
      const request = await reads.state(accessRequest, aggregateId);
      if (request.status === 'none') return [];
      const { organizationId, requesterUserId: userId, scope } = request;
      const { displayName } = await reads.state(organization, organizationId);
      const granted =
        scope === 'organization'
          ? send(GrantMembership, { organizationId, userId, memberKind: data.memberKind, via: 'access_request', sourceId: aggregateId })
          : send(GrantRestrictedAccess, { organizationId, userId, node: nodeOf(scope), until: data.validUntil });
      return [granted, cancel('reminder'), ...(await lettersTo(reads, [userId], 'accessRequest.accepted', { organization: displayName }))];
    },

    AccessRequestRejected: async ({ aggregateId, data: { reason } }, reads) => {
      const request = await reads.state(accessRequest, aggregateId);
      if (request.status === 'none') return [];
      const { organizationId, requesterUserId: userId } = request;
      const { displayName } = await reads.state(organization, organizationId);
      return [cancel('reminder'), ...(await lettersTo(reads, [userId], 'accessRequest.rejected', { organization: displayName, reason }))];
    },

    AccessRequestCancelled: () => [cancel('reminder')],

    RestrictedAccessGranted: ({ data: { node, until } }) =>
      until === undefined ? [cancel(`restrictedUntil:${node}`)] : [schedule(`restrictedUntil:${node}`, until, { node })],
    RestrictedAccessRevoked: ({ data: { node } }) => [cancel(`restrictedUntil:${node}`)],

    UserDeactivated: async ({ aggregateId }, { rows }) =>
      cancelled(await rows<AccessRequestRow>('access_requests_inbox', { requesterUserId: aggregateId, status: 'created' })),
    OrganizationArchived: async ({ aggregateId }, { rows }) =>
      cancelled(await rows<AccessRequestRow>('access_requests_inbox', { organizationId: aggregateId, status: 'created' })),
  },

  onTimer: {
    reminder: async (timer, reads) => {
      const request = await reads.state(accessRequest, timer.aggregateId);
      if (request.status !== 'created') return [];
      const { administrators, displayName } = await reads.state(organization, request.organizationId);
      const { email } = await reads.state(user, request.requesterUserId);
      const about = { organization: displayName, requester: email };
      return [...(await lettersTo(reads, administrators, 'accessRequest.reminder', about)), ...nextReminder(timer)];
    },
    restrictedUntil: ({ aggregateId, payload }) => {
      const [organizationId, userId] = aggregateId.split(':');
      return [send(RevokeRestrictedAccess, { organizationId, userId, node: String(payload.node), reason: 'expired' })];
    },
  },
});

const cancelled = (rows: readonly AccessRequestRow[]) => rows.map(({ accessRequestId }) => send(CancelAccessRequest, { accessRequestId }));
