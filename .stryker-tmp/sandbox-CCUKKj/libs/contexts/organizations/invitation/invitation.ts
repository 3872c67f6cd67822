// @ts-nocheck
import {
  actorId,
  after,
  aggregate,
  Codes,
  emailKey,
  EmailText,
  ERASED,
  followedBy,
  Id,
  oneOf,
  OneOf,
  ownerOf,
  parseEmail,
  secondsUntil,
  stateOf,
  systemOnly,
  Text,
  type Need,
  type Policy,
} from '@letopis/kernel';
import { user, type User } from '@letopis/contexts/identity';
import { refusal } from '../errors';
import { MEMBER_KINDS, membership, type MemberKind, type Membership } from '../membership/membership';
import { organization } from '../organization/organization';
import { administratorOf } from '../policies';

export class InviteParticipant {
  @Id({ optional: true }) invitationId?: string;
  @Id() organizationId: string;
  @EmailText() email: string;
  @OneOf(MEMBER_KINDS, { optional: true }) memberKind?: MemberKind;
  @Codes(50, { optional: true }) departmentIds?: string[];
  @Codes(50, { optional: true }) roleCodes?: string[];
  @Text(1, 1_000, { optional: true }) message?: string;
}

class OfInvitation {
  @Id() invitationId: string;
}

export class AcceptInvitation extends OfInvitation {
  /** Who accepts, where the system does it for a person who has registered by the invitation. */
  @Id({ optional: true }) userId?: string;
}

export class DeclineInvitation extends OfInvitation {}
export class CancelInvitation extends OfInvitation {}
export class ExpireInvitation extends OfInvitation {}
export class ResendInvitation extends OfInvitation {}
export class ForgetInvitation extends OfInvitation {}

export class NoteInvitedUser extends OfInvitation {
  @Id() userId: string;
}

export interface InvitationEvents {
  ParticipantInvited: {
    organizationId: string;
    email: string;
    memberKind: MemberKind;
    departmentIds: readonly string[];
    roleCodes: readonly string[];
    message?: string;
    invitedBy: string;
    expiresAt: string;
    /** The active user whom the address belongs to already. */
    userId?: string;
  };
  InvitationResent: { expiresAt: string };
  /** The address belongs to an active user from now on. */
  InvitedUserFound: { userId: string };
  InvitationAccepted: { userId: string };
  InvitationDeclined: Record<never, never>;
  InvitationCancelled: { by: string };
  InvitationExpired: Record<never, never>;
  InvitationForgotten: Record<never, never>;
}

export type Invitation =
  | { readonly status: 'none' }
  | {
      readonly status: 'created' | 'accepted' | 'declined' | 'cancelled' | 'expired';
      readonly organizationId: string;
      readonly email: string;
      readonly memberKind: MemberKind;
      readonly departmentIds: readonly string[];
      readonly roleCodes: readonly string[];
      readonly message?: string;
      readonly invitedBy: string;
      readonly expiresAt: string;
      readonly sentAt: string;
      /** The active user whom the address belongs to, as far as is known. */
      readonly userId?: string;
    };

const LIVES = { days: 14 };
const BETWEEN_LETTERS = { hours: 1 };

const { command, define, event } = aggregate<Invitation, InvitationEvents>();

const orgAdmin = administratorOf<object, Invitation>(({ state }) => (state.status === 'none' ? undefined : state.organizationId));

/** The person whom the address belongs to: proven by the activation of the account, so that the letter need not be shown. */
const invitee: Policy<object, Invitation> = {
  name: 'self',
  needs: ({ actor }) => ({ account: stateOf(user, actor.kind === 'user' ? actor.userId : undefined) }),
  judge: ({ actor, state }, { account }) => {
    if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
    return actor.kind === 'user' && isAddressOf(state, account as User) ? 'allow' : 'NOT_FOUND';
  },
};

const isAddressOf = (invitation: Invitation, { status, email }: User) =>
  invitation.status !== 'none' && status === 'active' && invitation.email !== ERASED && emailKey(email) === emailKey(invitation.email);

/** Account and membership of whom an address belongs to. */
const holderOf = (organizationId: string, email: string): Need<{ userId?: string; account: User; membership: Membership }> =>
  followedBy(
    { userId: ownerOf('userEmail', emailKey(email)) },
    ({ userId }) => ({
      account: stateOf(user, userId as string | undefined),
      membership: stateOf(membership, userId === undefined ? undefined : `${organizationId}:${userId as string}`),
    }),
    (answers) => answers as { userId?: string; account: User; membership: Membership },
  );

export const invitation = define({
  category: 'invitation',
  initialState: { status: 'none' },
  organizationId: (state) => (state.status === 'none' ? undefined : state.organizationId),
  personal: { ParticipantInvited: { of: (_, id) => itself(id), fields: ['email', 'message'] } },
  erases: { InvitationForgotten: (_, id) => itself(id) },

  commands: {
    InviteParticipant: command(InviteParticipant, {
      by: administratorOf(({ command }) => command.organizationId),
      summary: 'A letter that invites somebody into the organization',
      needs: ({ command: { organizationId, email } }) => ({ invited: holderOf(organizationId, email) }),
    }),
    AcceptInvitation: command(AcceptInvitation, {
      by: oneOf<AcceptInvitation, Invitation>(invitee, systemOnly),
      summary: 'The person invited comes in',
      needs: ({ command, actor, state }) => {
        const userId = actor.kind === 'user' ? actor.userId : command.userId;
        const organizationId = state.status === 'none' ? undefined : state.organizationId;
        return {
          account: stateOf(user, userId),
          organization: stateOf(organization, organizationId),
          membership: stateOf(membership, organizationId && userId && `${organizationId}:${userId}`),
        };
      },
    }),
    DeclineInvitation: command(DeclineInvitation, { by: invitee, summary: 'The person invited does not want to' }),
    CancelInvitation: command(CancelInvitation, { by: orgAdmin, summary: 'Takes an invitation back' }),
    ResendInvitation: command(ResendInvitation, { by: orgAdmin, summary: 'The letter once more, with a new term' }),
    ExpireInvitation: command(ExpireInvitation, { by: systemOnly }),
    NoteInvitedUser: command(NoteInvitedUser, { by: systemOnly, needs: ({ command }) => ({ account: stateOf(user, command.userId) }) }),
    ForgetInvitation: command(ForgetInvitation, { by: systemOnly }),
  },

  decide: {
    InviteParticipant: (
      { organizationId, email, memberKind = 'employee', departmentIds = [], roleCodes = [], message },
      state,
      { invited, actor, now },
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      const address = parseEmail(email);
      if (!address) throw refusal('ORGANIZATION_EMAIL_INVALID');
      entering(invited.membership);
      const userId = invited.account.status === 'active' ? invited.userId : undefined;
      const expiresAt = after(now, LIVES);
      const invitedBy = actorId(actor);
      return [
        event('ParticipantInvited', {
          organizationId,
          email: address,
          memberKind,
          departmentIds,
          roleCodes,
          message,
          invitedBy,
          expiresAt,
          userId,
        }),
      ];
    },

    AcceptInvitation: (command, state, { account, organization, membership, actor, now }) => {
      const userId = actor.kind === 'user' ? actor.userId : command.userId;
      if (sent(state).status === 'accepted' && sent(state).userId === userId) return [];
      const { expiresAt } = open(state);
      if (userId === undefined || !isAddressOf(state, account)) throw refusal('NOT_FOUND');
      if (now >= expiresAt) throw refusal('INVITATION_CLOSED');
      if (organization.status === 'suspended') throw refusal('ORGANIZATION_SUSPENDED');
      if (organization.status !== 'client') throw refusal('ORGANIZATION_ARCHIVED');
      if (membership.status === 'suspended') throw refusal('ALREADY_MEMBER');
      return [event('InvitationAccepted', { userId })];
    },

    DeclineInvitation: (_, state) => {
      if (sent(state).status === 'declined') return [];
      open(state);
      return [event('InvitationDeclined', {})];
    },

    CancelInvitation: (_, state, { actor }) => {
      if (sent(state).status === 'cancelled') return [];
      open(state);
      return [event('InvitationCancelled', { by: actorId(actor) })];
    },

    ResendInvitation: (_, state, { now }) => {
      const { status, sentAt, email } = sent(state);
      if ((status !== 'created' && status !== 'expired') || email === ERASED) throw refusal('INVITATION_CLOSED');
      const earliest = after(sentAt, BETWEEN_LETTERS);
      if (now < earliest) throw refusal('RATE_LIMITED', { seconds: secondsUntil(now, earliest) });
      return [event('InvitationResent', { expiresAt: after(now, LIVES) })];
    },

    // A timer that is late finds a newer term, or a decision, and lets it be.
    ExpireInvitation: (_, state, { now }) => {
      const { status, expiresAt } = sent(state);
      return status === 'created' && now >= expiresAt ? [event('InvitationExpired', {})] : [];
    },

    NoteInvitedUser: ({ userId }, state, { account }) => {
      const { status, userId: known } = sent(state);
      return status === 'created' && known !== userId && isAddressOf(state, account) ? [event('InvitedUserFound', { userId })] : [];
    },

    ForgetInvitation: (_, state) => (sent(state).email === ERASED ? [] : [event('InvitationForgotten', {})]),
  },

  evolve: {
    ParticipantInvited: (_, invited, { occurredAt }) => ({ status: 'created', ...invited, sentAt: occurredAt }),
    InvitationResent: (state, { expiresAt }, { occurredAt }) => ({ ...sent(state), status: 'created', expiresAt, sentAt: occurredAt }),
    InvitedUserFound: (state, { userId }) => ({ ...sent(state), userId }),
    InvitationAccepted: (state, { userId }) => ({ ...sent(state), status: 'accepted', userId }),
    InvitationDeclined: (state) => ({ ...sent(state), status: 'declined' }),
    InvitationCancelled: (state) => ({ ...sent(state), status: 'cancelled' }),
    InvitationExpired: (state) => ({ ...sent(state), status: 'expired' }),
    InvitationForgotten: (state) => ({ ...sent(state), email: ERASED, message: undefined }),
  },
});

const itself = (id: string) => `invitation:${id}`;

const sent = (state: Invitation) => {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  return state;
};

/** The invitation, provided nobody has answered it or taken it back yet. */
const open = (state: Invitation) => {
  if (sent(state).status !== 'created') throw refusal('INVITATION_CLOSED');
  return sent(state);
};

/** Refuses whoever is in already, or was put out for a while. */
const entering = ({ status }: Membership) => {
  if (status === 'active' || status === 'suspended') throw refusal('ALREADY_MEMBER');
};
