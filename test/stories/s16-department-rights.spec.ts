import { firstProviderOf, newId, seededId } from '@letopis/kernel';
import { type Caller, World } from '../support/world';

describe('Rights of departments', () => {
  let world: World;
  let anna: Caller;
  let lena: Caller;
  let romashka: string;
  let lenaId: string;
  beforeAll(async () => {
    world = await World.start();
    const admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
    romashka = await world.client(admin, anna, '7707083893', 'Ромашка');
    await anna.ok('EnterWorkspace', { organizationId: romashka });
    lena = await world.person('lena@romashka.ru');
    const { aggregateId } = await anna.ok('CreateStaffMember', {
      organizationId: romashka,
      login: 'лена',
      fullName: { ru: { lastName: 'Петрова', firstName: 'Елена' } },
      email: 'lena@romashka.ru',
      departmentIds: [seededId(romashka, 'department:sales')],
    });
    lenaId = aggregateId;
    await world.settle();
    await lena.ok('EnterWorkspace', { organizationId: romashka });
  }, 120_000);
  afterAll(() => world.stop());

  const rightsOf = async (staffId: string) => {
    const { body } = await anna.get(`/v1/registries/staff_rights/${staffId}`);
    return body.rights.map(({ node, source }: { node: string; source: string }) => `${node} ${source}`);
  };

  test('S03 R065 R082 a client begins with two departments, and an account «admin» with full access', async () => {
    const departments = await anna.rows('departments');
    expect(departments.map(({ nameRu, membersCount, support }) => ({ nameRu, membersCount, support }))).toEqual([
      { nameRu: 'отдел продаж', membersCount: 1, support: false },
      { nameRu: 'технический отдел', membersCount: 1, support: true },
    ]);
    const [admin] = await anna.rows('staff', '?q=admin');
    expect(admin).toMatchObject({ login: 'admin', isDefaultAdmin: true, fullAccess: true, status: 'active', userId: anna.userId });
    expect(firstProviderOf(romashka)).toBe(departments[1].supportCenter.providerIds[0]);
  });

  test('S16 R080 in a new department every function is off', async () => {
    const { aggregateId } = await anna.ok('CreateDepartment', { organizationId: romashka, name: { ru: 'Новый отдел' } });
    const { body } = await anna.get(`/v1/registries/department_rights/${aggregateId}`);
    expect(body.tree.filter(({ effective }: { effective: boolean }) => effective)).toEqual([]);
    expect(await anna.refused('CreateDepartment', { organizationId: romashka, name: { ru: 'НОВЫЙ отдел' } })).toBe(
      '409 DEPARTMENT_NAME_TAKEN',
    );
  });

  test('S16 R089 R090 Лена has four inherited sections and one of her own; what is inherited is not taken from her', async () => {
    await anna.ok('GrantStaffRight', { staffId: lenaId, node: 'finance.acts' });
    expect(await anna.refused('RevokeStaffRight', { staffId: lenaId, node: 'finance.payments' })).toBe('409 RIGHT_INHERITED');
    expect(await rightsOf(lenaId)).toEqual([
      'clients inherited',
      'services inherited',
      'finance.payments inherited',
      'finance.expenses inherited',
      'finance.acts individual',
    ]);
  });

  test('S16 R081 with «clients» on and creating off she edits clients and makes none', async () => {
    const department = seededId(romashka, 'department:sales');
    await anna.ok('SetDepartmentRight', { departmentId: department, node: 'clients:create', enabled: false });
    const viktor = await world.person('viktor@mail.ru');
    const { aggregateId: request } = await viktor.ok('CreateAccessRequest', { organizationId: romashka });
    await anna.ok('AcceptAccessRequest', { accessRequestId: request, memberKind: 'client' });
    await world.settle();
    const [account] = await lena.rows('client_accounts');
    expect(account).toMatchObject({ email: 'viktor@mail.ru', supportBalance: 0 });
    await lena.ok('SetRequestPurchase', { clientAccountId: account.clientAccountId, allowed: true });
    const opened = { organizationId: romashka, providerId: firstProviderOf(romashka), userId: viktor.userId };
    expect(await lena.refused('OpenClientAccount', opened)).toBe('403 FORBIDDEN');
    await anna.ok('SetDepartmentRight', { departmentId: department, node: 'clients', enabled: false });
    expect(await lena.refused('SetRequestPurchase', { clientAccountId: account.clientAccountId, allowed: false })).toBe('403 FORBIDDEN');
  });

  test('S16 R067 in a second department she has its functions as well', async () => {
    await anna.ok('AddStaffToDepartment', { staffId: lenaId, departmentId: seededId(romashka, 'department:technical') });
    expect(await rightsOf(lenaId)).toEqual(expect.arrayContaining(['support inherited', 'clients inherited', 'finance.acts individual']));
  });

  test('R081 whoever brings a consistency token is judged by rights that are as new', async () => {
    await world.settle();
    const [{ clientAccountId }] = await lena.rows('client_accounts');
    const next = String((await world.product.runtime.store.head()) + 1);
    const purchase = { clientAccountId, allowed: false };
    const asked = lena.send('SetRequestPurchase', purchase, { 'x-consistency-token': next });
    for (let round = 0; round < 3; round++) await lena.rows('client_accounts');
    const clients = { departmentId: seededId(romashka, 'department:technical'), node: 'clients' };
    await anna.ok('SetDepartmentRight', { ...clients, enabled: false });
    expect((await asked).body.code).toBe('FORBIDDEN');
    await anna.ok('SetDepartmentRight', { ...clients, enabled: true });
    await lena.ok('SetRequestPurchase', purchase);
  });

  test('S16 D32 who is dismissed is out at once', async () => {
    const { aggregateId: staffId } = await anna.ok('CreateStaffMember', {
      organizationId: romashka,
      login: 'vera',
      fullName: { ru: { lastName: 'Белова', firstName: 'Вера' } },
      email: 'vera@romashka.ru',
      password: 'Очень-секретно-7',
      roleCodes: ['sales_manager'],
    });
    await world.settle();
    const letter = world.lastLetter('vera@romashka.ru');
    expect(letter.text).toContain('Очень-секретно-7');
    expect(letter.text).toContain('Логин: vera');
    const vera = await world.signIn('vera@romashka.ru', 'Очень-секретно-7');
    expect(await vera.refused('EnterWorkspace', { organizationId: romashka })).toBe('403 PASSWORD_CHANGE_REQUIRED');
    await anna.ok('DismissStaffMember', { staffId, handOverTo: lenaId });
    const left = await world.signIn('vera@romashka.ru', 'Очень-секретно-7').catch((error: Error) => error.message);
    expect(left).toBeDefined();
    expect(await anna.refused('CreateStaffMember', { organizationId: newId(), login: 'x1', email: 'x@x.ru' })).toBe('404 NOT_FOUND');
  });

  test('S16 read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});
