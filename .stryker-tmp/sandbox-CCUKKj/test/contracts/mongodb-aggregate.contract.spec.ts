/** Aggregation and administration as MongoDB answers them; also against `MONGODB_URL`. */
// @ts-nocheck

import { Decimal128, type Document, Long } from 'mongodb';
import { type Bench, open, refusal, stages } from './mongodb.support';

type Doc = { _id: number } & Document;

let bench: Bench;
beforeAll(async () => {
  bench = await open();
});
afterAll(() => bench.stop());

async function sales() {
  const collection = bench.fresh<Doc>();
  await collection.insertMany([
    { _id: 1, item: 'pen', price: 10, quantity: 2, at: new Date('2026-01-05T00:00:00Z'), tags: ['a', 'b'], customer: 1 },
    { _id: 2, item: 'ink', price: 20, quantity: 1, at: new Date('2026-01-06T00:00:00Z'), tags: ['a'], customer: 2 },
    { _id: 3, item: 'pen', price: 10, quantity: 5, at: new Date('2026-02-01T00:00:00Z'), tags: [], customer: 1 },
    { _id: 4, item: null, price: 5, quantity: 10, at: new Date('2026-02-03T00:00:00Z'), customer: null },
    { _id: 5, price: 7.5, quantity: 2, at: new Date('2026-02-04T00:00:00Z'), tags: 'c' },
  ]);
  return collection;
}

describe('aggregate', () => {
  test.each([
    [
      [{ $match: { price: { $gte: 10 } } }, { $sort: { _id: -1 } }, { $skip: 1 }, { $limit: 1 }, { $project: { item: 1 } }],
      [{ _id: 2, item: 'ink' }],
    ],
    [
      [
        {
          $group: {
            _id: '$item',
            n: { $sum: 1 },
            total: { $sum: { $multiply: ['$price', '$quantity'] } },
            most: { $max: '$quantity' },
            least: { $min: '$price' },
            mean: { $avg: '$price' },
          },
        },
        { $sort: { _id: 1 } },
      ],
      [
        { _id: null, n: 2, total: 65, most: 10, least: 5, mean: 6.25 },
        { _id: 'ink', n: 1, total: 20, most: 1, least: 20, mean: 20 },
        { _id: 'pen', n: 2, total: 70, most: 5, least: 10, mean: 10 },
      ],
    ],
    [
      [
        {
          $group: {
            _id: null,
            all: { $push: '$item' },
            set: { $addToSet: '$customer' },
            first: { $first: '$_id' },
            last: { $last: '$_id' },
            n: { $count: {} },
          },
        },
        { $project: { all: 1, first: 1, last: 1, n: 1, size: { $size: '$set' }, _id: 0 } },
      ],
      [{ all: ['pen', 'ink', 'pen', null], first: 1, last: 5, n: 5, size: 3 }],
    ],
    [[{ $count: 'n' }], [{ n: 5 }]],
    [[{ $match: { _id: 99 } }, { $count: 'n' }], []],
    [
      [{ $unwind: '$tags' }, { $project: { tags: 1 } }, { $sort: { _id: 1, tags: 1 } }],
      [
        { _id: 1, tags: 'a' },
        { _id: 1, tags: 'b' },
        { _id: 2, tags: 'a' },
        { _id: 5, tags: 'c' },
      ],
    ],
    [
      [
        { $unwind: { path: '$tags', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } },
        { $match: { _id: { $in: [1, 3, 4] } } },
        { $project: { tags: 1, i: 1 } },
      ],
      [
        { _id: 1, tags: 'a', i: 0 },
        { _id: 1, tags: 'b', i: 1 },
        { _id: 3, i: null },
        { _id: 4, i: null },
      ],
    ],
    [
      [
        { $match: { _id: 1 } },
        { $addFields: { 'x.y': '$price', twice: { $multiply: ['$quantity', 2] }, price: '$$REMOVE' } },
        { $project: { x: 1, twice: 1, price: 1 } },
      ],
      [{ _id: 1, x: { y: 10 }, twice: 4 }],
    ],
    [[{ $match: { _id: 1 } }, { $replaceRoot: { newRoot: { a: '$item', b: { $literal: '$x' } } } }], [{ a: 'pen', b: '$x' }]],
    [[{ $sortByCount: '$item' }, { $limit: 1 }, { $project: { count: 1, _id: 0 } }], [{ count: 2 }]],
    [
      [{ $facet: { cheap: [{ $match: { price: { $lt: 8 } } }, { $count: 'n' }], items: [{ $group: { _id: '$item' } }, { $count: 'n' }] } }],
      [{ cheap: [{ n: 2 }], items: [{ n: 3 }] }],
    ],
    [
      [
        { $match: { _id: { $lte: 2 } } },
        {
          $project: {
            month: { $dateToString: { date: '$at', format: '%Y-%m' } },
            label: { $concat: ['$item', '!'] },
            big: { $cond: [{ $gt: ['$price', 15] }, 'yes', 'no'] },
          },
        },
      ],
      [
        { _id: 1, month: '2026-01', label: 'pen!', big: 'no' },
        { _id: 2, month: '2026-01', label: 'ink!', big: 'yes' },
      ],
    ],
    [
      [
        { $match: { _id: 1 } },
        {
          $project: {
            tags: { $map: { input: '$tags', as: 't', in: { $toUpper: '$$t' } } },
            only: { $filter: { input: '$tags', as: 't', cond: { $eq: ['$$t', 'b'] } } },
          },
        },
      ],
      [{ _id: 1, tags: ['A', 'B'], only: ['b'] }],
    ],
    [
      [{ $bucket: { groupBy: '$price', boundaries: [0, 10, 100], output: { n: { $sum: 1 } } } }],
      [
        { _id: 0, n: 2 },
        { _id: 10, n: 3 },
      ],
    ],
    [[{ $match: { $expr: { $eq: ['$tags', 'a'] } } }], []],
    [
      [
        { $match: { item: 'pen' } },
        {
          $setWindowFields: {
            partitionBy: '$item',
            sortBy: { _id: 1 },
            output: { running: { $sum: '$quantity', window: { documents: ['unbounded', 'current'] } } },
          },
        },
        { $project: { running: 1 } },
      ],
      [
        { _id: 1, running: 2 },
        { _id: 3, running: 7 },
      ],
    ],
    [
      [
        { $match: { _id: 1 } },
        {
          $project: {
            s: { $switch: { branches: [{ case: { $eq: ['$item', 'pen'] }, then: 'one' }], default: 'other' } },
            r: { $reduce: { input: [1, 2], initialValue: 0, in: { $add: ['$$value', '$$this'] } } },
            day: { $dateTrunc: { date: '$at', unit: 'month' } },
          },
        },
      ],
      [{ _id: 1, s: 'one', r: 3, day: new Date('2026-01-01T00:00:00Z') }],
    ],
    [
      [
        { $match: { _id: { $lte: 2 } } },
        { $graphLookup: { from: 'nowhere', startWith: '$item', connectFromField: 'item', connectToField: 'name', as: 'tree' } },
        { $project: { tree: 1 } },
      ],
      [
        { _id: 1, tree: [] },
        { _id: 2, tree: [] },
      ],
    ],
    [
      [
        { $project: { _id: 0, missing: { $eq: ['$customer', null] } } },
        { $group: { _id: '$missing', n: { $sum: 1 } } },
        { $sort: { _id: 1 } },
      ],
      [
        { _id: false, n: 4 },
        { _id: true, n: 1 },
      ],
    ],
  ] as Array<[Document[], Document[]]>)('%j', async (pipeline, expected) => {
    const collection = await sales();
    expect(await collection.aggregate(pipeline).toArray()).toEqual(expected);
  });

  test('$lookup by fields and by a pipeline', async () => {
    const collection = await sales();
    const customers = bench.fresh<Doc>();
    await customers.insertMany([
      { _id: 1, name: 'Анна' },
      { _id: 2, name: 'Виктор' },
    ]);
    const joined = await collection
      .aggregate([
        { $match: { _id: { $in: [1, 2, 5] } } },
        { $lookup: { from: customers.collectionName, localField: 'customer', foreignField: '_id', as: 'who' } },
        { $project: { 'who.name': 1 } },
      ])
      .toArray();
    expect(joined).toEqual([
      { _id: 1, who: [{ name: 'Анна' }] },
      { _id: 2, who: [{ name: 'Виктор' }] },
      { _id: 5, who: [] },
    ]);
    const correlated = await customers
      .aggregate([
        {
          $lookup: {
            from: collection.collectionName,
            let: { id: '$_id' },
            pipeline: [
              { $match: { $expr: { $eq: ['$customer', '$$id'] } } },
              { $group: { _id: null, spent: { $sum: { $multiply: ['$price', '$quantity'] } } } },
            ],
            as: 'sums',
          },
        },
        { $sort: { _id: 1 } },
      ])
      .toArray();
    expect(correlated.map(({ sums }) => (sums as Document[])[0].spent as number)).toEqual([70, 20]);
  });

  test('$unionWith', async () => {
    const collection = await sales();
    const other = bench.fresh<Doc>();
    await other.insertMany([{ _id: 100 }, { _id: 101 }]);
    const ids = (
      await collection
        .aggregate([{ $match: { _id: 1 } }, { $unionWith: { coll: other.collectionName, pipeline: [{ $match: { _id: 101 } }] } }])
        .toArray()
    ).map(({ _id }) => _id as number);
    expect(ids).toEqual([1, 101]);
  });

  test('$out replaces a collection, $merge writes into it', async () => {
    const collection = await sales();
    const target = bench.fresh<Doc>();
    await target.insertOne({ _id: 77 });
    await target.createIndex({ n: 1 });
    await collection
      .aggregate([{ $group: { _id: '$customer', n: { $sum: 1 } } }, { $match: { _id: { $ne: null } } }, { $out: target.collectionName }])
      .toArray();
    expect(await target.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 1, n: 2 },
      { _id: 2, n: 1 },
    ]);
    expect((await target.indexes()).map(({ name }) => name as string)).toEqual(['_id_', 'n_1']);
    await collection
      .aggregate([
        { $match: { _id: { $in: [2, 4] } } },
        { $project: { item: 1 } },
        { $merge: { into: target.collectionName, whenMatched: 'merge', whenNotMatched: 'insert' } },
      ])
      .toArray();
    expect(await target.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 1, n: 2 },
      { _id: 2, n: 1, item: 'ink' },
      { _id: 4, item: null },
    ]);
    const failing = collection
      .aggregate([{ $match: { _id: 5 } }, { $merge: { into: target.collectionName, whenNotMatched: 'fail' } }])
      .toArray();
    expect(await refusal(failing)).toMatchObject({ code: 13113 });
  });

  test('sums keep types', async () => {
    const collection = bench.fresh<Doc>();
    await collection.insertMany([
      { _id: 1, long: Long.fromString('9007199254740993'), money: Decimal128.fromString('0.10') },
      { _id: 2, long: Long.fromNumber(1), money: Decimal128.fromString('0.20') },
    ]);
    const [sum] = await collection
      .aggregate([{ $group: { _id: null, long: { $sum: '$long' }, money: { $sum: '$money' } } }], { promoteLongs: false })
      .toArray();
    expect([String(sum.long), String(sum.money)]).toEqual(['9007199254740994', '0.30']);
  });

  test('begins with an index where it can', async () => {
    const collection = await sales();
    await collection.createIndex({ item: 1 });
    const explanation = await collection
      .aggregate([{ $match: { item: 'pen' } }, { $group: { _id: null, n: { $sum: 1 } } }])
      .explain('queryPlanner');
    const planner = (explanation.queryPlanner ?? (explanation.stages as Document[] | undefined)?.[0]?.$cursor?.queryPlanner) as Document;
    expect(stages({ queryPlanner: planner })).toContain('IXSCAN');
  });

  test('a cursor gives batches', async () => {
    const collection = bench.fresh<Doc>();
    await collection.insertMany(Array.from({ length: 250 }, (_, _id) => ({ _id })));
    const { cursor } = await bench.db.command({
      aggregate: collection.collectionName,
      pipeline: [{ $match: {} }],
      cursor: { batchSize: 10 },
    });
    expect(cursor.firstBatch).toHaveLength(10);
    expect(await collection.aggregate([{ $sort: { _id: -1 } }], { batchSize: 20 }).toArray()).toHaveLength(250);
  });

  test.each([
    [[{ $foo: 1 }], 40324],
    [[{ $match: 1 }], 15959],
    [[{ $match: {}, $limit: 1 }], 40323],
    [[{ $limit: 0 }], 15958],
    [[{ $group: { n: { $sum: 1 } } }], 15955],
    [[{ $group: { _id: 1, n: { $foo: 1 } } }], 15952],
    [[{ $project: { a: { $foo: 1 } } }], 31325],
    [[{ $project: { a: 1, b: 0 } }], 31254],
    [[{ $out: 'x' }, { $match: {} }], 40601],
    [[{ $unwind: 'tags' }], 28818],
  ] as Array<[Document[], number]>)('%j is refused', async (pipeline, code) => {
    expect((await refusal((await sales()).aggregate(pipeline).toArray())).code).toBe(code);
  });
});

describe('count and distinct', () => {
  test('count by filter, with skip and limit', async () => {
    const collection = await sales();
    expect(await collection.countDocuments({ price: 10 })).toBe(2);
    expect(await collection.countDocuments({}, { skip: 1, limit: 3 })).toBe(3);
    expect(await collection.estimatedDocumentCount()).toBe(5);
    expect(await bench.db.command({ count: collection.collectionName, query: { price: { $lt: 10 } } })).toMatchObject({ n: 2 });
    expect(await bench.fresh().countDocuments()).toBe(0);
  });

  test('distinct looks into arrays and sorts', async () => {
    const collection = await sales();
    expect(await collection.distinct('tags')).toEqual(['a', 'b', 'c']);
    expect(await collection.distinct('item', { price: { $lt: 20 } })).toEqual([null, 'pen']);
  });
});

describe('databases and collections', () => {
  test('create, list, rename, drop', async () => {
    const { db } = bench;
    await db.createCollection('made');
    await db.createCollection('made');
    expect((await db.listCollections({ name: 'made' }).toArray())[0]).toMatchObject({
      name: 'made',
      type: 'collection',
      options: {},
      info: { readOnly: false },
    });
    await db.collection<Doc>('made').insertOne({ _id: 1 });
    await db.collection('made').createIndex({ a: 1 });
    await db.renameCollection('made', 'renamed');
    expect(await db.collection('renamed').findOne()).toEqual({ _id: 1 });
    expect(await db.collection('renamed').indexes()).toHaveLength(2);
    await db.createCollection('taken');
    expect(await refusal(db.renameCollection('renamed', 'taken'))).toMatchObject({ code: 48, codeName: 'NamespaceExists' });
    await db.renameCollection('renamed', 'taken', { dropTarget: true });
    expect(await db.collection('taken').countDocuments()).toBe(1);
    expect(await refusal(db.renameCollection('nowhere', 'x'))).toMatchObject({ code: 26 });
    expect(await db.dropCollection('taken')).toBe(true);
    expect((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)).not.toContain('taken');
    expect(await refusal(db.createCollection('a$b'))).toMatchObject({ code: 73, codeName: 'InvalidNamespace' });
  });

  test('listDatabases', async () => {
    await bench.fresh().insertOne({});
    const { databases } = await bench.db.admin().listDatabases();
    expect(databases.map(({ name }) => name)).toContain(bench.db.databaseName);
    const only = await bench.db.admin().listDatabases({ nameOnly: true, filter: { name: bench.db.databaseName } });
    expect(only.databases).toEqual([{ name: bench.db.databaseName }]);
    expect(await refusal(bench.db.command({ listDatabases: 1 }))).toMatchObject({ code: 13 });
  });

  test('collStats and dbStats', async () => {
    const collection = await sales();
    await collection.createIndex({ price: 1 });
    expect(await bench.db.command({ collStats: collection.collectionName })).toMatchObject({
      ns: collection.namespace,
      count: 5,
      nindexes: 2,
      indexSizes: { price_1: expect.any(Number) as number },
    });
    expect((await bench.db.stats()).objects).toBeGreaterThanOrEqual(5);
    const [stats] = await collection.aggregate([{ $collStats: { storageStats: {} } }]).toArray();
    expect(stats).toMatchObject({ ns: collection.namespace, storageStats: { count: 5 } });
    expect((await collection.aggregate([{ $indexStats: {} }]).toArray()).map(({ name }) => name as string).sort()).toEqual([
      '_id_',
      'price_1',
    ]);
  });

  test('a validator refuses documents', async () => {
    const collection = await bench.db.createCollection<Doc>('validated', { validator: { n: { $gte: 0 } } });
    await collection.insertOne({ _id: 1, n: 1 });
    expect(await refusal(collection.insertOne({ _id: 2, n: -1 }))).toMatchObject({ code: 121, message: 'Document failed validation' });
    expect(await refusal(collection.updateOne({ _id: 1 }, { $set: { n: -1 } }))).toMatchObject({ code: 121 });
  });

  test('collMod changes the expiry of an index', async () => {
    const collection = bench.fresh();
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 100 });
    const answer = await bench.db.command({ collMod: collection.collectionName, index: { name: 'at_1', expireAfterSeconds: 50 } });
    expect(answer).toMatchObject({ expireAfterSeconds_old: 100, expireAfterSeconds_new: 50 });
    expect((await collection.indexes())[1]).toMatchObject({ expireAfterSeconds: 50 });
  });
});
