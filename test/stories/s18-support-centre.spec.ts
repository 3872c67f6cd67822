import { firstProviderOf, newId } from '@letopis/kernel';
import { openRomashka, staffOf, technicalOf, type Romashka } from '../support/staff';
import { type Caller, World } from '../support/world';

describe('The support centre', () => {
  let world: World;
  let about: Romashka;
  let anna: Caller;
  let romashka: string;
  let client: Caller;
  let rival: Caller;
  let oleg: Caller;
  let billing: string;
  let clientAccountId: string;
  let rivalAccountId: string;

  const accountOf = async (caller: Caller) => {
    const { aggregateId } = await caller.ok('CreateAccessRequest', { organizationId: romashka });
    await anna.ok('AcceptAccessRequest', { accessRequestId: aggregateId, memberKind: 'client' });
    await world.settle();
    await caller.ok('EnterWorkspace', { organizationId: romashka });
    const [account] = await caller.rows('client_accounts');
    return account.clientAccountId as string;
  };
  const departments = async (caller: Caller, account: string) => caller.rows('support_departments', `?filter[clientAccountId]=${account}`);

  beforeAll(async () => {
    world = await World.start();
    about = await openRomashka(world);
    ({ anna, romashka } = about);
    [client, rival] = [await world.person('client@mail.ru'), await world.person('rival@mail.ru')];
    clientAccountId = await accountOf(client);
    rivalAccountId = await accountOf(rival);
    const providerIds = [firstProviderOf(romashka)];
    const made = await anna.ok('CreateDepartment', {
      organizationId: romashka,
      name: { ru: 'Бухгалтерия', en: 'Billing' },
      taskLocale: 'en',
    });
    billing = made.aggregateId;
    const member = await staffOf(world, about, 'oleg@romashka.ru', { departmentIds: [billing, technicalOf(romashka)] });
    oleg = member.caller;
    const terms = { providerIds, headStaffId: member.staffId, categoryDescription: { ru: 'Счета и оплата' } };
    expect(await anna.refused('EnableSupportCenter', { ...terms, departmentId: billing, headStaffId: newId() })).toBe(
      '422 SUPPORT_HEAD_REQUIRED',
    );
    expect(await anna.refused('EnableSupportCenter', { ...terms, departmentId: billing, providerIds: [] })).toBe(
      '422 SUPPORT_PROVIDER_REQUIRED',
    );
    await anna.ok('EnableSupportCenter', { ...terms, departmentId: billing, sortOrder: 5 });
    await anna.ok('EnableSupportCenter', { ...terms, departmentId: technicalOf(romashka), sortOrder: 10, chargeRequests: true });
    await anna.ok('TopUpSupportBalance', { clientAccountId, count: 1, reason: 'Подарок' });
  }, 120_000);
  afterAll(() => world.stop());

  test('S18 R068 R069 R073 R075 R076 the client sees the departments of the provider, the smaller number first', async () => {
    const seen = await departments(client, clientAccountId);
    expect(seen.map(({ name, categoryDescription }) => [name.ru, categoryDescription.ru])).toEqual([
      ['Бухгалтерия', 'Счета и оплата'],
      ['технический отдел', 'Счета и оплата'],
    ]);
    expect((await client.get(`/v1/registries/support_departments?filter[clientAccountId]=${rivalAccountId}`)).status).toBe(404);
  });

  let requestId: string;

  test('S18 R072 R077 a request to a charging department takes the balance; without one the department is gone, and the description too', async () => {
    const asked = { clientAccountId, departmentId: technicalOf(romashka), subject: 'Не работает почта', text: 'Помогите' };
    requestId = (await client.ok('CreateSupportRequest', asked)).aggregateId;
    await world.settle();
    const [account] = await client.rows('client_accounts');
    expect(account.supportBalance).toBe(0);
    const seen = await departments(client, clientAccountId);
    expect(seen.map(({ name, categoryDescription }) => [name.ru, categoryDescription])).toEqual([['Бухгалтерия', null]]);
    expect(await client.refused('CreateSupportRequest', asked)).toBe('422 DEPARTMENT_NOT_AVAILABLE');
    expect((await client.rows('support_requests')).map(({ number, status }) => [number, status])).toEqual([[1, 'new']]);
    expect(await rival.rows('support_requests')).toEqual([]);
    expect(await tasksOf(requestId)).toMatchObject([
      { title: 'Ответить на обращение № 1', departmentId: technicalOf(romashka), status: 'new' },
    ]);
  });

  const tasksOf = async (id: string) => {
    await world.settle();
    return anna.rows('tasks', `?filter[subject.id]=${id}&sort=createdAt`);
  };

  test('S18 R070 R074 D34 an answer that is late in working hours was told to the head before', async () => {
    const [{ answerDueAt }] = await client.rows('support_requests');
    expect(answerDueAt).toBeDefined();
    const late = () => world.letters('oleg@romashka.ru').filter(({ subject }) => subject.startsWith('Клиент ждёт ответа')).length;
    expect(late()).toBe(0);
    await world.pass({ days: 7 });
    expect(late()).toBe(1);
    oleg = await world.signIn('oleg@romashka.ru', world.letters('oleg@romashka.ru')[0]!.password!);
    await oleg.ok('EnterWorkspace', { organizationId: romashka });
    expect((await oleg.rows('support_requests', '?filter[overdue]=true')).map(({ id }) => id)).toEqual([requestId]);
    await oleg.ok('AssignSupportRequest', { supportRequestId: requestId });
    await oleg.ok('ReplySupportRequest', { supportRequestId: requestId, text: 'Почините кабель' });
    await world.settle();
    expect(await oleg.rows('tasks', `?filter[subject.id]=${requestId}&filter[open]=true`)).toEqual([]);
    const [row] = await oleg.rows('support_requests');
    expect(row).toMatchObject({ status: 'waiting_client', overdue: false, assigneeName: 'Сотрудников Сотрудник' });
    await world.pass({ days: 3 });
    expect(late()).toBe(1);
  });

  test('S18 R062 R063 R064 staff stop a service of the client; a foreign service is not there', async () => {
    [oleg, client, rival, anna] = [
      await world.signIn('oleg@romashka.ru', world.letters('oleg@romashka.ru')[0]!.password!),
      await world.signIn('client@mail.ru', world.letters('client@mail.ru')[0]!.password!),
      await world.signIn('rival@mail.ru', world.letters('rival@mail.ru')[0]!.password!),
      await world.signIn('anna@romashka.ru', world.letters('anna@romashka.ru')[0]!.password!),
    ];
    for (const caller of [oleg, client, rival, anna]) await caller.ok('EnterWorkspace', { organizationId: romashka });
    const ordered = { clientAccountId, tariffId: newId(), quantity: 1 };
    expect(await rival.refused('OrderClientService', ordered)).toBe('404 NOT_FOUND');
    const { aggregateId: clientServiceId } = await client.ok('OrderClientService', ordered);
    expect(await anna.refused('SuspendService', { clientServiceId, reason: 'Долг' })).toBe('409 SERVICE_STATE');
    await oleg.ok('ActivateService', { clientServiceId });
    await oleg.ok('SuspendService', { clientServiceId, reason: 'Долг' });
    expect(await rival.refused('TerminateService', { clientServiceId })).toBe('404 NOT_FOUND');
    expect(await client.refused('ResumeService', { clientServiceId })).toBe('403 FORBIDDEN');
    expect(await rival.rows('client_services')).toEqual([]);
    expect(await client.rows('client_services')).toMatchObject([{ id: clientServiceId, status: 'suspended', reason: 'Долг' }]);
    await client.ok('TerminateService', { clientServiceId });
  });

  test('S18 D35 what was a mistake is paid back within an hour; two requests on one balance leave one', async () => {
    await anna.ok('TopUpSupportBalance', { clientAccountId, count: 1, reason: 'Ещё' });
    const asked = { clientAccountId, departmentId: technicalOf(romashka), subject: 'Ошибся', text: 'Случайно' };
    const [one, other] = await Promise.all([client.send('CreateSupportRequest', asked), client.send('CreateSupportRequest', asked)]);
    await world.settle();
    const made = [one, other].filter(({ status }) => status === 200).map(({ body }) => body.aggregateId as string);
    const rows = await client.rows('support_requests');
    const open = rows.filter(({ id, status }) => made.includes(id) && status === 'new').map(({ id }) => id as string);
    expect(open).toHaveLength(1);
    expect(await client.refused('CloseSupportRequest', { supportRequestId: open[0], reason: 'erroneous' })).toBe('403 FORBIDDEN');
    await oleg.ok('CloseSupportRequest', { supportRequestId: open[0], reason: 'erroneous' });
    await world.settle();
    const [account] = await client.rows('client_accounts');
    expect(account.supportBalance).toBe(1);
  });

  test('S18 read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});
