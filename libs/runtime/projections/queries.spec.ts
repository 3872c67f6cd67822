import { DomainError, projection, refused, type Projection } from '@letopis/kernel';
import { startMongo } from '@letopis/local';
import fc from 'fast-check';
import { MongoClient, type Db } from 'mongodb';
import { stored, type Stored } from './document';
import type { Projector } from './projector';
import { Queries, typedFilters, type Changed, type ListQuery } from './queries';

/** Lists that each law of paging is tried with. */
const RUNS = Number(process.env.FOLDING_RUNS ?? 25);

interface Car {
  readonly plate?: string;
  readonly owner?: string;
  readonly sold?: boolean;
  readonly price?: number | null;
  readonly since?: string;
  readonly at?: string;
  readonly tags?: readonly string[];
  readonly maker?: { readonly town?: string };
  readonly secret?: string;
}
const cars: Projection = projection<Car, Record<never, never>>()({
  code: 'cars',
  version: 1,
  title: { ru: 'Машины', en: 'Cars' },
  on: {},
  list: {
    filters: { plate: 'string', sold: 'boolean', price: 'number', since: 'day', at: 'time', tags: 'string', 'maker.town': 'string' },
    asked: { mine: 'boolean' },
    sorts: ['plate', 'price', 'sold', 'maker.town', '_id'],
    search: ['plate', 'owner'],
    defaultSort: '-at',
  },
  hidden: ['secret'],
  policy: { name: 'nobody', see: () => refused('FORBIDDEN') },
});
const vans: Projection = { ...cars, code: 'vans' };

describe('A question to a read model', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let client: MongoClient;
  let db: Db;
  let queries: Queries;
  beforeAll(async () => {
    mongo = await startMongo();
    client = await new MongoClient(mongo.url, { ignoreUndefined: true }).connect();
    db = client.db('queries');
    queries = new Queries(db, { collection: (code: string) => `${code}_v1` } as object as Projector);
  });
  afterAll(async () => {
    await client.close();
    await mongo.close();
  });

  const row = (id: string, car: Car, position = 1): Stored => stored(id, position, { ...car }, cars.list.search, ['s']);
  /** These rows and no others. */
  const put = async (rows: readonly Stored[], name = 'cars_v1') => {
    await db.collection(name).deleteMany({});
    if (rows.length > 0) await db.collection<Stored>(name).insertMany([...rows]);
  };
  const rowsOf = (cars: Readonly<Record<string, Car>>) => Object.entries(cars).map(([id, car]) => row(id, car));
  const are = (cars: Readonly<Record<string, Car>>) => put(rowsOf(cars));
  const ask = async (query: Partial<ListQuery>, only = {}) => queries.list(cars, { filter: {}, ...query }, only);
  const ids = async (query: Partial<ListQuery>, only = {}) => (await ask(query, only)).items.map(({ id }) => id);
  const sorted = async (query: Partial<ListQuery>, only = {}) => (await ids(query, only)).sort();
  const refusedAs = async (question: Promise<unknown>) => {
    const error = await question.then(
      () => undefined,
      (reason: unknown) => reason as DomainError,
    );
    return error && [error.code, error.params.name];
  };

  const fleet: Readonly<Record<string, Car>> = {
    a: {
      plate: 'A1',
      sold: true,
      price: 100,
      since: '2026-01-01',
      at: '2026-01-01T10:00:00.000Z',
      tags: ['new', 'red'],
      maker: { town: 'Kazan' },
    },
    b: { plate: 'B2', sold: false, price: 200, since: '2026-02-01', at: '2026-02-01T10:00:00.000Z', tags: ['red'] },
    c: { plate: 'C3', sold: true, price: 300, since: '2026-03-01', at: '2026-03-01T10:00:00.000Z', maker: { town: 'Omsk' } },
    d: { price: null },
  };

  describe('filters', () => {
    beforeAll(() => are(fleet));

    test.each<[Record<string, string>, string]>([
      [{}, 'abcd'],
      [{ plate: 'B2' }, 'b'],
      [{ plate: 'b2' }, ''],
      [{ 'plate.in': 'A1,C3,X' }, 'ac'],
      [{ 'plate.ne': 'A1' }, 'bcd'],
      [{ tags: 'red' }, 'ab'],
      [{ sold: 'true' }, 'ac'],
      [{ sold: 'false' }, 'b'],
      [{ price: '200' }, 'b'],
      [{ price: ' 2e2 ' }, 'b'],
      [{ 'price.gt': '200' }, 'c'],
      [{ 'price.gte': '200' }, 'bc'],
      [{ 'price.lt': '200' }, 'a'],
      [{ 'price.lte': '200' }, 'ab'],
      [{ 'price.in': '100,300' }, 'ac'],
      [{ 'price.gt': '100', 'price.lt': '300' }, 'b'],
      [{ 'price.gt': '100', sold: 'true' }, 'c'],
      [{ since: '2026-02-01' }, 'b'],
      [{ 'since.gte': '2026-02-01' }, 'bc'],
      [{ at: '2026-01-01T10:00:00.000Z' }, 'a'],
      [{ at: '2026-01-01T13:00:00+03:00' }, 'a'],
      [{ 'at.lt': '2026-03-01' }, 'ab'],
      [{ 'maker.town': 'Omsk' }, 'c'],
      [{ 'maker.town.ne': 'Omsk' }, 'abd'],
      [{ mine: 'true' }, 'abcd'],
    ])('%j find what is so: %s', async (filter, found) => {
      expect(await sorted({ filter })).toEqual([...found]);
    });

    test.each<[string, string]>([
      ['colour', 'red'],
      ['constructor', 'red'],
      ['toString', 'red'],
      ['plate.like', 'A'],
      ['.ne', 'A'],
      ['mine.ne', 'true'],
      ['sold', 'yes'],
      ['sold', ''],
      ['price', ''],
      ['price', ' '],
      ['price', '12a'],
      ['price', 'Infinity'],
      ['since', '2026-1-1'],
      ['since', '2026-13-01'],
      ['since', '2026-01-01T00:00:00.000Z'],
      ['since', 'on 2026-01-01'],
      ['at', 'yesterday'],
      ['price.in', '1,x'],
      ['plate', ['A'] as never],
    ])('%s of %j are refused', async (name, text) => {
      const field = name.replace(/\.(ne|in)$/, '') || name;
      expect(await refusedAs(ask({ filter: { [name]: text } }))).toEqual(['BAD_QUERY', `filter[${field}]`]);
    });

    test('are typed for whoever judges by them, those alone that say what something is', () => {
      const typed = (filter: Record<string, string>) => typedFilters(cars.list, filter);
      expect(
        typed({ plate: '1', sold: 'false', price: '2.5', since: '2026-01-01', at: '2026-01-01', 'price.gt': '1', mine: 'true' }),
      ).toEqual({
        plate: '1',
        sold: false,
        price: 2.5,
        since: '2026-01-01',
        at: '2026-01-01T00:00:00.000Z',
        mine: true,
      });
      for (const name of ['colour', 'constructor', 'mine.ne', 'mine.x']) expect(() => typed({ [name]: 'true' })).toThrow(DomainError);
      expect(() => typedFilters({ ...cars.list, asked: undefined }, { mine: 'true' })).toThrow(DomainError);
      expect(() => typed({ mine: 'maybe' })).toThrow('filter[mine]');
    });

    test('never find what may not be seen', async () => {
      expect(await sorted({ filter: { sold: 'true' } }, { plate: 'A1' })).toEqual(['a']);
      expect(await sorted({ filter: { plate: 'B2' } }, { plate: 'A1' })).toEqual([]);
      expect(await ask({ filter: {}, count: true }, { sold: true })).toMatchObject({ total: 2 });
    });
  });

  test('shows rows by their ids, without what is kept for the machinery; those that are deleted not at all', async () => {
    await put([
      row('a', { plate: 'A1', at: '3', secret: 'x' }),
      { ...row('b', { plate: 'B2', at: '2' }), _parked: { position: 3, error: 'x' } },
      stored('c', 4, undefined, [], ['s']),
    ]);
    expect(await ask({ count: true })).toEqual({
      items: [
        { id: 'a', plate: 'A1', at: '3' },
        { id: 'b', plate: 'B2', at: '2', stale: true },
      ],
      next: undefined,
      total: 2,
    });
    expect((await ask({})).total).toBeUndefined();
    expect(await queries.one(cars, 'a', {})).toEqual({ id: 'a', plate: 'A1', at: '3' });
    expect(await queries.one(cars, 'a', { plate: 'A1' })).toMatchObject({ id: 'a' });
    expect(await refusedAs(queries.one(cars, 'a', { plate: 'B2' }))).toEqual(['NOT_FOUND', undefined]);
    expect(await refusedAs(queries.one(cars, 'x', {}))).toEqual(['NOT_FOUND', undefined]);
    expect(await refusedAs(queries.one(cars, 'c', {}))).toEqual(['NOT_FOUND', undefined]);
    expect(await refusedAs(queries.one(cars, 'b', {}))).toEqual(['PROJECTION_PARKED', undefined]);
  });

  describe('pages', () => {
    const many = (count: number) =>
      put(Array.from({ length: count }, (_, at) => row(`${1_000 + at}`, { price: at % 7, at: `${1_000 + at}` })));

    test('hold fifty rows unless asked otherwise, one at least, two hundred at most; all of them are read one after another', async () => {
      const all = async (query: Partial<ListQuery>) => {
        const pages: unknown[][] = [];
        for await (const page of queries.pages(cars, { filter: {}, ...query }, {})) pages.push(page.map(({ id }) => id));
        return pages;
      };
      await put([]);
      expect(await all({})).toEqual([]);
      await many(205);
      const length = async (limit?: number) => (await ids({ limit })).length;
      expect([await length(), await length(3), await length(0), await length(-1), await length(9_999)]).toEqual([50, 3, 1, 1, 200]);
      const pages = await all({ sort: 'price' });
      expect(pages.map((page) => page.length)).toEqual([200, 5]);
      expect(new Set(pages.flat()).size).toBe(205);
      expect((await all({ filter: { 'price.lt': '1' } })).map((page) => page.length)).toEqual([30]);
    });

    test('end where there is nothing more, and count all that is found', async () => {
      await many(6);
      const first = await ask({ limit: 4, count: true });
      expect([first.items.length, first.total, first.next !== undefined]).toEqual([4, 6, true]);
      const last = await ask({ limit: 2, cursor: first.next, count: true });
      expect([last.items.length, last.total, last.next]).toEqual([2, 6, undefined]);
      expect((await ask({ limit: 6 })).next).toBeUndefined();
      expect((await ask({ limit: 5 })).next).toBeDefined();
    });

    test('are sorted as asked, or as the list says', async () => {
      await are(fleet);
      expect(await ids({})).toEqual(['c', 'b', 'a', 'd']);
      expect(await ids({ sort: '-at' })).toEqual(['c', 'b', 'a', 'd']);
      expect(await ids({ sort: 'price' })).toEqual(['d', 'a', 'b', 'c']);
      expect(await ids({ sort: '-plate' })).toEqual(['c', 'b', 'a', 'd']);
      expect(await ids({ sort: '-_id' })).toEqual(['d', 'c', 'b', 'a']);
      for (const sort of ['owner', '-owner', 'at', '', '-', '--price'])
        expect(await refusedAs(ask({ sort }))).toEqual(['BAD_QUERY', 'sort']);
    });

    test('have rows without a value before all others, and lose none of them', async () => {
      await are({ a: {}, b: { price: 1 }, c: { price: null }, d: { price: 1 }, e: {} });
      const paged = async (sort: string) => {
        const found: unknown[] = [];
        let cursor: string | undefined;
        do {
          const page = await ask({ sort, limit: 1, cursor });
          found.push(...page.items.map(({ id }) => id));
          cursor = page.next;
        } while (cursor !== undefined && found.length < 9);
        return found.join('');
      };
      expect(await paged('price')).toBe('acebd');
      expect(await paged('-price')).toBe('dbeca');
    });

    test('whatever their size and sort, they make up the one sorted list, each row once', async () => {
      const value = {
        price: fc.option(fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constant(null)), { nil: undefined }),
        plate: fc.option(fc.constantFrom('', 'A', 'a', 'Б', '1'), { nil: undefined }),
        sold: fc.option(fc.boolean(), { nil: undefined }),
        maker: fc.option(fc.record({ town: fc.option(fc.constantFrom('Omsk', 'Perm'), { nil: undefined }) }), { nil: undefined }),
      };
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record(value), { maxLength: 20 }),
          fc.integer({ min: 1, max: 8 }),
          fc.constantFrom('price', 'plate', 'sold', 'maker.town', '_id'),
          fc.constantFrom('', '-'),
          async (fields, limit, field, sign) => {
            const rows = fields.map((car, at) => row(`${(at * 7) % 20}`, car));
            await put(rows);
            const found: unknown[] = [];
            let cursor: string | undefined;
            do {
              const page = await ask({ sort: `${sign}${field}`, limit, cursor });
              found.push(...page.items.map(({ id }) => id));
              expect(page.items.length).toBe(Math.min(limit, rows.length - found.length + page.items.length));
              cursor = page.next;
            } while (cursor !== undefined);
            expect(found).toEqual(inOrder(rows, field, sign === '-' ? -1 : 1));
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
    });

    test('go on by the cursor of the same sort alone', async () => {
      await many(4);
      const { next } = await ask({ sort: 'price', limit: 1 });
      const made = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
      expect(await ids({ sort: 'price', cursor: made('price', 1, 0, '1000') })).toEqual(['1001', '1002', '1003']);
      const strange = [
        ['-price', next],
        ['plate', next],
        ['price', 'rubbish'],
        ['price', ''],
        ['price', Buffer.from('null').toString('base64url')],
        ['price', made('price', 1, { $gt: 0 }, '1000')],
        ['price', made('price', 1, ['x'], '1000')],
        ['price', made('price', 1, 0, { $gt: '' })],
        ['price', made('price', 1, 0)],
      ] as const;
      for (const [sort, cursor] of strange) expect(await refusedAs(ask({ sort, cursor }))).toEqual(['BAD_QUERY', 'cursor']);
    });

    test('come from the collection that is asked for', async () => {
      await put([row('x', {})], 'vans_v1');
      expect((await queries.list(cars, { filter: {} }, {}, 'vans_v1')).items).toHaveLength(1);
      for await (const page of queries.pages(cars, { filter: {} }, {}, 'vans_v1')) expect(page).toEqual([{ id: 'x' }]);
    });

    test('are told what follows from being in one list, where all of it is there', async () => {
      await many(3);
      const counted: Projection = { ...cars, listed: (rows) => rows.map((each) => ({ ...each, of: rows.length })) };
      const of = async (query: Partial<ListQuery>) =>
        (await queries.list(counted, { filter: {}, ...query }, {})).items.map((each) => each.of);
      expect(await of({})).toEqual([3, 3, 3]);
      expect(await of({ limit: 3 })).toEqual([3, 3, 3]);
      expect(await of({ limit: 2 })).toEqual([undefined, undefined]);
      expect(await of({ cursor: (await ask({ limit: 2 })).next })).toEqual([undefined]);
    });
  });

  describe('a text', () => {
    const people: Readonly<Record<string, Car>> = {
      ivanov: { plate: 'А123', owner: 'Иванов Пётр' },
      petrova: { plate: 'В777', owner: 'Петрова Анна' },
      dot: { plate: 'x.y', owner: 'Smith (London)' },
    };

    beforeAll(() => are(people));

    test.each<[string | undefined, string[]]>([
      [undefined, ['dot', 'ivanov', 'petrova']],
      ['', ['dot', 'ivanov', 'petrova']],
      ['  ', ['dot', 'ivanov', 'petrova']],
      ['пет', ['ivanov', 'petrova']],
      ['ПЕТ анна', ['petrova']],
      ['анна  петрова', ['petrova']],
      ['ванов', []],
      ['gtn', ['ivanov', 'petrova']], // пет, with the other layout
      ['lond', ['dot']],
      ['x.y', ['dot']],
      ['(', []],
      ['пет xyz', []],
    ])('%j finds rows by the beginnings of words', async (q, found) => {
      expect(await sorted({ q })).toEqual(found);
    });

    test('typed into a look-up finds whole fields first, then beginnings of fields, then of words', async () => {
      await put([
        ...rowsOf({
          whole: { owner: 'Иван', at: '9' },
          field: { owner: 'Иван Грозный', at: '1' },
          field2: { owner: 'Иванов', at: '0' },
          word: { owner: 'Пётр Иванов', at: '0' },
          other: { owner: 'Сидоров' },
          hidden: { owner: 'Иван', plate: 'X' },
        }),
        { ...stored('gone', 1, { owner: 'Иван' }, ['owner'], []), _deleted: true },
      ]);
      const looked = async (typed: string, only: object = { plate: null }) =>
        (await queries.lookup(cars, typed, { ...only })).items.map(({ id }) => id);
      expect(await looked('иван')).toEqual(['whole', 'field2', 'field', 'word']);
      expect(await looked('bdfy')).toEqual(['whole', 'field2', 'field', 'word']);
      expect(await looked('иванов')).toEqual(['field2', 'word']);
      expect(await looked('иван', {})).toEqual(['hidden', 'whole', 'field2', 'field', 'word']);
      expect(await looked('и')).toEqual([]);
      expect(await looked(' и ')).toEqual([]);
      expect(await looked('..')).toEqual([]);
      expect(await looked('ив')).toHaveLength(4);
    });

    test('typed into a look-up is no pattern, and finds ten rows at most, the best', async () => {
      const numbered = (name: string, count: number, owner: (at: number) => string) =>
        Array.from({ length: count }, (_, at) => row(`${name}${10 + at}`, { owner: owner(at) }));
      await put([
        ...rowsOf({ z: { owner: 'Ивановы все' }, dot: { plate: 'x.y (z' }, dash: { plate: 'xay (z' } }),
        ...numbered('w', 12, (at) => `Пётр Иванов${at}`),
        ...numbered('e', 11, () => 'Ровно'),
      ]);
      const looked = async (typed: string) => (await queries.lookup(cars, typed, {})).items.map(({ id }) => id);
      const found = await looked('иванов');
      expect(found).toEqual(['z', ...Array.from({ length: 9 }, (_, at) => `w${10 + at}`)]);
      expect(await looked('x.y (')).toEqual(['dot']);
      expect(await looked('ровно')).toHaveLength(10);
    });
  });

  describe('what has changed', () => {
    const changed = async (after: number, upTo: number, only = {}) => {
      const seen: Changed[] = [];
      const wanted = [cars, vans].map((of) => ({ projection: of, only }));
      for await (const one of queries.changed(wanted, after, upTo)) seen.push(one);
      return seen;
    };
    const told = (rows: readonly Changed[]) =>
      rows.map(({ code, position, row: { id }, isLast }) => `${code} ${position} ${id}${isLast ? '.' : ''}`);

    beforeAll(async () => {
      await put([
        row('a', { plate: 'A' }, 2),
        row('b', { plate: 'B', secret: 'x' }, 5),
        row('c', { plate: 'A' }, 5),
        stored('d', 5, undefined, [], []),
      ]);
      await put([row('x', { plate: 'A' }, 7), row('w', { plate: 'B' }, 5), row('v', { plate: 'A' }, 1)], 'vans_v1');
    });

    test('is told in the order of the log, over all read models, with the last of each event marked', async () => {
      expect(told(await changed(0, 9))).toEqual(['vans 1 v.', 'cars 2 a.', 'cars 5 b', 'cars 5 c', 'vans 5 w.', 'vans 7 x.']);
      expect((await changed(4, 5))[0]).toEqual({ code: 'cars', position: 5, isLast: false, row: { id: 'b', plate: 'B' } });
    });

    test('is told after a position and up to another, of what may be seen', async () => {
      expect(told(await changed(2, 5))).toEqual(['cars 5 b', 'cars 5 c', 'vans 5 w.']);
      expect(told(await changed(7, 9))).toEqual([]);
      expect(told(await changed(0, 9, { plate: 'A' }))).toEqual(['vans 1 v.', 'cars 2 a.', 'cars 5 c.', 'vans 7 x.']);
    });

    test('is counted, as far as one wants to know', async () => {
      const count = (after: number, upTo: number, most = 100, only = {}) =>
        queries.countChanged({ projection: cars, only }, after, upTo, most);
      expect([
        await count(0, 9),
        await count(2, 5),
        await count(2, 4),
        await count(0, 9, 2),
        await count(0, 9, 100, { plate: 'B' }),
      ]).toEqual([3, 2, 0, 2, 1]);
    });

    test('leaves nothing open with whoever stops listening', async () => {
      const many = Array.from({ length: 150 }, (_, at) => row(`m${at}`, {}, 10 + at));
      await put(many);
      const open = async () =>
        ((await db.admin().serverStatus()) as { metrics: { cursor: { open: { total: unknown } } } }).metrics.cursor.open.total;
      const before = Number(await open());
      for await (const { position } of queries.changed([{ projection: cars, only: {} }], 0, 1_000)) if (position > 1) break;
      expect(Number(await open())).toBe(before);
    });
  });
});

/** Rows by a field, those without a value first; equal ones by their ids. */
function inOrder(rows: readonly Stored[], path: string, direction: 1 | -1): string[] {
  const of = (row: Stored) =>
    path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], row) ?? null;
  const ranked = (value: unknown) => (value === null ? 0 : 1);
  const compare = (a: unknown, b: unknown) =>
    ranked(a) - ranked(b) || (typeof a === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(b as string)) : Number(a) - Number(b));
  return [...rows].sort((a, b) => direction * (compare(of(a), of(b)) || compare(a._id, b._id))).map(({ _id }) => _id);
}
