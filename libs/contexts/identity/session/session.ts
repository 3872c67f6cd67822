import {
  actorId,
  after,
  aggregate,
  Code,
  followedBy,
  Id,
  ifKnown,
  OneOf,
  oneOf,
  opensWorkplace,
  ownerOf,
  personOf,
  placeRefused,
  rightsOf,
  standingOf,
  stateIn,
  subjectOf,
  systemOnly,
  Text,
  workplaceKey,
  type Actor,
  type Need,
  type WorkplaceKeys,
} from '@letopis/kernel';
import { refusal } from '../errors';

export const CLOSING_REASONS = ['signed_out', 'expired', 'ip_mismatch', 'password_changed', 'revoked', 'deactivated'] as const;
export type ClosingReason = (typeof CLOSING_REASONS)[number];

export class OpenSession {
  @Id() sessionId: string;
  @Id() userId: string;
  @Text(1, 100, { optional: true }) ip?: string;
}

/** The edge's own: a session that is bound to its address is used from another one. */
export class VerifySessionAddress {
  @Id() sessionId: string;
  @Text(1, 100) ip: string;
}

export class SwitchWorkplace {
  @Code() workplaceCode: string;
}

export class CloseSession {
  @Id() sessionId: string;
  @OneOf(CLOSING_REASONS) reason: ClosingReason;
}

export class EnterWorkspace {
  @Id() organizationId: string;
}

export interface SessionEvents {
  SessionOpened: { userId: string; expiresAt: string; ip?: string };
  WorkspaceEntered: { organizationId: string };
  WorkplaceSwitched: { workplaceCode: string };
  SessionClosed: { reason: ClosingReason };
}

export type Session =
  | { readonly status: 'none' }
  | {
      readonly status: 'open' | 'closed';
      readonly userId: string;
      readonly openedAt: string;
      readonly expiresAt: string;
      /** The address that it was opened from. */
      readonly ip?: string;
      readonly organizationId?: string;
      readonly workplaceCode?: string;
    };

/** However busy it is, a session ends a week after sign-in. */
const LONGEST = { days: 7 };
/** One that nobody uses ends sooner. */
const IDLE = { hours: 12 };

/** When a session ends by itself if it is not used any more. */
export function endOf({ openedAt, expiresAt }: { openedAt: string; expiresAt: string }, lastSeenAt = openedAt): string {
  const idle = after(lastSeenAt, IDLE);
  return idle < expiresAt ? idle : expiresAt;
}

const { command, define, event } = aggregate<Session, SessionEvents>();

const owner = ({ state }: { state: Session }) => (state.status === 'none' ? undefined : state.userId);

export const session = define({
  category: 'session',
  initialState: { status: 'none' },
  personal: { SessionOpened: { of: ({ userId }) => subjectOf(userId), fields: ['ip'] } },

  commands: {
    OpenSession: command(OpenSession, { by: systemOnly }),
    EnterWorkspace: command(EnterWorkspace, {
      by: personOf('self', owner),
      id: ({ actor }) => (actor.kind === 'user' ? actor.sessionId : 'nobody'),
      summary: 'The organization that the session works in from now on',
      needs: ({ command: { organizationId }, actor }) => ({
        membership: stateIn<{ readonly status: string }>('membership', `${organizationId}:${actorId(actor)}`),
        standing: standingOf(organizationId, actorId(actor)),
      }),
    }),
    SwitchWorkplace: command(SwitchWorkplace, {
      by: personOf('self', owner),
      id: ({ actor }) => (actor.kind === 'user' ? actor.sessionId : 'nobody'),
      summary: 'Another workplace on the side panel',
      needs: ({ command: { workplaceCode }, state, actor }) => {
        const organizationId = state.status === 'open' ? state.organizationId : undefined;
        return { standing: standingOf(organizationId, actorId(actor)), workplace: workplaceOf(organizationId, workplaceCode) };
      },
    }),
    VerifySessionAddress: command(VerifySessionAddress, {
      by: systemOnly,
      needs: ({ state }) => ({
        standing: state.status === 'open' ? standingOf(state.organizationId, state.userId) : standingOf(undefined, undefined),
      }),
    }),
    CloseSession: command(CloseSession, {
      by: oneOf<CloseSession, Session>(systemOnly, personOf('self', owner)),
      whileRestricted: true,
      summary: 'Sign-out',
    }),
  },

  decide: {
    OpenSession: ({ userId, ip }, state, { now }) => {
      if (state.status === 'closed') throw refusal('SESSION_CLOSED');
      return state.status === 'open' ? [] : [event('SessionOpened', { userId, expiresAt: after(now, LONGEST), ip })];
    },
    EnterWorkspace: ({ organizationId }, state, { membership, standing, actor }) => {
      if (state.status !== 'open') throw refusal('SESSION_CLOSED');
      if (membership.status !== 'active') throw refusal('NOT_FOUND');
      if (standing.staff?.status === 'blocked') throw refusal('FORBIDDEN');
      const elsewhere = placeRefused(standing, whose(state, actor));
      if (elsewhere) throw refusal(elsewhere as 'IP_NOT_ALLOWED');
      return state.organizationId === organizationId ? [] : [event('WorkspaceEntered', { organizationId })];
    },
    SwitchWorkplace: ({ workplaceCode }, state, { standing, workplace, actor, now }) => {
      if (state.status !== 'open') throw refusal('SESSION_CLOSED');
      if (!workplace || !opensWorkplace(workplace, standing, rightsOf(standing, actor, now))) throw refusal('WORKPLACE_NOT_ALLOWED');
      return state.workplaceCode === workplaceCode ? [] : [event('WorkplaceSwitched', { workplaceCode })];
    },
    VerifySessionAddress: ({ ip }, state, { standing }) => {
      if (state.status !== 'open') return [];
      const bound = standing.staff?.bindSessionToIp === true && state.ip !== undefined && state.ip !== ip;
      return bound ? [event('SessionClosed', { reason: 'ip_mismatch' })] : [];
    },
    CloseSession: ({ reason }, state, { actor, id }) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      if (state.status === 'closed') return [];
      // People sign out, or end what they have left open elsewhere; the other reasons are not theirs to claim.
      const own = actor.kind === 'user' ? (actor.sessionId === id ? 'signed_out' : 'revoked') : reason;
      return [event('SessionClosed', { reason: own })];
    },
  },

  evolve: {
    SessionOpened: (_, { userId, expiresAt, ip }, { occurredAt }) => ({ status: 'open', userId, openedAt: occurredAt, expiresAt, ip }),
    // Another organization has other workplaces.
    WorkspaceEntered: (state, { organizationId }) =>
      state.status === 'open' ? { ...state, organizationId, workplaceCode: undefined } : state,
    WorkplaceSwitched: (state, { workplaceCode }) => (state.status === 'open' ? { ...state, workplaceCode } : state),
    SessionClosed: (state) => (state.status === 'open' ? { ...state, status: 'closed' } : state),
  },
});

/** The workplace of that code in the organization. */
const workplaceOf = (organizationId: string | undefined, code: string): Need<WorkplaceKeys | undefined> => {
  if (organizationId === undefined) return { kind: 'known', value: undefined };
  const { scope, value } = workplaceKey(organizationId, code);
  return followedBy(
    { workplace: ifKnown(stateIn<WorkplaceKeys>('workplace', ownerOf(scope, value))) },
    ({ workplace }) => workplace as WorkplaceKeys | undefined,
  );
};

/** The caller as the session knows the person. */
const whose = (state: Session & { status: 'open' | 'closed' }, actor: Actor) => ({
  ...(actor.kind === 'user' ? actor : { kind: 'user' as const, userId: state.userId, sessionId: '' }),
  openedFrom: state.ip,
});
