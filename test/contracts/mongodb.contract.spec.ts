/** What a client of MongoDB may rely on; the local server always, a real standalone when `MONGODB_URL` names one. */
import { BSON, Decimal128, type Document, Double, GridFSBucket, Long, MongoBulkWriteError, ObjectId, Timestamp } from 'mongodb';
import { type Bench, open, refusal, stages } from './mongodb.support';

let bench: Bench;
beforeAll(async () => {
  bench = await open();
});
afterAll(() => bench.stop());

describe('handshake', () => {
  test('presents a standalone', async () => {
    const hello = await bench.db.admin().command({ hello: 1 });
    expect(hello).toMatchObject({
      isWritablePrimary: true,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      readOnly: false,
      ok: 1,
    });
    expect(hello.setName).toBeUndefined();
    expect(hello.maxWireVersion).toBeGreaterThanOrEqual(9);
  });

  test('answers what tools ask on connecting', async () => {
    const admin = bench.db.admin();
    expect(await admin.ping()).toMatchObject({ ok: 1 });
    expect(await admin.buildInfo()).toMatchObject({ bits: 64, ok: 1 });
    expect((await admin.command({ getParameter: 1, featureCompatibilityVersion: 1 })).featureCompatibilityVersion).toBeDefined();
    expect(await admin.serverStatus()).toMatchObject({ process: expect.stringMatching(/^mongod/) as string, ok: 1 });
    expect(await admin.command({ hostInfo: 1 })).toMatchObject({ ok: 1 });
    expect(await admin.command({ getLog: 'startupWarnings' })).toMatchObject({ ok: 1 });
    expect(await admin.command({ whatsmyuri: 1 })).toMatchObject({ you: expect.stringContaining(':') as string });
    expect((await admin.command({ connectionStatus: 1 })).authInfo).toBeDefined();
  });

  test('refuses unknown commands by name', async () => {
    const error = await refusal(bench.db.command({ makeCoffee: 1 }));
    expect(error).toMatchObject({ code: 59, codeName: 'CommandNotFound', message: "no such command: 'makeCoffee'" });
  });
});

describe('insert', () => {
  test('keeps every BSON type', async () => {
    const collection = bench.fresh();
    const document = {
      _id: new ObjectId(),
      int: 5,
      long: Long.fromString('9007199254740993'),
      double: 2.5,
      wholeDouble: new Double(7),
      decimal: Decimal128.fromString('1.10'),
      text: 'жизнь\0x',
      bool: true,
      nothing: null,
      date: new Date(1_700_000_000_000),
      array: [1, [2, { three: 3 }]],
      nested: { b: 1, a: { c: [] } },
      binary: new BSON.Binary(Buffer.from([1, 2, 3])),
      uuid: new BSON.UUID(),
      regex: /ab+c/i,
      timestamp: new Timestamp({ t: 7, i: 9 }),
      min: new BSON.MinKey(),
      max: new BSON.MaxKey(),
      code: new BSON.Code('f()'),
    };
    await collection.insertOne(document);
    const stored = await collection.findOne({}, { promoteValues: false, promoteLongs: false });
    expect(BSON.EJSON.stringify(stored, { relaxed: false })).toBe(BSON.EJSON.stringify(document, { relaxed: false }));
    expect(Object.keys(stored!)).toEqual(Object.keys(document));
  });

  test('moves _id to the front and makes one when it is missing', async () => {
    const collection = bench.fresh();
    await bench.db.command({ insert: collection.collectionName, documents: [{ a: 1, _id: 7 }, { a: 2 }] });
    const [first, second] = await collection.find().toArray();
    expect(Object.keys(first)).toEqual(['_id', 'a']);
    expect(second._id).toBeInstanceOf(ObjectId);
    expect(Object.keys(second)).toEqual(['_id', 'a']);
  });

  test('an ordered batch stops at the first error, an unordered one goes on', async () => {
    const collection = bench.fresh<{ _id: number }>();
    const ordered = await refusal(collection.insertMany([{ _id: 1 }, { _id: 1 }, { _id: 2 }]));
    expect(ordered).toBeInstanceOf(MongoBulkWriteError);
    expect(await collection.countDocuments()).toBe(1);
    const unordered = (await refusal(
      collection.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 2 }, { _id: 3 }], { ordered: false }),
    )) as MongoBulkWriteError;
    expect([unordered.writeErrors].flat().map(({ index, code }) => [index, code])).toEqual([
      [0, 11000],
      [2, 11000],
    ]);
    expect(unordered.result.insertedCount).toBe(2);
    expect(await collection.countDocuments()).toBe(3);
  });

  test('names the index and the value of a duplicate', async () => {
    const collection = bench.fresh();
    await collection.createIndex({ 'address.city': 1, zip: -1 }, { unique: true });
    await collection.insertOne({ address: { city: 'Тула' }, zip: 1 });
    const error = await refusal(collection.insertOne({ address: { city: 'Тула' }, zip: 1 }));
    expect(error).toMatchObject({ code: 11000, keyPattern: { 'address.city': 1, zip: -1 }, keyValue: { 'address.city': 'Тула', zip: 1 } });
    expect(error.message).toBe(
      `E11000 duplicate key error collection: ${collection.namespace} index: address.city_1_zip_-1 dup key: { address.city: "Тула", zip: 1 }`,
    );
    const byId = await refusal(collection.insertMany([{ _id: 'x' as unknown as ObjectId }, { _id: 'x' as unknown as ObjectId }]));
    expect(byId.message).toContain('index: _id_ dup key: { _id: "x" }');
  });

  test.each([
    [{ _id: [1] }, 2],
    [{ _id: /x/ }, 2],
  ] as Array<[Document, number]>)('refuses %j as _id', async (document, code) => {
    expect(await refusal(bench.fresh().insertOne(document))).toMatchObject({ code });
  });

  test('refuses a document over 16 MB', async () => {
    const documents = [{ text: 'x'.repeat(16 * 1024 * 1024) }];
    const answer = await bench.db.command({ insert: bench.fresh().collectionName, documents });
    expect(answer).toMatchObject({ n: 0, writeErrors: [{ index: 0, code: 2 }] });
  });
});

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

describe('indexes', () => {
  async function orders() {
    const collection = bench.fresh<{ _id: number; status: string; at: number; tags: string[]; number: string }>();
    await collection.insertMany(
      Array.from({ length: 500 }, (_, i) => ({
        _id: i,
        status: ['open', 'done'][i % 2],
        at: i,
        tags: [`t${i % 5}`, `u${i % 3}`],
        number: `ORD-${String(i).padStart(4, '0')}`,
      })),
    );
    await collection.createIndexes([{ key: { status: 1, at: -1 } }, { key: { tags: 1 } }, { key: { number: 1 }, unique: true }]);
    return collection;
  }

  test.each([
    [{ status: 'open' }, { at: -1 }, 50],
    [{ status: 'open' }, { at: 1 }, 50],
    [{ status: { $in: ['open', 'done'] }, at: { $gt: 400 } }, {}, 0],
    [{ tags: 't3' }, {}, 0],
    [{ number: /^ORD-00/ }, { number: 1 }, 10],
    [{ number: { $gte: 'ORD-0100', $lt: 'ORD-0120' } }, { number: -1 }, 0],
    [{ number: 'ORD-0007' }, {}, 1],
    [{ _id: { $gt: 100 } }, { _id: 1 }, 10],
    [{ $or: [{ number: 'ORD-0001' }, { tags: 'u1' }] }, {}, 0],
  ] as Array<[Document, Record<string, 1 | -1>, number]>)('%j sorted %j is served by an index', async (filter, sort, limit) => {
    const collection = await orders();
    const explanation = await collection.find(filter).sort(sort).limit(limit).explain('executionStats');
    const names = stages(explanation);
    expect(names).not.toContain('COLLSCAN');
    expect(names).not.toContain('SORT');
    const found = await collection.find(filter).sort(sort).limit(limit).toArray();
    const scanned = await collection.find(filter).sort(sort).limit(limit).hint({ $natural: 1 }).toArray();
    const ids = (documents: Array<{ _id: number }>) => documents.map(({ _id }) => _id);
    if (Object.keys(sort).length > 0) expect(ids(found)).toEqual(ids(scanned));
    else expect(new Set(ids(found))).toEqual(new Set(ids(scanned)));
    expect(found.length).toBeGreaterThan(0);
    if (limit > 0) expect((explanation.executionStats as Document).totalDocsExamined).toBeLessThanOrEqual(2 * limit);
  });

  test("an array's document is given once", async () => {
    const collection = await orders();
    const found = await collection
      .find({ tags: { $gte: 'a' } })
      .hint({ tags: 1 })
      .toArray();
    expect(found).toHaveLength(500);
  });

  test('unique, partial and sparse', async () => {
    const collection = bench.fresh();
    await collection.createIndex({ email: 1 }, { unique: true, partialFilterExpression: { active: true } });
    await collection.createIndex({ nick: 1 }, { unique: true, sparse: true });
    await collection.insertMany([
      { email: 'a', active: false },
      { email: 'a', active: false },
      { email: 'a', active: true },
    ]);
    expect(await refusal(collection.insertOne({ email: 'a', active: true }))).toMatchObject({ code: 11000, keyValue: { email: 'a' } });
    await collection.insertOne({ nick: 'x' });
    expect(await refusal(collection.insertOne({ nick: 'x' }))).toMatchObject({ code: 11000 });
    expect(await refusal(collection.updateOne({ email: 'a', active: false }, { $set: { active: true } }))).toMatchObject({ code: 11000 });
    // What the partial index leaves out is still found.
    expect(await collection.countDocuments({ email: 'a' })).toBe(3);
    expect(await collection.find().sort({ nick: 1 }).toArray()).toHaveLength(4);
  });

  test('a unique index on documents that are not is refused and leaves none', async () => {
    const collection = bench.fresh();
    await collection.insertMany([{ a: 1 }, { a: 1 }]);
    expect(await refusal(collection.createIndex({ a: 1 }, { unique: true }))).toMatchObject({ code: 11000 });
    expect(await collection.indexes()).toHaveLength(1);
  });

  test('creation is idempotent; conflicts are named', async () => {
    const collection = bench.fresh();
    expect(await collection.createIndex({ a: 1 })).toBe('a_1');
    expect(await collection.createIndex({ a: 1 })).toBe('a_1');
    expect(await refusal(collection.createIndex({ a: 1 }, { name: 'other' }))).toMatchObject({
      code: 85,
      codeName: 'IndexOptionsConflict',
    });
    expect(await refusal(collection.createIndex({ b: 1 }, { name: 'a_1' }))).toMatchObject({ code: 86, codeName: 'IndexKeySpecsConflict' });
    expect(await refusal(collection.createIndex({ a: 1 }, { unique: true }))).toMatchObject({ code: 86 });
    expect(await refusal(collection.createIndex({ a: 1 }, { expireAfterSeconds: 5 }))).toMatchObject({ code: 85 });
    expect(await refusal(collection.createIndex({ a: 'x' } as never))).toMatchObject({ code: 67, codeName: 'CannotCreateIndex' });
    expect((await collection.indexes()).map(({ name }) => name as string)).toEqual(['_id_', 'a_1']);
    await collection.dropIndex('a_1');
    expect(await refusal(collection.dropIndex('a_1'))).toMatchObject({ code: 27, codeName: 'IndexNotFound' });
    expect(await refusal(collection.dropIndex('_id_'))).toMatchObject({ code: 72 });
    expect(await refusal(bench.fresh().indexes())).toMatchObject({ code: 26, codeName: 'NamespaceNotFound' });
  });

  test('two arrays cannot be in one key', async () => {
    const collection = bench.fresh();
    await collection.createIndex({ a: 1, b: 1 });
    expect(await refusal(collection.insertOne({ a: [1], b: [2] }))).toMatchObject({ code: 171 });
    await collection.insertOne({ a: [1, 2], b: 3 });
    expect(await collection.countDocuments({ a: 2, b: 3 })).toBe(1);
  });
});

describe('sessions, transactions, change streams', () => {
  test('a session without a transaction serves', async () => {
    const session = bench.client.startSession();
    const collection = bench.fresh();
    await collection.insertOne({ a: 1 }, { session });
    expect(await collection.findOne({ a: 1 }, { session })).toMatchObject({ a: 1 });
    await session.endSession();
  });

  test('a transaction is refused as a standalone does', async () => {
    const command = bench.db.command({
      insert: bench.fresh().collectionName,
      documents: [{}],
      lsid: { id: new BSON.UUID() },
      txnNumber: Long.fromNumber(1),
      startTransaction: true,
      autocommit: false,
    });
    expect(await refusal(command)).toMatchObject({
      code: 20,
      codeName: 'IllegalOperation',
      message: 'Transaction numbers are only allowed on a replica set member or mongos',
    });
  });

  test('a change stream is refused as a standalone does', async () => {
    const stream = bench.fresh().watch();
    expect(await refusal(stream.next())).toMatchObject({
      code: 40573,
      message: 'The $changeStream stage is only supported on replica sets',
    });
    await stream.close();
  });

  test('a write concern that nobody can satisfy is refused', async () => {
    expect(await refusal(bench.fresh().insertOne({}, { writeConcern: { w: 2 } }))).toMatchObject({ code: 2 });
    await bench.fresh().insertOne({}, { writeConcern: { w: 'majority' } });
  });
});

describe('GridFS through the driver', () => {
  test('keeps and gives back a file', async () => {
    const bucket = new GridFSBucket(bench.db, { bucketName: 'files', chunkSizeBytes: 1000 });
    const content = Buffer.from(Array.from({ length: 4_321 }, (_, i) => i % 251));
    const upload = bucket.openUploadStream('a.bin', { metadata: { kind: 'test' } });
    await new Promise<void>((resolve, reject) => upload.on('finish', resolve).on('error', reject).end(content));
    const parts: Buffer[] = [];
    for await (const part of bucket.openDownloadStream(upload.id)) parts.push(part as Buffer);
    expect(Buffer.concat(parts).equals(content)).toBe(true);
    const range: Buffer[] = [];
    for await (const part of bucket.openDownloadStream(upload.id, { start: 990, end: 1010 })) range.push(part as Buffer);
    expect(Buffer.concat(range).equals(content.subarray(990, 1010))).toBe(true);
    await bucket.rename(upload.id, 'b.bin');
    expect(await bucket.find({ filename: 'b.bin' }).toArray()).toHaveLength(1);
    await bucket.delete(upload.id);
    expect(await bucket.find().toArray()).toHaveLength(0);
  });
});
