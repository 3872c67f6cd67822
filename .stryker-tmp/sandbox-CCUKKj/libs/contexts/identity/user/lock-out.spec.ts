// @ts-nocheck
import { after } from '@letopis/kernel';
import fc from 'fast-check';
import { given, issue, NOW, play } from '../../../kernel/testing';
import { active, anna, anonymous, deactivated, EMAIL, registered, STRONG, WELL } from '../identity.fixtures';
import { SignIn } from './user.commands';
import { user } from './user';

const signIn = issue(SignIn, { email: EMAIL, password: STRONG });

/** Wrong passwords, minutes apart, some with the text of the picture read right. */
const attempts = fc.array(fc.record({ minutes: fc.oneof(fc.nat(4), fc.nat(40), fc.nat(2_000)), captcha: fc.boolean() }), { maxLength: 40 });

const timed = (list: readonly { minutes: number; captcha: boolean }[]) => {
  let now = NOW;
  return list.map(({ minutes, captcha }) => ({ captcha, now: (now = after(now, { minutes })) }));
};

const circumstances = (captcha: boolean, now: string, earlier: readonly string[] = []) => ({
  actor: anonymous,
  id: anna.userId,
  now,
  answers: { ...WELL, right: false, captcha, earlier },
});

describe('An address that nobody has', () => {
  test.each([
    ['active', active],
    ['not activated', registered],
    ['switched off', deactivated],
  ])('D05 D03 is refused exactly as an account that is %s, whatever wrong passwords are tried when', (_, facts) => {
    fc.assert(
      fc.property(attempts, (list) => {
        const steps = timed(list).map(({ captcha, now }) => ({ command: signIn, circumstances: circumstances(captcha, now) }));
        const account = play(user, steps, { id: anna.userId, facts }).map(({ refused }) => refused);

        const noted: string[] = [];
        const nobody = timed(list).map(({ captcha, now }) => {
          const { refused } = given(user).when(signIn, circumstances(captcha, now, [...noted])).result;
          if (refused === 'BAD_CREDENTIALS') noted.push(now);
          return refused;
        });
        expect(nobody).toEqual(account);
      }),
      { numRuns: 200 },
    );
  });
});
