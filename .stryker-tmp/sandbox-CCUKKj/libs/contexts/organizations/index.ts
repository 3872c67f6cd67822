/** Organizations & access: who is a client of the service, who may enter which organization, and who allowed it. */
// @ts-nocheck

import { defineContext } from '@letopis/kernel';
import { accessRequest } from './access-request/access-request';
import { organizationErrors } from './errors';
import { invitation } from './invitation/invitation';
import { letters } from './letters';
import { membership } from './membership/membership';
import { organization } from './organization/organization';
import { accessRequestsInbox, myAccessRequests } from './projections/access-requests';
import { clientRegistrations } from './projections/client-registrations';
import { invitations, myInvitations } from './projections/invitations';
import { memberships, organizationSelector } from './projections/memberships';
import { organizationLookup, organizationsRegistry } from './projections/organizations';
import { accessApprovalSaga } from './sagas/access-approval.saga';
import { administratorSaga, membershipCleanupSaga, orphanedOrganizationSaga } from './sagas/administrators.saga';
import { clientRegistrationSaga } from './sagas/client-registration.saga';
import { invitationSaga } from './sagas/invitation.saga';
import { organizationEnrichmentSaga } from './sagas/organization-enrichment.saga';
import { workspaceSessionsSaga } from './sagas/workspace-sessions.saga';

export const organizations = defineContext({
  name: 'organizations',
  aggregates: [organization, accessRequest, membership, invitation],
  sagas: [
    organizationEnrichmentSaga,
    clientRegistrationSaga,
    accessApprovalSaga,
    invitationSaga,
    workspaceSessionsSaga,
    administratorSaga,
    membershipCleanupSaga,
    orphanedOrganizationSaga,
  ],
  projections: [
    organizationsRegistry,
    organizationLookup,
    organizationSelector,
    clientRegistrations,
    myAccessRequests,
    accessRequestsInbox,
    memberships,
    invitations,
    myInvitations,
  ],
  errors: organizationErrors.entries,
  letters,
});

export * from './access-request/access-request.commands';
export type * from './access-request/access-request.events';
export { accessRequest, type AccessRequest } from './access-request/access-request';
export * from './invitation/invitation';
export * from './membership/membership';
export * from './organization/organization.commands';
export type * from './organization/organization.events';
export { organization } from './organization/organization';
export type { Organization } from './organization/organization.state';
export * from './policies';
export { organizationSide, userSide } from './projections/sides';
export { lettersTo, platformAdmins } from './sagas/letters-to';
export { firstReminder, nextReminder } from './sagas/reminders';
export { organizationErrors } from './errors';
