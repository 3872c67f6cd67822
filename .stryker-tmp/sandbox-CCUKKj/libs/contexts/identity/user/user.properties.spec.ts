// @ts-nocheck
import { after, isUuid, type Actor } from '@letopis/kernel';
import fc from 'fast-check';
import { issue, NOW, play, type Moment, type Step } from '../../../kernel/testing';
import { active, admin, anna, anonymous, CAPTCHA, EMAIL, POLICY, sagas, STRONG, WELL } from '../identity.fixtures';
import * as commands from './user.commands';
import type { User } from './user.state';
import { user } from './user';

const { userId } = anna;
const ASKED: ReadonlyArray<readonly [object, Actor]> = [
  [issue(commands.RegisterUser, { userId, email: EMAIL, personalDataConsent: true, consentPolicyVersion: POLICY, ...CAPTCHA }), anonymous],
  [issue(commands.RegisterStaffUser, { userId, email: EMAIL, origin: 'staff' }), sagas],
  [issue(commands.ResendActivation, { email: EMAIL, ...CAPTCHA }), anonymous],
  [issue(commands.ActivateUser, { userId, token: 't' }), anonymous],
  [issue(commands.SignIn, { email: EMAIL, password: STRONG }), anonymous],
  [issue(commands.GiveConsent, { policyVersion: POLICY }), anna],
  [issue(commands.WithdrawConsent), anna],
  [issue(commands.ChangePassword, { currentPassword: 'old', newPassword: STRONG }), anna],
  [issue(commands.RequestPasswordReset, { email: EMAIL, ...CAPTCHA }), anonymous],
  [issue(commands.ResetPassword, { userId, token: 't', newPassword: STRONG }), anonymous],
  [issue(commands.RequestEmailChange, { newEmail: 'a@new.ru', currentPassword: 'old' }), anna],
  [issue(commands.ConfirmEmailChange, { userId, token: 't' }), anonymous],
  [issue(commands.UnlockUser, { userId }), admin],
  [issue(commands.DeactivateUser, { userId, reason: 'left' }), admin],
  [issue(commands.ReactivateUser, { userId }), admin],
  [issue(commands.EraseUser, { userId }), sagas],
  [issue(commands.EraseUser, { userId }), admin],
  [issue(commands.SetUserPassword, { userId, secretRef: 'vault:x', mustChange: true }), sagas],
  [issue(commands.GrantPlatformRole, { userId, role: 'PLATFORM_ADMIN' }), admin],
  [issue(commands.RevokePlatformRole, { userId, role: 'PLATFORM_ADMIN' }), admin],
];

const asked = fc.record({
  what: fc.constantFrom(...ASKED),
  /** Most of what people do follows soon; some of it days later. */
  minutes: fc.oneof(fc.nat(20), fc.nat(60 * 24 * 40)),
  right: fc.boolean(),
  captcha: fc.boolean(),
});

/** Any sequence of commands, in the order of time. */
const sequences = fc.array(asked, { maxLength: 40 }).map((list): Step[] => {
  let now = NOW;
  return list.map(({ what: [command, actor], minutes, right, captcha }) => {
    now = after(now, { minutes });
    return { command, circumstances: { actor, now, id: userId, answers: { ...WELL, right, fits: right, captcha } } };
  });
});

const ALLOWED = [
  'none registered',
  'none active', // staff
  'registered active',
  'registered deactivated',
  'active deactivated',
  'deactivated active',
  'deactivated registered', // who never opened the link
  'deactivated erased',
];

const always = (law: (moments: readonly Moment<User>[]) => void, facts: typeof active = []) =>
  fc.assert(
    fc.property(sequences, (steps) => law(play(user, steps, { id: userId, facts }))),
    { numRuns: 150 },
  );

describe('Whatever is asked in whatever order', () => {
  test('only the transitions of the state table happen, and evolving never fails', () => {
    always((moments) => {
      for (const { before, after } of moments) {
        if (before.status !== after.status) expect(ALLOWED).toContain(`${before.status} ${after.status}`);
      }
    });
  });

  test('a refusal changes nothing but what it records itself: a failure to sign in', () => {
    always((moments) => {
      for (const { refused, events, before, after } of moments) {
        if (refused === undefined) continue;
        if (refused !== 'BAD_CREDENTIALS') expect(after).toEqual(before);
        for (const { type } of events) expect(['SignInFailed', 'UserLocked']).toContain(type);
      }
    }, active);
  });

  test('the address is held exactly while the account is there and not erased', () => {
    always((moments) => {
      for (const { after: state } of moments) {
        expect(user.keys(state, userId)).toHaveLength(state.status === 'none' || state.status === 'erased' ? 0 : 1);
      }
    });
  });

  test('nobody signs in while locked, switched off, erased or not activated; an erased account stays erased', () => {
    always((moments) => {
      for (const { step, before, events, after: state } of moments) {
        if (events.some(({ type }) => type === 'SignedIn')) {
          expect(before.status).toBe('active');
          expect((before.lockedUntil ?? '') <= step.circumstances!.now!).toBe(true);
        }
        if (before.status === 'erased') expect(state).toEqual(before);
      }
    }, active);
  });

  test('D03 never are there more than four failures without a lock, and no lock lasts longer than a day', () => {
    always((moments) => {
      for (const { step, events, after: state } of moments) {
        expect(state.failures.count).toBeLessThan(5);
        for (const { type, data } of events) {
          if (type === 'UserLocked') expect((data as { until: string }).until <= after(step.circumstances!.now!, { days: 1 })).toBe(true);
        }
      }
    }, active);
  });

  test('no event holds a password, a token or the text of a picture', () => {
    always((moments) => {
      const recorded = JSON.stringify(moments.flatMap(({ events }) => events));
      expect(recorded).not.toContain(STRONG);
      expect(recorded).not.toContain(CAPTCHA.captchaAnswer);
      for (const { events } of moments) {
        for (const { type, data } of events) if (type === 'SignedIn') expect(isUuid((data as { sessionId: string }).sessionId)).toBe(true);
      }
    }, active);
  });

  test('D01 letters with a link are a minute apart, and at most five in a day', () => {
    const letters = (moments: readonly Moment<User>[]) =>
      moments.flatMap(({ step, events }) => (events.some(({ type }) => type === 'ActivationIssued') ? [step.circumstances!.now!] : []));
    const resending = sequences.map((steps) =>
      steps.map((step) => ({ ...step, command: ASKED[2]![0], circumstances: { ...step.circumstances, actor: anonymous, answers: WELL } })),
    );
    fc.assert(
      fc.property(resending, (steps) => {
        const sent = letters(
          play(user, [{ command: ASKED[0]![0], circumstances: { actor: anonymous, now: NOW, id: userId, answers: WELL } }, ...steps], {
            id: userId,
          }),
        );
        sent.forEach((at, place) => {
          const earlier = sent.slice(0, place);
          expect(earlier.every((before) => at >= after(before, { seconds: 60 }))).toBe(true);
          expect(earlier.filter((before) => after(before, { days: 1 }) > at).length).toBeLessThan(5);
        });
      }),
      { numRuns: 150 },
    );
  });
});
