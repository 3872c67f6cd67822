/** What a client of MongoDB may rely on; the local server always, a real standalone when `MONGODB_URL` names one. */
// @ts-nocheck

import { BSON, Decimal128, type Document, Double, GridFSBucket, Long, MongoBulkWriteError, ObjectId, Timestamp } from 'mongodb';
import { type Bench, open, refusal } from './mongodb.support';

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
