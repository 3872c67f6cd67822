// @ts-nocheck
import { ERASED } from '@letopis/kernel';
import { AsOf } from '../../libs/runtime/operations/as-of';
import { Refolder } from '../../libs/runtime/operations/refold';
import { silent } from '../../libs/runtime/logger';
import { type Caller, World } from '../support/world';

const WHILE = 10_000;

describe('A registry as it was', () => {
  let world: World;
  let admin: Caller;
  let anna: Caller;
  let boris: Caller;
  let romashka: string;
  /** Moments between the changes: before the organization, as applicant, as client, with a second member. */
  const moments: string[] = [];
  const positions: number[] = [];
  const moment = async () => {
    await world.settle();
    moments.push(world.clock.now());
    positions.push(await world.product.runtime.store.head());
    world.clock.move(WHILE);
  };
  beforeAll(async () => {
    world = await World.start();
    admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
    boris = await world.person('boris@romashka.ru');
    await moment();
    romashka = await world.client(admin, anna, '7707083893', 'Ромашка');
    await moment();
    const { aggregateId: accessRequestId } = await boris.ok('CreateAccessRequest', { organizationId: romashka });
    await anna.ok('AcceptAccessRequest', { accessRequestId });
    await moment();
  });
  afterAll(() => world.stop());

  const members = (query: string) => `/v1/registries/memberships?filter[organizationId]=${romashka}${query}`;
  const borisRow = () =>
    `/v1/registries/memberships/${encodeURIComponent(`${romashka}:${boris.userId}`)}?filter[organizationId]=${romashka}`;

  test('tells a row as it was at a time and at a position', async () => {
    expect((await anna.get(`${borisRow()}&asOf=${moments[1]}`)).body.code).toBe('NOT_FOUND');
    const then = (await anna.get(`${borisRow()}&asOf=${moments[2]}`)).body;
    expect(then).toMatchObject({ userId: boris.userId, status: 'active' });
    expect((await anna.get(`${borisRow()}&asOf=${positions[2]}`)).body).toEqual(then);
    await anna.ok('RevokeMembership', { organizationId: romashka, userId: boris.userId, reason: 'Ушёл' });
    await world.settle();
    expect((await anna.get(borisRow())).body.status).not.toBe('active');
    expect((await anna.get(`${borisRow()}&asOf=${moments[2]}`)).body).toEqual(then);
  });

  test('tells a list as it was, filtered, sorted and counted, and keeps it for the next who asks', async () => {
    const ask = (query: string) => anna.get(members(`&count=true${query}`));
    expect((await ask(`&asOf=${moments[0]}`)).body).toMatchObject({ items: [], total: 0 });
    expect((await ask(`&asOf=${moments[1]}`)).body).toMatchObject({ items: [{ userId: anna.userId }], total: 1 });
    expect((await ask(`&asOf=${positions[2]}`)).body.total).toBe(2);
    expect((await ask(`&asOf=${moments[2]}&filter[status]=active`)).body.total).toBe(2);
    const { db } = world.product.runtime;
    const lists = async () => (await db.listCollections({}, { nameOnly: true }).toArray()).filter(({ name }) => /^_asof_\w+_memberships_v\d+_-?\d+$/.test(name)).length;
    expect(await lists()).toBe(3);
  }); // prettier-ignore

  test('is a file as well', async () => {
    const { body } = await anna.get(`/v1/registries/memberships/export?filter[organizationId]=${romashka}&asOf=${moments[1]}`);
    expect((body as string).trim().split('\r\n')).toHaveLength(2);
  });

  test('is seen by the rights of today', async () => {
    expect((await boris.get(members(`&asOf=${moments[2]}`))).body.code).toBe('NOT_FOUND');
    expect((await boris.get(`${borisRow()}&asOf=${moments[2]}`)).body.code).toBe('NOT_FOUND');
    expect((await world.stranger.get(members(`&asOf=${moments[2]}`))).body.code).toBe('NOT_AUTHENTICATED');
  });

  test('is recorded as a reading of the audit', async () => {
    await world.settle();
    world.position = await world.product.runtime.store.head();
    const rows = await admin.rows('audit_accesses', `?filter[readerId]=${anna.userId}&filter[subject]=memberships`);
    expect(rows).toContainEqual(expect.objectContaining({ query: expect.objectContaining({ asOf: moments[1] }) }));
  });

  test('says «Данные удалены» at every moment once somebody is erased', async () => {
    const before = (await admin.get(`/v1/registries/users_registry/${boris.userId}?asOf=${moments[2]}`)).body;
    expect(before).toMatchObject({ email: 'boris@romashka.ru', status: 'active' });
    const list = (asOf: string) => admin.get(`/v1/registries/users_registry?asOf=${asOf}&sort=registeredAt`);
    expect(JSON.stringify((await list(moments[2]!)).body)).toContain('boris@romashka.ru');
    await admin.ok('DeactivateUser', { userId: boris.userId, reason: 'По просьбе' });
    await admin.ok('EraseUser', { userId: boris.userId });
    await world.settle();
    const after = (await admin.get(`/v1/registries/users_registry/${boris.userId}?asOf=${moments[2]}`)).body;
    expect(after).toMatchObject({ email: ERASED, status: 'active' });
    expect(JSON.stringify((await list(moments[2]!)).body)).not.toContain('boris@');
    const state = (await admin.get(`/v1/audit/records/user/${boris.userId}/state?revision=0`)).body;
    expect(JSON.stringify(state)).not.toContain('boris@');
    const { db } = world.product.runtime;
    for (const { name } of await db.listCollections().toArray()) expect(JSON.stringify(await db.collection(name).find().toArray())).not.toContain('boris@romashka.ru');
  }); // prettier-ignore

  test.each(['soon', '2999-01-01', '99999999999', '-5'])('of %s is refused', async (asOf) => {
    expect((await anna.get(members(`&asOf=${asOf}`))).body.code).toBe('BAD_QUERY');
    expect((await anna.get(`${borisRow()}&asOf=${asOf}`)).body.code).toBe('BAD_QUERY');
  });

  describe('with limits', () => {
    const made = (limits: { lists: number; events: number; wait: number }) => {
      const { store, db, projector, clock } = world.product.runtime;
      const parts = { store, db, projector, clock, logger: silent, signal: new AbortController().signal };
      return new AsOf({ ...parts, refolder: new Refolder(parts) }, limits);
    };
    const memberships = () => world.product.runtime.composition.projections.get('memberships')!;

    test('is refused beyond so many events', async () => {
      await expect(made({ lists: 2, events: 1, wait: 5_000 }).list(memberships(), positions[2]!)).rejects.toThrow('AS_OF_TOO_LARGE');
    });

    test('tells how far it is, goes on meanwhile, and lets one be built at a time', async () => {
      const asOf = made({ lists: 2, events: 1_000_000, wait: 0 });
      await expect(asOf.list(memberships(), positions[2]!)).rejects.toThrow('AS_OF_BUILDING');
      await expect(asOf.list(memberships(), positions[1]!)).rejects.toThrow('BUSY');
      const ready = async (): Promise<string> => asOf.list(memberships(), positions[2]!).catch(ready);
      const collection = await ready();
      expect(asOf.holds(collection)).toBe(true);
      await asOf.stop();
      expect(asOf.holds(collection)).toBe(false);
    });

    test('keeps so many lists, and lets that one go that was not asked for longest', async () => {
      const asOf = made({ lists: 2, events: 1_000_000, wait: 5_000 });
      const [first, second] = [await asOf.list(memberships(), positions[0]!), await asOf.list(memberships(), positions[1]!)];
      const third = await asOf.list(memberships(), positions[2]!);
      expect([first, second, third].map((name) => asOf.holds(name))).toEqual([false, true, true]);
      await asOf.stop();
    });
  });
});
