import { ERASED, newId } from '@letopis/kernel';
import { type Caller, World } from '../support/world';

describe('Cards of persons and their links with users', () => {
  let world: World;
  let anna: Caller;
  let viktor: Caller;
  let olga: Caller;
  let stranger: Caller;
  let romashka: string;
  let admin: Caller;
  beforeAll(async () => {
    world = await World.start();
    admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
    viktor = await world.person('viktor@mail.ru');
    olga = await world.person('olga@mail.ru');
    stranger = await world.person('stranger@mail.ru');
    romashka = await world.client(admin, anna, '7707083893', 'Ромашка');
    for (const who of [viktor, olga]) {
      const { aggregateId } = await who.ok('CreateAccessRequest', { organizationId: romashka });
      await anna.ok('AcceptAccessRequest', { accessRequestId: aggregateId });
    }
    await world.settle();
    for (const who of [anna, viktor, olga]) await who.ok('EnterWorkspace', { organizationId: romashka });
  });
  afterAll(() => world.stop());

  let phone: string;
  let email: string;
  let ivanov: string;
  const ofRomashka = () => `?filter[organizationId]=${romashka}`;
  const name = { lastName: 'Иванов', firstName: 'Виктор', middleName: 'Петрович' };

  test('S08 R024 R026 R027 phones and addresses are items of their own, made first and then linked by the card', async () => {
    const card = { organizationId: romashka, name };
    expect(await anna.refused('CreatePerson', { ...card, phoneIds: [newId()] })).toBe('404 NOT_FOUND');
    phone = (await anna.ok('AddPhoneNumber', { organizationId: romashka, value: '8 916 123-45-67' })).aggregateId;
    email = (await anna.ok('AddEmailAddress', { organizationId: romashka, value: 'Viktor@Mail.ru' })).aggregateId;
    expect(await anna.rows('phone_items', ofRomashka())).toMatchObject([{ id: phone, value: '+79161234567', unused: true }]);
    expect(await anna.refused('AddPhoneNumber', { organizationId: romashka, value: '+7 (916) 123-45-67' })).toBe('409 ITEM_DUPLICATE');
    expect(await anna.refused('AddEmailAddress', { organizationId: romashka, value: 'viktor@mail.ru' })).toBe('409 ITEM_DUPLICATE');

    ivanov = (
      await anna.ok('CreatePerson', { ...card, position: 'Менеджер', employment: 'employee', phoneIds: [phone], emailIds: [email] })
    ).aggregateId;
    expect(await anna.refused('RemovePhoneNumber', { phoneNumberId: phone })).toBe('409 ITEM_IN_USE');
    expect(await anna.refused('RemoveEmailAddress', { emailAddressId: email })).toBe('409 ITEM_IN_USE');
    await world.settle();
    expect(await anna.rows('persons_registry', ofRomashka())).toMatchObject([
      { id: ivanov, fullName: 'Иванов Виктор Петрович', phones: ['+79161234567'], emails: ['Viktor@Mail.ru'], linked: false },
    ]);
    expect(await anna.rows('phone_items', ofRomashka())).toMatchObject([{ persons: ['Иванов Виктор Петрович'], unused: false }]);
  });

  test('S08 R024 a card is found by name, phone and e-mail, also in the wrong layout, and what changes is shown', async () => {
    for (const q of ['иванов', 'bdfyjd', '8916', '916', '+7916', 'viktor@']) {
      const query = `${ofRomashka()}&q=${encodeURIComponent(q)}`;
      expect({ q, found: await anna.rows('persons_registry', query) }).toMatchObject({ q, found: [{ id: ivanov }] });
    }
    expect(await anna.rows('persons_registry', `${ofRomashka()}&q=петров`)).toMatchObject([{ id: ivanov }]);
    expect(await anna.rows('persons_registry', `${ofRomashka()}&q=сидоров`)).toEqual([]);
    await anna.ok('UpdatePhoneNumber', { phoneNumberId: phone, value: '+7 495 111-22-33', type: 'work' });
    await anna.ok('UpdatePerson', { personId: ivanov, position: 'Старший менеджер', inn: '500100732259' });
    expect(await anna.rows('persons_registry', ofRomashka())).toMatchObject([{ phones: ['+74951112233'], position: 'Старший менеджер' }]);
    expect(await anna.refused('UpdatePerson', { personId: ivanov, inn: '500100732258' })).toBe('422 PERSON_FIELD_INVALID');
    const wrong = await anna.send('CreatePerson', { organizationId: romashka, name: { lastName: 'Иванов', vorname: 'x' } });
    expect(wrong.status).toBe(400);
    expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining(['/name/firstName', '/name/vorname']),
    );
  });

  test('S08 R025 a card is related to contracts and other records', async () => {
    await anna.ok('AddPersonRelation', { personId: ivanov, target: { type: 'contract', id: 'Д-17/2026' }, role: 'Подписант' });
    await anna.ok('AddPersonRelation', { personId: ivanov, target: { type: 'organization', id: romashka }, role: 'Сотрудник' });
    const nowhere = { personId: ivanov, target: { type: 'person', id: newId() }, role: 'Брат' };
    expect(await anna.refused('AddPersonRelation', nowhere)).toBe('422 RELATION_TARGET_NOT_FOUND');
    expect(await anna.rows('person_usage', `${ofRomashka()}&filter[personId]=${ivanov}&sort=role`)).toMatchObject([
      { targetType: 'contract', targetId: 'Д-17/2026', role: 'Подписант' },
      { targetType: 'organization', targetId: romashka, role: 'Сотрудник' },
    ]);
  });

  test('R016 to strangers cards, items and links are not there; members see cards and change none', async () => {
    expect((await stranger.get(`/v1/registries/persons_registry${ofRomashka()}`)).body.code).toBe('NOT_FOUND');
    expect(await stranger.refused('UpdatePerson', { personId: ivanov, note: 'x' })).toBe('404 NOT_FOUND');
    expect(await stranger.refused('AddPhoneNumber', { organizationId: romashka, value: '+79990000000' })).toBe('404 NOT_FOUND');
    expect(await stranger.refused('RemovePhoneNumber', { phoneNumberId: phone })).toBe('404 NOT_FOUND');
    expect((await stranger.get(`/v1/lookups/person_lookup?q=иван`)).body.code).toBe('FORBIDDEN');
    expect(await olga.rows('persons_registry')).toMatchObject([{ id: ivanov }]);
    expect(await olga.refused('UpdatePerson', { personId: ivanov, note: 'x' })).toBe('403 FORBIDDEN');
  });

  let link: string;
  const request = () => anna.send('CreatePersonLinkRequest', { organizationId: romashka, personId: ivanov, userEmail: 'viktor@mail.ru' });

  test('S09 R029 R030 a link is asked for by surname and registration address, and is created in both registries', async () => {
    expect(await anna.lookup('person_lookup', 'bdfyj')).toMatchObject([{ id: ivanov, fullName: 'Иванов Виктор Петрович' }]);
    const unknown = { organizationId: romashka, personId: ivanov, userEmail: 'nobody@mail.ru' };
    expect(await anna.refused('CreatePersonLinkRequest', unknown)).toBe('422 LINK_USER_NOT_FOUND');
    await world.register('waiting@mail.ru');
    expect(await anna.refused('CreatePersonLinkRequest', { ...unknown, userEmail: 'waiting@mail.ru' })).toBe('422 LINK_USER_NOT_ACTIVE');
    // Of two at the same moment exactly one comes to be.
    const [first, second] = await Promise.all([request(), request()]);
    expect([first.status, second.status].sort()).toEqual([200, 409]);
    expect([first.body.code, second.body.code]).toContain('LINK_PERSON_BUSY');
    link = (first.status === 200 ? first : second).body.aggregateId;
    await world.settle();
    expect(await anna.rows('person_links', ofRomashka())).toMatchObject([
      {
        id: link,
        status: 'created',
        personName: 'Иванов Виктор Петрович',
        userEmail: 'viktor@mail.ru',
        requesterEmail: 'anna@romashka.ru',
      },
    ]);
    expect(await viktor.rows('my_person_links')).toMatchObject([
      { id: link, status: 'created', organizationName: 'Ромашка', personName: 'Иванов Виктор Петрович' },
    ]);
    for (const to of ['viktor@mail.ru', 'anna@romashka.ru'])
      expect(world.lastLetter(to).subject).toBe('Связь с карточкой: Иванов Виктор Петрович — created');
    expect(await anna.refused('ArchivePerson', { personId: ivanov })).toBe('409 LINK_PERSON_BUSY');
  });

  test('S09 R031 R032 the user named accepts, nobody else; the card is bound, and both sides have letters', async () => {
    expect(await olga.refused('AcceptPersonLink', { personLinkId: link })).toBe('403 NOT_LINK_ADDRESSEE');
    expect(await anna.refused('RejectPersonLink', { personLinkId: link })).toBe('403 NOT_LINK_ADDRESSEE');
    expect(await stranger.refused('AcceptPersonLink', { personLinkId: link })).toBe('404 NOT_FOUND');
    await viktor.ok('AcceptPersonLink', { personLinkId: link });
    await world.settle();
    expect(await viktor.rows('my_person_links')).toMatchObject([{ status: 'accepted' }]);
    expect(await anna.rows('person_links', ofRomashka())).toMatchObject([{ status: 'accepted' }]);
    expect(await anna.rows('persons_registry', `${ofRomashka()}&filter[linked]=true`)).toMatchObject([
      { id: ivanov, linkedUserId: viktor.userId, linkUserEmail: 'viktor@mail.ru', linkStatus: 'accepted' },
    ]);
    for (const to of ['viktor@mail.ru', 'anna@romashka.ru'])
      expect(world.lastLetter(to).subject).toBe('Связь с карточкой: Иванов Виктор Петрович — accepted');
    expect((await request()).body.code).toBe('LINK_PERSON_BUSY');
  });

  test('S09 a user has one accepted link in an organization', async () => {
    const { aggregateId: other } = await anna.ok('CreatePerson', {
      organizationId: romashka,
      name: { lastName: 'Иванова', firstName: 'Ольга' },
    });
    const asked = { organizationId: romashka, personId: other, userEmail: 'viktor@mail.ru' };
    expect(await anna.refused('CreatePersonLinkRequest', asked)).toBe('409 LINK_USER_BUSY');
  });

  test('S09 R028 whom administrators decide on and work with is told by the name of the linked card, as it is now', async () => {
    const named = async () => [
      (await anna.rows('memberships', `${ofRomashka()}&filter[userId]=${viktor.userId}`))[0].personName,
      (await anna.rows('access_requests_inbox', `${ofRomashka()}&filter[requesterUserId]=${viktor.userId}`))[0].personName,
    ];
    expect(await named()).toEqual(['Иванов Виктор Петрович', 'Иванов Виктор Петрович']);
    const renamed = { lastName: 'Иванов', firstName: 'Виктор', middleName: 'Павлович' };
    await anna.ok('UpdatePerson', { personId: ivanov, name: renamed });
    expect(await named()).toEqual(['Иванов Виктор Павлович', 'Иванов Виктор Павлович']);
    await anna.ok('UpdatePerson', { personId: ivanov, name: { ...renamed, middleName: 'Петрович' } });
    expect(await anna.rows('memberships', `${ofRomashka()}&q=bdfyjd`)).toMatchObject([{ userId: viktor.userId }]);
    expect((await viktor.rows('my_access_requests'))[0].currentAccess).toMatchObject({ status: 'active', memberKind: 'employee' });
  });

  test('S10 R031 R032 a link ends by the user or an administrator, and the card is unbound', async () => {
    expect(await olga.refused('RevokePersonLink', { personLinkId: link, reason: 'x' })).toBe('403 FORBIDDEN');
    await viktor.ok('RevokePersonLink', { personLinkId: link, reason: 'Перешёл в другую организацию' });
    await world.settle();
    const [row] = await anna.rows('persons_registry', `${ofRomashka()}&filter[linked]=false&q=виктор`);
    expect(row).toMatchObject({ id: ivanov, linkStatus: 'revoked' });
    expect(row.linkedUserId).toBeUndefined();
    expect(world.lastLetter('anna@romashka.ru').text).toContain('Причина: Перешёл в другую организацию');

    const { aggregateId: next } = (await request()).body;
    await viktor.ok('RejectPersonLink', { personLinkId: next, reason: 'Не моя карточка' });
    await world.settle();
    expect(world.lastLetter('viktor@mail.ru').subject).toContain('rejected');
    expect(world.lastLetter('anna@romashka.ru').text).toContain('Причина: Не моя карточка');
    expect(await viktor.refused('AcceptPersonLink', { personLinkId: next })).toBe('409 LINK_ALREADY_DECIDED');
    const again = await request();
    expect(again.status).toBe(200);
    link = again.body.aggregateId;
  });

  test('S10 an open request is brought to mind after 24 hours, every 72 then, and goes with a switched-off user', async () => {
    await world.settle();
    const reminders = () => world.letters('viktor@mail.ru').filter(({ subject }) => subject.startsWith('Ждёт вашего решения')).length;
    await world.pass({ hours: 25 });
    expect(reminders()).toBe(1);
    await world.pass({ hours: 72 });
    expect(reminders()).toBe(2);
    admin = await world.signIn('admin@letopis.local', 'Летопись-2026');
    await admin.ok('DeactivateUser', { userId: viktor.userId, reason: 'Уволен' });
    await world.settle();
    anna = await world.signIn('anna@romashka.ru', world.letters('anna@romashka.ru')[0]!.password!);
    expect(await anna.rows('person_links', `${ofRomashka()}&filter[status]=cancelled`)).toMatchObject([{ id: link }]);
  });

  test('D27 an archived card is erased: its data are told no more, and what was its alone goes with it', async () => {
    expect(await anna.refused('ErasePerson', { personId: ivanov })).toBe('409 INVALID_STATE');
    await anna.ok('ArchivePerson', { personId: ivanov });
    expect(await anna.refused('UpdatePerson', { personId: ivanov, note: 'x' })).toBe('409 PERSON_ARCHIVED');
    await anna.ok('RestorePerson', { personId: ivanov });
    await anna.ok('ArchivePerson', { personId: ivanov });
    await anna.ok('ErasePerson', { personId: ivanov });
    await world.settle();
    expect(await anna.rows('persons_registry', `${ofRomashka()}&filter[status]=erased`)).toMatchObject([
      { id: ivanov, fullName: ERASED, phoneIds: [], emailIds: [] },
    ]);
    expect(await anna.rows('phone_items', ofRomashka())).toEqual([]);
    expect(await anna.rows('email_items', ofRomashka())).toEqual([]);
    const [created] = await world.product.runtime.store.read(`person-${ivanov}`);
    expect(created!.data).toMatchObject({ name: ERASED });
    const { db } = world.product.runtime;
    for (const { name: collection } of await db.listCollections().toArray()) {
      if (collection.startsWith('_')) continue;
      expect(JSON.stringify(await db.collection(collection).find().toArray())).not.toMatch(/Петрович|74951112233/);
    }
    // The number is free again.
    await anna.ok('AddPhoneNumber', { organizationId: romashka, value: '+7 495 111-22-33' });
  });

  test('S08 S09 S10 read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});
