// @ts-nocheck
import { after, defaultSettings } from '@letopis/kernel';
import { fold, given, isAsTold, issue, NOW, rows, stateTable, type Fact } from '../../../kernel/testing';
import {
  active,
  admin,
  anna,
  anonymous,
  boris,
  deactivated,
  POLICY,
  registered,
  sagas,
  session as told,
  staff,
  told as ofUser,
} from '../identity.fixtures';
import { authentication } from '../authentication';
import { noUser, type User } from '../user/user.state';
import { user } from '../user/user';
import { CloseSession, OpenSession, session } from './session';

const { sessionId, userId } = anna;
const open = [told('SessionOpened', { userId, expiresAt: after(NOW, { days: 7 }) })];
const closed = [...open, told('SessionClosed', { reason: 'signed_out' })];
const STATES: Readonly<Record<string, readonly Fact[]>> = { none: [], open, closed };

const openSession = issue(OpenSession, { sessionId, userId });
const close = issue(CloseSession, { sessionId, reason: 'revoked' });

/** §A.2: `open` accepts all; `closed` accepts only CloseSession, anything else is SESSION_CLOSED. */
const TABLE = `
| State  | OpenSession            | CloseSession             |
| none   | → open / SessionOpened | NOT_FOUND                |
| open   | no-op                  | → closed / SessionClosed |
| closed | SESSION_CLOSED         | no-op                    |
`;

describe('Session', () => {
  test.each(stateTable(TABLE, { dash: 'SESSION_CLOSED' }))('$state: $asked $becomes', (cell) => {
    const command = cell.asked === 'OpenSession' ? openSession : close;
    isAsTold(cell, given(session, ...STATES[cell.state]!).when(command, { actor: sagas }));
  });

  test('D08 lasts a week at most', () =>
    given(session)
      .when(openSession, { actor: sagas })
      .then(...open));

  const BY = `
| Command      | anonymous         | anna      | boris     | admin     | system |
| OpenSession  | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow  |
| CloseSession | NOT_AUTHENTICATED | allow     | NOT_FOUND | NOT_FOUND | allow  |
`;
  const actors = { anonymous, anna, boris, admin, system: sagas };
  test.each(rows(BY).map((row) => [row.Command!, row] as const))(
    '%s may be issued by whom the specification names',
    (name, { Command: _, ...verdicts }) => {
      const command = name === 'OpenSession' ? openSession : close;
      const judged = Object.entries(actors).map(([who, actor]) => [who, given(session, ...open).when(command, { actor }).verdict]);
      expect(Object.fromEntries(judged)).toEqual(verdicts);
    },
  );

  test('a session is closed even by who must give consent first', () => {
    given(session, ...open)
      .when(close, { actor: { ...anna, restriction: 'CONSENT_REQUIRED' } })
      .isAllowed();
  });
});

describe('Who comes with a session', () => {
  const account = (facts: readonly Fact[]): User => fold(user, userId, facts);
  const actor = (sessionFacts: readonly Fact[], who: User, now = NOW) =>
    authentication.person.actor({
      sessionId,
      session: fold(session, sessionId, sessionFacts) as never,
      user: who as never,
      now,
      settings: defaultSettings,
    });

  test('is the user, with the present roles', () => {
    expect(actor(open, account(active))).toEqual({ kind: 'user', userId, sessionId, platformRoles: [], restriction: undefined });
    expect(actor(open, account([...active, ofUser('PlatformRoleGranted', { role: 'AUDITOR' })]))).toMatchObject({
      platformRoles: ['AUDITOR'],
    });
  });

  test('D08 renews no token once it has lain idle for twelve hours', () => {
    const renewing = (now: string, lastSeenAt?: string) =>
      authentication.person.actor({
        sessionId,
        session: fold(session, sessionId, open) as never,
        user: account(active) as never,
        now,
        settings: defaultSettings,
        activity: { lastSeenAt },
      });
    const hours = (n: number) => after(NOW, { hours: n });
    expect(renewing(after(NOW, { hours: 11, minutes: 59 }))).toMatchObject({ kind: 'user', userId });
    expect(renewing(hours(12))).toBe('SESSION_CLOSED');
    expect(renewing(hours(22), hours(11))).toMatchObject({ kind: 'user', userId });
    expect(renewing(hours(23), hours(11))).toBe('SESSION_CLOSED');
    // Within the five minutes of an access token nobody asks.
    expect(actor(open, account(active), hours(13))).toMatchObject({ kind: 'user', userId });
  });

  test.each([
    ['there is no session', [], active, NOW],
    ['the session is closed', closed, active, NOW],
    ['its week is over', open, active, after(NOW, { days: 7 })],
    ['the account is switched off', open, deactivated, NOW],
    ['the account is not activated', open, registered, NOW],
  ])('is nobody where %s', (_, sessionFacts, userFacts, now) => {
    expect(actor(sessionFacts, account(userFacts), now)).toBe('SESSION_CLOSED');
  });

  test('R003 is restricted while a password has to be changed, and then while consent is missing', () => {
    expect(actor(open, account(staff))).toMatchObject({ restriction: 'PASSWORD_CHANGE_REQUIRED' });
    const changed = [...staff, ofUser('PasswordSet', { credentialVersion: 'v2', reason: 'changed', mustChange: false })];
    expect(actor(open, account(changed))).toMatchObject({ restriction: 'CONSENT_REQUIRED' });
    expect(actor(open, account([...changed, ofUser('PersonalDataConsentGiven', { policyVersion: '2025-01' })]))).toMatchObject({
      restriction: 'CONSENT_REQUIRED',
    });
    expect(actor(open, account([...changed, ofUser('PersonalDataConsentGiven', { policyVersion: POLICY })]))).toMatchObject({
      restriction: undefined,
    });
    expect(actor(open, noUser)).toBe('SESSION_CLOSED');
  });
});
