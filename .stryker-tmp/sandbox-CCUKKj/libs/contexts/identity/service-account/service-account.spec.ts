// @ts-nocheck
import fc from 'fast-check';
import { given, isAsTold, issue, play, stateTable, type Fact } from '../../../kernel/testing';
import { authentication } from '../authentication';
import { admin, anna, anonymous, auditor, roster as rosterTold, sagas, service as told } from '../identity.fixtures';
import { EnterRoster, LeaveRoster, roster } from '../roster/roster';
import * as accounts from './service-account';
import type { ServiceAccount } from './service-account';

const { serviceAccount } = accounts;
const id = anna.userId;
const NEW = { tokenHash: 'hash:new', secretRef: 'vault:new' };
const may = { commands: ['AddLegalEntity'], registries: ['organizations_registry'] };
const secret = (name: string) =>
  told('ServiceCredentialAdded', { credential: { kind: 'secret', hash: `hash:${name}`, secretRef: `vault:${name}` } });
const active = [told('ServiceAccountCreated', { name: 'Биллинг', ...may, createdBy: admin.userId }), secret('first')];
const revoked = [...active, told('ServiceAccountRevoked', { reason: 'gone' })];
const STATES: Readonly<Record<string, readonly Fact[]>> = { none: [], active, revoked };

const COMMANDS: Readonly<Record<string, object>> = {
  CreateServiceAccount: issue(accounts.CreateServiceAccount, { serviceAccountId: id, name: 'Биллинг', ...may }),
  ChangeServiceAccountPermissions: issue(accounts.ChangeServiceAccountPermissions, { serviceAccountId: id, commands: [], registries: [] }),
  RotateServiceCredential: issue(accounts.RotateServiceCredential, { serviceAccountId: id }),
  RetireOldServiceCredentials: issue(accounts.RetireOldServiceCredentials, { serviceAccountId: id }),
  RevokeServiceAccount: issue(accounts.RevokeServiceAccount, { serviceAccountId: id, reason: 'gone' }),
};
const TABLE = `
| State   | CreateServiceAccount                                     | ChangeServiceAccountPermissions         | RotateServiceCredential       | RetireOldServiceCredentials | RevokeServiceAccount              |
| none    | → active / ServiceAccountCreated, ServiceCredentialAdded | NOT_FOUND                               | NOT_FOUND                     | NOT_FOUND                   | NOT_FOUND                         |
| active  | ALREADY_EXISTS                                           | same / ServiceAccountPermissionsChanged | same / ServiceCredentialAdded | no-op                       | → revoked / ServiceAccountRevoked |
| revoked | ALREADY_EXISTS                                           | ACCOUNT_REVOKED                         | ACCOUNT_REVOKED               | ACCOUNT_REVOKED             | no-op                             |
`;
const byAdmin = { actor: admin, answers: { secret: NEW } };

describe('The account of a service', () => {
  test.each(stateTable(TABLE, { dash: 'INVALID_STATE' }))('$state: $asked $becomes', (cell) => {
    isAsTold(cell, given(serviceAccount, ...STATES[cell.state]!).when(COMMANDS[cell.asked]!, byAdmin));
  });

  test.each(Object.keys(serviceAccount.commands))('%s is for administrators of the service alone', (name) => {
    const verdict = (actor: typeof anonymous) => given(serviceAccount, ...active).when(COMMANDS[name]!, { actor }).verdict;
    expect([anonymous, anna, auditor, sagas, admin].map(verdict)).toEqual([
      'NOT_AUTHENTICATED',
      'FORBIDDEN',
      'FORBIDDEN',
      'FORBIDDEN',
      'allow',
    ]);
  });

  test('the answer names where the secret waits, and no event holds the secret', () => {
    const outcome = given(serviceAccount).when(COMMANDS.CreateServiceAccount!, byAdmin);
    outcome.thenAnswers({ secretRef: 'vault:new' });
    outcome.then(told('ServiceAccountCreated', { name: 'Биллинг', ...may, createdBy: admin.userId }), secret('new'));
  });

  test('a rotation leaves the credential before in force, until it is retired', () => {
    const credentials = (...facts: readonly Fact[]) => {
      const state = given(serviceAccount, ...active, ...facts).when(COMMANDS.RevokeServiceAccount!, byAdmin).before;
      return authentication.service.credentials(state as never);
    };
    expect(credentials(secret('second'))).toEqual({
      secretHashes: ['hash:first', 'hash:second'],
      secretRef: 'vault:second',
      publicKeys: [],
    });
    expect(credentials(secret('second'), secret('third')).secretHashes).toEqual(['hash:second', 'hash:third']);
    expect(credentials(secret('second'), told('OldServiceCredentialsRetired', {})).secretHashes).toEqual(['hash:second']);
    expect(credentials(told('ServiceAccountRevoked', { reason: 'gone' }))).toEqual({
      secretHashes: [],
      secretRef: undefined,
      publicKeys: [],
    });
    given(serviceAccount, ...active, secret('second'))
      .when(COMMANDS.RetireOldServiceCredentials!, byAdmin)
      .then(told('OldServiceCredentialsRetired', {}));
  });

  test('the same permissions change nothing', () => {
    given(serviceAccount, ...active)
      .when(issue(accounts.ChangeServiceAccountPermissions, { serviceAccountId: id, ...may }), byAdmin)
      .thenNothing();
  });

  const withKey = (publicKey: Record<string, unknown>) =>
    given(serviceAccount).when(issue(accounts.CreateServiceAccount, { name: 'x', ...may, publicKey }), { actor: admin });

  test('of a public key its public members are kept and nothing else', () => {
    const [, added] = withKey({ kty: 'OKP', crv: 'Ed25519', x: 'abc', kid: 'mine', use: 'sig' }).result.events;
    expect(added).toEqual(
      told('ServiceCredentialAdded', { credential: { kind: 'key', publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'abc' } } }),
    );
  });

  test.each([
    ['a private key', { kty: 'OKP', crv: 'Ed25519', x: 'abc', d: 'secret' }],
    ['a symmetric key', { kty: 'oct', k: 'secret' }],
    ['a key without its point', { kty: 'EC', crv: 'P-256', x: 'abc' }],
    ['a key whose members are no texts', { kty: 'RSA', n: 1, e: 'AQAB' }],
    ['no key', {}],
  ])('%s is refused', (_, publicKey) => withKey(publicKey).thenRefused('KEY_INVALID'));

  test('acts with what it was given, and a revoked one is nobody', () => {
    const actor = (facts: readonly Fact[]) => {
      const account: ServiceAccount = given(serviceAccount, ...facts).when(COMMANDS.RevokeServiceAccount!, byAdmin).before;
      return authentication.service.actor({ serviceId: id, account: account as never, now: '' });
    };
    expect(actor(active)).toEqual({ kind: 'service', serviceId: id, ...may });
    expect([actor(revoked), actor([])]).toEqual(['NOT_AUTHENTICATED', 'NOT_AUTHENTICATED']);
  });
});

describe('Roster', () => {
  const step = fc
    .tuple(fc.constantFrom(EnterRoster, LeaveRoster), fc.constantFrom('a', 'b', 'c'))
    .map(([type, memberId]) => ({ command: issue(type, { rosterId: 'admins', memberId }) }));

  test('holds each member once, whoever enters and leaves in whatever order', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const inside = new Set<string>();
        for (const { step, after } of play(roster, steps)) {
          const { memberId } = step.command as EnterRoster;
          if (step.command instanceof EnterRoster) inside.add(memberId);
          else inside.delete(memberId);
          expect([...after.members].sort()).toEqual([...inside].sort());
        }
      }),
    );
  });

  test('is kept by the system alone', () => {
    const enter = issue(EnterRoster, { rosterId: 'admins', memberId: 'a' });
    given(roster).when(enter, { actor: admin }).isRefused('FORBIDDEN');
    given(roster)
      .when(enter, { actor: sagas })
      .then(rosterTold('RosterEntered', { memberId: 'a' }));
  });
});
