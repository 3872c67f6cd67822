import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { once } from 'node:events';
import {
  EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
  type EventData,
} from '@eventstore/db-client';
import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { BatchAppendReq, ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { DatabaseSync } from '@photostructure/sqlite';
import { FrameReader } from '../../../libs/local/eventstore/grpc/frames';
import { serverInThread } from '../../contracts/local-child';

/**
 * The EventStoreDB half of `bench:local`: what one client gets out of the local server on this machine, everything durable.
 * With EVENTSTORE_URL set it measures that server instead. `--json FILE` writes the rows beside the table.
 */
export interface Row {
  row: string;
  system: string;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  note: string;
}

const EVENT = { orderId: '0190a6f0-1111-7222-8333-444455556666', comment: 'x'.repeat(160), lines: [1, 2, 3] };
const event = (): EventData => jsonEvent({ type: 'BenchEvent', data: EVENT, metadata: { $correlationId: 'bench' } });

const quantile = (sorted: readonly number[], q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;

function row(name: string, system: string, count: number, seconds: number, samples: number[], note: string): Row {
  const sorted = [...samples].sort((a, b) => a - b);
  const rounded = (value: number) => Math.round(value * 100) / 100;
  return {
    row: name,
    system,
    perSecond: Math.round(count / seconds),
    p50Ms: rounded(quantile(sorted, 0.5)),
    p99Ms: rounded(quantile(sorted, 0.99)),
    note,
  };
}

/** How often SQLite itself can commit one event's bytes durably: the floor under every sequential append. */
function sqliteCommits(folder: string): Row {
  const db = new DatabaseSync(join(folder, 'floor.db'));
  db.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE e (p INTEGER PRIMARY KEY, b BLOB)',
  );
  const insert = db.prepare('INSERT INTO e (b) VALUES (?)');
  const body = Buffer.alloc(500, 1);
  const samples: number[] = [];
  const begin = performance.now();
  for (let i = 0; i < 3_000; i++) {
    const at = performance.now();
    db.exec('BEGIN');
    insert.run(body);
    db.exec('COMMIT');
    samples.push(performance.now() - at);
  }
  const seconds = (performance.now() - begin) / 1000;
  db.close();
  return row('one commit per row', 'sqlite', 3_000, seconds, samples, 'WAL, synchronous=FULL, 500 bytes');
}

async function appends(client: EventStoreDBClient, system: string, total: number, inFlight: number): Promise<Row> {
  const samples: number[] = [];
  let left = total;
  const lane = async (number: number) => {
    const stream = `bench-${inFlight}-${number}-${process.pid}`;
    while (left-- > 0) {
      const at = performance.now();
      await client.appendToStream(stream, event());
      samples.push(performance.now() - at);
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: inFlight }, (_, number) => lane(number)));
  const seconds = (performance.now() - begin) / 1000;
  return row(
    inFlight === 1 ? 'append, sequential' : `append, ${inFlight} in flight`,
    system,
    total,
    seconds,
    samples,
    'one event each, durable',
  );
}

interface Flow {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'data', listener: () => void): unknown;
}

/** Counts events of any of the client's readable streams; a sample is the time of 1,000 events. */
async function consume(name: string, system: string, events: Flow, total: number, note: string): Promise<Row> {
  const samples: number[] = [];
  const begin = performance.now();
  let at = begin;
  let count = 0;
  await new Promise<void>((resolve, reject) => {
    events.on('error', reject);
    // It goes on flowing when there were enough: the client does not let go of a call that nobody reads.
    events.on('data', () => {
      if (++count % 1000 === 0) {
        const now = performance.now();
        samples.push(now - at);
        at = now;
      }
      if (count === total) resolve();
    });
  });
  return row(name, system, total, (performance.now() - begin) / 1000, samples, `${note}; p50 and p99 of 1,000 events`);
}

/** The same events as bytes, by a client that decodes nothing: what the server itself can do. */
async function bytesOnly(url: string, system: string, total: number): Promise<Row> {
  const options = new ReadReq.Options();
  const all = new ReadReq.Options.AllOptions();
  all.setStart(new Empty());
  options.setAll(all);
  options.setCount(String(total));
  options.setNoFilter(new Empty());
  const ids = new ReadReq.Options.UUIDOption();
  ids.setString(new Empty());
  options.setUuidOption(ids);
  const request = new ReadReq();
  request.setOptions(options);
  const session = connect(plain(url), { settings: { initialWindowSize: 1 << 20 } });
  const begin = performance.now();
  let count = 0;
  await new Promise<void>((resolve, reject) => {
    const call = session.request({
      ':method': 'POST',
      ':path': '/event_store.client.streams.Streams/Read',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const frames = new FrameReader(1 << 24, undefined, () => count++);
    call.on('data', (chunk: Buffer) => frames.push(chunk));
    call.on('error', reject);
    call.on('close', resolve);
    call.end(prefixed(request.serializeBinary()));
  });
  const seconds = (performance.now() - begin) / 1000;
  session.close();
  return row('read $all, bytes only', system, count, seconds, [], 'a client that decodes nothing: the server alone');
}

/** Appends whose bytes were made beforehand, by a client that only counts the answers: what the server itself can do. */
async function appendBytesOnly(url: string, system: string, total: number, inFlight: number): Promise<Row> {
  const requests = Array.from({ length: total }, (_, index) =>
    prefixed(appendRequest(`bytes-${index % inFlight}-${process.pid}`).serializeBinary()),
  );
  const session = connect(plain(url));
  const samples: number[] = [];
  const sentAt: number[] = [];
  const begin = performance.now();
  await new Promise<void>((resolve, reject) => {
    const call = session.request({
      ':method': 'POST',
      ':path': '/event_store.client.streams.Streams/BatchAppend',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let sent = 0;
    const send = (count: number) => {
      const now = performance.now();
      const batch = requests.slice(sent, sent + count);
      sent += batch.length;
      for (const _ of batch) sentAt.push(now);
      if (batch.length) call.write(Buffer.concat(batch));
    };
    let answered = 0;
    const frames = new FrameReader(1 << 24, undefined, () => samples.push(performance.now() - (sentAt[answered++] ?? begin)));
    call.on('data', (chunk: Buffer) => {
      const before = answered;
      frames.push(chunk);
      send(answered - before);
      if (answered === total) call.end();
    });
    call.on('error', reject);
    call.on('close', resolve);
    send(inFlight);
  });
  const seconds = (performance.now() - begin) / 1000;
  session.close();
  return row(
    `append, ${inFlight} in flight, bytes only`,
    system,
    total,
    seconds,
    samples,
    'a client that encodes nothing: the server alone, durable',
  );
}

function appendRequest(stream: string): BatchAppendReq {
  const identifier = new StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  const options = new BatchAppendReq.Options();
  options.setStreamIdentifier(identifier);
  options.setAny(new Empty());
  const message = new BatchAppendReq.ProposedMessage();
  message.setId(uuid());
  message.getMetadataMap().set('type', 'BenchEvent').set('content-type', 'application/json');
  message.setData(Buffer.from(JSON.stringify(EVENT)));
  message.setCustomMetadata(Buffer.from('{"$correlationId":"bench"}'));
  const request = new BatchAppendReq();
  request.setCorrelationId(uuid());
  request.setOptions(options);
  request.addProposedMessages(message);
  request.setIsFinal(true);
  return request;
}

function uuid(): UUID {
  const id = new UUID();
  id.setString(randomUUID());
  return id;
}

const plain = (url: string) => url.replace(/^esdb:\/\//, 'http://').replace(/\?.*$/, '');

function prefixed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

async function liveLatency(client: EventStoreDBClient, system: string): Promise<Row> {
  const stream = `live-${process.pid}`;
  const subscription = client.subscribeToStream(stream, { fromRevision: START });
  const samples: number[] = [];
  const begin = performance.now();
  for (let count = 0; count < 1_000; count++) {
    const at = performance.now();
    const seen = once(subscription, 'data').then(() => samples.push(performance.now() - at));
    await Promise.all([seen, client.appendToStream(stream, event())]);
  }
  await subscription.unsubscribe();
  return row(
    'append to live subscriber',
    system,
    samples.length,
    (performance.now() - begin) / 1000,
    samples,
    'from the call to the event, one at a time',
  );
}

export async function bench(events = 60_000): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'letopis-bench-'));
  const rows: Row[] = [];
  const real = process.env['EVENTSTORE_URL'];
  const system = real ? 'eventstoredb' : 'local';
  const server = real ? { url: real, close: async () => undefined } : await serverInThread({ dataFolder: folder });
  const client = EventStoreDBClient.connectionString(server.url);
  try {
    rows.push(sqliteCommits(folder));
    await appends(client, system, 2_000, 16); // warms both sides up
    rows.push(await appends(client, system, 4_000, 1));
    rows.push(await appends(client, system, 40_000, 64));
    const inTheClear = server.url.includes('tls=false');
    if (inTheClear) rows.push(await appendBytesOnly(server.url, system, 30_000, 64));
    const stream = `read-${process.pid}`;
    for (let at = 0; at < events; at += 500) await client.appendToStream(stream, Array.from({ length: 500 }, event));
    rows.push(await consume('read a stream', system, client.readStream(stream), events, 'forwards'));
    rows.push(await consume('read $all', system, client.readAll({ maxCount: events }), events, 'forwards'));
    if (inTheClear) rows.push(await bytesOnly(server.url, system, events));
    rows.push(await consume('catch up on $all', system, client.subscribeToAll({ fromPosition: START }), events, 'from the start'));
    rows.push(await liveLatency(client, system));
    rows.push(await persistent(client, system, stream, Math.min(events, 30_000)));
  } finally {
    await client.dispose();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

async function persistent(client: EventStoreDBClient, system: string, stream: string, total: number): Promise<Row> {
  const group = `bench-${process.pid}`;
  await client.createPersistentSubscriptionToStream(
    stream,
    group,
    persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, readBatchSize: 200, historyBufferSize: 2_000 }),
  );
  const subscription = client.subscribeToPersistentSubscriptionToStream(stream, group, { bufferSize: 500 });
  subscription.on('data', (resolved) => void subscription.ack(resolved));
  return consume('persistent subscription', system, subscription, total, 'each event acked, 500 in flight');
}

/** The rows as people read them. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ row: name, system, perSecond, p50Ms, p99Ms, note }) => [
    name,
    system,
    perSecond.toLocaleString('en'),
    String(p50Ms),
    String(p99Ms),
    note,
  ]);
  const all = [['row', 'system', 'per second', 'p50 ms', 'p99 ms', 'note'], ...cells];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((line) => (line[column] ?? '').length))) ?? [];
  return all
    .map((line) =>
      line
        .map((cell, column) => (column >= 2 && column <= 4 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

/** Prints the table, and writes it where `--json` says. */
export async function main(argv: readonly string[]): Promise<void> {
  const rows = await bench();
  console.log(table(rows));
  const at = argv.indexOf('--json');
  if (at >= 0) writeFileSync(argv[at + 1] ?? 'bench.json', `${JSON.stringify(rows, undefined, 2)}\n`);
}

if (require.main === module) void main(process.argv.slice(2));
