/** What only the local server can be asked: its file, its death, its password, its faults, hostile bytes. */
// @ts-nocheck

import { createConnection, type Socket } from 'node:net';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { BSON, type Document, MongoClient, ReadPreference } from 'mongodb';
import { startMongo } from '../../libs/local/mongodb';
import { exited, refusal, serverProcess, temporaryFolder } from './mongodb.support';

type Doc = { _id: number } & Document;

const folder = temporaryFolder();
afterAll(() => folder.remove());
let folders = 0;
const freshFolder = () => `${folder.path}/${++folders}`;

/** Asks again until the answer is good, for what the server does by itself. */
async function eventually<T>(ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> {
  const until = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (Date.now() > until) throw new Error(`still ${JSON.stringify(answer)} after 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('the file', () => {
  test('keeps everything over a restart', async () => {
    const dataFolder = freshFolder();
    const first = await startMongo({ dataFolder });
    let client = await MongoClient.connect(first.url);
    const collection = client.db('kept').collection<Doc>('things');
    await collection.createIndex({ n: -1 }, { unique: true, name: 'numbers' });
    await collection.createIndex({ tags: 1 });
    await collection.insertMany(Array.from({ length: 300 }, (_, _id) => ({ _id, n: _id, tags: ['x', `t${_id % 3}`] })));
    await collection.deleteMany({ n: { $lt: 100 } });
    await client.close();
    await first.close();
    const second = await startMongo({ dataFolder });
    client = await MongoClient.connect(second.url);
    const again = client.db('kept').collection<Doc>('things');
    expect(await again.countDocuments()).toBe(200);
    expect(await again.estimatedDocumentCount()).toBe(200);
    expect((await again.indexes()).map(({ name }) => name as string)).toEqual(['_id_', 'numbers', 'tags_1']);
    expect(
      (
        await again
          .find({ tags: { $in: ['x', 't1'] } })
          .hint('tags_1')
          .toArray()
      ).length,
    ).toBe(200);
    expect(await refusal(again.insertOne({ _id: 1000, n: 150 }))).toMatchObject({ code: 11000 });
    await client.close();
    await second.close();
  });

  test('is held by one server', async () => {
    const dataFolder = freshFolder();
    const server = await startMongo({ dataFolder });
    await expect(startMongo({ dataFolder })).rejects.toMatchObject({ code: 'FILE_HELD' });
    await server.close();
    await (await startMongo({ dataFolder })).close();
  });

  test('a port that is taken is refused, and the file let go', async () => {
    const dataFolder = freshFolder();
    const server = await startMongo();
    await expect(startMongo({ dataFolder, port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await (await startMongo({ dataFolder })).close();
    await server.close();
  });

  test('a server killed amid writes loses nothing that it acknowledged', async () => {
    const dataFolder = freshFolder();
    const acknowledged = new Map<number, number>();
    for (let round = 0; round < 3; round++) {
      const child = await serverProcess({ dataFolder });
      const client = await MongoClient.connect(child.url, { serverSelectionTimeoutMS: 2_000, retryWrites: false });
      const collection = client.db('crash').collection<Doc>('documents');
      if (round === 0) await collection.createIndexes([{ key: { round: 1, n: 1 } }, { key: { unique: 1 }, unique: true }]);
      const before = acknowledged.size;
      let dead = false;
      const writer = async (lane: number) => {
        for (let n = 0; !dead; n++) {
          const _id = round * 1_000_000 + lane * 10_000 + n;
          try {
            await collection.insertOne({ _id, round, n, unique: _id, text: 'x'.repeat(500) });
            acknowledged.set(_id, 0);
            await collection.updateOne({ _id }, { $inc: { changed: 1 }, $set: { n: -n } });
            acknowledged.set(_id, 1);
          } catch {
            return;
          }
          if (acknowledged.size - before > 150 && !dead) {
            dead = true;
            child.process.kill('SIGKILL');
          }
        }
      };
      await Promise.all(Array.from({ length: 8 }, (_, lane) => writer(lane)));
      await exited(child.process);
      await client.close(true);
    }
    const server = await startMongo({ dataFolder });
    const client = await MongoClient.connect(server.url);
    const collection = client.db('crash').collection<Doc>('documents');
    const stored = new Map((await collection.find().toArray()).map((document) => [document._id, document]));
    expect(acknowledged.size).toBeGreaterThan(450);
    for (const [_id, changed] of acknowledged) {
      expect(stored.get(_id)).toBeDefined();
      expect((stored.get(_id)!.changed as number | undefined) ?? 0).toBeGreaterThanOrEqual(changed);
    }
    // The indexes agree with the documents.
    const { valid, keysPerIndex } = await client.db('crash').command({ validate: 'documents' });
    expect(valid).toBe(true);
    expect(new Set(Object.values(keysPerIndex as Record<string, number>))).toEqual(new Set([stored.size]));
    for (const { _id, round, n } of stored.values())
      expect(await collection.countDocuments({ round: round as number, n: n as number, unique: _id })).toBe(1);
    await client.close();
    await server.close();
  });

  test('a full disk refuses writes, keeps what was acknowledged and serves reads', async () => {
    const dataFolder = freshFolder();
    const child = await serverProcess({ dataFolder }, { fileLimitKiB: 3_000 });
    const client = await MongoClient.connect(child.url);
    const collection = client.db('full').collection<Doc>('documents');
    await collection.createIndex({ n: 1 });
    let acknowledged = 0;
    let refused: { code?: number; message: string } | undefined;
    while (!refused && acknowledged < 5_000) {
      const documents = Array.from({ length: 10 }, (_, i) => ({ _id: acknowledged + i, n: acknowledged + i, text: 'x'.repeat(5_000) }));
      await collection.insertMany(documents).then(
        () => (acknowledged += 10),
        (error: { message: string }) => (refused = error),
      );
    }
    expect(refused).toMatchObject({ code: 14031, message: expect.stringContaining('refuses writes') as string });
    expect(await collection.countDocuments({ n: { $gte: 0 } })).toBe(acknowledged);
    expect(
      await refusal(
        client
          .db('full')
          .collection('other')
          .createIndex({ a: 1 })
          .then(() => collection.insertMany(Array.from({ length: 500 }, () => ({ text: 'x'.repeat(5_000) }) as unknown as Doc))),
      ),
    ).toMatchObject({ code: 14031 });
    await client.close();
    child.process.kill('SIGTERM');
    await exited(child.process);
    const server = await startMongo({ dataFolder });
    const again = await MongoClient.connect(server.url);
    expect(await again.db('full').collection('documents').countDocuments()).toBe(acknowledged);
    await again.close();
    await server.close();
  });

  test('a file that is none is refused by name', async () => {
    const dataFolder = freshFolder();
    mkdirSync(dataFolder);
    writeFileSync(`${dataFolder}/mongodb.db`, 'this is not a database, whatever its name says. '.repeat(100));
    await expect(startMongo({ dataFolder })).rejects.toMatchObject({ code: 'FILE_BROKEN' });
  });

  test('SIGTERM ends the program, and the same port and folder serve again', async () => {
    const dataFolder = freshFolder();
    const first = await serverProcess({ dataFolder });
    const client = await MongoClient.connect(first.url);
    await client.db('t').collection<Doc>('c').insertOne({ _id: 1 });
    await client.close();
    first.process.kill('SIGTERM');
    await exited(first.process);
    expect(first.process.exitCode).toBe(0);
    expect(readdirSync(dataFolder)).toEqual(['mongodb.db']);
    const port = Number(new URL(first.url).port);
    const server = await startMongo({ dataFolder, port });
    const again = await MongoClient.connect(server.url);
    expect(await again.db('t').collection('c').countDocuments()).toBe(1);
    await again.close();
    await server.close();
  });
});

describe('the password', () => {
  test('is asked for by SCRAM-SHA-256', async () => {
    const server = await startMongo({ password: 'sécret,=', user: 'anna' });
    const client = await MongoClient.connect(server.url);
    await client.db('a').collection<Doc>('c').insertOne({ _id: 1 });
    expect((await client.db('a').command({ connectionStatus: 1 })).authInfo).toMatchObject({
      authenticatedUsers: [{ user: 'anna', db: 'admin' }],
    });
    await client.close();
    const { host } = new URL(server.url);
    const stranger = await MongoClient.connect(`mongodb://${host}/?directConnection=true`);
    expect(await refusal(stranger.db('a').collection('c').findOne())).toMatchObject({
      code: 13,
      codeName: 'Unauthorized',
      message: 'Command find requires authentication',
    });
    expect(await stranger.db('a').command({ ping: 1 })).toMatchObject({ ok: 1 });
    await stranger.close();
    for (const login of ['anna:wrong', 'viktor:s%C3%A9cret%2C%3D']) {
      expect(
        await refusal(MongoClient.connect(`mongodb://${login}@${host}/?directConnection=true&authMechanism=SCRAM-SHA-256`)),
      ).toMatchObject({ code: 18 });
    }
    await server.close();
  });
});

describe('expiry', () => {
  test('deletes what is due, of a partial index only what it holds', async () => {
    const server = await startMongo({ ttlSeconds: 0.02 });
    const client = await MongoClient.connect(server.url);
    const collection = client.db('t').collection<Doc>('expiring');
    const past = new Date(Date.now() - 60_000);
    await collection.insertMany([
      { _id: 1, at: past, done: true },
      { _id: 2, at: past, done: false },
      { _id: 3, at: new Date(Date.now() + 60_000), done: true },
      { _id: 4, at: 'not a date', done: true },
      { _id: 5, at: [new Date(Date.now() + 60_000), past], done: true },
      { _id: 6, done: true },
    ]);
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 30, partialFilterExpression: { done: true } });
    const left = await eventually(
      async () => (await collection.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id),
      (ids) => ids.length <= 4,
    );
    expect(left).toEqual([2, 3, 4, 6]);
    await client.close();
    await server.close();
  });
});

describe('faults on request', () => {
  test('answers slowly and cuts connections, before or after the effect', async () => {
    const faults: { delay?: (command: string) => number; cut?: (command: string) => 'before' | 'after' | undefined } = {};
    const server = await startMongo({ faults });
    const client = await MongoClient.connect(server.url, { retryWrites: false, retryReads: false });
    const collection = client.db('t').collection<Doc>('c');
    faults.cut = (command) => (command === 'insert' ? 'after' : undefined);
    await expect(collection.insertOne({ _id: 1 })).rejects.toMatchObject({ name: 'MongoNetworkError' });
    faults.cut = (command) => (command === 'insert' ? 'before' : undefined);
    await expect(collection.insertOne({ _id: 2 })).rejects.toMatchObject({ name: 'MongoNetworkError' });
    faults.cut = undefined;
    expect((await collection.find().toArray()).map(({ _id }) => _id)).toEqual([1]);
    faults.delay = (command) => (command === 'count' ? 50 : 0);
    const started = performance.now();
    await collection.estimatedDocumentCount();
    expect(performance.now() - started).toBeGreaterThanOrEqual(49);
    await client.close();
    await server.close();
  });
});

describe('memory', () => {
  test('a reader that does not read is not sent more', async () => {
    const server = await startMongo();
    const client = await MongoClient.connect(server.url);
    await client
      .db('t')
      .collection('big')
      .insertMany(Array.from({ length: 200 }, () => ({ text: 'x'.repeat(100_000) })));
    const socket = createConnection(server.port, '127.0.0.1');
    socket.pause();
    // Forty answers of 16 MB each are asked for and none is read.
    for (let i = 0; i < 40; i++) socket.write(message({ find: 'big', batchSize: 200, $db: 't' }));
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 50; i++) await client.db('t').command({ ping: 1 });
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    expect(await client.db('t').command({ ping: 1 })).toMatchObject({ ok: 1 });
    await client.close();
    // Nor is it waited for at the end.
    await server.close();
    socket.destroy();
  });

  test('a dropped collection ends its cursors, also when its place is taken', async () => {
    const server = await startMongo();
    const client = await MongoClient.connect(server.url);
    const db = client.db('t');
    await db.collection('one').insertMany(Array.from({ length: 500 }, (_, i) => ({ i })));
    const cursor = db.collection('one').find().batchSize(10);
    await cursor.next();
    await db.dropCollection('one');
    await db.collection('two').insertMany(Array.from({ length: 500 }, (_, i) => ({ other: i })));
    const rest = await cursor.toArray().then(
      (documents) => documents,
      (error: { code: number }) => error.code,
    );
    // A page read before the drop may still be given; nothing of the other collection ever is.
    if (typeof rest === 'number') expect(rest).toBe(175);
    else expect(rest.every((document) => 'i' in document)).toBe(true);
    await client.close();
    await server.close();
  });
});

describe('fairness', () => {
  test('others are served while a long query runs', async () => {
    const server = await startMongo();
    const [slow, quick] = await Promise.all([MongoClient.connect(server.url), MongoClient.connect(server.url)]);
    const collection = slow.db('t').collection<Doc>('many');
    await collection.insertMany(Array.from({ length: 20_000 }, (_, _id) => ({ _id, n: _id % 7, text: `text ${_id}` })));
    const filter = { $expr: { $gt: [{ $strLenCP: { $concat: ['$text', '$text'] } }, 1000] } };
    for (const query of [
      () => collection.find(filter).toArray(),
      () => collection.countDocuments(filter),
      () => collection.distinct('text', filter),
      () => collection.aggregate([{ $match: filter }, { $group: { _id: '$n', n: { $sum: 1 } } }]).toArray(),
      () => collection.aggregate([{ $group: { _id: '$n', n: { $sum: { $strLenCP: '$text' } } } }]).toArray(),
    ]) {
      let done = false;
      const running = query().then(() => (done = true));
      let served = 0;
      while (!done) {
        await quick
          .db('t')
          .collection<Doc>('other')
          .updateOne({ _id: 1 }, { $inc: { n: 1 } }, { upsert: true });
        served++;
      }
      await running;
      expect(served).toBeGreaterThan(3);
    }
    await Promise.all([slow.close(), quick.close()]);
    await server.close();
  });
});

describe('hostile bytes', () => {
  test('random, damaged and cut messages neither crash nor hang the server', async () => {
    const server = await startMongo();
    const client = await MongoClient.connect(server.url, { readPreference: ReadPreference.primary });
    const memory = process.memoryUsage().rss;
    const commands: Document[] = [
      { hello: 1, $db: 'admin' },
      { find: 'c', filter: { a: { $gt: 1 } }, $db: 't' },
      { insert: 'c', documents: [{ a: 1, b: 'text' }], $db: 't' },
      { update: 'c', updates: [{ q: { a: 1 }, u: { $set: { b: [1, 2] } }, upsert: true }], $db: 't' },
      { aggregate: 'c', pipeline: [{ $group: { _id: '$a', n: { $sum: 1 } } }], cursor: {}, $db: 't' },
      { createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'a_1' }], $db: 't' },
    ];
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.constantFrom(...commands), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }))
        .map(([command, damage]) => {
          const bytes = Buffer.from(message(command));
          for (const [at, byte] of damage) bytes[at % bytes.length] = byte;
          return bytes;
        }),
      fc.tuple(fc.constantFrom(...commands), fc.nat(200)).map(([command, length]) => message(command).subarray(0, length)),
      fc
        .tuple(fc.constantFrom(...commands), fc.object({ maxDepth: 2, maxKeys: 4 }))
        .map(([command, odd]) => message({ ...command, ...(odd as Document) })),
    );
    const until = Date.now() + 4_000;
    await fc.assert(
      fc.asyncProperty(hostile, async (bytes) => {
        if (Date.now() > until) return;
        await sent(server.port, bytes);
      }),
      { numRuns: 1_000 },
    );
    expect(await client.db('t').command({ ping: 1 })).toMatchObject({ ok: 1 });
    expect(await client.db('t').collection('c').countDocuments()).toBeGreaterThanOrEqual(0);
    expect(process.memoryUsage().rss - memory).toBeLessThan(200 * 1024 * 1024);
    await client.close();
    await server.close();
  });

  /** Sends bytes and the end; resolves when the server has closed its side. */
  function sent(port: number, bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      const socket: Socket = createConnection(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
      socket.resume();
      socket.end(bytes);
    });
  }
});

/** A command as OP_MSG. */
function message(command: Document): Buffer {
  const body = Buffer.from(BSON.serialize(command));
  const head = Buffer.alloc(21);
  head.writeInt32LE(21 + body.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(2013, 12);
  return Buffer.concat([head, body]);
}
