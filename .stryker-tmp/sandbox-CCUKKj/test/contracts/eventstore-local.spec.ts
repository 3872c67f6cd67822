// @ts-nocheck
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  ANY,
  END,
  EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults as settings,
  START,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { DatabaseSync } from '@photostructure/sqlite';
import { startEventStore, type EventStoreOptions, type EventStoreServer } from '../../libs/local/eventstore';
import { childProcess } from './eventstore-child';
import { collect, freshStream, happened, numbers, Watcher } from './eventstore-support';

/** What the contract cannot ask of a real server: restarts, crashes, faults on demand, and how it is reached. */
const undo: Array<() => unknown> = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'letopis-es-'));
  undo.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function start(options: EventStoreOptions = {}): Promise<EventStoreServer> {
  const server = await startEventStore(options);
  undo.push(() => server.close());
  return server;
}

function connect(url: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(url);
  undo.push(() => client.dispose());
  return client;
}

describe('a restart', () => {
  it('on the same port and folder finds everything, and clients go on', async () => {
    const dataFolder = folder();
    const first = await start({ dataFolder });
    const client = connect(first.url);
    const stream = freshStream();
    const written = await client.appendToStream(stream, happened(3));
    await client.setStreamMetadata(stream, { maxCount: 2 });
    const watcher = new Watcher<ResolvedEvent>(client.subscribeToStream(stream));
    await watcher.take(2);
    await first.close();
    expect(await watcher.failure()).toMatchObject({ type: 'unavailable' });

    const second = await start({ dataFolder, port: first.port });
    expect(second.port).toBe(first.port);
    const again = connect(second.url);
    const resumed = new Watcher<ResolvedEvent>(again.subscribeToStream(stream, { fromRevision: 1n }));
    undo.push(() => resumed.stop());
    expect(numbers(await resumed.take(1))).toEqual([2]);
    const next = await again.appendToStream(stream, happened(1, 3), { expectedRevision: 2n });
    expect(next.position?.commit).toBe((written.position?.commit ?? 0n) + 2n);
    expect(numbers(await resumed.take(2))).toEqual([2, 3]);
    expect(numbers(await collect(again.readStream(stream)))).toEqual([2, 3]);
  });

  it('answers what is under way before it stops', async () => {
    const dataFolder = folder();
    const first = await start({ dataFolder });
    const client = connect(first.url);
    await client.appendToStream('s', happened(1));
    const appends = Array.from({ length: 50 }, (_, index) => client.appendToStream('s', happened(1, index + 1)));
    const answers = Promise.allSettled(appends);
    await appends[0];
    await first.close();
    const acknowledged = (await answers).filter(({ status }) => status === 'fulfilled').length;
    const again = connect((await start({ dataFolder })).url);
    expect((await collect(again.readStream('s'))).length).toBeGreaterThanOrEqual(acknowledged + 1);
  });

  it('still knows a repeated append', async () => {
    const dataFolder = folder();
    const first = await start({ dataFolder });
    const stream = freshStream();
    const events = happened(2);
    const { position } = await connect(first.url).appendToStream(stream, events, { expectedRevision: ANY });
    await first.close();
    const second = connect((await start({ dataFolder })).url);
    expect(await second.appendToStream(stream, events, { expectedRevision: ANY })).toMatchObject({ nextExpectedRevision: 1n, position });
    expect(await collect(second.readStream(stream))).toHaveLength(2);
  });

  it('finds groups where they stood, and a replay that was under way', async () => {
    const dataFolder = folder();
    const first = await start({ dataFolder });
    const client = connect(first.url);
    const stream = freshStream();
    await client.appendToStream(stream, happened(6));
    await client.createPersistentSubscriptionToStream(
      stream,
      'g',
      settings({ startFrom: START, checkPointAfter: 1, checkPointLowerBound: 1 }),
    );
    const member = client.subscribeToPersistentSubscriptionToStream(stream, 'g', { bufferSize: 1 });
    const watcher = new Watcher<ResolvedEvent>(member);
    member.on('data', (event) => {
      const revision = event.event?.revision ?? 0n;
      if (revision < 2n) void member.nack('park', 'aside', event);
      else if (revision < 4n) void member.ack(event);
    });
    await watcher.take(5); // 0 and 1 parked, 2 and 3 done, 4 under way
    await client.replayParkedMessagesToStream(stream, 'g');
    await first.close();

    const again = connect((await start({ dataFolder })).url);
    const rejoined = again.subscribeToPersistentSubscriptionToStream(stream, 'g');
    const seen = new Watcher<ResolvedEvent>(rejoined);
    undo.push(() => seen.stop());
    rejoined.on('data', (event) => void rejoined.ack(event));
    await seen.take(4);
    expect(numbers(seen.seen).sort()).toEqual([0, 1, 4, 5]);
  });

  it('is refused while another holds the file, and says who', async () => {
    const dataFolder = folder();
    const child = childProcess(
      `const server = await startEventStore(args); console.log(server.url); process.stdin.on('data', () => server.close().then(() => process.exit(0)));`,
      {
        dataFolder,
      },
    );
    undo.push(() => child.kill('SIGKILL'));
    await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line');
    await expect(startEventStore({ dataFolder })).rejects.toMatchObject({
      code: 'FILE_HELD',
      message: expect.stringContaining(`process ${child.pid}`),
    });
    child.stdin?.write('close\n');
    expect(await once(child, 'exit')).toEqual([0, null]);
    const server = await start({ dataFolder });
    await connect(server.url).appendToStream('s', happened(1));
    const names = readdirSync(dataFolder);
    expect(names).toEqual(expect.arrayContaining(['eventstore.db', 'eventstore.db-wal', 'eventstore.db.holder']));
    for (const name of names) expect([name, statSync(join(dataFolder, name)).mode & 0o777]).toEqual([name, 0o600]);
  });
});

it.each([200, 700])('kill -9 after %d appends loses nothing acknowledged', async (count) => {
  const dataFolder = folder();
  const child = childProcess(`const server = await startEventStore(args); console.log(server.url);`, { dataFolder });
  undo.push(() => child.kill('SIGKILL'));
  const [url] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
  const client = connect(url);
  const acknowledged = new Map<string, bigint>();
  const lanes = Array.from({ length: 24 }, async (_, lane) => {
    for (;;) {
      const event = jsonEvent({ type: 'Happened', data: { lane } });
      const { nextExpectedRevision } = await client.appendToStream(`lane-${lane % 5}`, event);
      acknowledged.set(event.id, nextExpectedRevision);
      if (acknowledged.size === count) child.kill('SIGKILL');
    }
  });
  await Promise.allSettled(lanes);
  expect(acknowledged.size).toBeGreaterThanOrEqual(count);

  const after = connect((await start({ dataFolder })).url);
  const found = new Map<string, bigint>();
  const perStream = new Map<string, bigint>();
  for await (const { event } of after.readAll()) {
    if (!event) continue;
    expect(found.has(event.id)).toBe(false);
    expect(event.revision).toBe((perStream.get(event.streamId) ?? -1n) + 1n);
    perStream.set(event.streamId, event.revision);
    found.set(event.id, event.revision);
  }
  for (const [id, revision] of acknowledged) expect(found.get(id)).toBe(revision);
  expect(found.size - acknowledged.size).toBeLessThanOrEqual(24); // no more than what was on its way
});

describe('faults on demand', () => {
  it('end live subscriptions to $all when one append is large, and no others', async () => {
    const server = await start({ faults: { dropLiveAllOver: 100 } });
    const client = connect(server.url);
    const all = new Watcher<ResolvedEvent>(client.subscribeToAll({ fromPosition: END }));
    const stream = new Watcher<ResolvedEvent>(client.subscribeToStream('busy'));
    undo.push(() => stream.stop());
    await Promise.all([all.sign('caughtUp'), stream.sign('caughtUp')]);
    await client.appendToStream('busy', happened(100));
    await all.take(100);
    await client.appendToStream('busy', happened(200, 100));
    const error = await all.failure();
    expect(error).toMatchObject({
      type: 'timeout',
      message: expect.stringContaining(
        'ABORTED: Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
      ),
    });
    await stream.take(300);
    const again = new Watcher<ResolvedEvent>(client.subscribeToAll({ fromPosition: all.seen.at(-1)?.event?.position ?? START }));
    undo.push(() => again.stop());
    expect(numbers(await again.take(200))[0]).toBe(all.seen.length);
    server.faults.dropLiveAllOver = undefined;
    await again.sign('caughtUp');
    await client.appendToStream('busy', happened(200, 300));
    await again.take(400);
  });

  it('cut connections: calls fail as unavailable, and the next ones go through', async () => {
    const server = await start();
    const client = connect(server.url);
    await client.appendToStream('s', happened(1));
    const watcher = new Watcher<ResolvedEvent>(client.subscribeToStream('s'));
    await watcher.take(1);
    server.cutConnections();
    expect(await watcher.failure()).toMatchObject({ type: expect.stringMatching(/unavailable|cancelled/) });
    const again = connect(server.url);
    expect(await again.appendToStream('s', happened(1, 1), { expectedRevision: 0n })).toMatchObject({ success: true });
  });

  it('answer slowly: an append past its own deadline is refused, and not written', async () => {
    const server = await start();
    const client = connect(server.url);
    await client.appendToStream('s', happened(1)); // opens the one call that batched appends share
    const late = connect(server.url);
    server.faults.answerAfterMs = 40;
    await expect(late.appendToStream('s', happened(1), { deadline: 20 })).rejects.toMatchObject({
      type: expect.stringMatching(/deadline-exceeded/),
    });
    server.faults.answerAfterMs = 0;
    expect(await collect(client.readStream('s'))).toHaveLength(1);
  });
});

describe('how it is reached', () => {
  it('by discovery', async () => {
    const server = await start();
    const client = connect(`esdb+discover://127.0.0.1:${server.port}?tls=false`);
    expect(await client.appendToStream('s', happened(1))).toMatchObject({ success: true });
    const several = connect(`esdb://127.0.0.1:${server.port},127.0.0.1:${server.port}?tls=false&nodePreference=leader`);
    expect(await collect(several.readStream('s'))).toHaveLength(1);
  });

  it('what it does not serve it names', async () => {
    const client = connect((await start()).url);
    await expect(client.createProjection('p', 'fromAll()')).rejects.toMatchObject({
      code: 12,
      message: expect.stringMatching(/Method 'Create' of service 'event_store\.client\.projections\.Projections' is unimplemented/),
    });
  });

  it('over TLS by name and password', async () => {
    const path = folder();
    const [certFile, keyFile] = [join(path, 'node.crt'), join(path, 'node.key')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, '-keyout', keyFile, '-out', certFile],
      { stdio: 'ignore' },
    );
    const credentials = { username: 'admin', password: 'a:b/c?' };
    const server = await start({ host: 'localhost', tls: { certFile, keyFile, caFile: certFile }, credentials });
    const client = connect(server.url);
    expect(await client.appendToStream('s', happened(1))).toMatchObject({ success: true });
    expect(await client.appendToStream('s', happened(1), { credentials })).toMatchObject({ success: true });
    await expect(startEventStore({ credentials })).rejects.toThrow('Credentials need TLS');
    const wrong = { username: 'admin', password: 'guess' };
    await expect(client.appendToStream('s', happened(1), { credentials: wrong })).rejects.toMatchObject({
      type: 'access-denied',
      code: 16,
    });
    const nobody = connect(server.url.replace(/\/\/.*@/, '//'));
    await expect(collect(nobody.readStream('s'))).rejects.toMatchObject({ type: 'access-denied', code: 7 });
  });

  it.each<[string, (path: string) => void, string]>([
    ['broken', (path) => writeFileSync(path, 'this was never a database, however long it may be '.repeat(100)), 'FILE_BROKEN'],
    ['of a later version', (path) => new DatabaseSync(path).exec('PRAGMA user_version = 99'), 'FORMAT_NEWER'],
  ])('not at all over a file that is %s', async (_name, spoil, code) => {
    const dataFolder = folder();
    spoil(join(dataFolder, 'eventstore.db'));
    await expect(startEventStore({ dataFolder })).rejects.toMatchObject({ code });
  });

  it('keeps nothing where no folder is named', async () => {
    const before = existsSync('.letopis');
    const client = connect((await start()).url);
    await client.appendToStream('s', happened(1));
    expect(existsSync('.letopis')).toBe(before);
  });
});
