import { ERASED } from '@letopis/kernel';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Caller, World } from '../support/world';
import { swiftFolder } from '../support/folders';

const EMAIL = 'zinaida.prekrasnaya@pochta-primer.ru';

describe('Erasing a person', () => {
  const folder = swiftFolder();
  let world: World;
  let admin: Caller;
  let zinaida: Caller;
  beforeAll(async () => {
    world = await World.start({ folder });
    admin = await world.admin();
    const anna = await world.person('anna@romashka.ru');
    zinaida = await world.person(EMAIL);
    const romashka = await world.client(admin, anna, '7707083893', 'Ромашка');
    await zinaida.ok('CreateAccessRequest', { organizationId: romashka });
    await world.settle();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const raw = async () => {
    const events: string[] = [];
    for await (const { event } of world.product.runtime.store.everything()) events.push(JSON.stringify([event?.data, event?.metadata]));
    return events.join('\n');
  };

  test('personal data is sealed in the log from the start', async () => {
    const log = await raw();
    expect(log).toContain('sealed:1:');
    expect(log).not.toContain(EMAIL);
    expect(log).not.toContain('anna@romashka.ru');
    expect(log).not.toContain('127.0.0.1');
    const [registered] = await world.product.runtime.store.read(`user-${zinaida.userId}`);
    expect(registered!.data).toMatchObject({ email: EMAIL });
  });

  const mail = () => world.product.runtime.ports.mail as { deliver: unknown };
  let deliver: unknown;
  beforeAll(() => ({ deliver } = mail()));

  test('whoever looked at it before leaves nothing behind: lists of the past, files, builds to go back to, saga steps that wait', async () => {
    const { runtime } = world.product;
    mail().deliver = () => Promise.reject(new Error('nobody takes letters'));
    await world.stranger.ok('RequestPasswordReset', { email: EMAIL, ...(await world.captcha()) });
    await runtime.sagas.mark.reached(await runtime.store.head());
    expect(await runtime.db.collection('_sagas_waiting').countDocuments()).toBeGreaterThan(0);

    const then = world.clock.now();
    const seen = [
      await admin.get(`/v1/registries/users_registry?asOf=${then}`),
      await admin.get(`/v1/registries/users_registry/export?asOf=${then}`),
      await admin.get(`/v1/audit/records/user/${zinaida.userId}`),
      await admin.get(`/v1/registries/users_registry?q=${EMAIL}`),
    ];
    for (const { status, body } of seen)
      expect({ status, told: JSON.stringify(body).includes(EMAIL) }).toEqual({ status: 200, told: true });
    const { body } = await admin.post('/v1/operations/rebuild', { projection: 'users_registry' });
    expect(await runtime.operations.jobs.ended(body.id)).toMatchObject({ state: 'done' });
    expect(await runtime.projector.builds.previous('users_registry')).toBeDefined();
  });

  test('after erasing, events stay and can be folded, and nothing tells who it was', async () => {
    await admin.ok('DeactivateUser', { userId: zinaida.userId, reason: 'По просьбе' });
    await admin.ok('EraseUser', { userId: zinaida.userId });
    await world.settle();
    const { runtime } = world.product;
    while ((await runtime.projector.builds.previous('users_registry')) !== undefined) await new Promise((resolve) => setImmediate(resolve));
    const events = await runtime.store.read(`user-${zinaida.userId}`);
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['UserRegistered', 'SignedIn', 'UserErased']));
    expect(events[0]!.data).toMatchObject({ email: ERASED, ip: ERASED });
    expect(await admin.rows('users_registry', `?filter[status]=erased`)).toMatchObject([{ id: zinaida.userId, email: ERASED }]);
    expect(await admin.rows('sign_in_history', `?filter[userId]=${zinaida.userId}`)).toMatchObject([{ ip: ERASED }]);
    expect(await admin.rows('user_sessions', `?filter[userId]=${zinaida.userId}`)).toMatchObject([{ ip: ERASED, userAgent: ERASED }]);
    for (const { name } of await runtime.db.listCollections().toArray()) {
      expect(JSON.stringify(await runtime.db.collection(name).find().toArray())).not.toContain(EMAIL);
    }
  });

  test('saga steps that waited come to their end', async () => {
    mail().deliver = deliver;
    await admin.post('/v1/operations/parked/retry', {});
    const left = () => world.product.runtime.db.collection('_sagas_waiting').countDocuments();
    while ((await left()) > 0) await new Promise((resolve) => setImmediate(resolve));
    await world.settle();
  });

  test('read models rebuilt from the start are the same, and the address is free', async () => {
    expect(await world.differencesAfterRebuild()).toEqual([]);
    expect(await world.product.runtime.claims.owner({ scope: 'userEmail', value: EMAIL })).toBeUndefined();
  });

  test('a value that pretends to be sealed is a value', async () => {
    const pretender = 'sealed:1:00000000-0000-4000-8000-000000000000:AAAA';
    const { aggregateId } = await admin.ok('AddLegalEntity', { inn: '7736207543', shortName: pretender });
    const [added] = await world.product.runtime.store.read(`organization-${aggregateId}`);
    expect(added!.data).toMatchObject({ shortName: pretender });
  });

  test('neither file of the two databases holds what was erased', async () => {
    await world.stop();
    const files = readdirSync(folder).filter((name) => /\.db/.test(name));
    expect(files).toEqual(expect.arrayContaining(['eventstore.db', 'mongodb.db']));
    for (const name of files) expect(readFileSync(join(folder, name)).includes(EMAIL)).toBe(false);
  });
});
