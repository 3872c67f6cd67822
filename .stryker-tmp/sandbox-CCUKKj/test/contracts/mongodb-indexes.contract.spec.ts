/** Indexes as MongoDB keeps and uses them; also against `MONGODB_URL`. */
// @ts-nocheck

import { type Document } from 'mongodb';
import { type Bench, open, refusal, stages } from './mongodb.support';

let bench: Bench;
beforeAll(async () => {
  bench = await open();
});
afterAll(() => bench.stop());

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
    [{ $expr: { $eq: ['$number', 'ORD-0007'] } }, {}, 1],
    [{ $expr: { $and: [{ $eq: ['open', '$status'] }, { $gt: ['$at', 400] }] } }, {}, 0],
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
