import { membership, type MembershipEvents } from '@letopis/contexts/organizations';
import { after, defaultSettings, derivedId } from '@letopis/kernel';
import { facts, fold, given, isAsTold, issue, NOW, rows, stateTable, stream, type Fact } from '../../../kernel/testing';
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
import { CloseSession, EnterWorkspace, OpenSession, session, SwitchWorkplace, VerifySessionAddress } from './session';

const { sessionId, userId } = anna;
const open = [told('SessionOpened', { userId, expiresAt: after(NOW, { days: 7 }) })];
const closed = [...open, told('SessionClosed', { reason: 'signed_out' })];
const STATES: Readonly<Record<string, readonly Fact[]>> = { none: [], open, closed };

const openSession = issue(OpenSession, { sessionId, userId });
const close = issue(CloseSession, { sessionId, reason: 'revoked' });
const romashka = derivedId('organization', 'romashka');
const enter = issue(EnterWorkspace, { organizationId: romashka });
const COMMANDS = {
  OpenSession: openSession,
  EnterWorkspace: enter,
  SwitchWorkplace: issue(SwitchWorkplace, { workplaceCode: 'sales_manager' }),
  VerifySessionAddress: issue(VerifySessionAddress, { sessionId, ip: '10.0.0.2' }),
  CloseSession: close,
};

const ofMembership = facts<MembershipEvents>();
const member = (who: string, ...ended: readonly Fact[]) =>
  stream(
    membership,
    `${romashka}:${who}`,
    ofMembership('MembershipGranted', {
      organizationId: romashka,
      userId: who,
      memberKind: 'employee',
      via: 'access_request',
      sourceId: romashka,
    }),
    ...ended,
  );

/** §A.2: `open` accepts all; `closed` accepts only CloseSession, anything else is SESSION_CLOSED; the edge's own look finds nothing to close there. */
const TABLE = `
| State  | OpenSession            | EnterWorkspace          | SwitchWorkplace       | VerifySessionAddress | CloseSession             |
| none   | → open / SessionOpened | NOT_FOUND               | NOT_FOUND             | no-op                | NOT_FOUND                |
| open   | no-op                  | same / WorkspaceEntered | WORKPLACE_NOT_ALLOWED | no-op                | → closed / SessionClosed |
| closed | SESSION_CLOSED         | SESSION_CLOSED          | SESSION_CLOSED        | no-op                | no-op                    |
`;

describe('Session', () => {
  test.each(stateTable(TABLE, { dash: 'SESSION_CLOSED' }))('$state: $asked $becomes', (cell) => {
    const actor = ['EnterWorkspace', 'SwitchWorkplace'].includes(cell.asked) ? anna : sagas;
    const state = given(session, ...STATES[cell.state]!).and(member(anna.userId));
    isAsTold(cell, state.when(COMMANDS[cell.asked as keyof typeof COMMANDS], { actor, id: sessionId }));
  });

  test('the table names every command', () => expect(Object.keys(COMMANDS).sort()).toEqual(Object.keys(session.commands).sort()));

  test('it works in an organization where the person is an active member, and nowhere else', () => {
    const entered = told('WorkspaceEntered', { organizationId: romashka });
    const self = { actor: anna, id: sessionId };
    given(session, ...open, entered)
      .and(member(userId))
      .when(enter, self)
      .thenNothing();
    given(session, ...open)
      .and(member(boris.userId))
      .when(enter, self)
      .thenRefused('NOT_FOUND');
    for (const ended of ['MembershipSuspended', 'MembershipRevoked'] as const) {
      given(session, ...open)
        .and(member(userId, ofMembership(ended, { by: 'x' })))
        .when(enter, self)
        .thenRefused('NOT_FOUND');
    }
  });

  test('whoever closes the own session signs out; of the reasons of others nobody claims one', () => {
    const claimed = issue(CloseSession, { sessionId, reason: 'ip_mismatch' });
    given(session, ...open)
      .when(claimed, { actor: anna })
      .then(told('SessionClosed', { reason: 'signed_out' }));
    given(session, ...open)
      .when(claimed, { actor: { ...anna, sessionId: boris.sessionId } })
      .then(told('SessionClosed', { reason: 'revoked' }));
    given(session, ...open)
      .when(claimed, { actor: sagas })
      .then(told('SessionClosed', { reason: 'ip_mismatch' }));
  });

  test('D08 lasts a week at most', () =>
    given(session)
      .when(openSession, { actor: sagas })
      .then(...open));

  const BY = `
| Command              | anonymous         | anna      | boris     | admin     | system    |
| OpenSession          | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| EnterWorkspace       | NOT_AUTHENTICATED | allow     | NOT_FOUND | NOT_FOUND | NOT_FOUND |
| SwitchWorkplace      | NOT_AUTHENTICATED | allow     | NOT_FOUND | NOT_FOUND | NOT_FOUND |
| VerifySessionAddress | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| CloseSession         | NOT_AUTHENTICATED | allow     | NOT_FOUND | NOT_FOUND | allow     |
`;
  const actors = { anonymous, anna, boris, admin, system: sagas };
  test.each(rows(BY).map((row) => [row.Command!, row] as const))(
    '%s may be issued by whom the specification names',
    (name, { Command: _, ...verdicts }) => {
      const command = COMMANDS[name as keyof typeof COMMANDS];
      const judged = Object.entries(actors).map(([who, actor]) => [
        who,
        given(session, ...open).when(command, { actor, id: sessionId }).verdict,
      ]);
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
