// @ts-nocheck
import { after, system } from '@letopis/kernel';
import { given, NOW, stream } from '../../../kernel/testing';
import { active, admin, anna, anonymous, auditor, EMAIL, registered, service, session as sessionTold, told } from '../identity.fixtures';
import { ownRows, platformSees, usersSee } from '../read-policies';
import { serviceAccount } from '../service-account/service-account';
import { session } from '../session/session';
import { user } from '../user/user';
import { serviceAccounts } from './service-accounts';
import { signInHistory, userSessions } from './sessions';
import { usersRegistry } from './users-registry';

const { userId, sessionId } = anna;
const at = after(NOW, { hours: 1 });
const account = { userId, email: EMAIL, origin: 'self', registeredAt: NOW, platformRoles: [] };
const users = (...facts: typeof active) => given(usersRegistry, stream(user, userId, ...facts));

describe('users_registry', () => {
  test('a row follows its account', () => {
    users(...registered).thenDocument(userId, { ...account, status: 'registered' });
    users(...active, told('SignedIn', { sessionId }, { at })).thenDocument(userId, {
      ...account,
      status: 'active',
      activatedAt: NOW,
      lastSignInAt: at,
    });
    const row = { ...account, activatedAt: NOW };
    users(...active, told('UserLocked', { until: at, lockCount: 1 })).thenDocument(userId, { ...row, status: 'active', lockedUntil: at });
    users(...active, told('UserLocked', { until: at, lockCount: 1 }), told('UserUnlocked', { by: 'x' })).thenDocument(userId, {
      ...row,
      status: 'active',
    });
    users(...active, told('UserEmailChanged', { oldEmail: EMAIL, newEmail: 'a@new.ru' })).thenDocument(userId, {
      ...row,
      status: 'active',
      email: 'a@new.ru',
    });
    users(...active, told('UserDeactivated', { reason: 'x' })).thenDocument(userId, { ...row, status: 'deactivated' });
    users(...active, told('UserDeactivated', { reason: 'x' }), told('UserReactivated', {})).thenDocument(userId, {
      ...row,
      status: 'active',
    });
    const roles = [
      told('PlatformRoleGranted', { role: 'AUDITOR' }),
      told('PlatformRoleGranted', { role: 'ANALYST' }),
      told('PlatformRoleRevoked', { role: 'AUDITOR' }),
    ];
    users(...active, ...roles).thenDocument(userId, { ...row, status: 'active', platformRoles: ['ANALYST'] });
  });

  test('of an erased account the address is not shown', () => {
    users(...active, told('UserErased', {})).thenDocument(userId, {
      ...account,
      activatedAt: NOW,
      status: 'erased',
      email: 'Данные удалены',
    });
  });
});

describe('user_sessions and sign_in_history', () => {
  const signedIn = stream(user, userId, told('SignedIn', { sessionId, ip: '10.0.0.1', userAgent: 'Firefox' }));
  const row = { sessionId, userId, status: 'open', ip: '10.0.0.1', userAgent: 'Firefox', openedAt: NOW };
  const opened = sessionTold('SessionOpened', { userId, expiresAt: at });

  test('a session is shown from sign-in on, with address and program, and how it ended', () => {
    given(userSessions, signedIn).thenDocument(sessionId, row).thenIds(sessionId);
    given(userSessions, signedIn, stream(session, sessionId, opened)).thenDocument(sessionId, row);
    given(
      userSessions,
      signedIn,
      stream(session, sessionId, opened, sessionTold('SessionClosed', { reason: 'signed_out' }, { at })),
    ).thenDocument(sessionId, {
      ...row,
      status: 'closed',
      closedAt: at,
      reason: 'signed_out',
    });
  });

  test('of an erased person it is not shown from where the session was opened', () => {
    const erased = stream(user, userId, told('UserErased', {}));
    const hidden = { ip: 'Данные удалены', userAgent: 'Данные удалены' };
    given(userSessions, signedIn, erased).thenDocument(sessionId, { ...row, ...hidden });
    given(userSessions, signedIn, stream(user, admin.userId, told('UserErased', {}))).thenDocument(sessionId, row);
    const history = given(signInHistory, signedIn, erased);
    history.thenDocument(history.ids[0]!, { userId, at: NOW, ip: 'Данные удалены', ok: true });
  });

  test('every sign-in, failed or not, is a row of its own', () => {
    const failed = told('SignInFailed', { ip: '10.0.0.2', reason: 'password', count: 1 }, { at });
    const history = given(signInHistory, stream(user, userId, ...signedIn.facts, failed, failed));
    const [first, second, third] = history.ids as [string, string, string];
    history
      .thenDocument(first, { userId, at: NOW, ip: '10.0.0.1', ok: true })
      .thenDocument(second, { userId, at, ip: '10.0.0.2', ok: false, reason: 'password' });
    expect(third).not.toBe(second);
    expect(history.ids).toHaveLength(3);
  });
});

describe('service_accounts', () => {
  const may = { commands: ['A'], registries: ['b'] };
  const made = [service('ServiceAccountCreated', { name: 'Биллинг', ...may, createdBy: 'x' })];
  const row = { serviceAccountId: userId, name: 'Биллинг', status: 'active', ...may, createdAt: NOW };
  const accounts = (...facts: typeof active) => given(serviceAccounts, stream(serviceAccount, userId, ...made, ...facts));

  test('a row tells what a service may do and never its secrets', () => {
    accounts().thenDocument(userId, row);
    const credential = { kind: 'secret', hash: 'h', secretRef: 'vault:x' } as const;
    accounts(service('ServiceCredentialAdded', { credential }, { at })).thenDocument(userId, { ...row, credentialChangedAt: at });
    accounts(service('ServiceAccountPermissionsChanged', { commands: [], registries: [] })).thenDocument(userId, {
      ...row,
      commands: [],
      registries: [],
    });
    accounts(service('ServiceAccountRevoked', { reason: 'x' })).thenDocument(userId, { ...row, status: 'revoked' });
  });
});

describe('Who sees what', () => {
  const billing = { kind: 'service', serviceId: 'x', commands: [], registries: [] } as const;
  const actors = [anonymous, anna, auditor, admin, billing, system('x')];
  const [no, all] = [{ refused: 'FORBIDDEN' }, { only: {} }];

  test.each([
    [platformSees, [no, no, all, all, no, no]],
    [ownRows('userId'), [no, { only: { userId } }, all, all, no, no]],
    [usersSee, [no, all, all, all, no, no]],
  ])('$name', (policy, visible) => {
    expect(actors.map((actor) => policy.see({ actor, filter: {} }, {}))).toEqual(visible);
  });
});
