// @ts-nocheck
import { actorId, aggregate, before, Code, Id, OneOf, oneOf, stateIn, systemOnly, Text, Time, type Policy } from '@letopis/kernel';
import { refusal } from '../errors';
import type { Organization } from '../organization/organization.state';
import { administratorOf } from '../policies';

export const MEMBER_KINDS = ['employee', 'contractor', 'client'] as const;
export type MemberKind = (typeof MEMBER_KINDS)[number];
export const MEMBERSHIP_SOURCES = ['registration', 'access_request', 'invitation', 'staff'] as const;
export type MembershipSource = (typeof MEMBERSHIP_SOURCES)[number];

class OfMember {
  @Id() organizationId: string;
  @Id() userId: string;
}

export class GrantMembership extends OfMember {
  @OneOf(MEMBER_KINDS) memberKind: MemberKind;
  @OneOf(MEMBERSHIP_SOURCES) via: MembershipSource;
  @Code() sourceId: string;
}

export class ChangeMemberKind extends OfMember {
  @OneOf(MEMBER_KINDS) memberKind: MemberKind;
}

export class GrantRestrictedAccess extends OfMember {
  @Code() node: string;
  @Time({ optional: true }) until?: string;
}

export class RevokeRestrictedAccess extends OfMember {
  @Code() node: string;
  @Text(1, 500, { optional: true }) reason?: string;
}

export class SuspendMembership extends OfMember {
  @Text(1, 500, { optional: true }) reason?: string;
}

export class ResumeMembership extends OfMember {}

export class RevokeMembership extends OfMember {
  @Text(1, 500, { optional: true }) reason?: string;
}

export class NoteAccessRejection extends OfMember {
  @Id() accessRequestId: string;
}

export interface MembershipEvents {
  MembershipGranted: { organizationId: string; userId: string; memberKind: MemberKind; via: MembershipSource; sourceId: string };
  MemberKindChanged: { memberKind: MemberKind };
  RestrictedAccessGranted: { node: string; until?: string };
  RestrictedAccessRevoked: { node: string; reason?: string };
  MembershipSuspended: { reason?: string };
  MembershipResumed: Record<never, never>;
  MembershipRevoked: { reason?: string; by: string };
  AccessRejectionNoted: { accessRequestId: string };
}

export interface Membership {
  readonly status: 'none' | 'active' | 'suspended' | 'revoked';
  readonly memberKind: MemberKind;
  readonly restrictedGrants: readonly { readonly node: string; readonly until?: string }[];
  /** When requests of this person for this organization were rejected, the latest of them. */
  readonly rejections: readonly { readonly accessRequestId: string; readonly at: string }[];
}

/** So many rejections within the window make the next request wait. */
export const REJECTIONS_TO_PAUSE = 3;
const REJECTION_WINDOW = { days: 30 };

/** The rejections that lie within the window before the last one: how long ago that was makes no difference to their number. */
export const lastRejections = ({ rejections }: Membership) => {
  const last = rejections.at(-1);
  return last ? rejections.filter(({ at }) => at > before(last.at, REJECTION_WINDOW)) : [];
};

const { command, define, event } = aggregate<Membership, MembershipEvents>();

const idOf = ({ command: { organizationId, userId } }: { command: OfMember }) => `${organizationId}:${userId}`;
const orgAdmin = administratorOf<OfMember, Membership>(({ command }) => command.organizationId);
/** The member; to others the record is what it is to them as administrators or not. */
const member: Policy<OfMember, Membership> = {
  name: 'self',
  judge: ({ actor, command, state }) =>
    actor.kind === 'user' && state.status !== 'none' && actor.userId === command.userId ? 'allow' : 'FORBIDDEN',
};
const itsOrganization = ({ command }: { command: OfMember }) => ({
  organization: stateIn<Organization>('organization', command.organizationId),
});

export const membership = define({
  category: 'membership',
  initialState: { status: 'none', memberKind: 'employee', restrictedGrants: [], rejections: [] },
  organizationId: (_, id) => id.split(':')[0],

  commands: {
    GrantMembership: command(GrantMembership, {
      id: idOf,
      by: oneOf(systemOnly, orgAdmin),
      needs: itsOrganization,
      summary: 'Access of a person to an organization',
    }),
    ChangeMemberKind: command(ChangeMemberKind, { id: idOf, by: orgAdmin, summary: 'Employee, contractor or client' }),
    GrantRestrictedAccess: command(GrantRestrictedAccess, {
      id: idOf,
      by: oneOf(systemOnly, orgAdmin),
      summary: 'Access to a restricted section',
    }),
    RevokeRestrictedAccess: command(RevokeRestrictedAccess, {
      id: idOf,
      by: oneOf(systemOnly, orgAdmin),
      summary: 'Takes access to a restricted section away',
    }),
    SuspendMembership: command(SuspendMembership, { id: idOf, by: orgAdmin, needs: itsOrganization, summary: 'Access pauses' }),
    ResumeMembership: command(ResumeMembership, { id: idOf, by: orgAdmin, summary: 'Access goes on' }),
    RevokeMembership: command(RevokeMembership, {
      id: idOf,
      by: oneOf<OfMember, Membership>(systemOnly, orgAdmin, member),
      needs: itsOrganization,
      summary: 'Access ends',
    }),
    NoteAccessRejection: command(NoteAccessRejection, { id: idOf, by: systemOnly }),
  },

  decide: {
    GrantMembership: ({ organizationId, userId, memberKind, via, sourceId }, { status }, { organization }) => {
      if (organization.status !== 'client' && organization.status !== 'suspended') throw refusal('ORGANIZATION_NOT_CLIENT');
      if (status === 'suspended') throw refusal('INVALID_STATE', { status });
      return status === 'active' ? [] : [event('MembershipGranted', { organizationId, userId, memberKind, via, sourceId })];
    },

    ChangeMemberKind: ({ memberKind }, state) => {
      active(state);
      return state.memberKind === memberKind ? [] : [event('MemberKindChanged', { memberKind })];
    },

    GrantRestrictedAccess: ({ node, until }, state) => {
      active(state);
      const held = state.restrictedGrants.find((grant) => grant.node === node);
      return held && held.until === until ? [] : [event('RestrictedAccessGranted', { node, until })];
    },

    RevokeRestrictedAccess: ({ node, reason }, state) => {
      active(state);
      return state.restrictedGrants.some((grant) => grant.node === node) ? [event('RestrictedAccessRevoked', { node, reason })] : [];
    },

    SuspendMembership: ({ reason, userId }, { status }, { organization }) => {
      if (status === 'none' || status === 'revoked') throw refusal('NOT_A_MEMBER');
      if (status === 'suspended') return [];
      if (organization.administrators.includes(userId)) throw refusal('MEMBER_IS_ADMINISTRATOR');
      return [event('MembershipSuspended', { reason })];
    },

    ResumeMembership: (_, { status }) => {
      if (status === 'none' || status === 'revoked') throw refusal('NOT_A_MEMBER');
      return status === 'active' ? [] : [event('MembershipResumed', {})];
    },

    RevokeMembership: ({ reason, userId }, { status }, { organization, actor }) => {
      if (status === 'none') throw refusal('NOT_A_MEMBER');
      if (status === 'revoked') return [];
      if (organization.administrators.includes(userId)) throw refusal('MEMBER_IS_ADMINISTRATOR');
      return [event('MembershipRevoked', { reason, by: actorId(actor) })];
    },

    NoteAccessRejection: ({ accessRequestId }, { rejections }) =>
      rejections.some((rejection) => rejection.accessRequestId === accessRequestId)
        ? []
        : [event('AccessRejectionNoted', { accessRequestId })],
  },

  evolve: {
    MembershipGranted: (state, { memberKind }) => ({ ...state, status: 'active', memberKind, restrictedGrants: [] }),
    MemberKindChanged: (state, { memberKind }) => ({ ...state, memberKind }),
    RestrictedAccessGranted: (state, grant) => ({ ...state, restrictedGrants: [...without(state, grant.node), grant] }),
    RestrictedAccessRevoked: (state, { node }) => ({ ...state, restrictedGrants: without(state, node) }),
    MembershipSuspended: (state) => ({ ...state, status: 'suspended' }),
    MembershipResumed: (state) => ({ ...state, status: 'active' }),
    MembershipRevoked: (state) => ({ ...state, status: 'revoked', restrictedGrants: [] }),
    AccessRejectionNoted: (state, { accessRequestId }, { occurredAt }) => ({
      ...state,
      rejections: [...state.rejections, { accessRequestId, at: occurredAt }].slice(-REJECTIONS_TO_PAUSE),
    }),
  },
});

const active = ({ status }: Membership) => {
  if (status === 'none' || status === 'revoked') throw refusal('NOT_A_MEMBER');
  if (status !== 'active') throw refusal('INVALID_STATE', { status });
};

const without = ({ restrictedGrants }: Membership, node: string) => restrictedGrants.filter((grant) => grant.node !== node);
