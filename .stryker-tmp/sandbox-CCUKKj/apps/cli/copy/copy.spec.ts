// @ts-nocheck
import { binaryEvent, EventStoreDBClient, jsonEvent, NO_STREAM, type EventData } from '@eventstore/db-client';
import { startEventStore } from '@letopis/local';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copy, copyBetween, openSource, type CopyRun } from './copy';
import { CopyConflict, isCopied } from './log-copy';
import { RawLog, type AppendOutcome, type RawEvent } from './raw-log';

const root = mkdtempSync(join(tmpdir(), 'letopis-copy-'));
const ends: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const fresh = () => join(root, String(++folders));

async function server(): Promise<{ url: string; client: EventStoreDBClient; log: RawLog }> {
  const { url, close } = await startEventStore();
  ends.push(close);
  return { url, ...connect(url) };
}

function connect(url: string): { client: EventStoreDBClient; log: RawLog } {
  const [client, log] = [EventStoreDBClient.connectionString(url), RawLog.at(url)];
  ends.push(() => Promise.all([client.dispose(), log.dispose()]));
  return { client, log };
}

const happened = (number: number, text = ''): EventData =>
  jsonEvent({ type: 'Happened', data: { number, text }, metadata: { $correlationId: `c-${number}` } });

async function events(log: RawLog): Promise<RawEvent[]> {
  const all: RawEvent[] = [];
  for await (const page of log.after(undefined)) all.push(...page.filter(isCopied));
  return all;
}

/** What must be the same at both ends. Ids and spaces of metadata that servers write by themselves need not be. */
const essence = (all: readonly RawEvent[]) =>
  all.map(({ stream, revision, type, id, contentType, data, metadata }) =>
    stream.startsWith('$$') || type === '$streamDeleted'
      ? { stream, revision, type }
      : { stream, revision, type, id, contentType, data: Buffer.from(data).toString(), metadata: Buffer.from(metadata).toString() },
  );

/** A log with all that a log can have: metadata, a deleted, a revived and an ended stream, bytes, odd names. */
async function lively(client: EventStoreDBClient): Promise<void> {
  for (let number = 0; number < 60; number++) await client.appendToStream(`order-${number % 7}`, happened(number));
  await client.appendToStream('много-1', [
    binaryEvent({ type: 'Bytes', data: Buffer.from([0, 255, 1]), metadata: Buffer.from([9, 0, 9]) }),
    jsonEvent({ type: 'Big', data: { list: [1, 'два', null] } }),
  ]);
  await client.setStreamMetadata('order-1', { maxCount: 3, owner: 'sales' });
  await client.deleteStream('order-2');
  await client.deleteStream('order-3');
  await client.appendToStream('order-3', [happened(100), happened(101)]);
  await client.setStreamMetadata('order-3', { maxAge: 1_000_000 });
  await client.tombstoneStream('order-4');
  await client.appendToStream(
    'order-5',
    Array.from({ length: 450 }, (_, number) => happened(1_000 + number)),
  );
}

const run = (from: RawLog, to: CopyRun['to']['log'], dataFolder: string, rest: Partial<CopyRun> = {}) =>
  copy({ from: { log: from, name: 'source' }, to: { log: to, name: 'target' }, dataFolder, ...rest });

/** A target whose process is killed at a call, before or after the server has done it. */
function killedAt(log: RawLog, call: number, when: 'before' | 'after'): CopyRun['to']['log'] {
  let calls = 0;
  const dying = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    const last = ++calls === call;
    if (last && when === 'before') throw new Error('killed');
    const answer = await work();
    if (last) throw new Error('killed');
    return answer;
  };
  return {
    after: (position) => log.after(position),
    eventAt: (stream, revision) => log.eventAt(stream, revision),
    endStream: (stream) => dying(() => log.endStream(stream)),
    appendRaw: (stream, some, expected): Promise<AppendOutcome> => dying(() => log.appendRaw(stream, some, expected)),
  };
}

describe('letopis copy', () => {
  test('moves a log with ids, order, types, data, metadata, truncations and deletions', async () => {
    const [source, target] = [await server(), await server()];
    await lively(source.client);
    const stages: string[] = [];
    const verified = await run(source.log, target.log, fresh(), {
      progress: (stage, done, total) => stages.push(`${stage} ${done <= total}`),
    });
    const [here, there] = [await events(source.log), await events(target.log)];
    expect(verified).toEqual({ events: here.length, streams: new Set(here.map(({ stream }) => stream)).size, different: [], others: 0 });
    expect(essence(there)).toEqual(essence(here));
    expect(new Set(stages)).toEqual(new Set(['copy true', 'verify true']));

    const read = async (client: EventStoreDBClient, stream: string) => {
      const seen: unknown[] = [];
      for await (const { event } of client.readStream(stream)) seen.push([event?.revision, event?.id, event?.data]);
      return seen;
    };
    for (const stream of ['order-1', 'order-3', 'order-5'])
      expect(await read(target.client, stream)).toEqual(await read(source.client, stream));
    expect(await read(target.client, 'order-1')).toHaveLength(3);
    await expect(read(target.client, 'order-2')).rejects.toMatchObject({ type: 'stream-not-found' });
    await expect(read(target.client, 'order-4')).rejects.toMatchObject({ type: 'stream-deleted' });
  });

  test('keeps data as its bytes, also what a parser of JSON would change', async () => {
    const [source, target] = [await server(), await server()];
    await source.client.appendToStream('seed-1', happened(1));
    const [model] = await events(source.log);
    const odd: RawEvent = {
      ...(model as RawEvent),
      id: '0190a6f0-1111-7222-8333-444455556666',
      data: Buffer.from('{ "n": 9223372036854775807,  "2": 1, "1": 2, "n2": 1.50 }'),
      metadata: Buffer.from('{"big":12345678901234567890}'),
    };
    expect(await source.log.appendRaw('odd-1', [odd], -1n)).toEqual({ result: 'written' });
    await run(source.log, target.log, fresh());
    const copied = (await events(target.log)).find(({ stream }) => stream === 'odd-1');
    expect(copied && { id: copied.id, data: Buffer.from(copied.data), metadata: Buffer.from(copied.metadata) }).toEqual({
      id: odd.id,
      data: odd.data,
      metadata: odd.metadata,
    });
  });

  test.each([
    ['before', [1, 30, 62, 65, 67, 69]],
    ['after', [1, 30, 62, 64, 65, 66, 67, 68, 69]],
  ] as const)('goes on after it was killed %s a write was done', async (when, calls) => {
    const source = await server();
    await lively(source.client);
    const here = essence(await events(source.log));
    for (const call of calls) {
      const target = await server();
      const folder = fresh();
      await expect(run(source.log, killedAt(target.log, call, when), folder)).rejects.toThrow('killed');
      const verified = await run(source.log, target.log, folder);
      expect([call, verified]).toEqual([call, expect.objectContaining({ different: [], others: 0 })]);
      expect(essence(await events(target.log))).toEqual(here);
    }
  });

  test('goes on from where it was, without what is there already, and takes along what happened since', async () => {
    const [source, target] = [await server(), await server()];
    for (let number = 0; number < 1_200; number += 100) {
      await source.client.appendToStream(
        'order-1',
        Array.from({ length: 100 }, (_, index) => happened(number + index)),
      );
    }
    const folder = fresh();
    await expect(run(source.log, killedAt(target.log, 6, 'before'), folder)).rejects.toThrow('killed');
    await source.client.appendToStream('order-2', happened(1));
    const resumed: number[] = [];
    expect(await run(source.log, target.log, folder, { onResume: (copied) => resumed.push(copied) })).toMatchObject({ events: 1_201 });
    expect(resumed[0]).toBeGreaterThan(0);
    const note = readdirSync(folder).filter((name) => name.startsWith('copy-'));
    expect(JSON.parse(readFileSync(join(folder, String(note[0])), 'utf8'))).toMatchObject({ from: 'source', to: 'target', copied: 1_201 });
    expect(await run(source.log, killedAt(target.log, 1, 'before'), folder)).toMatchObject({ events: 1_201, different: [] });
  });

  test('refuses a target that holds other events in a stream, and leaves them', async () => {
    const [source, target] = [await server(), await server()];
    await source.client.appendToStream('order-1', [happened(1), happened(2)]);
    await target.client.appendToStream('order-1', happened(3), { expectedRevision: NO_STREAM });
    const failure = run(source.log, target.log, fresh());
    await expect(failure).rejects.toThrow(CopyConflict);
    await expect(failure).rejects.toThrow('order-1 has other events at the target');
    expect((await events(target.log)).map(({ stream }) => stream)).toEqual(['order-1']);
  });

  test('notices a target that lost what an earlier run had copied', async () => {
    const [source, target] = [await server(), await server()];
    await source.client.appendToStream('order-1', [happened(1), happened(2)]);
    const folder = fresh();
    await run(source.log, target.log, folder);
    const emptied = await server();
    expect(await run(source.log, emptied.log, folder)).toMatchObject({ different: ['order-1'] });
    await source.client.appendToStream('order-1', happened(3));
    await expect(run(source.log, emptied.log, folder)).rejects.toThrow('order-1 begins at revision 2 at the source');
  });

  test('tells of streams that only the target has', async () => {
    const [source, target] = [await server(), await server()];
    await source.client.appendToStream('order-1', happened(1));
    await target.client.appendToStream('else-1', happened(1));
    expect(await run(source.log, target.log, fresh())).toEqual({ streams: 1, events: 1, different: [], others: 1 });
  });

  test('has nothing to do with an empty log', async () => {
    const [source, target] = [await server(), await server()];
    expect(await run(source.log, target.log, fresh())).toEqual({ streams: 0, events: 0, different: [], others: 0 });
  });
});

describe('The log to copy from', () => {
  const start = (kind: string, options: object) => (expect(kind).toBe('eventstore'), startEventStore(options));

  test('is the local files, served for the time of the copy', async () => {
    const dataFolder = fresh();
    const first = await startEventStore({ dataFolder });
    await connect(first.url).client.appendToStream('order-1', happened(1));
    await first.close();
    const source = await openSource({ dataFolder, security: {} }, start);
    const target = await server();
    expect(await copyBetween(source, target.url, { dataFolder })).toMatchObject({ events: 1, different: [] });
    await source.close();
    expect((await events(target.log)).map(({ stream }) => stream)).toEqual(['order-1']);
  });

  test('is the running product’s server while that holds the files', async () => {
    const dataFolder = fresh();
    const held = await startEventStore({ dataFolder });
    ends.push(held.close);
    await expect(openSource({ dataFolder, security: {} }, start)).rejects.toMatchObject({ code: 'FILE_HELD' });
    writeFileSync(join(dataFolder, 'run.json'), JSON.stringify({ eventStoreUrl: held.url }));
    expect(await openSource({ dataFolder, security: {} }, start)).toMatchObject({ url: held.url, name: join(dataFolder, 'eventstore.db') });
  });

  test('must be there, and must not be the target', async () => {
    await expect(openSource({ dataFolder: fresh(), security: {} }, start)).rejects.toThrow('is not there');
    const source = await openSource({ url: 'esdb://me:secret@127.0.0.1:1?tls=false', dataFolder: fresh() });
    expect(source.name).toBe('esdb://127.0.0.1:1?tls=false');
    await expect(copyBetween(source, 'esdb://127.0.0.1:1?tls=false', { dataFolder: fresh() })).rejects.toThrow('the same server');
  });
});
