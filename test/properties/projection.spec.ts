import { projection, refused, side, type Recorded } from '@letopis/kernel';
import fc from 'fast-check';
import type { Db } from 'mongodb';
import { collectionOf, type Stored } from '../../libs/runtime/projections/document';
import { foldPage } from '../../libs/runtime/projections/folding';
import { metadata, startStores, type Stores } from '../support/stores';

/** Logs that each property is tried with. */
const RUNS = Number(process.env.FOLDING_RUNS ?? 30);

interface Events {
  Opened: { group: string; owner: string; guests?: readonly string[] };
  Grew: { by: number };
  Closed: Record<never, never>;
  Renamed: { name: string };
  Moved: { to: string };
  Painted: { colour: string };
  Signed: { town: string; slogan: string };
}

interface Room {
  readonly group: string;
  readonly owner: string;
  readonly guests: readonly string[];
  readonly size: number;
  readonly groupName?: string;
  readonly city?: string;
  readonly guestCities?: readonly (string | null)[];
  readonly strangers?: number;
  readonly slogan?: string;
  readonly colour?: string;
}

const rooms = projection<Room, Events>()({
  code: 'rooms',
  version: 1,
  title: { ru: 'Комнаты', en: 'Rooms' },
  key: ({ category, aggregateId }) => (category === 'room' ? aggregateId : undefined),
  on: {
    Opened: (_, { data: { group, owner, guests = [] } }) => ({ group, owner, guests, size: 0 }),
    Grew: (row, { data: { by } }) => row && { ...row, size: row.size + by },
    Closed: () => undefined,
  },
  sides: {
    group: side<{ name: string }, Events>()({ Renamed: (_, { data: { name } }) => ({ name }) }),
    owner: side<{ to: string }, Events>()({ Moved: (_, { data: { to } }) => ({ to }) }),
    town: side<{ slogan: string }, Pick<Events, 'Signed'>>()(
      { Signed: (_, { data: { slogan } }) => ({ slogan }) },
      ({ data: { town } }) => town,
    ),
  },
  joins: [
    { by: 'group', side: 'group', fields: { name: 'groupName' } },
    { by: 'owner', side: 'owner', fields: { to: 'city' } },
    { by: 'guests', side: 'owner', fields: { to: 'guestCities' } },
    { by: 'city', side: 'town', fields: { slogan: 'slogan' } }, // by what another join brings
  ],
  everywhere: {
    Painted: {
      where: ({ aggregateId }) => ({ group: aggregateId }),
      fold: (row, { data: { colour } }) => ({ ...row, colour, size: row.size + 10 }),
    },
  },
  derive: (room) => ({ ...room, strangers: (room.guestCities ?? []).filter((city) => city !== (room.city ?? null)).length }),
  list: { filters: { group: 'string' }, sorts: ['size'], search: ['groupName', 'guestCities'], defaultSort: 'size' },
  policy: { name: 'nobody', see: () => refused('FORBIDDEN') },
});

const happening = fc.oneof(
  fc.record({
    type: fc.constant('Opened'),
    id: fc.constantFrom('1', '2', '3'),
    data: fc.record({ group: fc.constantFrom('a', 'b'), owner: fc.constantFrom('x', 'y'), guests: fc.subarray(['x', 'y', 'z']) }),
  }),
  fc.record({ type: fc.constant('Moved'), id: fc.constantFrom('x', 'y'), data: fc.record({ to: fc.constantFrom('Тверь', 'Москва') }) }),
  fc.record({ type: fc.constant('Grew'), id: fc.constantFrom('1', '2', '3'), data: fc.record({ by: fc.integer({ min: 1, max: 9 }) }) }),
  fc.record({ type: fc.constant('Closed'), id: fc.constantFrom('1', '2', '3'), data: fc.constant({}) }),
  fc.record({
    type: fc.constant('Renamed'),
    id: fc.constantFrom('a', 'b'),
    data: fc.record({ name: fc.constantFrom('Север', 'Юг', 'Запад') }),
  }),
  fc.record({
    type: fc.constant('Signed'),
    id: fc.constantFrom('m', 'n'),
    data: fc.record({ town: fc.constantFrom('Тверь', 'Москва'), slogan: fc.constantFrom('Добро', 'Пожаловать', 'Мимо') }),
  }),
  fc.record({
    type: fc.constant('Painted'),
    id: fc.constantFrom('a', 'b'),
    data: fc.record({ colour: fc.constantFrom('red', 'green') }),
  }),
);

const recorded = (plan: readonly { type: string; id: string; data: object }[]): Recorded[] =>
  plan.map(({ type, id, data }, at) => {
    const category = { Renamed: 'group', Painted: 'group', Moved: 'owner', Signed: 'sign' }[type] ?? 'room';
    return {
      id: `e${at}`,
      type,
      data,
      category,
      aggregateId: id,
      stream: `${category}-${id}`,
      revision: at,
      position: at,
      metadata: metadata(),
    };
  });

describe('Folding', () => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await startStores();
  });
  afterAll(() => stores.stop());

  let run = 0;
  const fresh = () => stores.db.client.db(`fold_${run++}`);

  const shown = async (db: ReturnType<typeof fresh>) => {
    const rows = await db
      .collection<Stored>(collectionOf(rooms))
      .find({ _deleted: { $exists: false } })
      .sort({ _id: 1 })
      .toArray();
    return rows.map(({ _id, group, owner, size, groupName, city, guestCities, strangers, colour, slogan, _words }) => ({
      _id,
      group,
      owner,
      size,
      groupName,
      city,
      guestCities,
      strangers,
      colour,
      slogan,
      words: _words,
    }));
  };

  test('two sides that change in one page both reach a row that is not in it', async () => {
    const [opened, renamed, moved, ...both] = recorded([
      { type: 'Opened', id: '1', data: { group: 'a', owner: 'x' } },
      { type: 'Renamed', id: 'a', data: { name: 'Север' } },
      { type: 'Moved', id: 'x', data: { to: 'Тверь' } },
      { type: 'Moved', id: 'x', data: { to: 'Москва' } },
      { type: 'Renamed', id: 'a', data: { name: 'Юг' } },
    ]);
    const db = fresh();
    await foldPage(db, rooms, [opened!, renamed!, moved!]);
    await foldPage(db, rooms, both);
    expect(await shown(db)).toMatchObject([{ groupName: 'Юг', city: 'Москва' }]);
  });

  test('a list of ids is joined as a list, and what is derived follows', async () => {
    const [opened, ...moved] = recorded([
      { type: 'Opened', id: '1', data: { group: 'a', owner: 'x', guests: ['x', 'z', 'y'] } },
      { type: 'Moved', id: 'y', data: { to: 'Тверь' } },
      { type: 'Moved', id: 'x', data: { to: 'Москва' } },
    ]);
    const db = fresh();
    await foldPage(db, rooms, [opened!]);
    expect(await shown(db)).toMatchObject([{ guestCities: [null, null, null], strangers: 0 }]);
    await foldPage(db, rooms, moved);
    expect(await shown(db)).toMatchObject([
      { city: 'Москва', guestCities: ['Москва', null, 'Тверь'], strangers: 2, words: ['москва', 'тверь'] },
    ]);
  });

  test('any split into pages, with pages repeated from any earlier point, gives what one fold gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 1, maxLength: 24 }),
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 6 }), back: fc.integer({ min: 0, max: 10 }) }), {
          minLength: 1,
          maxLength: 12,
        }),
        async (plan, cuts) => {
          const events = recorded(plan);
          const whole = fresh();
          await foldPage(whole, rooms, events);

          const cut = fresh();
          let at = 0;
          for (const { size, back } of cuts) {
            const from = Math.max(0, at - back);
            await foldPage(cut, rooms, events.slice(from, at + size));
            at = Math.min(events.length, at + size);
          }
          if (at < events.length) await foldPage(cut, rooms, events.slice(at));
          expect(await shown(cut)).toEqual(await shown(whole));
          await Promise.all([whole.dropDatabase(), cut.dropDatabase()]);
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  }, 120_000);

  test('a process that dies at any write, before it or after it, and another that folds the page again give what one fold gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 4, maxLength: 24 }),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.record({ write: fc.nat({ max: 8 }), after: fc.boolean() }), { minLength: 1, maxLength: 4 }),
        async (plan, size, deaths) => {
          const events = recorded(plan);
          const whole = fresh();
          await foldPage(whole, rooms, events);

          const crashed = fresh();
          const left = [...deaths];
          for (let at = 0; at < events.length;) {
            const death = left.shift();
            const db = death ? dying(crashed, death) : crashed;
            const done = await foldPage(db, rooms, events.slice(at, at + size)).then(
              () => true,
              (error: unknown) => {
                if (error !== DEATH) throw error;
                return false;
              },
            );
            if (done) at += size;
          }
          expect(await shown(crashed)).toEqual(await shown(whole));
          await Promise.all([whole.dropDatabase(), crashed.dropDatabase()]);
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  }, 120_000);

  test('pages of the past, in any order, change nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 1, maxLength: 24 }),
        fc.array(fc.record({ from: fc.nat({ max: 23 }), size: fc.integer({ min: 1, max: 8 }) }), { minLength: 1, maxLength: 8 }),
        async (plan, late) => {
          const events = recorded(plan);
          const db = fresh();
          await foldPage(db, rooms, events);
          const before = await shown(db);
          for (const { from, size } of late) await foldPage(db, rooms, events.slice(from, from + size));
          expect(await shown(db)).toEqual(before);
          await db.dropDatabase();
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  }, 120_000);
});

const DEATH = new Error('the process is dead');

/** The database as a process sees it that dies at one of its writes: nothing that it wants from then on happens. */
function dying(real: Db, { write, after }: { write: number; after: boolean }): Db {
  let writes = 0;
  let dead = false;
  const collection = (name: string) =>
    new Proxy(real.collection(name), {
      get: (target, member) => {
        if (dead) throw DEATH;
        const value = Reflect.get(target, member) as unknown;
        if (member !== 'bulkWrite') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        return async (...given: unknown[]) => {
          const last = writes++ === write;
          if (last && !after) dead = true;
          if (dead) throw DEATH;
          const answer = await (value as (...given: unknown[]) => Promise<unknown>).apply(target, given);
          if (last) dead = true;
          if (dead) throw DEATH;
          return answer;
        };
      },
    });
  return new Proxy(real, {
    get: (target, member) => (member === 'collection' ? collection : (Reflect.get(target, member) as unknown)),
  });
}
