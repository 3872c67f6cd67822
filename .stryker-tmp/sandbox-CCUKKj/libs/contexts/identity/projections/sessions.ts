// @ts-nocheck
import { ERASED, projection } from '@letopis/kernel';
import { ownRows } from '../read-policies';
import type { ClosingReason, SessionEvents } from '../session/session';
import type { UserEvents } from '../user/user.events';

export interface UserSessionRow {
  readonly sessionId: string;
  readonly userId: string;
  readonly status: 'open' | 'closed';
  readonly ip?: string;
  readonly userAgent?: string;
  readonly openedAt: string;
  readonly organizationId?: string;
  readonly closedAt?: string;
  readonly reason?: ClosingReason;
}

const ofUser = ({ aggregateId }: { aggregateId: string }) => ({ userId: aggregateId });

/** The row of somebody who was erased: that there was a session stays, from where it was opened does not. */
const withoutWhence = <Row extends { readonly ip?: string; readonly userAgent?: string }>(row: Row): Row => ({
  ...row,
  ...(row.ip === undefined ? {} : { ip: ERASED }),
  ...(row.userAgent === undefined ? {} : { userAgent: ERASED }),
});

/** Sessions with the address and the program that they were opened from. */
export const userSessions = projection<UserSessionRow, UserEvents & SessionEvents>()({
  code: 'user_sessions',
  version: 1,
  title: { ru: 'Сессии', en: 'Sessions' },
  key: (event) => (event.type === 'SignedIn' ? event.data.sessionId : event.category === 'session' ? event.aggregateId : undefined),
  on: {
    SignedIn: (_, { aggregateId, data: { sessionId, ip, userAgent }, metadata }) => ({
      sessionId,
      userId: aggregateId,
      status: 'open',
      ip,
      userAgent,
      openedAt: metadata.occurredAt,
    }),
    SessionOpened: (row) => row,
    WorkspaceEntered: (row, { data: { organizationId } }) => row && { ...row, organizationId },
    SessionClosed: (row, { data: { reason }, metadata }) => row && { ...row, status: 'closed', closedAt: metadata.occurredAt, reason },
  },
  everywhere: { UserErased: { where: ofUser, fold: withoutWhence } },
  list: {
    filters: { userId: 'string', status: 'string', ip: 'string', openedAt: 'time' },
    sorts: ['openedAt', 'closedAt'],
    search: [],
    defaultSort: '-openedAt',
  },
  policy: ownRows('userId'),
});

export interface SignInRow {
  readonly userId: string;
  readonly at: string;
  readonly ip?: string;
  readonly ok: boolean;
  readonly reason?: string;
}

/** Every sign-in that succeeded or failed. */
export const signInHistory = projection<SignInRow, UserEvents>()({
  code: 'sign_in_history',
  version: 1,
  title: { ru: 'История входов', en: 'History of sign-ins' },
  key: ({ id }) => id,
  on: {
    SignedIn: (_, { aggregateId, data: { ip }, metadata }) => ({ userId: aggregateId, at: metadata.occurredAt, ip, ok: true }),
    SignInFailed: (_, { aggregateId, data: { ip, reason }, metadata }) => ({
      userId: aggregateId,
      at: metadata.occurredAt,
      ip,
      ok: false,
      reason,
    }),
  },
  everywhere: { UserErased: { where: ofUser, fold: withoutWhence } },
  list: { filters: { userId: 'string', ok: 'boolean', ip: 'string', at: 'time' }, sorts: ['at'], search: [], defaultSort: '-at' },
  policy: ownRows('userId'),
});
