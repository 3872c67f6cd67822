// @ts-nocheck
import { before } from '@letopis/kernel';
import { given, isAsTold, issue, NOW, stateTable, type Fact, type Given, type Outcome } from '../../../kernel/testing';
import {
  admin,
  anna,
  anonymous,
  active,
  CAPTCHA,
  deactivated,
  EMAIL,
  erased,
  neverActive,
  POLICY,
  registered,
  sagas,
  STRONG,
  told,
  WELL,
} from '../identity.fixtures';
import * as commands from './user.commands';
import type { User } from './user.state';
import { user } from './user';

/** §A.1, and in the rows of `none` what the table leaves to the sentence «NOT_FOUND: no such record». */
const TABLE = `
| State       | ActivateUser             | ResendActivation                     | SignIn             | ChangePassword     | RequestEmailChange          |
| none        | NOT_FOUND                | NOT_FOUND                            | BAD_CREDENTIALS    | —                  | —                           |
| registered  | → active / UserActivated | same / PasswordSet, ActivationIssued | USER_NOT_ACTIVATED | —                  | —                           |
| active      | no-op                    | USER_ALREADY_ACTIVE                  | same / SignedIn    | same / PasswordSet | same / EmailChangeRequested |
| deactivated | USER_DEACTIVATED         | USER_DEACTIVATED                     | USER_DEACTIVATED   | —                  | —                           |
| deactivated before activation | USER_DEACTIVATED         | USER_DEACTIVATED                     | USER_DEACTIVATED   | —                  | —                           |
| erased      | NOT_FOUND                | NOT_FOUND                            | BAD_CREDENTIALS    | —                  | —                           |

`;
const TABLE_OF_ACCOUNTS = `
| State       | RequestPasswordReset          | DeactivateUser                  | ReactivateUser            | EraseUser             |
| none        | no-op                         | NOT_FOUND                       | NOT_FOUND                 | NOT_FOUND             |
| registered  | no-op                         | → deactivated / UserDeactivated | —                         | —                     |
| active      | same / PasswordResetRequested | → deactivated / UserDeactivated | no-op                     | —                     |
| deactivated | no-op                         | no-op                           | → active / UserReactivated | → erased / UserErased |
| deactivated before activation | no-op                         | no-op                           | → registered / UserReactivated | → erased / UserErased |
| erased      | no-op                         | —                               | —                         | no-op                 |
`;
/** Commands that the page describes without a table, by the same rules. Who never opened the link is switched on to where that person was. */
const TABLE_OF_THE_REST = `
| State       | GiveConsent | WithdrawConsent                                                | SetUserPassword | ResetPassword      | ConfirmEmailChange | UnlockUser | GrantPlatformRole          | RevokePlatformRole |
| none        | —           | —                                                              | —               | RESET_LINK_INVALID | RESET_LINK_INVALID | NOT_FOUND  | NOT_FOUND                  | NOT_FOUND          |
| registered  | —           | —                                                              | —               | RESET_LINK_INVALID | RESET_LINK_INVALID | no-op      | —                          | no-op              |
| active      | no-op       | → deactivated / PersonalDataConsentWithdrawn, UserDeactivated  | —               | RESET_LINK_INVALID | RESET_LINK_INVALID | no-op      | same / PlatformRoleGranted | no-op              |
| deactivated | —           | no-op                                                          | —               | RESET_LINK_INVALID | RESET_LINK_INVALID | no-op      | —                          | no-op              |
| erased      | —           | —                                                              | —               | RESET_LINK_INVALID | RESET_LINK_INVALID | —          | —                          | —                  |
`;

const STATES: Readonly<Record<string, readonly Fact[]>> = {
  none: [],
  registered,
  active,
  deactivated,
  'deactivated before activation': neverActive,
  erased,
};

const { userId } = anna;
const asked =
  (command: object, actor = anonymous) =>
  (state: Given<User>) =>
    state.when(command, { actor, id: userId, answers: WELL });

const ASKED: Readonly<Record<string, (state: Given<User>) => Outcome<User>>> = {
  ActivateUser: asked(issue(commands.ActivateUser, { userId, token: 'token' })),
  ResendActivation: (state) =>
    state.when(issue(commands.ResendActivation, { email: EMAIL, ...CAPTCHA }), {
      actor: anonymous,
      id: userId,
      answers: WELL,
      now: '2026-03-02T09:01:00.000Z',
    }),
  SignIn: asked(issue(commands.SignIn, { email: EMAIL, password: STRONG })),
  ChangePassword: asked(issue(commands.ChangePassword, { currentPassword: 'old', newPassword: STRONG }), anna),
  RequestEmailChange: asked(issue(commands.RequestEmailChange, { newEmail: 'a@new.ru', currentPassword: 'old' }), anna),
  RequestPasswordReset: asked(issue(commands.RequestPasswordReset, { email: EMAIL, ...CAPTCHA })),
  DeactivateUser: asked(issue(commands.DeactivateUser, { userId, reason: 'left' }), admin),
  ReactivateUser: asked(issue(commands.ReactivateUser, { userId }), admin),
  EraseUser: asked(issue(commands.EraseUser, { userId }), admin),
  GiveConsent: asked(issue(commands.GiveConsent, { policyVersion: POLICY }), anna),
  WithdrawConsent: asked(issue(commands.WithdrawConsent), anna),
  SetUserPassword: asked(issue(commands.SetUserPassword, { userId, secretRef: 'vault:x', mustChange: true }), sagas),
  ResetPassword: asked(issue(commands.ResetPassword, { userId, token: 'token', newPassword: STRONG })),
  ConfirmEmailChange: asked(issue(commands.ConfirmEmailChange, { userId, token: 'token' })),
  UnlockUser: asked(issue(commands.UnlockUser, { userId }), admin),
  GrantPlatformRole: asked(issue(commands.GrantPlatformRole, { userId, role: 'AUDITOR' }), admin),
  RevokePlatformRole: asked(issue(commands.RevokePlatformRole, { userId, role: 'AUDITOR' }), admin),
};

describe('User, by its state table', () => {
  const cells = [TABLE, TABLE_OF_ACCOUNTS, TABLE_OF_THE_REST].flatMap((table) => stateTable(table, { dash: 'INVALID_STATE' }));

  test.each(cells)('$state: $asked $becomes', (cell) => {
    isAsTold({ ...cell, state: cell.state.split(' ')[0]! }, ASKED[cell.asked]!(given(user, ...STATES[cell.state]!)));
  });

  test('the table names every command but those that make an account and the one of start-up', () => {
    const making = ['RegisterUser', 'RegisterStaffUser', 'IssueBootstrapLink'];
    expect([...Object.keys(ASKED), ...making].sort()).toEqual(Object.keys(user.commands).sort());
  });

  test('a table of cells that are no cells is refused', () => {
    expect(() => stateTable('| State | X |\n| none | maybe |', { dash: 'X' })).toThrow('no cell');
  });

  test.each(['registered', 'active', 'deactivated', 'erased'])('%s: registering again with the same id is ALREADY_EXISTS', (state) => {
    const command = issue(commands.RegisterUser, {
      userId,
      email: 'new@romashka.ru',
      personalDataConsent: true,
      consentPolicyVersion: POLICY,
    });
    given(user, ...STATES[state]!)
      .when(command, { actor: anonymous, answers: WELL })
      .thenRefused('ALREADY_EXISTS');
    const staff = issue(commands.RegisterStaffUser, { userId, email: 'new@romashka.ru', origin: 'staff' });
    given(user, ...STATES[state]!)
      .when(staff, { actor: sagas, answers: WELL })
      .thenRefused('ALREADY_EXISTS');
  });
});

describe('EraseUser', () => {
  const erase = issue(commands.EraseUser, { userId });
  const off = (days: number) => told('UserDeactivated', { reason: 'left' }, { at: before(NOW, { days }) });

  test('D07 by the system: after thirty days, or at once where the account was never activated', () => {
    given(user, ...active, off(29))
      .when(erase, { actor: sagas })
      .thenRefused('INVALID_STATE', { status: 'deactivated' });
    given(user, ...active, off(30))
      .when(erase, { actor: sagas })
      .then(told('UserErased', {}));
    given(user, ...registered, off(0))
      .when(erase, { actor: sagas })
      .then(told('UserErased', {}));
  });

  test('D07 thirty days after the consent was withdrawn, whatever was switched on and off since', () => {
    const withdrawn = told('PersonalDataConsentWithdrawn', { policyVersion: POLICY }, { at: before(NOW, { days: 30 }) });
    given(user, ...active, withdrawn, off(0))
      .when(erase, { actor: sagas })
      .then(told('UserErased', {}));
    given(user, ...active, withdrawn, told('PersonalDataConsentGiven', { policyVersion: POLICY }), off(0))
      .when(erase, { actor: sagas })
      .thenRefused('INVALID_STATE');
  });

  test('by an administrator of the service: at once', () => {
    given(user, ...active, off(0))
      .when(erase, { actor: admin })
      .then(told('UserErased', {}));
  });

  test('D04 the address is held until the account is erased, and no personal data stay', () => {
    const held = (facts: readonly Fact[]) => given(user, ...facts).when(erase, { actor: admin });
    expect(user.keys(held(deactivated).before, userId)).toEqual([{ scope: 'userEmail', value: EMAIL }]);
    expect(user.keys(held(deactivated).after, userId)).toEqual([]);
    expect(JSON.stringify(held(deactivated).after)).not.toContain('romashka');
  });
});
