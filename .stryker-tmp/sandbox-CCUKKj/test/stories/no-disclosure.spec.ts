// @ts-nocheck
import { newId } from '@letopis/kernel';
import { type Answer, World } from '../support/world';

// The module itself, not a copy of its names: what is counted is the work of the port.
const argon2 = jest.requireActual<Record<'hash' | 'verify', () => unknown>>('@node-rs/argon2');

const KNOWN = 'anna@romashka.ru';
const UNKNOWN = 'nobody@romashka.ru';

/** What differs from call to call whoever asks. */
const told = ({ status, body, headers }: Answer) => {
  const { correlationId: _, commandId: __, time: ___, title, ...rest } = body;
  return { status, ...rest, title: title?.replace(/\d{4}-.*/, '…'), names: [...headers.keys()].sort() };
};

describe('Nobody learns whether an address is known', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    await world.person(KNOWN);
  });
  afterAll(() => world.stop());

  /** The answers to the same calls about either address, and the password hashes that were worked on for each. */
  const both = async (ask: (email: string) => Promise<Answer>) => {
    const verified = jest.spyOn(argon2, 'verify');
    const hashed = jest.spyOn(argon2, 'hash');
    try {
      const one = async (email: string) => {
        verified.mockClear();
        hashed.mockClear();
        const answer = told(await ask(email));
        return { answer, hashes: verified.mock.calls.length + hashed.mock.calls.length };
      };
      return { known: await one(KNOWN), unknown: await one(UNKNOWN) };
    } finally {
      verified.mockRestore();
      hashed.mockRestore();
    }
  };
  const attempt = (extra: object = {}) => both((email) => world.stranger.send('SignIn', { email, password: 'неверный 1', ...extra }));
  const solvedAttempt = () =>
    both(async (email) => world.stranger.send('SignIn', { email, password: 'неверный 1', ...(await world.captcha()) }));

  test('D05 D03 a wrong password is the same answer and one hash for both, then the same captcha, then the same lock', async () => {
    for (const expected of [
      { code: 'BAD_CREDENTIALS', hashes: 1, ask: attempt },
      { code: 'BAD_CREDENTIALS', hashes: 1, ask: attempt },
      { code: 'BAD_CREDENTIALS', hashes: 1, ask: attempt },
      { code: 'CAPTCHA_INVALID', hashes: 0, ask: attempt },
      { code: 'BAD_CREDENTIALS', hashes: 1, ask: solvedAttempt },
      { code: 'BAD_CREDENTIALS', hashes: 1, ask: solvedAttempt },
      { code: 'USER_LOCKED', hashes: 0, ask: solvedAttempt },
    ]) {
      const { known, unknown } = await expected.ask();
      expect(known).toMatchObject({ answer: { code: expected.code }, hashes: expected.hashes });
      expect(unknown).toEqual(known);
    }
    await world.pass({ minutes: 16 });
    const { known, unknown } = await attempt();
    expect(known.answer.code).toBe('BAD_CREDENTIALS');
    expect(unknown).toEqual(known);
  });

  test('D05 asking for a new password is the same answer and one hash for both', async () => {
    const asked = await both(async (email) => world.stranger.send('RequestPasswordReset', { email, ...(await world.captcha()) }));
    expect(asked.known).toMatchObject({ answer: { status: 200 }, hashes: 1 });
    expect(asked.unknown).toEqual(asked.known);
    const refused = await both((email) => world.stranger.send('RequestPasswordReset', { email }));
    expect(refused.known).toMatchObject({ answer: { code: 'CAPTCHA_INVALID' }, hashes: 0 });
    expect(refused.unknown).toEqual(refused.known);
  });

  test('D05 S31 a key that comes again, with the same or another payload, is the same answer for both', async () => {
    for (const [command, payload] of [
      ['RequestPasswordReset', async () => world.captcha()],
      ['SignIn', async () => ({ password: `другой ${newId()}` })],
    ] as const) {
      const keys = { [KNOWN]: { 'idempotency-key': newId() }, [UNKNOWN]: { 'idempotency-key': newId() } } as Record<string, object>;
      const first = { [KNOWN]: await payload(), [UNKNOWN]: await payload() } as Record<string, object>;
      const send = (email: string, fields: object) => world.stranger.send(command, { email, ...fields }, keys[email] as never);
      const rounds = [
        await both((email) => send(email, first[email]!)),
        await both((email) => send(email, first[email]!)),
        await both(async (email) => send(email, await payload())),
      ];
      for (const { known, unknown } of rounds) expect(unknown.answer).toEqual(known.answer);
    }
  });
});
