/**
 * Rows of the local MongoDB-protocol server: writes are durable (each answer follows an fsync), the server runs in a
 * process of its own, and SQLite's own commit rate of the same run stands beside.
 *
 *   node -r <a TypeScript hook> test/bench/local/mongodb.ts [--json FILE]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collection, MongoClient } from 'mongodb';
import { DurableFile } from '../../../libs/local/file';
import { startMongo } from '../../../libs/local/mongodb';

export interface BenchRow {
  row: string;
  system: string;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  note: string;
}

const DOCUMENTS = 100_000;
const BULK = 1_000;

type Order = {
  _id: string;
  _position: number;
  number: number;
  status: string;
  organizationId: string;
  customer: { name: string; email: string };
  lines: Array<{ sku: string; quantity: number; price: number }>;
  total: number;
  createdAt: Date;
};

const order = (number: number, position = number): Order => ({
  _id: `order-${String(number).padStart(8, '0')}`,
  _position: position,
  number,
  status: ['created', 'accepted', 'shipped', 'closed'][number % 4],
  organizationId: `organization-${number % 100}`,
  customer: { name: `Customer ${number % 5000}`, email: `customer${number % 5000}@example.com` },
  lines: [
    { sku: `sku-${number % 300}`, quantity: (number % 9) + 1, price: 1000 + (number % 77) },
    { sku: `sku-${(number + 7) % 300}`, quantity: 1, price: 2500 },
  ],
  total: 1000 + (number % 1000),
  createdAt: new Date(1_700_000_000_000 + number * 1000),
});

/** Runs `operation` for each item, `inFlight` at a time; `size` is how many documents one of them moves. */
async function measure(
  row: string,
  times: number,
  size: number,
  inFlight: number,
  operation: (i: number) => Promise<unknown>,
  note: string,
): Promise<BenchRow> {
  const samples: number[] = [];
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < times) {
        const i = next++;
        const from = performance.now();
        await operation(i);
        samples.push(performance.now() - from);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  samples.sort((a, b) => a - b);
  const at = (share: number) => Number(samples[Math.min(samples.length - 1, Math.floor(samples.length * share))].toFixed(3));
  return { row, system: 'letopis local mongodb', perSecond: Math.round((times * size) / seconds), p50Ms: at(0.5), p99Ms: at(0.99), note };
}

async function rows(client: MongoClient, folder: string): Promise<BenchRow[]> {
  const db = client.db('bench');
  const orders: Collection<Order> = db.collection('orders');
  const single: Collection<Order> = db.collection('single');
  const viewed: Collection<Order> = db.collection('viewed');
  await viewed.createIndex({ status: 1, createdAt: -1 });
  await viewed.createIndex({ organizationId: 1 });
  await single.insertOne(order(-1));
  const result: BenchRow[] = [];
  const add = async (...parameters: Parameters<typeof measure>): Promise<void> => {
    result.push(await measure(...parameters));
  };
  const bulk = (collection: Collection<Order>, round: number) => (i: number) =>
    collection.bulkWrite(
      Array.from({ length: BULK }, (_, j) => {
        const { _id, ...replacement } = order(i * BULK + j, round * DOCUMENTS + i * BULK + j);
        return { replaceOne: { filter: { _id }, replacement: { _id, ...replacement }, upsert: true } };
      }),
      { ordered: false },
    );
  const batches = DOCUMENTS / BULK;
  result.push(commits(folder));
  await add('insertOne, sequential', 2_000, 1, 1, (i) => single.insertOne(order(i)), 'durable');
  await add('insertOne, 64 in flight', 10_000, 1, 64, (i) => single.insertOne(order(100_000 + i)), 'durable');
  await add(
    'insertMany of 1,000',
    50,
    BULK,
    1,
    (i) => single.insertMany(Array.from({ length: BULK }, (_, j) => order(200_000 + i * BULK + j))),
    'documents per second',
  );
  await add('bulk replace-upsert of 1,000, new', batches, BULK, 2, bulk(orders, 0), 'documents per second');
  await add('bulk replace-upsert of 1,000, there', batches, BULK, 2, bulk(orders, 1), 'documents per second');
  await add('bulk replace-upsert, two indexes', batches / 2, BULK, 2, bulk(viewed, 0), 'documents per second');
  await add(
    'bulk $set of 1,000',
    30,
    BULK,
    2,
    (i) =>
      orders.bulkWrite(
        Array.from({ length: BULK }, (_, j) => ({
          updateOne: { filter: { _id: order(i * BULK + j)._id }, update: { $set: { total: i } } },
        })),
        { ordered: false },
      ),
    'documents per second',
  );
  await orders.createIndex({ organizationId: 1, createdAt: -1 });
  await orders.createIndex({ number: 1 });
  await add('find by _id, sequential', 3_000, 1, 1, (i) => orders.findOne({ _id: order((i * 7919) % DOCUMENTS)._id }), '100k documents');
  await add(
    'find by _id, 64 in flight',
    20_000,
    1,
    64,
    (i) => orders.findOne({ _id: order((i * 7919) % DOCUMENTS)._id }),
    '100k documents',
  );
  await add(
    'find by an indexed field',
    10_000,
    1,
    64,
    (i) => orders.find({ number: (i * 7919) % DOCUMENTS }).toArray(),
    '100k documents, 64 in flight',
  );
  await add(
    'page of 50 by index',
    2_000,
    50,
    8,
    (i) =>
      orders
        .find({ organizationId: `organization-${i % 100}` })
        .sort({ createdAt: -1 })
        .limit(50)
        .toArray(),
    'documents per second',
  );
  await add(
    'scan with a filter',
    5,
    DOCUMENTS,
    1,
    () => orders.find({ 'customer.name': 'Customer 77' }).toArray(),
    '100k documents, no index',
  );
  await add('read all', 3, DOCUMENTS, 1, () => orders.find().toArray(), 'documents per second');
  await add(
    'group over 100k',
    5,
    DOCUMENTS,
    1,
    () =>
      orders
        .aggregate([{ $group: { _id: '$organizationId', n: { $sum: 1 }, total: { $sum: '$total' }, last: { $max: '$createdAt' } } }])
        .toArray(),
    'documents per second',
  );
  await add(
    'group over 100k, computed',
    3,
    DOCUMENTS,
    1,
    () => orders.aggregate([{ $group: { _id: '$status', value: { $sum: { $multiply: ['$total', 2] } } } }]).toArray(),
    'documents per second',
  );
  await add(
    'countDocuments by index',
    200,
    1,
    1,
    (i) => orders.countDocuments({ organizationId: `organization-${i % 100}` }),
    '1,000 matches each',
  );
  return result;
}

/** What the engine itself does: one small row, one commit, one fsync. */
function commits(folder: string): BenchRow {
  const file = new DurableFile({ path: join(folder, 'commits.db'), migrations: ['CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB)'] });
  const value = Buffer.alloc(400);
  const samples: number[] = [];
  const started = performance.now();
  for (let i = 0; i < 2_000; i++) {
    const from = performance.now();
    file.write();
    file.sql('INSERT INTO t(v) VALUES (?)').run(value);
    file.flush();
    samples.push(performance.now() - from);
  }
  const seconds = (performance.now() - started) / 1000;
  file.close();
  samples.sort((a, b) => a - b);
  return {
    row: 'commit of one row',
    system: 'SQLite alone',
    perSecond: Math.round(2_000 / seconds),
    p50Ms: Number(samples[1_000].toFixed(3)),
    p99Ms: Number(samples[1_980].toFixed(3)),
    note: 'WAL, synchronous=FULL',
  };
}

export function printRows(rows: readonly BenchRow[]): void {
  const cells = rows.map(({ row, system, perSecond, p50Ms, p99Ms, note }) => [
    row,
    system,
    perSecond.toLocaleString('en'),
    String(p50Ms),
    String(p99Ms),
    note,
  ]);
  const table = [['row', 'system', 'per second', 'p50 ms', 'p99 ms', 'note'], ...cells];
  const widths = table[0].map((_, i) => Math.max(...table.map((line) => line[i].length)));
  for (const line of table)
    console.log(line.map((cell, i) => (i >= 2 && i <= 4 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '));
}

/** Runs the server in a child process and all rows against it. `MONGODB_URL` measures a real server instead. */
export async function benchMongo(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'letopis-bench-'));
  let server: ChildProcess | undefined;
  try {
    let url = process.env.MONGODB_URL;
    if (!url) {
      const child = fork(__filename, ['--serve', folder], { execArgv: process.execArgv });
      server = child;
      url = await new Promise<string>((resolve, reject) => {
        child.once('message', (message) => resolve(String(message)));
        child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
      });
    }
    const client = await MongoClient.connect(url);
    await client.db('bench').dropDatabase();
    const result = await rows(client, folder);
    await client.close();
    return process.env.MONGODB_URL ? result.map((row) => (row.system === 'SQLite alone' ? row : { ...row, system: 'MongoDB' })) : result;
  } finally {
    server?.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const serve = process.argv.indexOf('--serve');
  if (serve >= 0) {
    const server = await startMongo({ dataFolder: process.argv[serve + 1] });
    process.send!(server.url);
    process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
    return;
  }
  const result = await benchMongo();
  printRows(result);
  const json = process.argv.indexOf('--json');
  if (json >= 0) writeFileSync(process.argv[json + 1], JSON.stringify(result, null, 2));
}

if (require.main === module) void main();
