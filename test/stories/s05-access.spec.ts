import { type Caller, World } from '../support/world';

describe('Access to an organization', () => {
  let world: World;
  let admin: Caller;
  let anna: Caller;
  let viktor: Caller;
  let romashka: string;
  beforeAll(async () => {
    world = await World.start();
    admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
    viktor = await world.person('viktor@mail.ru');
    romashka = await world.client(admin, anna, '7707083893', 'Ромашка');
    await anna.ok('AddLegalEntity', { inn: '7736207543', shortName: 'Ромб' });
  });
  afterAll(() => world.stop());

  let request: string;

  test('S05 R020 an organization is found by the beginning of its name, also typed in the wrong layout, if it is a client', async () => {
    for (const typed of ['ром', 'hjv', 'РОМАШ', '77070']) {
      expect(await viktor.lookup('organization_lookup', typed)).toMatchObject([{ id: romashka, displayName: 'Ромашка' }]);
    }
    expect(await viktor.lookup('organization_lookup', 'ромб')).toEqual([]);
    expect(await viktor.lookup('organization_lookup', 'р')).toEqual([]);
  });

  test('S05 R018 R019 R021 a request reaches every administrator, and only one may be open', async () => {
    const created = await viktor.ok('CreateAccessRequest', { organizationId: romashka, comment: 'Новый менеджер' });
    request = created.aggregateId;
    await world.settle();
    expect(world.lastLetter('anna@romashka.ru').text).toContain('viktor@mail.ru просит доступ к организации Ромашка');
    expect(await anna.rows('access_requests_inbox', `?filter[organizationId]=${romashka}&filter[status]=created`)).toMatchObject([
      { id: request, requesterEmail: 'viktor@mail.ru', comment: 'Новый менеджер', scope: 'organization' },
    ]);
    expect(await viktor.refused('CreateAccessRequest', { organizationId: romashka })).toBe('409 ACCESS_REQUEST_EXISTS');
    expect(await anna.rows('tasks', `?filter[organizationId]=${romashka}&filter[subject.id]=${request}`)).toMatchObject([
      { title: 'Рассмотреть заявку на доступ', status: 'new' },
    ]);
  });

  test('S05 R018 nobody decides on the own request, and to strangers it is not there', async () => {
    expect(await viktor.refused('AcceptAccessRequest', { accessRequestId: request })).toBe('403 SELF_DECISION_FORBIDDEN');
    const stranger = await world.person('olga@mail.ru');
    expect(await stranger.refused('AcceptAccessRequest', { accessRequestId: request })).toBe('404 NOT_FOUND');
    expect(await stranger.refused('CancelAccessRequest', { accessRequestId: request })).toBe('404 NOT_FOUND');
    expect((await stranger.get(`/v1/registries/access_requests_inbox?filter[organizationId]=${romashka}`)).body.code).toBe('NOT_FOUND');
    expect((await stranger.get(`/v1/registries/my_access_requests/${request}`)).body.code).toBe('NOT_FOUND');
    expect((await stranger.get(`/v1/audit/records/accessRequest/${request}`)).body.code).toBe('NOT_FOUND');
  });

  test('S05 R022 accepted, the request makes a member, and the requester has a letter', async () => {
    const [sales] = await anna.rows('departments', `?filter[organizationId]=${romashka}&q=продаж`);
    const unknown = { accessRequestId: request, departmentIds: [romashka] };
    expect(await anna.refused('AcceptAccessRequest', unknown)).toBe('404 NOT_FOUND');
    await anna.ok(
      'AcceptAccessRequest',
      { accessRequestId: request, memberKind: 'employee', departmentIds: [sales.id], roleCodes: ['sales_manager'] },
      { 'x-reason': encodeURIComponent('Принят на работу') },
    );
    await world.settle();
    expect(await anna.rows('tasks', `?filter[organizationId]=${romashka}&filter[subject.id]=${request}`)).toMatchObject([
      { status: 'completed' },
    ]);
    expect(await viktor.rows('organization_selector')).toMatchObject([
      { organizationName: 'Ромашка', memberKind: 'employee', isAdministrator: false },
    ]);
    expect(await anna.rows('staff', `?filter[organizationId]=${romashka}&q=viktor`)).toMatchObject([
      { email: 'viktor@mail.ru', departmentIds: [sales.id], roleCodes: ['sales_manager'], status: 'active', origin: 'access_request' },
    ]);
    expect(await viktor.rows('my_access_requests')).toMatchObject([{ id: request, status: 'accepted', organizationName: 'Ромашка' }]);
    expect(world.lastLetter('viktor@mail.ru').subject).toBe('Доступ открыт: Ромашка');
    expect(await viktor.refused('CreateAccessRequest', { organizationId: romashka })).toBe('409 ALREADY_MEMBER');
    expect(await viktor.refused('SuspendMembership', { organizationId: romashka, userId: anna.userId })).toBe('403 FORBIDDEN');
  });

  test('R034 a member works in the organization that the session has entered, and nobody else enters it', async () => {
    await viktor.ok('EnterWorkspace', { organizationId: romashka });
    expect(await viktor.ok('EnterWorkspace', { organizationId: romashka })).toMatchObject({ noop: true });
    expect(await viktor.rows('user_sessions', '?filter[status]=open')).toContainEqual(
      expect.objectContaining({ id: viktor.sessionId, organizationId: romashka }),
    );
    const olga = await world.signIn('olga@mail.ru', world.letters('olga@mail.ru')[0]!.password!);
    expect(await olga.refused('EnterWorkspace', { organizationId: romashka })).toBe('404 NOT_FOUND');
    expect(await world.stranger.refused('EnterWorkspace', { organizationId: romashka })).toBe('401 NOT_AUTHENTICATED');
  });

  test('S05 the history tells who, when, what and why', async () => {
    const { body } = await anna.get(`/v1/audit/records/accessRequest/${request}`);
    expect(body.items).toMatchObject([
      { type: 'AccessRequestCreated', command: 'CreateAccessRequest', actor: { userId: viktor.userId } },
      { type: 'AccessRequestAccepted', command: 'AcceptAccessRequest', actor: { userId: anna.userId }, reason: 'Принят на работу' },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/sessionId|"ip"/);
  });

  test('S06 R018 rejected with a reason, the requester is told and may ask again; three rejections make a pause of a week', async () => {
    const olga = await world.signIn('olga@mail.ru', world.letters('olga@mail.ru')[0]!.password!);
    for (let time = 1; time <= 3; time++) {
      const { aggregateId } = await olga.ok('CreateAccessRequest', { organizationId: romashka });
      await anna.ok('RejectAccessRequest', { accessRequestId: aggregateId, reason: `Отказ ${time}` });
    }
    await world.settle();
    expect(world.lastLetter('olga@mail.ru').text).toContain('Причина: Отказ 3');
    expect(await olga.refused('CreateAccessRequest', { organizationId: romashka })).toBe('429 TOO_MANY_REJECTIONS');
    await world.pass({ days: 7, hours: 1 });
    const again = await world.signIn('olga@mail.ru', world.letters('olga@mail.ru')[0]!.password!);
    await again.ok('CreateAccessRequest', { organizationId: romashka });
  });

  test('S06 an undecided request is brought to mind after 24 hours and after 96, and no more once it is taken back', async () => {
    await world.settle();
    const reminders = () => world.letters('anna@romashka.ru').filter(({ subject }) => subject === 'Ждёт решения: olga@mail.ru').length;
    const before = reminders();
    await world.pass({ hours: 25 });
    expect(reminders()).toBe(before + 1);
    await world.pass({ hours: 48 });
    expect(reminders()).toBe(before + 1);
    await world.pass({ hours: 25 });
    expect(reminders()).toBe(before + 2);
    const olga = await world.signIn('olga@mail.ru', world.letters('olga@mail.ru')[0]!.password!);
    const [{ id }] = await olga.rows('my_access_requests', '?filter[status]=created');
    await olga.ok('CancelAccessRequest', { accessRequestId: id });
    await world.settle();
    await world.pass({ hours: 80 });
    expect(reminders()).toBe(before + 2);
  });

  test('S05 S06 read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});
