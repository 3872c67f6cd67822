import { fork } from 'node:child_process';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { defaultSettings, Keyring, newId, type Context } from '@letopis/kernel';
import { collectionOf, Runtime, silent, startServer, systemClock, type Clock } from '@letopis/runtime';
import { MongoClient } from 'mongodb';
import { EventStore } from '../../../libs/runtime/events/event-store';
import { Checkpoints } from '../../../libs/runtime/projections/checkpoints';
import { runtimeContext } from '../../../libs/runtime/runtime';
import { accounts, bank } from '../../support/bank';
import { databaseUrl, type Bench } from './bench';
import { mustHold, newStreams } from './commands';
import { inFlight, rowOf, type Measured, type Row } from './measure';
import { bare, commandsOf, letopis } from './systems';

/** The newest position of the log. */
export async function headOf({ eventStoreUrl }: Bench): Promise<number> {
  const store = new EventStore(EventStoreDBClient.connectionString(eventStoreUrl));
  return store.head().finally(() => store.dispose());
}

/** A database of a name of its own, gone when the work is done. */
export async function withDatabase<Answer>(bench: Bench, work: (client: MongoClient, name: string) => Promise<Answer>): Promise<Answer> {
  const name = `bench_${newId().slice(-12)}`;
  const client = await MongoClient.connect(databaseUrl(bench, name), { ignoreUndefined: true, writeConcern: { w: 'majority' } });
  try {
    return await work(client, name);
  } finally {
    await client.db(name).dropDatabase();
    await client.close();
  }
}

/** The whole runtime, with read models and sagas that begin at the present end of the log: what other rows wrote is not theirs. */
export async function withRuntime<Answer>(
  bench: Bench,
  work: (runtime: Runtime) => Promise<Answer>,
  clock: Clock = systemClock,
  contexts: readonly Context[] = [bank],
): Promise<Answer> {
  return withDatabase(bench, async (client, name) => {
    const projections = [runtimeContext, ...contexts].flatMap((context) => context.projections);
    const consumers = [...projections.map((projection) => collectionOf(projection)), 'sagas'];
    const position = await headOf(bench);
    await new Checkpoints(client.db(name)).writeAll(consumers.map((consumer) => ({ name: consumer, position })));
    const runtime = await Runtime.start({
      contexts,
      eventStoreUrl: bench.eventStoreUrl,
      mongoUrl: databaseUrl(bench, name),
      settings: defaultSettings,
      keyring: new Keyring(Buffer.alloc(32, 1)),
      clock,
      logger: silent,
      ports: async () => ({}),
    });
    try {
      return await work(runtime);
    } finally {
      await runtime.stop();
    }
  });
}

/** How far behind its log a read model may be in the end, in milliseconds. */
const CATCHES_UP_WITHIN = 120_000;

/** The milliseconds until the read model has come to the end of the log. */
async function lag(runtime: Runtime): Promise<number> {
  const at = performance.now();
  await runtime.projector.mark(accounts.code).reached(await runtime.store.head(), CATCHES_UP_WITHIN);
  return Math.round(performance.now() - at);
}

/** Commands while all read models, sagas and timers of the process follow them. */
export async function wholeProcess(bench: Bench, title: string): Promise<Row[]> {
  const total = bench.scaled(4_000);
  const ours = await withRuntime(bench, async (runtime) => {
    const client = await commandsOf(runtime.dispatcher);
    for (let at = 0; at < 50; at++) await client.open(newId(), newId());
    const ids = Array.from({ length: total }, newId);
    const measured = await inFlight(total, 64, (at) => client.open(ids[at]!, newId()));
    const behind = await lag(runtime);
    await mustHold(bench, ids, 1);
    return rowOf(title, letopis.name, measured, `all read models and sagas follow; the list was whole ${behind} ms after the last answer`);
  });
  return [ours, ...(await newStreams(bench, title, 64, total, [bare]))];
}

/** What the calling process is told, and what it answers. */
export interface Calls {
  readonly url: string;
  readonly token: string;
  readonly ids: readonly string[];
  readonly inFlight: number;
}

/** The same over HTTP, called from a process of its own. */
export async function overHttp(bench: Bench, title: string): Promise<Row[]> {
  const total = bench.scaled(2_000);
  const ours = await withRuntime(bench, async (runtime) => {
    const server = await startServer({
      runtime,
      captchas: { kinds: [], issue: async () => ({}) },
      vault: { get: async () => undefined, destroy: async () => undefined },
      files: { most: 0, put: () => Promise.reject(new Error('no files here')), open: async () => undefined },
      version: 'bench',
      strangersPerMinute: 1_000_000,
      port: 0,
      host: '127.0.0.1',
    });
    try {
      const url = `http://127.0.0.1:${server.port}`;
      const token = await signUp(url);
      await called({ url, token, ids: Array.from({ length: 200 }, newId), inFlight: 16 });
      const ids = Array.from({ length: total }, newId);
      const measured = await called({ url, token, ids, inFlight: 64 });
      const behind = await lag(runtime);
      await mustHold(bench, ids, 1);
      return rowOf(
        title,
        letopis.name,
        measured,
        `bearer token, JSON, read models beside; the list was whole ${behind} ms after the last answer`,
      );
    } finally {
      await server.app.close();
    }
  });
  return [ours, ...(await newStreams(bench, title, 64, total, [bare]))];
}

async function signUp(url: string): Promise<string> {
  const answer = await fetch(`${url}/v1/commands/SignUp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ personId: newId() }),
  });
  if (answer.status !== 200) throw new Error(`signing up was refused: ${await answer.text()}`);
  return ((await answer.json()) as { data: { accessToken: string } }).data.accessToken;
}

/** Lets a process of its own make the calls. */
function called(calls: Calls): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, 'http-caller.ts'));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the calling process ended with ${code}`)));
    child.once('message', (measured) => {
      resolve(measured as Measured);
      child.kill();
    });
    child.send(calls);
  });
}
