import { fromElsewhere, openRomashka, picture, salesOf, staffOf, technicalOf, upload, type Romashka } from '../support/staff';
import { type Caller, World } from '../support/world';

describe('The account of a staff member', () => {
  let world: World;
  let about: Romashka;
  let anna: Caller;
  let romashka: string;
  let viktor: Caller;
  let staffId: string;
  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    ({ anna, romashka } = about);
    ({ caller: viktor, staffId } = await staffOf(world, about, 'viktor@romashka.ru'));
  }, 120_000);
  afterAll(() => world.stop());

  test('S17 R083 login, names by language, password, departments, e-mail and phone', async () => {
    const asked = {
      organizationId: romashka,
      login: 'Ольга',
      fullName: { ru: { lastName: 'Иванова', firstName: 'Ольга', middleName: 'Петровна' }, en: { lastName: 'Ivanova', firstName: 'Olga' } },
      email: 'olga@romashka.ru',
      phone: '8 (916) 123-45-67',
      departmentIds: [salesOf(romashka)],
      roleCodes: ['sales_manager'],
    };
    expect(await anna.refused('CreateStaffMember', { ...asked, password: 'short' })).toBe('422 WEAK_PASSWORD');
    expect(await anna.refused('CreateStaffMember', { ...asked, email: 'viktor@romashka.ru', generatePassword: true })).toBe(
      '422 PASSWORD_NOT_APPLICABLE',
    );
    await anna.ok('CreateStaffMember', { ...asked, generatePassword: true });
    expect(await anna.refused('CreateStaffMember', { ...asked, login: 'ОЛЬГА', email: 'x@romashka.ru' })).toBe('409 LOGIN_TAKEN');
    await world.settle();
    const { password } = world.lastLetter('olga@romashka.ru');
    const [row] = await anna.rows('staff', '?q=' + encodeURIComponent('иван'));
    expect(row).toMatchObject({ displayName: 'Иванова Ольга Петровна', phone: '+79161234567', departmentNames: ['отдел продаж'] });

    // D33: the login names somebody only together with the organization.
    const { data } = await world.stranger.ok('SignIn', { login: 'ольга', organizationId: romashka, password });
    expect(data.userId).toBe(row.userId);
    expect(await world.stranger.refused('SignIn', { login: 'ольга', password })).toBe('401 BAD_CREDENTIALS');
  });

  test('S17 R086 an avatar is a JPEG, GIF or PNG of 80×80 px and at most 64 KB', async () => {
    const set = async (content: Buffer) => viktor.refused('SetStaffAvatar', { staffId, fileId: await upload(viktor, content) });
    expect(await set(picture.bmp())).toBe('422 AVATAR_TYPE');
    expect(await set(picture.png(80, 80, 65_537))).toBe('413 AVATAR_TOO_LARGE');
    expect(await set(picture.png(81, 80))).toBe('422 AVATAR_DIMENSIONS');
    const fileId = await upload(viktor, picture.gif(80, 80, 65_536), 'я.gif');
    expect(await anna.refused('SetStaffAvatar', { staffId, fileId })).toBe('404 NOT_FOUND');
    await viktor.ok('SetStaffAvatar', { staffId, fileId });
    await world.settle();
    const shown = await anna.get(`/v1/files/${fileId}`);
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/gif']);
    const stranger = await world.person('stranger@mail.ru');
    expect((await stranger.get(`/v1/files/${fileId}`)).status).toBe(404);
    expect((await world.stranger.get(`/v1/files/${fileId}`)).status).toBe(401);
  });

  test('S17 R084 a list of addresses: wrong, shutting out, confirmed', async () => {
    const set = (rules: string[], more: object = {}) => anna.refused('SetStaffIpPolicy', { staffId, mode: 'list', rules, ...more });
    expect(await set(['10.0.0.0/33'])).toBe('422 IP_RULE_INVALID');
    expect(await set(['10.0.0.0/8'])).toBe('422 IP_POLICY_LOCKS_YOU_OUT');
    expect(await set(['10.0.0.0/8'], { confirmLockout: true })).toBe('accepted');
    expect((await viktor.get('/v1/side-panel')).body.code).toBe('IP_NOT_ALLOWED');
    const again = await world.signIn('viktor@romashka.ru', world.letters('viktor@romashka.ru')[0]!.password!);
    expect(await again.refused('EnterWorkspace', { organizationId: romashka })).toBe('403 IP_NOT_ALLOWED');
    // D30: the administrator of the service opens it again, and may do nothing else.
    const { admin } = about;
    expect(await admin.refused('SetStaffIpPolicy', { staffId, mode: 'list', rules: ['1.1.1.1'] })).not.toBe('accepted');
    await admin.ok('SetStaffIpPolicy', { staffId, mode: 'any' });
    expect((await viktor.get('/v1/side-panel')).status).toBe(200);
  });

  test('S17 R085 a bound session that is used from another address is closed', async () => {
    await anna.ok('SetSessionIpBinding', { staffId, enabled: true });
    expect((await viktor.get('/v1/side-panel')).status).toBe(200);
    expect(await fromElsewhere(viktor, '/v1/side-panel')).toEqual({ status: 401, code: 'SESSION_IP_MISMATCH' });
    expect((await viktor.get('/v1/side-panel')).body.code).toBe('SESSION_CLOSED');
  });

  test('S17 R087 the chat only where the department or a role may chat; lost with the right', async () => {
    expect(await anna.refused('SetChatAvailability', { staffId, enabled: true })).toBe('422 CHAT_NOT_ALLOWED');
    const departmentId = technicalOf(romashka);
    await anna.ok('AddStaffToDepartment', { staffId, departmentId });
    await anna.ok('SetDepartmentRight', { departmentId, node: 'chat', enabled: true });
    await anna.ok('SetChatAvailability', { staffId, enabled: true });
    await anna.ok('SetDepartmentRight', { departmentId, node: 'chat', enabled: false });
    await world.settle();
    expect((await anna.get(`/v1/registries/staff/${staffId}`)).body.chatAvailable).toBe(false);
  });

  test('S17 R082 the account of the only administrator stays', async () => {
    const [admin] = await anna.rows('staff', '?q=admin');
    for (const command of ['DismissStaffMember', 'BlockStaffMember', 'RevokeFullAccess'])
      expect(await anna.refused(command, { staffId: admin.staffId })).toBe('409 LAST_FULL_ACCESS');
    await anna.ok('AssignAdministrator', { organizationId: romashka, userId: viktor.userId });
    await world.settle();
    expect(await anna.refused('DismissStaffMember', { staffId: admin.staffId })).toBe('409 MEMBER_IS_ADMINISTRATOR');
    expect((await anna.get(`/v1/registries/staff/${staffId}`)).body.fullAccess).toBe(true);
  });

  test('S17 R043 why somebody may do something is told with the event that made it so, and who may', async () => {
    const { caller: petr, staffId: petrs } = await staffOf(world, about, 'petr@romashka.ru', { departmentIds: [salesOf(romashka)] });
    const { body: why } = await anna.get(`/v1/rights/staff/${petrs}?node=finance.payments:create`);
    expect(why).toMatchObject({ effective: true, source: 'inherited', departments: [salesOf(romashka)] });
    expect(why.by).toMatchObject([{ source: 'department', node: 'finance.payments', event: { type: 'DepartmentRightSet' } }]);
    const { body: holders } = await anna.get('/v1/rights/holders?node=finance.payments:create');
    expect(holders.items.map(({ staffId: id }: { staffId: string }) => id)).toEqual(expect.arrayContaining([petrs, staffId]));
    expect((await petr.get('/v1/rights/holders?node=finance.payments')).body.code).toBe('FORBIDDEN');
    expect((await petr.get(`/v1/rights/staff/${petrs}?node=provider.staff`)).body).toMatchObject({ effective: false, source: 'none' });
    const { body: mine } = await petr.get('/v1/rights/mine');
    expect(mine.nodes).toContain('finance.payments:create');
    expect(mine.nodes).not.toContain('finance.reports:view');
  });

  test('S17 read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});
