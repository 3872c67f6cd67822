import { after } from '@letopis/kernel';
import { given, issue, NOW, stream, type Fact } from '../../../kernel/testing';
import { active, anna, anonymous, boris, CAPTCHA, EMAIL, POLICY, staff, STRONG, told, WELL } from '../identity.fixtures';
import * as commands from './user.commands';
import { user } from './user';

const { userId } = anna;
const stranger = { actor: anonymous, id: userId, answers: WELL };
const self = { actor: anna, answers: WELL };
const later = (span: object) => after(NOW, span);

describe('Passwords', () => {
  const change = (newPassword: string) =>
    given(user, ...active).when(issue(commands.ChangePassword, { currentPassword: 'old password 1', newPassword }), self);

  test.each(['123456789a', 'короткий1', 'nodigitshere', '12345678901234', EMAIL, 'qwerty12345', 'Password123', `${'a1'.repeat(64)}a`])(
    'D02 «%s» is weak',
    (password) => change(password).thenRefused('WEAK_PASSWORD'),
  );

  test.each([STRONG, 'парольподлиннее7', `${'a1'.repeat(64)}`, '🙂🙂🙂🙂🙂🙂🙂🙂a1'])('D02 «%s» is not', (password) => {
    change(password).then(told('PasswordSet', { ...WELL.password, reason: 'changed', mustChange: false }));
  });

  test('the present one has to be right, and the new one another', () => {
    const command = issue(commands.ChangePassword, { currentPassword: STRONG, newPassword: STRONG });
    given(user, ...active)
      .when(command, { ...self, answers: { ...WELL, right: false } })
      .thenRecordsRefusal('BAD_CREDENTIALS', told('SignInFailed', { reason: 'password', count: 1 }));
    given(user, ...active)
      .when(command, self)
      .thenRefused('PASSWORD_UNCHANGED');
  });

  test('who was given a password must change it before anything else', () => {
    const restricted = { ...self, actor: { ...anna, restriction: 'PASSWORD_CHANGE_REQUIRED' } };
    const command = issue(commands.RequestEmailChange, { newEmail: 'a@new.ru', currentPassword: 'old' });
    given(user, ...staff)
      .when(command, restricted)
      .thenRefused('PASSWORD_CHANGE_REQUIRED');
    given(user, ...staff)
      .when(issue(commands.ChangePassword, { currentPassword: 'old', newPassword: STRONG }), restricted)
      .isAllowed();
    given(user, ...staff)
      .when(issue(commands.GiveConsent, { policyVersion: POLICY }), restricted)
      .isAllowed();
    given(user, ...staff)
      .when(issue(commands.WithdrawConsent), restricted)
      .isAllowed();
  });

  const requested = told('PasswordResetRequested', { ...WELL.reset, expiresAt: later({ hours: 1 }) });
  const reset = issue(commands.ResetPassword, { userId, token: 'token', newPassword: STRONG });

  test('a link to reset it works for an hour, once, and lifts a lock', () => {
    const set = told('PasswordSet', { ...WELL.password, reason: 'reset', mustChange: false });
    given(user, ...active)
      .when(issue(commands.RequestPasswordReset, { email: EMAIL, ...CAPTCHA }), stranger)
      .then(requested);
    given(user, ...active, requested)
      .when(reset, { ...stranger, now: later({ minutes: 59 }) })
      .then(set);
    given(user, ...active, told('UserLocked', { until: later({ days: 1 }), lockCount: 9 }), requested)
      .when(reset, stranger)
      .then(set, told('UserUnlocked', { by: 'anonymous' }));
    given(user, ...active, requested)
      .when(reset, { ...stranger, now: later({ hours: 1 }) })
      .thenRefused('RESET_LINK_INVALID');
    given(user, ...active, requested, set)
      .when(reset, stranger)
      .thenRefused('RESET_LINK_INVALID');
    given(user, ...active, requested)
      .when(reset, { ...stranger, answers: { ...WELL, fits: false } })
      .thenRefused('RESET_LINK_INVALID');
    given(user, ...active, requested)
      .when(issue(commands.ResetPassword, { ...reset, newPassword: 'weak' }), stranger)
      .thenRefused('WEAK_PASSWORD');
  });
});

describe('Letters with links', () => {
  const fresh = (span: object) => ({ now: later(span) });
  const ask = issue(commands.RequestPasswordReset, { email: EMAIL, ...CAPTCHA });
  const asked = (span: object) => told('PasswordResetRequested', { ...WELL.reset, expiresAt: later({ hours: 1 }) }, { at: later(span) });

  test('D05 to a new password go a minute apart and five in a day; whoever asks sooner is answered all the same', () => {
    given(user, ...active, asked({}))
      .when(ask, { ...stranger, ...fresh({ seconds: 59 }) })
      .thenNothing();
    const { events } = given(user, ...active, asked({})).when(ask, { ...stranger, ...fresh({ seconds: 60 }) }).result;
    expect(events.map(({ type }) => type)).toEqual(['PasswordResetRequested']);
    const five = [0, 1, 2, 3, 4].map((hours) => asked({ hours }));
    given(user, ...active, ...five)
      .when(ask, { ...stranger, ...fresh({ hours: 23 }) })
      .thenNothing();
    expect(given(user, ...active, ...five).when(ask, { ...stranger, ...fresh({ hours: 24 }) }).result.events).toHaveLength(1);
  });

  test('D06 to another address go a minute apart, too', () => {
    const change = told('EmailChangeRequested', { newEmail: 'a@new.ru', ...WELL.change, expiresAt: later({ hours: 24 }) });
    given(user, ...active, change)
      .when(issue(commands.RequestEmailChange, { newEmail: 'b@new.ru', currentPassword: STRONG }), { ...self, ...fresh({ seconds: 30 }) })
      .thenRefused('RATE_LIMITED', { seconds: 30 });
  });
});

describe('Another e-mail address', () => {
  const ask = (newEmail: string) => issue(commands.RequestEmailChange, { newEmail, currentPassword: STRONG });
  const requested = told('EmailChangeRequested', { newEmail: 'a@new.ru', ...WELL.change, expiresAt: later({ hours: 24 }) });
  const confirm = issue(commands.ConfirmEmailChange, { userId, token: 'token' });
  const holder = stream(
    user,
    boris.userId,
    told('UserRegistered', { email: 'A@new.ru', locale: 'ru', origin: 'self' }),
    told('UserActivated', { via: 'link' }),
  );

  test('D06 takes effect when its link is opened within a day', () => {
    given(user, ...active)
      .when(ask('a@new.ru'), self)
      .then(requested);
    given(user, ...active, requested)
      .when(confirm, stranger)
      .then(told('UserEmailChanged', { oldEmail: EMAIL, newEmail: 'a@new.ru' }));
    given(user, ...active, requested)
      .when(confirm, { ...stranger, now: later({ hours: 24 }) })
      .thenRefused('RESET_LINK_INVALID');
    given(user, ...active, requested)
      .when(confirm, { ...stranger, answers: { fits: false } })
      .thenRefused('RESET_LINK_INVALID');
  });

  test('D04 must be nobody else’s, when it is asked for and when it is confirmed', () => {
    given(user, ...active)
      .and(holder)
      .when(ask('a@new.ru'), self)
      .thenRefused('EMAIL_TAKEN');
    given(user, ...active, requested)
      .and(holder)
      .when(confirm, stranger)
      .thenRefused('EMAIL_TAKEN');
  });

  test('may be the own one in another case; the very same changes nothing', () => {
    given(user, ...active)
      .when(ask('Anna@romashka.ru'), self)
      .then({ ...requested, data: { ...requested.data, newEmail: 'Anna@romashka.ru' } });
    given(user, ...active)
      .when(ask(EMAIL), self)
      .thenNothing();
  });

  test('needs the password', () =>
    given(user, ...active)
      .when(ask('a@new.ru'), { ...self, answers: { ...WELL, right: false } })
      .thenRecordsRefusal('BAD_CREDENTIALS', told('SignInFailed', { reason: 'password', count: 1 })));

  test('D03 whoever has only a session tries no more than four passwords by it', () => {
    const failures = [1, 2, 3, 4].map((count) => told('SignInFailed', { reason: 'password', count }));
    const wrong = { ...self, answers: { ...WELL, right: false } };
    const change = issue(commands.ChangePassword, { currentPassword: 'guess', newPassword: STRONG });
    for (const command of [change, ask('a@new.ru')]) {
      const fifth = given(user, ...active, ...failures).when(command, wrong);
      expect(fifth.result.events.map(({ type }) => type)).toEqual(['SignInFailed', 'UserLocked']);
      given(user, ...active, ...failures, ...(fifth.result.events as Fact[]))
        .when(command, self)
        .thenRefused('USER_LOCKED');
    }
  });
});
