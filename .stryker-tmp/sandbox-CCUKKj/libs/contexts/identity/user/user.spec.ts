// @ts-nocheck
import { after, defaultSettings, derivedId } from '@letopis/kernel';
import { given, issue, NOW, stream } from '../../../kernel/testing';
import {
  active,
  anna,
  anonymous,
  boris,
  CAPTCHA,
  deactivated,
  EMAIL,
  POLICY,
  registered,
  sagas,
  staff,
  STRONG,
  told,
  WELL,
} from '../identity.fixtures';
import * as commands from './user.commands';
import { user } from './user';

const { userId } = anna;
const stranger = { actor: anonymous, id: userId, answers: WELL };
const later = (span: object) => after(NOW, span);

describe('Registration', () => {
  const registration = (fields: Partial<commands.RegisterUser> = {}) =>
    issue(commands.RegisterUser, {
      userId,
      email: ` ${EMAIL} `,
      personalDataConsent: true,
      consentPolicyVersion: POLICY,
      ...CAPTCHA,
      ...fields,
    });
  const [UserRegistered] = registered as [(typeof registered)[number]];

  test('R002 R003 R004 a person registers with e-mail, captcha and consent, and has a password and a link', () => {
    given(user)
      .when(registration({ locale: 'en' }), stranger)
      .then(
        told('UserRegistered', { email: EMAIL, locale: 'en', origin: 'self', ip: '10.0.0.1' }),
        told('PersonalDataConsentGiven', { policyVersion: POLICY, ip: '10.0.0.1' }),
        told('PasswordSet', { ...WELL.password, reason: 'initial', mustChange: false }),
        told('ActivationIssued', { ...WELL.activation, passwordRef: 'vault:password', expiresAt: later({ hours: 72 }), attempt: 1 }),
      );
  });

  test('R015 who comes by an invitation is remembered as such', () => {
    const invitationId = boris.userId;
    const [first] = given(user).when(registration({ invitationId }), stranger).result.events;
    expect(first).toMatchObject({ data: { origin: 'invitation', invitationId } });
  });

  test('R003 not without consent, nor to another version of its text', () => {
    given(user)
      .when(registration({ personalDataConsent: false }), stranger)
      .thenRefused('CONSENT_REQUIRED');
    given(user)
      .when(registration({ consentPolicyVersion: '2025-01' }), stranger)
      .thenRefused('CONSENT_VERSION_OUTDATED', { version: POLICY });
    const settings = { ...defaultSettings, consentPolicyVersion: '2025-01' };
    expect(given(user).when(registration({ consentPolicyVersion: '2025-01' }), { ...stranger, settings }).result.refused).toBeUndefined();
  });

  test('R002 not without the text of the picture, and then neither password nor link is made', () => {
    given(user)
      .when(registration(), { ...stranger, answers: { captcha: false } })
      .thenRefused('CAPTCHA_INVALID');
  });

  test.each([
    ['an account that waits for its activation', 'EMAIL_NOT_ACTIVATED', registered],
    ['an active account', 'EMAIL_TAKEN', active],
    ['a switched-off account', 'EMAIL_TAKEN', [...active, told('UserDeactivated', { reason: 'x' })]],
  ])('D04 D05 the address of %s is %s, in whatever case', (_, code, facts) => {
    const others = stream(user, boris.userId, ...facts);
    given(user)
      .and(others)
      .when(registration({ email: 'ANNA@Romashka.RU' }), stranger)
      .thenRefused(code);
  });

  test('D04 the address of an erased account is free', () => {
    const gone = stream(user, boris.userId, UserRegistered, told('UserDeactivated', { reason: 'x' }), told('UserErased', {}));
    expect(given(user).and(gone).when(registration(), stranger).result.refused).toBeUndefined();
  });

  test('an address that is none is refused though it looks like one', () => {
    given(user)
      .when(registration({ email: 'anna@romashka-.ru' }), stranger)
      .thenRefused('EMAIL_INVALID');
  });

  test('staff have an account at once, and must change the password that they were given', () => {
    const command = issue(commands.RegisterStaffUser, { userId, email: EMAIL, origin: 'import', passwordSecretRef: 'vault:given' });
    given(user)
      .when(command, { actor: sagas, answers: { password: { credentialVersion: 'v1' } } })
      .then(
        told('UserRegistered', { email: EMAIL, locale: 'ru', origin: 'import' }),
        told('PasswordSet', { secretRef: 'vault:given', credentialVersion: 'v1', reason: 'initial', mustChange: true }),
        told('UserActivated', { via: 'import' }),
      );
    given(user, ...staff)
      .when(issue(commands.SetUserPassword, { userId, secretRef: 'vault:x', mustChange: true }), {
        actor: sagas,
        answers: { password: { credentialVersion: 'v2' } },
      })
      .then(told('PasswordSet', { credentialVersion: 'v2', reason: 'admin', secretRef: 'vault:x', mustChange: true }));
  });
});

describe('Activation', () => {
  const activate = issue(commands.ActivateUser, { userId, token: 'token' });
  const resend = issue(commands.ResendActivation, { email: EMAIL, ...CAPTCHA });
  const letter = (at: string, attempt: number) =>
    told('ActivationIssued', { ...WELL.activation, passwordRef: 'vault:p', expiresAt: after(at, { hours: 72 }), attempt }, { at });

  test('D01 R005 the link works for 72 hours, and again does nothing', () => {
    given(user, ...registered)
      .when(activate, { ...stranger, now: later({ hours: 71, minutes: 59 }) })
      .then(told('UserActivated', { via: 'link' }));
    given(user, ...registered)
      .when(activate, { ...stranger, now: later({ hours: 72 }) })
      .thenRefused('ACTIVATION_LINK_EXPIRED');
    given(user, ...active)
      .when(activate, { ...stranger, now: later({ days: 9 }) })
      .thenNothing();
  });

  test.each([
    ['registered', registered],
    ['active', active],
  ])('another link than the last one is void: %s', (_, facts) => {
    given(user, ...facts)
      .when(activate, { ...stranger, answers: { fits: false } })
      .thenRefused('ACTIVATION_LINK_INVALID');
  });

  test('R004 at most one letter a minute', () => {
    given(user, ...registered)
      .when(resend, { ...stranger, now: later({ seconds: 59 }) })
      .thenRefused('RATE_LIMITED', { seconds: 1 });
    given(user, ...registered)
      .when(resend, { ...stranger, now: later({ seconds: 60 }) })
      .then(
        told('PasswordSet', { ...WELL.password, reason: 'initial', mustChange: false }),
        told('ActivationIssued', {
          ...WELL.activation,
          passwordRef: 'vault:password',
          expiresAt: later({ hours: 72, seconds: 60 }),
          attempt: 2,
        }),
      );
  });

  test('R004 at most five letters in 24 hours', () => {
    const five = [...registered, ...[1, 2, 3, 4].map((hours) => letter(later({ hours }), hours + 1))];
    given(user, ...five)
      .when(resend, { ...stranger, now: later({ hours: 23 }) })
      .thenRefused('RATE_LIMITED', { seconds: 3_600 });
    expect(given(user, ...five).when(resend, { ...stranger, now: later({ hours: 24 }) }).result.refused).toBeUndefined();
  });

  test('a letter without the text of the picture is not sent', () => {
    given(user, ...registered)
      .when(resend, { ...stranger, answers: { captcha: false } })
      .thenRefused('CAPTCHA_INVALID');
  });
});

describe('Signing in', () => {
  const signIn = issue(commands.SignIn, { email: EMAIL, password: STRONG });
  const wrong = { ...stranger, answers: { ...WELL, right: false } };
  const failed = (count: number, at = NOW) => told('SignInFailed', { reason: 'password', count }, { at });
  const failures = (count: number) => Array.from({ length: count }, (_, at) => failed(at + 1));

  test('R005 opens a session that the answer names', () => {
    const outcome = given(user, ...active).when(signIn, { ...stranger, commandId: boris.userId });
    const sessionId = derivedId(boris.userId, 'session');
    outcome.then(told('SignedIn', { sessionId: sessionId, ip: '10.0.0.1' }));
    outcome.thenAnswers({ userId, sessionId: sessionId });
  });

  test('D05 an unknown address and a wrong password are told the same', () => {
    given(user).when(signIn, wrong).thenRefused('BAD_CREDENTIALS');
    for (const facts of [registered, active, deactivated]) {
      given(user, ...facts)
        .when(signIn, wrong)
        .thenRecordsRefusal('BAD_CREDENTIALS', told('SignInFailed', { ip: '10.0.0.1', reason: 'password', count: 1 }));
    }
  });

  test('D03 from the third failure on a picture has to be read', () => {
    const unread = { ...stranger, answers: { ...WELL, captcha: false } };
    expect(given(user, ...active, ...failures(2)).when(signIn, unread).result.refused).toBeUndefined();
    given(user, ...active, ...failures(3))
      .when(signIn, unread)
      .thenRefused('CAPTCHA_INVALID');
  });

  test('D03 the fifth failure in a quarter of an hour locks for a quarter of an hour', () => {
    const locked = told('UserLocked', { until: later({ minutes: 15 }), lockCount: 1 });
    given(user, ...active, ...failures(4))
      .when(signIn, wrong)
      .thenRecordsRefusal('BAD_CREDENTIALS', told('SignInFailed', { ip: '10.0.0.1', reason: 'password', count: 5 }), locked);
    const until = { time: later({ minutes: 15 }) };
    given(user, ...active, ...failures(5), locked)
      .when(signIn, { ...stranger, now: later({ minutes: 14 }) })
      .thenRefused('USER_LOCKED', until);
    expect(given(user, ...active, locked).when(signIn, { ...stranger, now: later({ minutes: 15 }) }).result.refused).toBeUndefined();
  });

  test('D03 failures of more than a quarter of an hour ago are forgotten', () => {
    given(user, ...active, ...failures(4))
      .when(signIn, { ...wrong, now: later({ minutes: 15 }) })
      .thenRecordsRefusal('BAD_CREDENTIALS', told('SignInFailed', { ip: '10.0.0.1', reason: 'password', count: 1 }));
  });

  test.each([
    [1, 30],
    [2, 60],
    [6, 960],
    [7, 1_440],
    [40, 1_440],
  ])('D03 after %i locks the next one lasts %i minutes', (lockCount, minutes) => {
    const before = told('UserLocked', { until: NOW, lockCount });
    const { events } = given(user, ...active, before, ...failures(4)).when(signIn, wrong).result;
    expect(events[1]).toEqual(told('UserLocked', { until: later({ minutes }), lockCount: lockCount + 1 }));
  });

  test('D03 success begins the counting anew', () => {
    const { after: state } = given(user, ...active, ...failures(4), told('UserLocked', { until: NOW, lockCount: 3 })).when(
      signIn,
      stranger,
    );
    expect(state).toMatchObject({ failures: { count: 0 }, lockCount: 0, lockedUntil: undefined });
  });
});
