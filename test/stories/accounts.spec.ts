import { defaultSettings, newId, system } from '@letopis/kernel';
import { RegisterStaffUser } from '@letopis/contexts/identity';
import { type Caller, World } from '../support/world';

const POLICY = defaultSettings.consentPolicyVersion;
const ADMIN = 'Летопись-2026';

describe('The life of an account', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    await world.admin(ADMIN);
  });
  afterAll(() => world.stop());

  /** Tokens live five minutes, and these stories last weeks. */
  const admin = (): Promise<Caller> => world.signIn(defaultSettings.adminEmail, ADMIN);
  const enter = (email: string, password: string) => world.stranger.refused('SignIn', { email, password });
  const events = (userId: string) => world.events(`user-${userId}`);

  test('S02 R004 D01 letters with a link come a minute apart and five in a day, and whoever asks sooner is told when', async () => {
    const email = 'limits@mail.ru';
    await world.register(email);
    const resend = async () => world.stranger.send('ResendActivation', { email, ...(await world.captcha()) });
    const soon = await resend();
    expect(soon.body).toMatchObject({ status: 429, code: 'RATE_LIMITED', title: 'Слишком много попыток. Повторите через 60 с' });
    expect(soon.headers.get('retry-after')).toBe('60');
    for (let letter = 2; letter <= 5; letter++) {
      await world.pass({ minutes: 1 });
      expect((await resend()).status).toBe(200);
    }
    await world.pass({ minutes: 1 });
    expect((await resend()).body.code).toBe('RATE_LIMITED');
    expect(world.letters(email)).toHaveLength(5);
    await world.pass({ hours: 24 });
    expect((await resend()).status).toBe(200);
    await world.settle();
    const letters = world.letters(email);
    const tokens = new Set(letters.map(({ token }) => token));
    expect(tokens.size).toBe(6);
    // Of all these links only the last one works.
    const { user, token, password } = letters.at(-1)!;
    expect(await world.stranger.refused('ActivateUser', { userId: user, token: letters[4]!.token })).toBe('422 ACTIVATION_LINK_INVALID');
    await world.stranger.ok('ActivateUser', { userId: user, token });
    expect(await enter(email, password!)).toBe('accepted');
    expect(await enter(email, letters[4]!.password!)).toBe('401 BAD_CREDENTIALS');
    expect((await resend()).body.code).toBe('USER_ALREADY_ACTIVE');
  });

  test('R005 being switched off and on proves no address: the link of the letter is still to be opened', async () => {
    const email = 'early@mail.ru';
    const userId = await world.register(email);
    const { token, password } = world.lastLetter(email);
    await (await admin()).ok('DeactivateUser', { userId, reason: 'Похоже на ошибку' });
    expect(await world.stranger.refused('ActivateUser', { userId, token })).toBe('403 USER_DEACTIVATED');
    await (await admin()).ok('ReactivateUser', { userId });
    expect(await enter(email, password!)).toBe('403 USER_NOT_ACTIVATED');
    await world.stranger.ok('ActivateUser', { userId, token });
    expect(await enter(email, password!)).toBe('accepted');
    await world.settle();
    expect(await (await admin()).rows('users_registry', '?q=early')).toMatchObject([{ status: 'active' }]);
  });

  test('D01 an account that was switched off and never activated vanishes after thirty days like others', async () => {
    const email = 'rubbish@mail.ru';
    const userId = await world.register(email);
    await (await admin()).ok('DeactivateUser', { userId, reason: 'Спам' });
    await world.pass({ days: 30 });
    expect(await events(userId)).toContain('UserErased');
    expect(await world.register(email)).not.toBe(userId);
  });

  test('R003 D07 a withdrawn consent: off at once; who comes back and consents anew stays', async () => {
    const email = 'back@mail.ru';
    const person = await world.person(email);
    const { password } = world.letters(email)[0]!;
    await person.ok('WithdrawConsent', {});
    await world.settle();
    expect(world.lastLetter(email).subject).toBe('Учётная запись отключена');
    expect(await enter(email, password!)).toBe('403 USER_DEACTIVATED');

    await world.pass({ days: 20 });
    await (await admin()).ok('ReactivateUser', { userId: person.userId });
    const again = await world.signIn(email, password!);
    expect(await again.refused('AddLegalEntity', { inn: '7707083893' })).toBe('422 CONSENT_REQUIRED');
    expect((await again.get('/v1/registries/user_sessions')).body.code).toBe('CONSENT_REQUIRED');
    expect(await again.refused('GiveConsent', { policyVersion: 'old' })).toBe('422 CONSENT_VERSION_OUTDATED');
    await again.ok('GiveConsent', { policyVersion: POLICY });
    await world.settle();
    await world.pass({ days: 20 });
    expect(await enter(email, password!)).toBe('accepted');
  });

  test('R003 D07 who comes back and does not consent is erased on the thirtieth day all the same', async () => {
    const email = 'silent@mail.ru';
    const person = await world.person(email);
    await person.ok('WithdrawConsent', {});
    await world.settle();
    await world.pass({ days: 29 });
    await (await admin()).ok('ReactivateUser', { userId: person.userId });
    expect(await events(person.userId)).not.toContain('UserErased');
    await world.pass({ days: 1 });
    expect((await events(person.userId)).slice(-2)).toEqual(['UserDeactivated', 'UserErased']);
    expect(await (await admin()).rows('users_registry', `?filter[status]=erased`)).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: person.userId, email: 'Данные удалены' })]),
    );
  });

  test('D02 R003 whoever was given an account changes the password, then consents, then works', async () => {
    const email = 'staff@romashka.ru';
    const { runtime } = world.product;
    const register = Object.assign(new RegisterStaffUser(), { email, origin: 'staff' });
    const { aggregateId: userId } = await runtime.dispatcher.execute(register, {
      commandId: newId(),
      actor: system('test'),
      correlationId: newId(),
    });
    const [, set] = await runtime.store.read(`user-${userId}`);
    const { secretRef, mustChange } = set!.data as { secretRef: string; mustChange: boolean };
    expect(mustChange).toBe(true);
    const box = await runtime.db.collection<{ _id: string }>('_vault').findOne({ _id: secretRef });
    expect(JSON.stringify(box)).not.toMatch(/"password"/);

    await world.stranger.ok('RequestPasswordReset', { email, ...(await world.captcha()) });
    await world.settle();
    const { token } = world.lastLetter(email);
    expect(await world.stranger.refused('ResetPassword', { userId, token, newPassword: 'short1' })).toBe('422 WEAK_PASSWORD');
    await world.stranger.ok('ResetPassword', { userId, token, newPassword: 'мой пароль 2026' });
    const staff = await world.signIn(email, 'мой пароль 2026');
    expect(await staff.refused('AddLegalEntity', { inn: '7707083893' })).toBe('422 CONSENT_REQUIRED');
    await staff.ok('GiveConsent', { policyVersion: POLICY });
    expect(await staff.refused('AddLegalEntity', { inn: '7707083893' })).toBe('accepted');
  });

  test('D03 a link to a new password lasts an hour, works once, lifts the lock and closes what is open', async () => {
    const email = 'locked@mail.ru';
    const person = await world.person(email);
    const ask = async () => {
      await world.stranger.ok('RequestPasswordReset', { email, ...(await world.captcha()) });
      await world.settle();
      return { userId: person.userId, token: world.lastLetter(email).token, newPassword: 'новый пароль 7' };
    };
    for (let failure = 1; failure <= 5; failure++)
      await world.stranger.send('SignIn', { email, password: 'x', ...(failure > 3 ? await world.captcha() : {}) });
    const late = await ask();
    await world.pass({ minutes: 60 });
    expect(await world.stranger.refused('ResetPassword', late)).toBe('410 RESET_LINK_INVALID');
    const link = await ask();
    await world.stranger.ok('ResetPassword', link);
    await world.settle();
    expect(await world.stranger.refused('ResetPassword', link)).toBe('410 RESET_LINK_INVALID');
    expect(await enter(email, 'новый пароль 7')).toBe('accepted');
    expect(await world.events(`session-${person.sessionId}`)).toEqual(['SessionOpened', 'SessionClosed']);
    expect(world.lastLetter(email).subject).toBe('Пароль изменён');
  });

  test('D04 D06 an address that somebody else takes before it is confirmed stays theirs', async () => {
    const person = await world.person('mover@mail.ru');
    const { password } = world.letters('mover@mail.ru')[0]!;
    expect(await person.refused('RequestEmailChange', { newEmail: 'new@mail.ru', currentPassword: 'не тот' })).toBe('401 BAD_CREDENTIALS');
    expect(await person.refused('RequestEmailChange', { newEmail: 'locked@mail.ru', currentPassword: password })).toBe('409 EMAIL_TAKEN');
    await person.ok('RequestEmailChange', { newEmail: 'Contested@mail.ru', currentPassword: password });
    await world.settle();
    const { user, token } = world.lastLetter('Contested@mail.ru');
    await world.person('contested@mail.ru');
    expect(await world.stranger.refused('ConfirmEmailChange', { userId: user, token })).toBe('409 EMAIL_TAKEN');
    expect(await enter('mover@mail.ru', password!)).toBe('accepted');
  });

  test('the last administrator of the service stays one, and is unlocked by nobody else', async () => {
    const only = await admin();
    expect(await only.refused('RevokePlatformRole', { userId: only.userId, role: 'PLATFORM_ADMIN' })).toBe('409 LAST_PLATFORM_ADMIN');
    expect(await only.refused('DeactivateUser', { userId: only.userId, reason: 'x' })).toBe('409 LAST_PLATFORM_ADMIN');
    const other = await world.person('second@mail.ru');
    expect(await other.refused('UnlockUser', { userId: only.userId })).toBe('403 FORBIDDEN');
    await only.ok('GrantPlatformRole', { userId: other.userId, role: 'PLATFORM_ADMIN' });
    await other.ok('UnlockUser', { userId: only.userId });
    await only.ok('RevokePlatformRole', { userId: only.userId, role: 'PLATFORM_ADMIN' });
    expect(await other.refused('DeactivateUser', { userId: other.userId, reason: 'x' })).toBe('409 LAST_PLATFORM_ADMIN');
  });

  test('read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});
