// @ts-nocheck
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { startEventStore, startMongo, type LocalServer } from '@letopis/local';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { backup } from './backup';
import { info, infoLines } from './info';
import { size } from './progress';
import { restore } from './restore';
import { startLocalServers } from './serve';

const root = mkdtempSync(join(tmpdir(), 'letopis-cli-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const fresh = () => join(root, String(++folders));

/** Both servers on a folder, and their clients. */
class Servers {
  private constructor(
    readonly servers: LocalServer[],
    readonly log: EventStoreDBClient,
    readonly mongo: MongoClient,
  ) {}

  static async on(dataFolder: string): Promise<Servers> {
    const [eventstore, mongodb] = [await startEventStore({ dataFolder }), await startMongo({ dataFolder })];
    for (const name of ['eventstore.db', 'mongodb.db'])
      while (!existsSync(join(dataFolder, `${name}.door`))) await new Promise(setImmediate);
    return new Servers([eventstore, mongodb], EventStoreDBClient.connectionString(eventstore.url), await MongoClient.connect(mongodb.url));
  }

  /** Appends an event, then lets a read model know it: in this order, always. */
  async happen(number: number): Promise<void> {
    await this.log.appendToStream('order-1', jsonEvent({ type: 'Happened', data: { number } }));
    await this.mongo.db('letopis').collection('seen').insertOne({ number });
  }

  async events(): Promise<number> {
    let count = 0;
    for await (const _ of this.log.readStream('order-1')) count++;
    return count;
  }

  documents(): Promise<number> {
    return this.mongo.db('letopis').collection('seen').countDocuments();
  }

  async stop(): Promise<void> {
    await this.log.dispose();
    await this.mongo.close();
    await Promise.all(this.servers.map((server) => server.close()));
  }
}

/** A folder on which so many things have happened. */
async function folderWith(count: number): Promise<string> {
  const folder = fresh();
  const servers = await Servers.on(folder);
  for (let number = 0; number < count; number++) await servers.happen(number);
  await servers.stop();
  return folder;
}

async function counts(folder: string): Promise<[events: number, documents: number]> {
  const servers = await Servers.on(folder);
  const answer: [number, number] = [await servers.events(), await servers.documents()];
  await servers.stop();
  return answer;
}

describe('letopis local backup', () => {
  test('copies running servers at one moment: the log holds all that read models know', async () => {
    const folder = fresh();
    const servers = await Servers.on(folder);
    let running = true;
    let done = 0;
    const working = (async () => {
      for (; running; done++) await servers.happen(done);
    })();
    while (done < 20) await new Promise(setImmediate);
    const to = fresh();
    const progress: Array<readonly [number, number]> = [];
    const copied = await backup({ dataFolder: folder, to, progress: (...step) => progress.push(step) });
    running = false;
    await working;
    await servers.stop();
    expect(copied.map(({ name }) => name)).toEqual(['mongodb.db', 'eventstore.db']);
    const bytes = copied.reduce((sum, file) => sum + file.bytes, 0);
    expect(progress.at(-1)).toEqual([bytes, bytes]);
    expect(readdirSync(to).sort()).toEqual(['eventstore.db', 'mongodb.db']);
    const [events, documents] = await counts(to);
    expect(documents).toBeGreaterThanOrEqual(20);
    expect(events).toBeGreaterThanOrEqual(documents);
    expect((await counts(folder))[0]).toBe(done);
  });

  test('copies files that nobody holds', async () => {
    const folder = await folderWith(3);
    const to = fresh();
    await backup({ dataFolder: folder, to });
    expect(await counts(to)).toEqual([3, 3]);
  });

  test('takes no other backup’s place, and says when there is nothing to copy', async () => {
    const folder = await folderWith(1);
    const to = fresh();
    await backup({ dataFolder: folder, to });
    await expect(backup({ dataFolder: folder, to })).rejects.toThrow('is there already');
    await expect(backup({ dataFolder: fresh(), to: fresh() })).rejects.toThrow('there are no files');
  });

  test('leaves nothing behind when one file is broken', async () => {
    const folder = await folderWith(1);
    writeFileSync(join(folder, 'eventstore.db'), 'this is no database'.repeat(1000));
    const to = fresh();
    await expect(backup({ dataFolder: folder, to })).rejects.toMatchObject({ code: 'FILE_BROKEN' });
    expect(readdirSync(to)).toEqual([]);
  });
});

describe('letopis local restore', () => {
  test('fills an empty folder', async () => {
    const to = fresh();
    await backup({ dataFolder: await folderWith(4), to });
    const folder = fresh();
    expect((await restore({ from: to, dataFolder: folder })).aside).toEqual([]);
    expect(await counts(folder)).toEqual([4, 4]);
  });

  test('refuses to overwrite; with --force it puts aside what was there', async () => {
    const to = fresh();
    await backup({ dataFolder: await folderWith(2), to });
    const folder = await folderWith(5);
    await expect(restore({ from: to, dataFolder: folder })).rejects.toThrow('--force');
    expect(await counts(folder)).toEqual([5, 5]);
    const { aside } = await restore({ from: to, dataFolder: folder, force: true, now: new Date('2026-01-02T03:04:05.678Z') });
    expect(aside).toEqual(['mongodb.db', 'eventstore.db'].map((name) => join(folder, `${name}.replaced-20260102T030405Z`)));
    expect(await counts(folder)).toEqual([2, 2]);
    const back = fresh();
    mkdirSync(back);
    for (const name of ['mongodb.db', 'eventstore.db']) {
      writeFileSync(join(back, name), readFileSync(join(folder, `${name}.replaced-20260102T030405Z`)));
    }
    expect(await counts(back)).toEqual([5, 5]);
  });

  test('refuses while a server holds the files, and says who', async () => {
    const to = fresh();
    await backup({ dataFolder: await folderWith(1), to });
    const folder = fresh();
    const servers = await Servers.on(folder);
    await expect(restore({ from: to, dataFolder: folder, force: true })).rejects.toMatchObject({
      code: 'FILE_HELD',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await servers.stop();
  });

  test('a broken backup changes nothing; a broken file in the folder is replaced with --force', async () => {
    const to = fresh();
    await backup({ dataFolder: await folderWith(50), to });
    const folder = await folderWith(2);
    const bytes = readFileSync(join(to, 'mongodb.db'));
    writeFileSync(join(to, 'mongodb.db'), Buffer.concat([bytes.subarray(0, 4_096), Buffer.alloc(bytes.length - 4_096, 7)]));
    await expect(restore({ from: to, dataFolder: folder, force: true })).rejects.toMatchObject({ code: 'FILE_BROKEN' });
    expect(await counts(folder)).toEqual([2, 2]);

    writeFileSync(join(to, 'mongodb.db'), bytes);
    writeFileSync(join(folder, 'eventstore.db'), 'not a database any more'.repeat(500));
    await restore({ from: to, dataFolder: folder, force: true });
    expect(await counts(folder)).toEqual([50, 50]);
  });
});

describe('letopis local info', () => {
  test('tells format, size, contents and holder, while servers run and when they do not', async () => {
    const folder = fresh();
    expect(infoLines(await info(folder), folder)).toEqual([expect.stringContaining('no files of local servers')]);
    const servers = await Servers.on(folder);
    await servers.happen(1);
    await servers.happen(2);
    const held = { format: 1, holder: expect.stringContaining(`process ${process.pid}`) };
    expect(await info(folder)).toEqual([
      { name: 'mongodb.db', bytes: expect.any(Number), counts: { collections: 1, documents: 2 }, ...held },
      { name: 'eventstore.db', bytes: expect.any(Number), counts: { streams: 1, events: 2 }, ...held },
    ]);
    await servers.stop();
    const lines = infoLines(await info(folder), folder);
    expect(lines[1]).toMatch(/^eventstore\.db {2}format 1, \d+(\.\d)? KB, 1 streams, 2 events; held by nobody$/);
  });
});

describe('letopis local serve', () => {
  const start = (kind: 'eventstore' | 'mongodb', options: object) => ({ eventstore: startEventStore, mongodb: startMongo })[kind](options);

  test('starts what has a port, and says who can reach it', async () => {
    const { server: taken } = { server: await startMongo() };
    const port = taken.port;
    await taken.close();
    const { servers, lines } = await startLocalServers({ eventstore: 0, mongodb: port, dataFolder: fresh() }, start);
    expect(lines[0]).toBe(`mongodb: mongodb://127.0.0.1:${port}/?directConnection=true`);
    expect(lines.join('\n')).toContain('its other users can reach them');
    await Promise.all(servers.map((server) => server.close()));
  });

  test.each([
    [{ eventstore: 0, mongodb: 0 }, 'both servers are off'],
    [{ eventstore: 70_000, mongodb: 0 }, '--eventstore-port is not a port'],
    [{ eventstore: NaN, mongodb: 0 }, '--eventstore-port is not a port'],
    [{ eventstore: 0, mongodb: 27_017, host: '0.0.0.0' }, 'set LETOPIS_LOCAL_PASSWORD'],
    [{ eventstore: 2_113, mongodb: 0, host: '0.0.0.0', security: { password: 'x' } }, 'set LETOPIS_LOCAL_TLS_CERT'],
  ])('refuses %j', async (options, why) => {
    await expect(startLocalServers({ dataFolder: fresh(), ...options }, start)).rejects.toThrow(why);
  });

  test('lets the first go when the second cannot start', async () => {
    const dataFolder = fresh();
    const holder = await startMongo({ dataFolder });
    const other = await startEventStore();
    const port = other.port;
    await other.close();
    await expect(startLocalServers({ eventstore: port, mongodb: holder.port, dataFolder }, start)).rejects.toMatchObject({
      code: 'FILE_HELD',
    });
    await (await startEventStore({ dataFolder, port })).close();
    await holder.close();
  });
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 KB'],
  [123_456_789, '123 MB'],
  [2_100_000_000, '2.1 GB'],
])('%d bytes are %s', (bytes, text) => expect(size(bytes)).toBe(text));
