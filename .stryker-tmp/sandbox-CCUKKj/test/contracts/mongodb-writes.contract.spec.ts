/** Updates, deletions and findAndModify as MongoDB answers them; also against `MONGODB_URL`. */
// @ts-nocheck

import { Decimal128, type Document, Double, Long, type UpdateFilter } from 'mongodb';
import { type Bench, open, refusal } from './mongodb.support';

type Doc = { _id: number } & Document;

let bench: Bench;
beforeAll(async () => {
  bench = await open();
});
afterAll(() => bench.stop());

/** What one update makes of one document. */
async function updated(
  before: Document,
  update: UpdateFilter<Doc> | Document[],
  options: Document = {},
  filter: Document = {},
): Promise<Document> {
  const collection = bench.fresh<Doc>();
  await collection.insertOne({ _id: 1, ...before });
  await collection.updateOne({ _id: 1, ...filter }, update, options);
  const { _id, ...rest } = (await collection.findOne({ _id: 1 }))!;
  return rest;
}

describe('update operators', () => {
  test.each([
    [{ a: 1 }, { $set: { b: 2 } }, { a: 1, b: 2 }],
    [{ a: { b: 1 } }, { $set: { 'a.c.d': 2 } }, { a: { b: 1, c: { d: 2 } } }],
    [{ a: [1, 2] }, { $set: { 'a.1': 5, 'a.4': 9 } }, { a: [1, 5, null, null, 9] }],
    [{}, { $set: { 'a.0': 1 } }, { a: { 0: 1 } }],
    [{ a: 1, b: { c: 2, d: 3 } }, { $unset: { a: '', 'b.c': '', x: '' } }, { b: { d: 3 } }],
    [{ a: [1, 2, 3] }, { $unset: { 'a.1': '' } }, { a: [1, null, 3] }],
    [{ n: 1 }, { $inc: { n: 2, m: 5 } }, { n: 3, m: 5 }],
    [{ n: 3 }, { $mul: { n: 2, m: 5 } }, { n: 6, m: 0 }],
    [{ n: 3, m: 3 }, { $min: { n: 2, m: 5, o: 1 } }, { n: 2, m: 3, o: 1 }],
    [{ n: 3, m: 3 }, { $max: { n: 2, m: 5, o: 1 } }, { n: 3, m: 5, o: 1 }],
    [{ a: 1, b: 2 }, { $rename: { a: 'c', x: 'y' } }, { b: 2, c: 1 }],
    [{ a: { b: 1 } }, { $rename: { 'a.b': 'd.e' } }, { a: {}, d: { e: 1 } }],
    [{ a: [1] }, { $push: { a: 2, b: 3 } }, { a: [1, 2], b: [3] }],
    [{ a: [5, 1] }, { $push: { a: { $each: [4, 2], $sort: 1, $slice: 3 } } }, { a: [1, 2, 4] }],
    [{ a: [1, 2] }, { $push: { a: { $each: [9, 8], $position: 1 } } }, { a: [1, 9, 8, 2] }],
    [{ a: [{ s: 2 }, { s: 1 }] }, { $push: { a: { $each: [{ s: 3 }], $sort: { s: -1 }, $slice: -2 } } }, { a: [{ s: 2 }, { s: 1 }] }],
    [{ a: [1, 2] }, { $addToSet: { a: { $each: [2, 3] }, b: 1 } }, { a: [1, 2, 3], b: [1] }],
    [
      { a: [{ x: 1, y: 2 }] },
      { $addToSet: { a: { y: 2, x: 1 } } },
      {
        a: [
          { x: 1, y: 2 },
          { y: 2, x: 1 },
        ],
      },
    ],
    [{ a: [1, 2, 3] }, { $pop: { a: 1 } }, { a: [1, 2] }],
    [{ a: [1, 2, 3] }, { $pop: { a: -1 } }, { a: [2, 3] }],
    [{ a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
    [{ a: [{ x: 1, y: 1 }, { x: 2 }] }, { $pull: { a: { x: 1 } } }, { a: [{ x: 2 }] }],
    [{ a: [1, 2, 1, 3] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
    [{ n: 13 }, { $bit: { n: { and: 10 } } }, { n: 8 }],
    [{ a: 1 }, { $set: { z: 1, b: 2, 'm.z': 1, 'm.a': 2 } }, { a: 1, b: 2, m: { a: 2, z: 1 }, z: 1 }],
  ] as Array<[Document, UpdateFilter<Doc>, Document]>)('%j by %j', async (before, update, after) => {
    const result = await updated(before, update);
    expect(result).toEqual(after);
    expect(Object.keys(result)).toEqual(Object.keys(after));
  });

  test('numbers keep the wider type', async () => {
    const collection = bench.fresh<Doc>();
    await collection.insertOne({ _id: 1, i: 2_147_483_647, d: new Double(5), l: Long.fromNumber(1), m: Decimal128.fromString('0.10') });
    await collection.updateOne({ _id: 1 }, { $inc: { i: 1, d: 1, l: 1, m: Decimal128.fromString('0.20') } });
    const found = (await collection.findOne({}, { promoteValues: false }))!;
    expect([found.i, found.d, found.l, found.m].map((value: { _bsontype: string }) => [value._bsontype, String(value)])).toEqual([
      ['Long', '2147483648'],
      ['Double', '6'],
      ['Long', '2'],
      ['Decimal128', '0.30'],
    ]);
  });

  test("$currentDate writes the server's time", async () => {
    const { at, stamp } = await updated({}, { $currentDate: { at: true, stamp: { $type: 'timestamp' } } } as unknown as UpdateFilter<Doc>);
    expect(Math.abs((at as Date).getTime() - Date.now())).toBeLessThan(60_000);
    expect((stamp as { _bsontype: string })._bsontype).toBe('Timestamp');
  });

  test('positional $, $[] and $[identifier]', async () => {
    const before = {
      items: [
        { n: 1, ok: false },
        { n: 2, ok: false },
        { n: 3, ok: false },
      ],
    };
    expect((await updated(before, { $set: { 'items.$.ok': true } }, {}, { 'items.n': 2 })).items).toEqual([
      { n: 1, ok: false },
      { n: 2, ok: true },
      { n: 3, ok: false },
    ]);
    expect((await updated(before, { $set: { 'items.$.ok': true } }, {}, { items: { $elemMatch: { n: { $gt: 1 } } } })).items).toEqual([
      { n: 1, ok: false },
      { n: 2, ok: true },
      { n: 3, ok: false },
    ]);
    expect((await updated(before, { $inc: { 'items.$[].n': 10 } })).items).toEqual([
      { n: 11, ok: false },
      { n: 12, ok: false },
      { n: 13, ok: false },
    ]);
    expect((await updated(before, { $set: { 'items.$[late].ok': true } }, { arrayFilters: [{ 'late.n': { $gte: 2 } }] })).items).toEqual([
      { n: 1, ok: false },
      { n: 2, ok: true },
      { n: 3, ok: true },
    ]);
    expect((await updated({ marks: [50, 70] }, { $set: { 'marks.$[m]': 0 } }, { arrayFilters: [{ m: { $lt: 60 } }] })).marks).toEqual([
      0, 70,
    ]);
  });

  test('a pipeline sees the document', async () => {
    expect(await updated({ a: 2, b: 3 }, [{ $set: { sum: { $add: ['$a', '$b'] } } }, { $unset: 'a' }])).toEqual({ b: 3, sum: 5 });
    expect(await updated({ a: { x: 1 } }, [{ $replaceWith: { $mergeObjects: ['$$ROOT', '$a'] } }])).toEqual({ a: { x: 1 }, x: 1 });
  });

  test.each([
    [{}, { $foo: { a: 1 } }, 9],
    [{}, { $set: 5 }, 9],
    [{}, { $set: { a: 1, 'a.b': 2 } }, 40],
    [{}, { $set: { _id: 2 } }, 66],
    [{}, { $set: { '': 1 } }, 56],
    [{ a: 5 }, { $set: { 'a.b': 1 } }, 28],
    [{ a: 'x' }, { $inc: { a: 1 } }, 14],
    [{}, { $inc: { a: 'x' } }, 14],
    [{ a: 1 }, { $push: { a: 1 } }, 2],
    [{ a: 1 }, { $addToSet: { a: 1 } }, 2],
    [{ a: 1 }, { $pop: { a: 1 } }, 14],
    [{ a: 1 }, { $pull: { a: 1 } }, 2],
    [{ a: [1] }, { $set: { 'a.$': 1 } }, 2],
    [{ a: [1] }, { $set: { 'a.$[x]': 1 } }, 2],
  ] as Array<[Document, Document, number]>)('%j by %j is refused', async (before, update, code) => {
    const collection = bench.fresh<Doc>();
    await collection.insertOne({ _id: 1, ...before });
    const answer = await bench.db.command({ update: collection.collectionName, updates: [{ q: { _id: 1 }, u: update }] });
    expect(answer).toMatchObject({ n: 0, writeErrors: [{ index: 0, code }] });
    expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1, ...before });
  });

  test("the texts are the server's", async () => {
    const collection = bench.fresh<Doc>();
    await collection.insertOne({ _id: 1, a: 5, s: 'x' });
    const text = async (update: Document) => (await refusal(collection.updateOne({ _id: 1 }, update as UpdateFilter<Doc>))).message;
    expect(await text({ $set: { _id: 2 } })).toBe("Performing an update on the path '_id' would modify the immutable field '_id'");
    expect(await text({ $set: { 'a.b': 1 } })).toBe("Cannot create field 'b' in element {a: 5}");
    expect(await text({ $inc: { s: 1 } })).toBe(
      "Cannot apply $inc to a value of non-numeric type. {_id: 1} has the field 's' of non-numeric type string",
    );
    expect(await text({ $set: { 'a.$': 1 } })).toBe('The positional operator did not find the match needed from the query.');
  });
});

describe('update, replace, delete', () => {
  test('counts what matched and what changed', async () => {
    const collection = bench.fresh<Doc>();
    await collection.insertMany([1, 2, 3].map((_id) => ({ _id, a: _id })));
    expect(await collection.updateMany({}, { $set: { a: 2 } })).toMatchObject({ matchedCount: 3, modifiedCount: 2, upsertedCount: 0 });
    expect(await collection.updateOne({ _id: 9 }, { $set: { a: 2 } })).toMatchObject({ matchedCount: 0, modifiedCount: 0 });
    expect(await collection.replaceOne({ _id: 1 }, { b: 1 })).toMatchObject({ matchedCount: 1, modifiedCount: 1 });
    expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1, b: 1 });
    expect(await collection.replaceOne({ _id: 1 }, { b: 1 })).toMatchObject({ matchedCount: 1, modifiedCount: 0 });
    expect(await collection.deleteOne({ a: 2 })).toMatchObject({ deletedCount: 1 });
    expect(await collection.deleteMany({})).toMatchObject({ deletedCount: 2 });
  });

  test('a change that moves documents in its own index sees each once', async () => {
    const collection = bench.fresh<Doc>();
    await collection.insertMany(Array.from({ length: 300 }, (_, i) => ({ _id: i, n: i })));
    await collection.createIndex({ n: 1 });
    expect(await collection.updateMany({ n: { $gte: 0 } }, { $inc: { n: 1000 } })).toMatchObject({ modifiedCount: 300 });
    expect(await collection.countDocuments({ n: { $gte: 1000, $lt: 1300 } })).toBe(300);
    expect(await collection.countDocuments({ n: { $lt: 1000 } })).toBe(0);
  });

  test("upsert makes the document of the filter's equalities", async () => {
    const collection = bench.fresh<Doc>();
    const result = await collection.updateOne(
      { _id: 5, 'a.b': 1, c: { $eq: 2 }, d: { $gt: 3 } },
      { $set: { e: 4 }, $setOnInsert: { f: 5 }, $inc: { n: 1 } },
      { upsert: true },
    );
    expect(result).toMatchObject({ matchedCount: 0, upsertedCount: 1, upsertedId: 5 });
    expect(await collection.findOne({ _id: 5 })).toEqual({ _id: 5, a: { b: 1 }, c: 2, e: 4, f: 5, n: 1 });
    await collection.updateOne({ _id: 5 }, { $setOnInsert: { f: 9 }, $inc: { n: 1 } }, { upsert: true });
    expect(await collection.findOne({ _id: 5 })).toMatchObject({ f: 5, n: 2 });
    expect(await collection.replaceOne({ _id: 6, x: 1 }, { y: 1 }, { upsert: true })).toMatchObject({ upsertedId: 6 });
    expect(await collection.findOne({ _id: 6 })).toEqual({ _id: 6, y: 1 });
    expect(await refusal(collection.updateOne({ _id: 6, y: 2 }, { $set: { z: 1 } }, { upsert: true }))).toMatchObject({ code: 11000 });
    expect(await refusal(collection.replaceOne({ _id: 7 }, { _id: 8 } as Document, { upsert: true }))).toMatchObject({ code: 66 });
  });

  test('the conditional replace-upsert of a projection: a newer owner is a duplicate key', async () => {
    const collection = bench.fresh<Doc>();
    await collection.insertOne({ _id: 1, _position: 10 });
    const write = (position: number) => collection.replaceOne({ _id: 1, _position: position }, { _position: 20 }, { upsert: true });
    expect(await refusal(write(9))).toMatchObject({ code: 11000 });
    expect(await write(10)).toMatchObject({ modifiedCount: 1 });
  });

  test("a lease on the database's time has one owner", async () => {
    const collection = bench.db.collection<{ _id: string; owner: string; until: Date }>('leases');
    const take = (owner: string, milliseconds: number) =>
      collection.findOneAndUpdate(
        { _id: 'partition-1', $or: [{ owner }, { $expr: { $lte: ['$until', '$$NOW'] } }] },
        [{ $set: { owner, until: { $add: ['$$NOW', milliseconds] } } }],
        { upsert: true, returnDocument: 'after' },
      );
    const first = await take('a', 60_000);
    expect(first).toMatchObject({ owner: 'a' });
    expect(Math.abs(first!.until.getTime() - Date.now() - 60_000)).toBeLessThan(10_000);
    expect(await refusal(take('b', 60_000))).toMatchObject({ code: 11000 });
    expect(await take('a', -1)).toMatchObject({ owner: 'a' });
    expect(await take('b', 60_000)).toMatchObject({ owner: 'b' });
  });

  test('a replacement may not change _id', async () => {
    const collection = bench.fresh<Doc>();
    await collection.insertOne({ _id: 1 });
    const error = await refusal(collection.replaceOne({ _id: 1 }, { _id: 2, a: 1 } as Document));
    expect(error).toMatchObject({
      code: 66,
      message: "After applying the update, the (immutable) field '_id' was found to have been altered to _id: 2",
    });
  });

  test('findAndModify gives the document before or after', async () => {
    const collection = bench.fresh<Doc>();
    await collection.insertMany([1, 2, 3].map((_id) => ({ _id, n: 10 - _id, s: 'x' })));
    expect(await collection.findOneAndUpdate({ s: 'x' }, { $inc: { n: 100 } }, { sort: { n: 1 } })).toEqual({ _id: 3, n: 7, s: 'x' });
    expect(await collection.findOneAndUpdate({ _id: 3 }, { $inc: { n: 1 } }, { returnDocument: 'after', projection: { n: 1 } })).toEqual({
      _id: 3,
      n: 108,
    });
    expect(await collection.findOneAndReplace({ _id: 3 }, { r: 1 }, { returnDocument: 'after' })).toEqual({ _id: 3, r: 1 });
    expect(await collection.findOneAndDelete({ s: 'x' }, { sort: { _id: -1 } })).toMatchObject({ _id: 2 });
    expect(await collection.findOneAndUpdate({ _id: 77 }, { $set: { a: 1 } })).toBeNull();
    const raw = await collection.findOneAndUpdate(
      { _id: 77 },
      { $set: { a: 1 } },
      { upsert: true, returnDocument: 'after', includeResultMetadata: true },
    );
    expect(raw).toMatchObject({ value: { _id: 77, a: 1 }, lastErrorObject: { n: 1, updatedExisting: false, upserted: 77 } });
    expect(await refusal(bench.db.command({ findAndModify: collection.collectionName, query: {} }))).toMatchObject({ code: 9 });
  });

  test('bulkWrite does all kinds, and tells what failed', async () => {
    const collection = bench.fresh<Doc>();
    await collection.createIndex({ u: 1 }, { unique: true, sparse: true });
    const result = await collection.bulkWrite([
      { insertOne: { document: { _id: 1, u: 1 } } },
      { updateOne: { filter: { _id: 2 }, update: { $set: { a: 1 } }, upsert: true } },
      { replaceOne: { filter: { _id: 1 }, replacement: { u: 2 } } },
      { updateMany: { filter: {}, update: { $set: { all: true } } } },
      { deleteOne: { filter: { _id: 2 } } },
    ]);
    expect(result).toMatchObject({ insertedCount: 1, upsertedCount: 1, matchedCount: 3, modifiedCount: 3, deletedCount: 1 });
    const error = await refusal(
      collection.bulkWrite(
        [
          { insertOne: { document: { _id: 3, u: 2 } } },
          { insertOne: { document: { _id: 4, u: 4 } } },
          { updateOne: { filter: { _id: 4 }, update: { $set: { u: 2 } } } },
          { updateOne: { filter: { _id: 4 }, update: { $set: { ok: 1 } } } },
        ],
        { ordered: false },
      ),
    );
    const writeErrors = (error as unknown as { writeErrors: Array<{ index: number; code: number; err: Document }> }).writeErrors;
    expect(writeErrors.map(({ index, code }) => [index, code])).toEqual([
      [0, 11000],
      [2, 11000],
    ]);
    expect(await collection.findOne({ _id: 4 })).toEqual({ _id: 4, u: 4, ok: 1 });
  });
});
