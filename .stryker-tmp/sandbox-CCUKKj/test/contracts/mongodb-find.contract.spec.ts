/** Queries as MongoDB answers them; also against `MONGODB_URL`. */
// @ts-nocheck

import { BSON, Decimal128, type Document, Double, Long, ObjectId, Timestamp } from 'mongodb';
import { type Bench, open, refusal } from './mongodb.support';

let bench: Bench;
beforeAll(async () => {
  bench = await open();
});
afterAll(() => bench.stop());

describe('find', () => {
  const numbers = async (count: number) => {
    const collection = bench.fresh<{ _id: number; n: number; even: boolean }>();
    await collection.insertMany(Array.from({ length: count }, (_, i) => ({ _id: i, n: i, even: i % 2 === 0 })));
    return collection;
  };

  test('gives batches, and nothing after the last', async () => {
    const collection = await numbers(250);
    const first = await bench.db.command({ find: collection.collectionName, batchSize: 100 }, { promoteLongs: false });
    expect(first.cursor.firstBatch).toHaveLength(100);
    const second = await bench.db.command({ getMore: first.cursor.id as Long, collection: collection.collectionName, batchSize: 100 });
    expect(second.cursor.nextBatch).toHaveLength(100);
    const third = await bench.db.command({ getMore: first.cursor.id as Long, collection: collection.collectionName });
    expect(third.cursor.nextBatch).toHaveLength(50);
    expect(Number(third.cursor.id)).toBe(0);
    expect(await refusal(bench.db.command({ getMore: Long.fromNumber(77), collection: collection.collectionName }))).toMatchObject({
      code: 43,
    });
  });

  test('killCursors ends a cursor', async () => {
    const collection = await numbers(10);
    const { cursor } = await bench.db.command({ find: collection.collectionName, batchSize: 2 }, { promoteLongs: false });
    const killed = await bench.db.command({ killCursors: collection.collectionName, cursors: [cursor.id as Long] });
    expect(killed.cursorsKilled).toHaveLength(1);
    expect(await refusal(bench.db.command({ getMore: cursor.id as Long, collection: collection.collectionName }))).toMatchObject({
      code: 43,
    });
  });

  test('a cursor goes on while others write', async () => {
    const collection = await numbers(300);
    const cursor = collection.find().sort({ _id: 1 }).batchSize(50);
    const seen: number[] = [];
    for await (const { _id } of cursor) {
      seen.push(_id);
      if (_id === 40) await collection.deleteMany({ _id: { $gte: 200 } });
    }
    expect(seen.slice(0, 200)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('skip, limit and sort', async () => {
    const collection = await numbers(30);
    const found = await collection.find({ even: true }).sort({ n: -1 }).skip(2).limit(3).toArray();
    expect(found.map(({ n }) => n)).toEqual([24, 22, 20]);
  });

  test('keyset pages over a compound index', async () => {
    const collection = bench.fresh<{ _id: number; at: number }>();
    await collection.insertMany(Array.from({ length: 100 }, (_, i) => ({ _id: i, at: i % 10 })));
    await collection.createIndex({ at: 1, _id: 1 });
    const seen: number[] = [];
    let after: { at: number; _id: number } | undefined;
    for (;;) {
      const filter = after ? { $or: [{ at: { $gt: after.at } }, { at: after.at, _id: { $gt: after._id } }] } : {};
      const page = await collection.find(filter).sort({ at: 1, _id: 1 }).limit(7).toArray();
      if (page.length === 0) break;
      seen.push(...page.map(({ _id }) => _id));
      after = page[page.length - 1];
    }
    expect(seen).toHaveLength(100);
    expect(new Set(seen).size).toBe(100);
  });

  test.each([
    [{ a: 1 }, [1, 2, 5, 6]],
    [{ a: { $gt: 1 } }, [3, 5, 6]],
    [{ a: { $gte: 1, $lt: 3 } }, [1, 2, 3, 5, 6]],
    [{ a: null }, [4, 7, 8, 9, 10]],
    [{ a: { $exists: false } }, [4, 8, 9, 10]],
    [{ a: { $exists: true } }, [1, 2, 3, 5, 6, 7]],
    [{ a: { $ne: 1 } }, [3, 4, 7, 8, 9, 10]],
    [{ a: { $in: [2, null] } }, [3, 4, 5, 7, 8, 9, 10]],
    [{ a: { $nin: [1, null] } }, [3]],
    [{ a: [1, 3] }, [6]],
    [{ a: { $size: 2 } }, [5, 6]],
    [{ a: { $all: [1, 2] } }, [5]],
    [{ a: { $type: 'array' } }, [5, 6]],
    [{ a: { $type: ['int', 'null'] } }, [1, 3, 5, 6, 7]],
    [{ a: { $not: { $gt: 1 } } }, [1, 2, 4, 7, 8, 9, 10]],
    [{ 'e.x': 1 }, [8, 9]],
    [{ e: { x: 1, y: 2 } }, [8]],
    [{ e: { y: 2, x: 1 } }, []],
    [{ e: { $elemMatch: { x: 1, y: 3 } } }, [9]],
    [{ 'e.y': { $gt: 2 } }, [9]],
    [{ 'e.0.x': 1 }, [9]],
    [{ s: /^ab/ }, [10]],
    [{ s: { $regex: '^AB', $options: 'i' } }, [10]],
    [{ a: { $mod: [2, 1] } }, [1, 2, 5, 6]],
    [{ $or: [{ a: 2 }, { s: 'abc' }] }, [3, 5, 10]],
    [{ $nor: [{ a: { $exists: true } }, { e: { $exists: true } }] }, [4, 10]],
    [{ $expr: { $eq: ['$a', 2] } }, [3]],
    [{ a: { $elemMatch: { $gt: 1, $lt: 3 } } }, [5]],
    [{ a: { $bitsAllSet: 2 } }, [3, 5, 6]],
  ] as Array<[Document, number[]]>)('filter %j', async (filter, expected) => {
    const indexes: Array<Record<string, 1 | -1> | undefined> = [undefined, { a: 1 }, { e: 1 }, { 'e.x': 1 }, { s: -1 }, { a: -1, s: 1 }];
    for (const index of indexes) {
      const collection = bench.fresh<{ _id: number } & Document>();
      await collection.insertMany([
        { _id: 1, a: 1 },
        { _id: 2, a: new Double(1) },
        { _id: 3, a: 2 },
        { _id: 4 },
        { _id: 5, a: [1, 2] },
        { _id: 6, a: [1, 3] },
        { _id: 7, a: null },
        { _id: 8, e: { x: 1, y: 2 } },
        {
          _id: 9,
          e: [
            { x: 1, y: 3 },
            { x: 2, y: 2 },
          ],
        },
        { _id: 10, s: 'abc' },
      ]);
      if (index) await collection.createIndex(index);
      const found = await collection.find(filter).sort({ _id: 1 }).toArray();
      expect({ index, found: found.map(({ _id }) => _id) }).toEqual({ index, found: expected });
    }
  });

  test('sorts all types in their order, with and without an index', async () => {
    const values = [
      new BSON.MinKey(),
      undefined,
      null,
      new Double(NaN),
      -Infinity,
      -1.5,
      0,
      Long.fromNumber(1),
      Decimal128.fromString('1.5'),
      2,
      Long.fromString('9007199254740993'),
      1e300,
      '',
      'B',
      'a',
      'é',
      '\u{1f600}',
      {},
      { a: 1 },
      { a: 'x' },
      new BSON.Binary(Buffer.from('a')),
      new ObjectId('000000000000000000000001'),
      false,
      true,
      new Date(-1),
      new Date(5),
      new Timestamp({ t: 1, i: 1 }),
      /a/,
      new BSON.MaxKey(),
    ];
    const order = values.map((_, i) => i);
    const shuffled = [...order].sort((a, b) => ((a * 7919) % 31) - ((b * 7919) % 31));
    for (const direction of [1, -1] as const) {
      const collection = bench.fresh<{ _id: number } & Document>();
      await collection.insertMany(shuffled.map((i) => (values[i] === undefined ? { _id: i } : { _id: i, v: values[i] })));
      const wanted = direction === 1 ? order : [...order].reverse();
      // A missing field and null are equal to a sort.
      const asRead = (ids: number[]) => ids.map((id) => (id === 1 ? 2 : id));
      const read = async () => asRead((await collection.find().sort({ v: direction }).toArray()).map(({ _id }) => _id));
      expect(await read()).toEqual(asRead(wanted));
      await collection.createIndex({ v: 1 });
      expect(await read()).toEqual(asRead(wanted));
    }
  });

  test('arrays sort by their least or greatest element', async () => {
    const collection = bench.fresh<{ _id: number } & Document>();
    await collection.insertMany([
      { _id: 1, v: [5, 1] },
      { _id: 2, v: 3 },
      { _id: 3, v: [2, 9] },
      { _id: 4, v: [] },
    ]);
    expect((await collection.find().sort({ v: 1 }).toArray()).map(({ _id }) => _id)).toEqual([4, 1, 3, 2]);
    expect((await collection.find().sort({ v: -1 }).toArray()).map(({ _id }) => _id)).toEqual([3, 1, 2, 4]);
    await collection.createIndex({ v: 1 });
    expect(
      (
        await collection
          .find({ v: { $gt: 1 } })
          .sort({ v: 1 })
          .toArray()
      ).map(({ _id }) => _id),
    ).toEqual([1, 3, 2]);
  });

  test.each([
    [{ a: 1 }, { _id: 1, a: { b: 1, c: 2 } }],
    [{ a: 0 }, { _id: 1, d: [1, 2, 3], e: [{ f: 1, g: 2 }, { f: 3 }] }],
    [{ _id: 0, 'a.b': 1 }, { a: { b: 1 } }],
    [
      { 'e.g': 0, a: 0 },
      { _id: 1, d: [1, 2, 3], e: [{ f: 1 }, { f: 3 }] },
    ],
    [{ 'e.f': 1 }, { _id: 1, e: [{ f: 1 }, { f: 3 }] }],
    [
      { d: { $slice: 2 }, a: 1 },
      { _id: 1, a: { b: 1, c: 2 }, d: [1, 2] },
    ],
    [
      { d: { $slice: [-2, 1] }, a: 1 },
      { _id: 1, a: { b: 1, c: 2 }, d: [2] },
    ],
    [{ e: { $elemMatch: { f: 3 } } }, { _id: 1, e: [{ f: 3 }] }],
    [{ sum: { $add: ['$a.b', '$a.c'] } }, { _id: 1, sum: 3 }],
    [{ a: { b: 1 } }, { _id: 1, a: { b: 1 } }],
  ] as Array<[Document, Document]>)('projection %j', async (projection, expected) => {
    const collection = bench.fresh<{ _id: number } & Document>();
    await collection.insertOne({ _id: 1, a: { b: 1, c: 2 }, d: [1, 2, 3], e: [{ f: 1, g: 2 }, { f: 3 }] });
    expect(await collection.findOne({}, { projection })).toEqual(expected);
  });

  test('positional projection gives the element that matched', async () => {
    const collection = bench.fresh<{ _id: number } & Document>();
    await collection.insertOne({ _id: 1, marks: [3, 8, 9] });
    expect(await collection.findOne({ marks: { $gt: 5 } }, { projection: { 'marks.$': 1 } })).toEqual({ _id: 1, marks: [8] });
  });

  test("refuses what it cannot parse, with the server's codes", async () => {
    const collection = bench.fresh();
    expect(await refusal(collection.find({ $foo: 1 }).toArray())).toMatchObject({ code: 2 });
    expect(await refusal(collection.find({ a: { $foo: 1 } }).toArray())).toMatchObject({ code: 2, message: 'unknown operator: $foo' });
    expect(await refusal(collection.find({ a: { $in: 1 } } as unknown as Document).toArray())).toMatchObject({
      code: 2,
      message: '$in needs an array',
    });
    expect(await refusal(collection.find({ $and: [] }).toArray())).toMatchObject({ code: 2 });
    expect(await refusal(collection.find({}, { projection: { a: 1, b: 0 } }).toArray())).toMatchObject({ code: 31254 });
    expect(await refusal(collection.find({ a: { $regex: '(' } }).toArray())).toMatchObject({ code: 51091 });
    expect(await refusal(collection.find({ $text: { $search: 'x' } }).toArray())).toMatchObject({ code: 27 });
    expect(await refusal(bench.db.command({ find: collection.collectionName, filter: 5 }))).toMatchObject({ code: 14 });
    expect(await refusal(bench.db.command({ find: collection.collectionName, filter: {}, skip: -1 }))).toMatchObject({ code: 51024 });
  });

  test('honours maxTimeMS', async () => {
    const collection = bench.fresh();
    await collection.insertMany(Array.from({ length: 5_000 }, (_, i) => ({ i, text: 'x'.repeat(200) })));
    const slow = collection
      .find({ $expr: { $gt: [{ $strLenCP: { $concat: ['$text', '$text', '$text'] } }, 10_000] } }, { maxTimeMS: 1 })
      .toArray();
    expect(await refusal(slow)).toMatchObject({ code: 50, codeName: 'MaxTimeMSExpired' });
  });
});
