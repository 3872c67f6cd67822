// @ts-nocheck
import { defaultSettings } from '@letopis/kernel';
import { World } from '../support/world';

const POLICY = defaultSettings.consentPolicyVersion;
const ANNA = 'anna@romashka.ru';

describe('Registration and activation', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const registration = async (changes: object = {}) => ({
    email: ANNA,
    personalDataConsent: true,
    consentPolicyVersion: POLICY,
    ...(await world.captcha()),
    ...changes,
  });

  test('S01 R002 R003 R004 R005 a stranger registers, opens the link and signs in with the password of the letter', async () => {
    const { aggregateId: userId } = await world.stranger.ok('RegisterUser', await registration());
    await world.settle();
    expect(await world.events(`user-${userId}`)).toEqual(['UserRegistered', 'PersonalDataConsentGiven', 'PasswordSet', 'ActivationIssued']);

    const letters = world.letters(ANNA);
    expect(letters).toHaveLength(1);
    const [{ token, password, subject }] = letters as [(typeof letters)[0]];
    expect(subject).toBe('Подтвердите адрес и войдите');
    expect(password).toMatch(/^[A-Za-z0-9]{16}$/);

    expect(await world.stranger.refused('SignIn', { email: ANNA, password })).toBe('403 USER_NOT_ACTIVATED');
    await world.stranger.ok('ActivateUser', { userId, token });
    const anna = await world.signIn(ANNA, password!);
    expect(await world.events(`user-${userId}`)).toEqual(expect.arrayContaining(['UserActivated', 'SignedIn']));
    expect(await world.events(`session-${anna.sessionId}`)).toEqual(['SessionOpened']);

    const again = await world.stranger.ok('ActivateUser', { userId, token });
    expect(again).toMatchObject({ noop: true, eventIds: [] });

    await world.settle();
    expect(await anna.rows('user_sessions')).toMatchObject([{ userId, status: 'open', ip: '127.0.0.1' }]);
    expect(await anna.rows('sign_in_history')).toMatchObject([{ userId, ok: true }]);
  });

  test('S01 no password, token or captcha answer is in an event or a read model', async () => {
    const [{ token, password }] = world.letters(ANNA) as [ReturnType<World['letters']>[0]];
    const { runtime } = world.product;
    const stored: string[] = [];
    for (const { name } of await runtime.db.listCollections().toArray()) {
      stored.push(JSON.stringify(await runtime.db.collection(name).find().toArray()));
    }
    for await (const { event } of runtime.store.everything())
      stored.push(JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
    const all = stored.join('\n');
    expect(all).toContain('UserRegistered');
    expect(all).not.toContain(token);
    expect(all).not.toContain(password);
    expect(all.toLowerCase()).not.toContain('"k7p2"');
  });

  test('S02 R003 registration is refused without consent, with a wrong captcha and for an address that is known', async () => {
    expect(
      await world.stranger.refused('RegisterUser', await registration({ email: 'boris@romashka.ru', personalDataConsent: false })),
    ).toBe('422 CONSENT_REQUIRED');
    expect(await world.stranger.refused('RegisterUser', await registration({ email: 'boris@romashka.ru', captchaAnswer: 'wrong' }))).toBe(
      '422 CAPTCHA_INVALID',
    );
    expect(await world.stranger.refused('RegisterUser', await registration({ email: 'ANNA@Romashka.RU' }))).toBe('409 EMAIL_TAKEN');
    await world.register('boris@romashka.ru');
    expect(await world.stranger.refused('RegisterUser', await registration({ email: 'Boris@ROMASHKA.ru' }))).toBe(
      '409 EMAIL_NOT_ACTIVATED',
    );
  });

  test('S02 a captcha can be answered once', async () => {
    const answered = await world.captcha();
    expect(
      await world.stranger.refused('RegisterUser', await registration({ email: 'vera@romashka.ru', ...answered, captchaAnswer: 'xxxxx' })),
    ).toBe('422 CAPTCHA_INVALID');
    expect(await world.stranger.refused('RegisterUser', await registration({ email: 'vera@romashka.ru', ...answered }))).toBe(
      '422 CAPTCHA_INVALID',
    );
  });

  test('S02 R004 a link older than 72 hours is dead, a new letter brings a new one and voids the old', async () => {
    const email = 'gleb@romashka.ru';
    const userId = await world.register(email);
    const first = world.lastLetter(email);
    await world.pass({ hours: 73 });
    expect(await world.stranger.refused('ActivateUser', { userId, token: first.token })).toBe('410 ACTIVATION_LINK_EXPIRED');

    await world.stranger.ok('ResendActivation', { email, ...(await world.captcha()) });
    await world.settle();
    expect(world.letters(email)).toHaveLength(2);
    const second = world.lastLetter(email);
    expect(await world.stranger.refused('ActivateUser', { userId, token: first.token })).toBe('422 ACTIVATION_LINK_INVALID');
    expect(await world.stranger.refused('ResendActivation', { email, ...(await world.captcha()) })).toBe('429 RATE_LIMITED');
    await world.stranger.ok('ActivateUser', { userId, token: second.token });
    await world.signIn(email, second.password!);
  });

  test('S02 an account that nobody activates is erased after thirty days, and its address is free again', async () => {
    const email = 'never@romashka.ru';
    const userId = await world.register(email);
    await world.pass({ days: 31 });
    expect(await world.events(`user-${userId}`)).toEqual(expect.arrayContaining(['UserDeactivated', 'UserErased']));
    expect(await world.register(email)).not.toBe(userId);
  });

  test('S01 S02 read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});
