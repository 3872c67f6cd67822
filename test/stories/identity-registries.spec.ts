import { asDeclared } from '../support/registry';
import { type Caller, World } from '../support/world';

describe('Registries of accounts', () => {
  let world: World;
  let admin: Caller;
  let anna: Caller;
  let boris: Caller;
  beforeAll(async () => {
    world = await World.start();
    admin = await world.admin();
    [anna, boris] = [await world.person('anna@romashka.ru'), await world.person('boris.petrov@romb-stroy.ru')];
    await world.register('vera@mail.ru');
    const romashka = await world.client(admin, anna, '7707083893', 'Ромашка');
    await anna.ok('EnterWorkspace', { organizationId: romashka });
    await admin.ok('GrantPlatformRole', { userId: boris.userId, role: 'AUDITOR' });
    for (let failure = 1; failure <= 5; failure++) {
      const captcha = failure > 3 ? await world.captcha() : {};
      await world.stranger.send('SignIn', { email: 'boris.petrov@romb-stroy.ru', password: 'неверный 1', ...captcha });
    }
    await boris.ok('CloseSession', { sessionId: boris.sessionId, reason: 'signed_out' });
    await anna.ok('UpdateProfileContacts', { displayName: 'Соколова Анна', phones: ['8 916 123-45-67'] });
    await admin.ok('CreateServiceAccount', { name: 'Биллинг', commands: [], registries: [] });
    const gleb = await world.person('gleb@mail.ru');
    await admin.ok('DeactivateUser', { userId: gleb.userId, reason: 'По просьбе' });
    await world.settle();
  });
  afterAll(() => world.stop());

  test.each(['users_registry', 'user_sessions', 'sign_in_history', 'service_accounts', 'user_profiles'])(
    '%s is filtered, sorted and searched as it says',
    (code) => asDeclared(admin, code),
  );

  test('users_registry is found by what is typed on the other keyboard, too', async () => {
    for (const typed of ['anna', 'фттф', 'romb-stroy']) {
      const [row, ...more] = await admin.rows('users_registry', `?q=${encodeURIComponent(typed)}`);
      expect([typed, row?.email, more.length]).toEqual([
        typed,
        typed === 'romb-stroy' ? 'boris.petrov@romb-stroy.ru' : 'anna@romashka.ru',
        0,
      ]);
    }
    const locked = (await admin.rows('users_registry', '?q=boris'))[0];
    expect(locked).toMatchObject({ status: 'active', platformRoles: ['AUDITOR'], lockedUntil: expect.any(String) });
  });

  test('everybody sees the own sessions, sign-ins and profile, and not those of others', async () => {
    for (const code of ['user_sessions', 'sign_in_history', 'user_profiles']) {
      const own = await anna.rows(code);
      expect(new Set(own.map(({ userId }: { userId: string }) => userId))).toEqual(new Set([anna.userId]));
      expect(await anna.rows(code, `?filter[userId]=${boris.userId}`)).toEqual([]);
      expect((await world.stranger.get(`/v1/registries/${code}`)).body.code).toBe('NOT_AUTHENTICATED');
    }
    for (const code of ['users_registry', 'service_accounts'])
      expect((await anna.get(`/v1/registries/${code}`)).body.code).toBe('FORBIDDEN');
  });

  test('D59 D60 whoever sets language and zone gets letters in them', async () => {
    await anna.ok('SetInterfaceLanguage', { locale: 'en' });
    await anna.ok('SetTimeZone', { timeZone: 'Asia/Yekaterinburg' });
    expect(await anna.refused('SetInterfaceLanguage', { locale: 'de' })).toBe('422 LOCALE_UNKNOWN');
    expect(await anna.refused('SetTimeZone', { timeZone: 'Moon' })).toBe('422 TIMEZONE_UNKNOWN');
    await world.stranger.ok('RequestPasswordReset', { email: 'anna@romashka.ru', ...(await world.captcha()) });
    await world.settle();
    const { subject, text } = world.lastLetter('anna@romashka.ru');
    expect(subject).toBe('A new password');
    expect(text).toContain('GMT+5');
    expect(await anna.rows('user_profiles')).toMatchObject([
      { displayName: 'Соколова Анна', phones: ['+79161234567'], locale: 'en', timeZone: 'Asia/Yekaterinburg' },
    ]);
  });

  test('S33 the only administrator of a client does not switch the own account off; once there is a second, it goes', async () => {
    const off = { userId: anna.userId, reason: 'Ухожу' };
    expect(await anna.refused('DeactivateUser', off)).toBe('409 LAST_ADMINISTRATOR');
    const [{ organizationId }] = await anna.rows('user_sessions', '?filter[status]=open');
    const viktor = await world.person('viktor@mail.ru');
    const { aggregateId } = await viktor.ok('CreateAccessRequest', { organizationId });
    await anna.ok('AcceptAccessRequest', { accessRequestId: aggregateId });
    await world.settle();
    await anna.ok('AssignAdministrator', { organizationId, userId: viktor.userId });
    await anna.ok('DeactivateUser', off);
    await world.settle();
    expect(await viktor.refused('DeactivateUser', { userId: viktor.userId, reason: 'И я' })).toBe('409 LAST_ADMINISTRATOR');
  });

  test('read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});
