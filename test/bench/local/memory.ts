import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BACKWARDS, binaryEvent, END, EventStoreDBClient, START, streamNameFilter } from '@eventstore/db-client';
import { MongoClient } from 'mongodb';
import { childProcess, serverProcess } from '../../contracts/local-child';

/**
 * `npm run bench:local -- --memory [GB …]`: the most memory that each server's process has held (VmHWM of Linux) over files of
 * 0.2 and 2 GB. A server fills the file, a second one, started on it, serves reads of everything and some writes.
 */
export async function memory(sizes: readonly number[]): Promise<void> {
  for (const [name, server] of Object.entries({ EventStoreDB: eventStore, MongoDB: mongo })) {
    for (const size of sizes) {
      const folder = mkdtempSync(join(tmpdir(), 'letopis-memory-'));
      try {
        const filling = await server.start(folder);
        const began = performance.now();
        await server.fill(filling.url, size * 2 ** 30);
        const seconds = (performance.now() - began) / 1000;
        const filled = await ended(filling.process);
        const serving = await server.start(folder);
        const idle = peak(serving.process);
        await server.use(serving.url);
        const used = await ended(serving.process);
        const bytes = statSync(join(folder, server.file)).size;
        console.log(
          `${name.padEnd(13)} ${(bytes / 1e9).toFixed(2)} GB  started ${idle} MB, after reads and writes ${used} MB; while it was filled (${seconds.toFixed(0)} s) ${filled} MB`,
        );
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  }
}

interface Served {
  readonly url: string;
  readonly process: ChildProcess;
}

/** The process's peak so far, in MB. */
const peak = ({ pid }: ChildProcess) => Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);

async function ended(process: ChildProcess): Promise<number> {
  const most = peak(process);
  process.kill('SIGTERM');
  await once(process, 'exit');
  return most;
}

const TEXT = 'x'.repeat(4_000);

const eventStore = {
  file: 'eventstore.db',
  async start(dataFolder: string): Promise<Served> {
    const child = childProcess(
      `const server = await startEventStore(args); console.log(server.url); process.once('SIGTERM', () => server.close().then(() => process.exit(0)));`,
      { dataFolder },
    );
    const [url] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
    return { url, process: child };
  },
  async fill(url: string, bytes: number): Promise<void> {
    const client = EventStoreDBClient.connectionString(url);
    const data = Buffer.from(TEXT);
    const page = () => Array.from({ length: 200 }, () => binaryEvent({ type: 'Filled', data }));
    const appends = Math.ceil(bytes / (200 * data.length));
    let next = 0;
    const lane = async () => {
      while (next < appends) await client.appendToStream(`stream-${next++ % 50}`, page());
    };
    await Promise.all([lane(), lane(), lane()]);
    await client.dispose();
  },
  async use(url: string): Promise<void> {
    const client = EventStoreDBClient.connectionString(url);
    for await (const _ of client.readAll({ fromPosition: START })) void _;
    const filter = streamNameFilter({ prefixes: ['stream-7'] });
    const subscription = client.subscribeToAll({ fromPosition: START, filter });
    subscription.resume();
    await once(subscription, 'caughtUp');
    await subscription.unsubscribe();
    for (let stream = 0; stream < 50; stream++)
      for await (const _ of client.readStream(`stream-${stream}`, { direction: BACKWARDS, fromRevision: END, maxCount: 400 })) void _;
    for (let at = 0; at < 2_000; at++) await client.appendToStream(`later-${at}`, binaryEvent({ type: 'Later', data: Buffer.from(TEXT) }));
    await client.dispose();
  },
};

const mongo = {
  file: 'mongodb.db',
  start: (dataFolder: string): Promise<Served> => serverProcess({ dataFolder }),
  async fill(url: string, bytes: number): Promise<void> {
    const client = await MongoClient.connect(url);
    const collection = client.db('memory').collection<{ _id: number; group: number; text: string }>('documents');
    await collection.createIndex({ group: 1 });
    const count = Math.ceil(bytes / (TEXT.length + 100));
    for (let from = 0; from < count; from += 500)
      await collection.insertMany(Array.from({ length: 500 }, (_, at) => ({ _id: from + at, group: (from + at) % 1_000, text: TEXT })));
    await client.close();
  },
  async use(url: string): Promise<void> {
    const client = await MongoClient.connect(url);
    const collection = client.db('memory').collection<{ _id: number; group: number; text: string }>('documents');
    for await (const _ of collection.find()) void _;
    await collection.countDocuments({ text: /^y/ });
    await collection.aggregate([{ $group: { _id: '$group', count: { $sum: 1 } } }]).toArray();
    await collection.find({ group: { $lt: 50 } }, { sort: { group: -1 } }).toArray();
    for (let id = 0; id < 2_000; id++) await collection.updateOne({ _id: id * 17 }, { $set: { later: true } });
    await client.close();
  },
};
