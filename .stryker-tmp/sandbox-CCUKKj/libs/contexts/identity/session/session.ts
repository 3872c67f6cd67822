// @ts-nocheck
import { actorId, after, aggregate, Id, OneOf, oneOf, personOf, stateIn, systemOnly } from '@letopis/kernel';
import { refusal } from '../errors';

export const CLOSING_REASONS = ['signed_out', 'expired', 'ip_mismatch', 'password_changed', 'revoked', 'deactivated'] as const;
export type ClosingReason = (typeof CLOSING_REASONS)[number];

export class OpenSession {
  @Id() sessionId: string;
  @Id() userId: string;
}

export class CloseSession {
  @Id() sessionId: string;
  @OneOf(CLOSING_REASONS) reason: ClosingReason;
}

export class EnterWorkspace {
  @Id() organizationId: string;
}

export interface SessionEvents {
  SessionOpened: { userId: string; expiresAt: string };
  WorkspaceEntered: { organizationId: string };
  SessionClosed: { reason: ClosingReason };
}

export type Session =
  | { readonly status: 'none' }
  | {
      readonly status: 'open' | 'closed';
      readonly userId: string;
      readonly openedAt: string;
      readonly expiresAt: string;
      readonly organizationId?: string;
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

  commands: {
    OpenSession: command(OpenSession, { by: systemOnly }),
    EnterWorkspace: command(EnterWorkspace, {
      by: personOf('self', owner),
      id: ({ actor }) => (actor.kind === 'user' ? actor.sessionId : 'nobody'),
      summary: 'The organization that the session works in from now on',
      needs: ({ command: { organizationId }, actor }) => ({
        membership: stateIn<{ readonly status: string }>('membership', `${organizationId}:${actorId(actor)}`),
      }),
    }),
    CloseSession: command(CloseSession, {
      by: oneOf<CloseSession, Session>(systemOnly, personOf('self', owner)),
      whileRestricted: true,
      summary: 'Sign-out',
    }),
  },

  decide: {
    OpenSession: ({ userId }, state, { now }) => {
      if (state.status === 'closed') throw refusal('SESSION_CLOSED');
      return state.status === 'open' ? [] : [event('SessionOpened', { userId, expiresAt: after(now, LONGEST) })];
    },
    EnterWorkspace: ({ organizationId }, state, { membership }) => {
      if (state.status !== 'open') throw refusal('SESSION_CLOSED');
      if (membership.status !== 'active') throw refusal('NOT_FOUND');
      return state.organizationId === organizationId ? [] : [event('WorkspaceEntered', { organizationId })];
    },
    CloseSession: ({ reason }, state) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      return state.status === 'closed' ? [] : [event('SessionClosed', { reason })];
    },
  },

  evolve: {
    SessionOpened: (_, { userId, expiresAt }, { occurredAt }) => ({ status: 'open', userId, openedAt: occurredAt, expiresAt }),
    WorkspaceEntered: (state, { organizationId }) => (state.status === 'open' ? { ...state, organizationId } : state),
    SessionClosed: (state) => (state.status === 'open' ? { ...state, status: 'closed' } : state),
  },
});
