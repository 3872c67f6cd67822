// @ts-nocheck
import { call, cancel, emailKey, saga, schedule, send, type Letter, type SagaReads } from '@letopis/kernel';
import { user, type UserEvents } from '@letopis/contexts/identity';
import { CancelAccessRequest } from '../access-request/access-request.commands';
import {
  AcceptInvitation,
  ExpireInvitation,
  ForgetInvitation,
  invitation,
  NoteInvitedUser,
  type InvitationEvents,
} from '../invitation/invitation';
import { GrantMembership } from '../membership/membership';
import { organization } from '../organization/organization';
import type { AccessRequestRow } from '../projections/access-requests';
import type { InvitationRow } from '../projections/invitations';

/** Brings an invitation to the address, notices who has registered with it, and lets in who accepts. */
export const invitationSaga = saga<InvitationEvents & UserEvents>()({
  name: 'InvitationSaga',

  on: {
    ParticipantInvited: ({ aggregateId }, reads) => invited(aggregateId, reads),
    InvitationResent: ({ aggregateId }, reads) => invited(aggregateId, reads),

    InvitationAccepted: async ({ aggregateId, data: { userId } }, { state, rows }) => {
      const accepted = await state(invitation, aggregateId);
      if (accepted.status === 'none') return [];
      const { organizationId, memberKind } = accepted;
      // Nothing is left to be decided on a request of the same person.
      const asked = { requesterUserId: userId, organizationId, status: 'created', scope: 'organization' };
      const requests = await rows<AccessRequestRow>('access_requests_inbox', asked);
      return [
        cancel('expiry'),
        send(GrantMembership, { organizationId, userId, memberKind, via: 'invitation', sourceId: aggregateId }),
        ...requests.map(({ accessRequestId }) => send(CancelAccessRequest, { accessRequestId })),
      ];
    },
    InvitationDeclined: () => [cancel('expiry')],
    InvitationCancelled: () => [cancel('expiry')],

    UserActivated: ({ aggregateId }, reads) => recognised(aggregateId, reads),
    UserEmailChanged: ({ aggregateId }, reads) => recognised(aggregateId, reads),
    UserErased: async ({ aggregateId: userId }, { rows }) =>
      (await rows<InvitationRow>('invitations', { userId })).map(({ invitationId }) => send(ForgetInvitation, { invitationId })),
  },

  onTimer: { expiry: ({ aggregateId }) => [send(ExpireInvitation, { invitationId: aggregateId })] },
});

/** The letter with the way in, and the end of its term. */
async function invited(invitationId: string, { state, settings }: SagaReads) {
  const sent = await state(invitation, invitationId);
  if (sent.status === 'none') return [];
  const { organizationId, email, message, expiresAt, invitedBy, userId } = sent;
  const { displayName } = await state(organization, organizationId);
  const inviter = await state(user, invitedBy);
  const letter: Letter = {
    template: userId === undefined ? 'invitation.toRegister' : 'invitation.toAccept',
    to: email,
    locale: userId === undefined ? inviter.locale : (await state(user, userId)).locale,
    data: {
      organization: displayName,
      inviter: inviter.email,
      message,
      expiresAt,
      link: `${settings.publicUrl}/links/invitation?invitation=${invitationId}`,
    },
  };
  return [call('mail', 'deliver', letter), schedule('expiry', expiresAt)];
}

/** Open invitations to the address of a user: the one that was registered by is accepted, the others know whom they are for. */
async function recognised(userId: string, { state, rows }: SagaReads) {
  const { email, status, invitationId: registeredBy } = await state(user, userId);
  if (status !== 'active') return [];
  const open = await rows<InvitationRow>('invitations', { emailKey: emailKey(email), status: 'created' });
  return open.flatMap(({ invitationId }) =>
    invitationId === registeredBy ? [send(AcceptInvitation, { invitationId, userId })] : [send(NoteInvitedUser, { invitationId, userId })],
  );
}
