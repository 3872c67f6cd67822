import { newId } from '@letopis/kernel';
import { type Caller, World } from '../support/world';

const ANNA = 'anna@romashka.ru';

describe('Signing in', () => {
  let world: World;
  let anna: Caller;
  let password: string;
  beforeAll(async () => {
    world = await World.start();
    anna = await world.person(ANNA);
    password = world.letters(ANNA)[0]!.password!;
  });
  afterAll(() => world.stop());

  const attempt = async (changes: object = {}) => world.stranger.refused('SignIn', { email: ANNA, password, ...changes });

  test('a wrong password and an unknown address get one and the same answer', async () => {
    const wrong = await world.stranger.send('SignIn', { email: ANNA, password: 'nothing-1' });
    const unknown = await world.stranger.send('SignIn', { email: 'nobody@romashka.ru', password: 'nothing-1' });
    const { correlationId: _, ...first } = wrong.body;
    const { correlationId: __, ...second } = unknown.body;
    expect(second).toEqual(first);
    expect(first).toMatchObject({ status: 401, code: 'BAD_CREDENTIALS' });
  });

  test('the third failure asks for a captcha, the fifth locks, and a lock ends by itself', async () => {
    await attempt({ password: 'wrong-2' });
    await attempt({ password: 'wrong-3' });
    expect(await attempt()).toBe('422 CAPTCHA_INVALID');
    expect(await attempt({ password: 'wrong-4', ...(await world.captcha()) })).toBe('401 BAD_CREDENTIALS');
    expect(await attempt({ password: 'wrong-5', ...(await world.captcha()) })).toBe('401 BAD_CREDENTIALS');
    expect(await attempt({ ...(await world.captcha()) })).toBe('423 USER_LOCKED');
    await world.pass({ minutes: 16 });
    anna = await world.signIn(ANNA, password);
  });

  test('a changed password closes the other sessions and is told by letter', async () => {
    const elsewhere = await world.signIn(ANNA, password);
    expect(await anna.refused('ChangePassword', { currentPassword: 'x', newPassword: 'новый пароль 1' })).toBe('401 BAD_CREDENTIALS');
    expect(await anna.refused('ChangePassword', { currentPassword: password, newPassword: 'короткий1' })).toBe('422 WEAK_PASSWORD');
    expect(await anna.refused('ChangePassword', { currentPassword: password, newPassword: password })).toBe('422 PASSWORD_UNCHANGED');
    await anna.ok('ChangePassword', { currentPassword: password, newPassword: 'новый пароль 1' });
    await world.settle();
    expect(await elsewhere.refused('AddLegalEntity', { inn: '7707083893' })).toBe('401 SESSION_CLOSED');
    expect(await anna.rows('user_sessions', '?filter[status]=open')).toMatchObject([{ id: anna.sessionId }]);
    expect(world.lastLetter(ANNA).subject).toBe('Пароль изменён');
    password = 'новый пароль 1';
  });

  test('asking for a new password tells nobody whether the address is known', async () => {
    const [known, unknown] = await Promise.all(
      [ANNA, 'nobody@romashka.ru'].map(async (email) => world.stranger.send('RequestPasswordReset', { email, ...(await world.captcha()) })),
    );
    const told = ({ status, body, headers }: NonNullable<typeof known>) => [status, Object.keys(body), headers.has('etag')];
    expect(told(unknown!)).toEqual(told(known!));
    for (const { headers } of [known!, unknown!]) {
      // Neither the token nor the story tells whether anything has happened.
      expect(Number(headers.get('x-consistency-token'))).toBeGreaterThan(0);
      const { body } = await world.stranger.get(`/v1/audit/stories/${headers.get('x-correlation-id')}`);
      expect(Object.keys(body).sort()).toEqual(['correlationId', 'settled', 'token']);
      expect(body.token).toBeGreaterThan(0);
    }
    await world.settle();
    // A story that could be waited for would tell by how long that takes.
    for (const { headers } of [known!, unknown!]) {
      const story = await world.product.runtime.audit.story(headers.get('x-correlation-id')!, { settled: true });
      expect(story).toMatchObject({ settled: true, events: [] });
    }
    const { user, token } = world.lastLetter(ANNA);
    await world.stranger.ok('ResetPassword', { userId: user, token, newPassword: 'совсем новый 2' });
    expect(await world.stranger.refused('ResetPassword', { userId: user, token, newPassword: 'совсем новый 3' })).toBe(
      '410 RESET_LINK_INVALID',
    );
    password = 'совсем новый 2';
    anna = await world.signIn(ANNA, password);
  });

  test('the story of a sign-in tells nobody whether the address is known', async () => {
    for (const email of [ANNA, 'nobody@romashka.ru']) {
      const { status, headers } = await world.stranger.send('SignIn', { email, password: 'не тот пароль 9' });
      expect(status).toBe(401);
      await world.settle();
      const story = await world.product.runtime.audit.story(headers.get('x-correlation-id')!, { settled: true });
      expect(story).toMatchObject({ settled: true, events: [] });
    }
  });

  test('one idempotency key and one captcha for two addresses give neither one token nor two letters', async () => {
    await world.person('mallory@evil.ru');
    const key = { 'idempotency-key': newId() };
    const captcha = await world.captcha();
    const before = world.letters().length;
    await Promise.all(
      ['mallory@evil.ru', 'anna@romashka.ru'].map((email) => world.stranger.send('RequestPasswordReset', { email, ...captcha }, key)),
    );
    await world.settle();
    const letters = world.letters().slice(before);
    expect(letters.length).toBeLessThanOrEqual(1);
    const stolen = letters.find(({ to }) => to === 'mallory@evil.ru')?.token;
    if (stolen) {
      const attack = { userId: anna.userId, token: stolen, newPassword: 'захваченный 1' };
      expect(await world.stranger.refused('ResetPassword', attack)).toBe('410 RESET_LINK_INVALID');
    }
  });

  test('a refused change of password leaves nothing behind that the same key could bring up', async () => {
    const key = { 'idempotency-key': newId() };
    expect(await anna.refused('ChangePassword', { currentPassword: password, newPassword: password }, key)).toBe('422 PASSWORD_UNCHANGED');
    await anna.ok('ChangePassword', { currentPassword: password, newPassword: 'четвёртый пароль 4' }, key);
    expect(await world.stranger.refused('SignIn', { email: ANNA, password })).toBe('401 BAD_CREDENTIALS');
    password = 'четвёртый пароль 4';
    anna = await world.signIn(ANNA, password);
  });

  test('a new address is confirmed by its link, told to both, and the old one is free', async () => {
    await anna.ok('RequestEmailChange', { newEmail: 'a.sokolova@romashka.ru', currentPassword: password });
    await world.settle();
    const { user, token } = world.lastLetter('a.sokolova@romashka.ru');
    await world.stranger.ok('ConfirmEmailChange', { userId: user, token });
    await world.settle();
    for (const to of [ANNA, 'a.sokolova@romashka.ru']) expect(world.lastLetter(to).subject).toBe('Адрес изменён');
    anna = await world.signIn('a.sokolova@romashka.ru', password);
    await world.register(ANNA);
  });

  test('R003 a withdrawn consent switches the account off at once and erases it after thirty days', async () => {
    await anna.ok('WithdrawConsent', {});
    await world.settle();
    expect(await anna.refused('AddLegalEntity', { inn: '7707083893' })).toBe('401 SESSION_CLOSED');
    expect(await world.stranger.refused('SignIn', { email: 'a.sokolova@romashka.ru', password })).toBe('403 USER_DEACTIVATED');
    await world.pass({ days: 31 });
    expect(await world.events(`user-${anna.userId}`)).toContain('UserErased');
    const admin = await world.admin().catch(() => undefined);
    expect(admin).toBeUndefined(); // its one-time link was for an hour, and a month has passed
  });

  test('read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});
