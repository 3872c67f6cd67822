// @ts-nocheck
import type { Actor } from '@letopis/kernel';
import { given, issue, rows, stream, type Fact, type Stream } from '../../../kernel/testing';
import {
  active,
  admin,
  anna,
  anonymous,
  auditor,
  boris,
  CAPTCHA,
  deactivated,
  EMAIL,
  POLICY,
  registered,
  roster as rosterFact,
  sagas,
  STRONG,
  told,
  WELL,
} from '../identity.fixtures';
import { administrationsOf, PLATFORM_ADMINS, roster } from '../roster/roster';
import { administeredBy, ofRomashka, organization, romashka } from './organizations.fixtures';
import * as commands from './user.commands';
import { user } from './user';

const { userId } = anna;

const COMMANDS = {
  RegisterUser: issue(commands.RegisterUser, { userId, email: EMAIL, personalDataConsent: true, consentPolicyVersion: POLICY, ...CAPTCHA }),
  RegisterStaffUser: issue(commands.RegisterStaffUser, { userId, email: EMAIL, origin: 'staff' }),
  SetUserPassword: issue(commands.SetUserPassword, { userId, secretRef: 'x', mustChange: true }),
  ResendActivation: issue(commands.ResendActivation, { email: EMAIL, ...CAPTCHA }),
  ActivateUser: issue(commands.ActivateUser, { userId, token: 't' }),
  SignIn: issue(commands.SignIn, { email: EMAIL, password: STRONG }),
  GiveConsent: issue(commands.GiveConsent, { policyVersion: POLICY }),
  WithdrawConsent: issue(commands.WithdrawConsent),
  ChangePassword: issue(commands.ChangePassword, { currentPassword: 'x', newPassword: STRONG }),
  RequestPasswordReset: issue(commands.RequestPasswordReset, { email: EMAIL, ...CAPTCHA }),
  ResetPassword: issue(commands.ResetPassword, { userId, token: 't', newPassword: STRONG }),
  RequestEmailChange: issue(commands.RequestEmailChange, { newEmail: 'a@new.ru', currentPassword: 'x' }),
  ConfirmEmailChange: issue(commands.ConfirmEmailChange, { userId, token: 't' }),
  UnlockUser: issue(commands.UnlockUser, { userId }),
  DeactivateUser: issue(commands.DeactivateUser, { userId, reason: 'left' }),
  ReactivateUser: issue(commands.ReactivateUser, { userId }),
  EraseUser: issue(commands.EraseUser, { userId }),
  GrantPlatformRole: issue(commands.GrantPlatformRole, { userId, role: 'AUDITOR' }),
  RevokePlatformRole: issue(commands.RevokePlatformRole, { userId, role: 'AUDITOR' }),
  IssueBootstrapLink: issue(commands.IssueBootstrapLink, { userId }),
};

/** The column «By» of §A.1, on the account of Anna; commands that name no account go to the caller's own. */
const BY = `
| Command              | anonymous         | anna      | boris     | auditor   | admin     | system    |
| RegisterUser         | allow             | allow     | allow     | allow     | allow     | allow     |
| RegisterStaffUser    | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| SetUserPassword      | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| ResendActivation     | allow             | allow     | allow     | allow     | allow     | allow     |
| ActivateUser         | allow             | allow     | allow     | allow     | allow     | allow     |
| SignIn               | allow             | allow     | allow     | allow     | allow     | allow     |
| GiveConsent          | NOT_AUTHENTICATED | allow     | allow     | allow     | allow     | NOT_FOUND |
| WithdrawConsent      | NOT_AUTHENTICATED | allow     | allow     | allow     | allow     | NOT_FOUND |
| ChangePassword       | NOT_AUTHENTICATED | allow     | allow     | allow     | allow     | NOT_FOUND |
| RequestPasswordReset | allow             | allow     | allow     | allow     | allow     | allow     |
| ResetPassword        | allow             | allow     | allow     | allow     | allow     | allow     |
| RequestEmailChange   | NOT_AUTHENTICATED | allow     | allow     | allow     | allow     | NOT_FOUND |
| ConfirmEmailChange   | allow             | allow     | allow     | allow     | allow     | allow     |
| UnlockUser           | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     | FORBIDDEN |
| DeactivateUser       | NOT_AUTHENTICATED | allow     | NOT_FOUND | NOT_FOUND | allow     | allow     |
| ReactivateUser       | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     | FORBIDDEN |
| EraseUser            | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     | allow     |
| GrantPlatformRole    | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     | allow     |
| RevokePlatformRole   | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     | FORBIDDEN |
| IssueBootstrapLink   | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
`;
const ACTORS = { anonymous, anna, boris, auditor, admin, system: sagas };

describe('Who may do what with an account', () => {
  test.each(rows(BY).map((row) => [row.Command!, row] as const))('%s', (name, { Command: _, ...verdicts }) => {
    const command = COMMANDS[name as keyof typeof COMMANDS];
    const judged = Object.entries(ACTORS).map(([who, actor]) => [who, given(user, ...active).when(command, { actor }).verdict]);
    expect(Object.fromEntries(judged)).toEqual(verdicts);
  });

  test('the table names every command', () => {
    expect(
      rows(BY)
        .map(({ Command }) => Command)
        .sort(),
    ).toEqual(Object.keys(user.commands).sort());
  });

  test('R003 before consent to the present text a person may do nothing but what leads out of it', () => {
    const free = Object.entries(COMMANDS).filter(
      ([, command]) =>
        given(user, ...active).when(command, { actor: { ...anna, restriction: 'CONSENT_REQUIRED' } }).verdict !== 'CONSENT_REQUIRED',
    );
    const byPerson = free.filter(
      ([name]) => !['NOT_AUTHENTICATED', 'FORBIDDEN'].includes(rows(BY).find(({ Command }) => Command === name)!.anna!),
    );
    expect(byPerson.map(([name]) => name).sort()).toEqual(['ChangePassword', 'GiveConsent', 'WithdrawConsent']);
  });
});

describe('The administrators of the service', () => {
  const role = told('PlatformRoleGranted', { role: 'PLATFORM_ADMIN' });
  const only = stream(roster, PLATFORM_ADMINS, rosterFact('RosterEntered', { memberId: userId }));
  const two = stream(
    roster,
    PLATFORM_ADMINS,
    rosterFact('RosterEntered', { memberId: admin.userId }),
    rosterFact('RosterEntered', { memberId: userId }),
  );
  const revoke = issue(commands.RevokePlatformRole, { userId, role: 'PLATFORM_ADMIN' });

  test('the last one keeps the role and stays switched on', () => {
    given(user, ...active, role)
      .and(only)
      .when(revoke, { actor: admin })
      .thenRefused('LAST_PLATFORM_ADMIN');
    given(user, ...active, role)
      .and(only)
      .when(COMMANDS.DeactivateUser, { actor: anna })
      .thenRefused('LAST_PLATFORM_ADMIN');
    given(user, ...active, role)
      .and(only)
      .when(COMMANDS.DeactivateUser, { actor: admin })
      .thenRefused('LAST_PLATFORM_ADMIN');
  });

  test('one of two may go, and another role may always', () => {
    given(user, ...active, role)
      .and(two)
      .when(revoke, { actor: admin })
      .then(told('PlatformRoleRevoked', { role: 'PLATFORM_ADMIN' }));
    given(user, ...active, role)
      .and(two)
      .when(COMMANDS.DeactivateUser, { actor: admin })
      .then(told('UserDeactivated', { reason: 'left' }));
    const auditing = told('PlatformRoleGranted', { role: 'AUDITOR' });
    given(user, ...active, role, auditing)
      .and(only)
      .when(COMMANDS.RevokePlatformRole, { actor: admin })
      .then(told('PlatformRoleRevoked', { role: 'AUDITOR' }));
  });

  test('a role that is held is not granted again', () => {
    given(user, ...active, role)
      .when(issue(commands.GrantPlatformRole, { userId, role: 'PLATFORM_ADMIN' }), { actor: admin })
      .thenNothing();
  });

  test('the first one gets a link at start-up until the first sign-in', () => {
    const start = { actor: sagas, answers: WELL };
    const outcome = given(user, ...active, role).when(COMMANDS.IssueBootstrapLink, start);
    outcome.thenAnswers({ secretRef: 'vault:reset' });
    expect(outcome.result.events.map(({ type }) => type)).toEqual(['PasswordResetRequested']);
    given(user, ...active, told('SignedIn', { sessionId: anna.sessionId }))
      .when(COMMANDS.IssueBootstrapLink, start)
      .thenNothing();
    given(user, ...registered)
      .when(COMMANDS.IssueBootstrapLink, start)
      .thenNothing();
  });
});

describe('The only administrator of a client', () => {
  const administers = stream(roster, administrationsOf(userId), rosterFact('RosterEntered', { memberId: romashka }));
  const off = (actor: Actor, others: readonly Stream[], by: readonly string[] = [userId], ...facts: readonly Fact[]) =>
    given(user, ...active)
      .and(stream(roster, PLATFORM_ADMINS), administers, stream(organization, romashka, ...administeredBy(...by), ...facts), ...others)
      .when(COMMANDS.DeactivateUser, { actor });
  const done = told('UserDeactivated', { reason: 'left' });
  const colleague = (...facts: readonly Fact[]) => [stream(user, boris.userId, ...facts)];

  test('S33 does not switch the own account off', () => {
    off(anna, []).thenRefused('LAST_ADMINISTRATOR');
    off(anna, [], [userId], ofRomashka('OrganizationSuspended', { reason: 'Долг' })).thenRefused('LAST_ADMINISTRATOR');
  });

  test('S33 does so once another is there whose account is on', () => {
    const both = [userId, boris.userId];
    off(anna, colleague(...active), both).then(done);
    off(anna, colleague(...deactivated), both).thenRefused('LAST_ADMINISTRATOR');
  });

  test('S33 does so where the organization is closed, or the role was taken away', () => {
    off(anna, [], [userId], ofRomashka('OrganizationArchived', { reason: 'Закрыта' })).then(done);
    off(anna, [], [boris.userId]).then(done);
  });

  test('D15 is switched off by an administrator of the service, and by a withdrawn consent', () => {
    off(admin, []).then(done);
    given(user, ...active)
      .when(COMMANDS.WithdrawConsent, { actor: anna })
      .then(told('PersonalDataConsentWithdrawn', { policyVersion: POLICY }), told('UserDeactivated', { reason: 'consent_withdrawn' }));
  });
});
