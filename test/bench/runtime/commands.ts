import { ANY, EventStoreDBClient, NO_STREAM } from '@eventstore/db-client';
import { newId } from '@letopis/kernel';
import type { Bench } from './bench';
import { BARE, inFlight, mustBe, rowOf, type Row } from './measure';
import { emmettRetryingAll, peersInstalled, systems } from './peers';
import { deposited, encoded, letopis, opened, streamOf, type Client, type System } from './systems';

/**
 * Runs the work against every system in turn, each with a connection of its own, a few times round: what else the machine
 * does meanwhile meets all of them. The round of the median rate is told.
 */
async function beside(
  bench: Bench,
  all: readonly System[],
  work: (client: Client, system: System) => Promise<Row>,
  rounds = bench.rounds,
): Promise<Row[]> {
  const clients = await Promise.all(all.map((system) => system.connect(bench.eventStoreUrl)));
  const rows = all.map((): Row[] => []);
  try {
    for (const client of clients) for (let at = 0; at < 50; at++) await client.open(newId(), newId()); // connected and warm
    for (let round = 0; round < rounds; round++) {
      for (const [at, system] of all.entries()) rows[at]!.push(await work(clients[at]!, system));
    }
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
  return rows.map((own) => own.sort((a, b) => a.perSecond - b.perSecond)[Math.floor(own.length / 2)]!);
}

const ids = (count: number) => Array.from({ length: count }, newId);

/** Events of each stream as the store has them. */
async function stored<Answer>(bench: Bench, stream: string, each: (commandIds: string[]) => Answer): Promise<Answer> {
  const client = EventStoreDBClient.connectionString(bench.eventStoreUrl);
  try {
    const commandIds: string[] = [];
    for await (const { event } of client.readStream(stream)) {
      commandIds.push((event?.metadata as { commandId?: string } | undefined)?.commandId ?? '');
    }
    return each(commandIds);
  } finally {
    await client.dispose();
  }
}

/** Makes accounts with that many events each, whoever measures them later. */
export async function makeAccounts(bench: Bench, accountIds: readonly string[], events: number): Promise<void> {
  const client = EventStoreDBClient.connectionString(bench.eventStoreUrl);
  try {
    await inFlight(accountIds.length, 64, (at) => {
      const batch = Array.from({ length: events }, (_, place) => encoded(place === 0 ? opened : deposited, newId()));
      return client.appendToStream(streamOf(accountIds[at]!), batch, { expectedRevision: NO_STREAM });
    });
  } finally {
    await client.dispose();
  }
}

/** Checks in the store that every stream holds so many events. */
export async function mustHold(bench: Bench, accountIds: readonly string[], events: number): Promise<void> {
  const client = EventStoreDBClient.connectionString(bench.eventStoreUrl);
  try {
    await inFlight(accountIds.length, 64, async (at) => {
      let found = 0;
      for await (const { event } of client.readStream(streamOf(accountIds[at]!))) if (event) found++;
      mustBe(`events of ${accountIds[at]}`, found, events);
    });
  } finally {
    await client.dispose();
  }
}

/** Commands that each begin a stream of their own. */
export async function newStreams(bench: Bench, title: string, lanes: number, total: number, all = systems()): Promise<Row[]> {
  return beside(bench, all, async (client, { name, does }) => {
    const accountIds = ids(total);
    const measured = await inFlight(total, lanes, (at) => client.open(accountIds[at]!, newId()));
    await mustHold(bench, accountIds, 1);
    return rowOf(title, name, measured, does);
  });
}

/** Commands on one stream; once round, since a loop that reads it whole before each command takes its time. */
export async function hotStream(bench: Bench, title: string, lanes: number, all: readonly System[] = systems()): Promise<Row[]> {
  const total = bench.scaled(1_000);
  const work = async (client: Client, { name, does }: System): Promise<Row> => {
    const [id] = ids(1) as [string];
    await client.open(id, newId());
    const measured = await inFlight(total, lanes, () => client.deposit(id, newId()));
    await mustHold(bench, [id], total + 1);
    return rowOf(title, name, measured, does);
  };
  return beside(bench, all, work, 1);
}

/** The hot stream with many callers at once; the loop and the peer, which give up after a few conflicts, are in the contenders' row. */
export const hotInFlight = (bench: Bench, title: string): Promise<Row[]> =>
  hotStream(
    bench,
    title,
    64,
    systems().filter(({ name }) => [letopis.name, BARE].includes(name)),
  );

/** Commands over many streams of some length, two on each: the first meets a stream that this process has not read. */
export async function manyStreams(bench: Bench, title: string): Promise<Row[]> {
  const streams = bench.scaled(1_000, 64);
  const perStream = 2;
  return beside(bench, systems(), async (client, { name, does }) => {
    const accountIds = ids(streams);
    await makeAccounts(bench, accountIds, 20);
    const measured = await inFlight(streams * perStream, 64, (at) => client.deposit(accountIds[at % streams]!, newId()));
    await mustHold(bench, accountIds, 20 + perStream);
    return rowOf(title, name, measured, does);
  });
}

const CONTENDERS = 20;

/** Contenders on one stream: what was acknowledged must be in the stream, once. */
export async function contenders(bench: Bench, title: string): Promise<Row[]> {
  const total = bench.scaled(500, CONTENDERS);
  const retrying = peersInstalled() ? [emmettRetryingAll()] : [];
  const work = async (client: Client, { name, does }: System): Promise<Row> => {
    const [id] = ids(1) as [string];
    await client.open(id, newId());
    const acknowledged = new Set<string>();
    const measured = await inFlight(total, CONTENDERS, async () => {
      const commandId = newId();
      await client.deposit(id, commandId).then(
        () => acknowledged.add(commandId),
        () => {}, // refused: neither acknowledged nor counted
      );
    });
    return stored(bench, streamOf(id), (commandIds) => {
      const [, ...inStream] = commandIds;
      const lost = [...acknowledged].filter((commandId) => !inStream.includes(commandId)).length;
      mustBe('commands that are in the stream twice', inStream.length - new Set(inStream).size, 0);
      const counts = `${total} sent, ${acknowledged.size} acknowledged, ${inStream.length} in the stream, ${lost} lost`;
      const landed = { ...measured, count: acknowledged.size };
      return rowOf(title, name, landed, [counts, name === BARE ? 'decides nothing' : does].filter(Boolean).join('; '));
    });
  };
  return beside(bench, [...systems(), twoProcesses, ...retrying], work, 1);
}

/** Two dispatchers that know nothing of each other, as in two processes: half of the contenders meet on the store only. */
const twoProcesses: System = {
  name: `${letopis.name}, two dispatchers`,
  does: 'as two processes: each with its own cache and queue',
  async connect(url) {
    const both = [await letopis.connect(url), await letopis.connect(url)] as const;
    let calls = 0;
    const next = () => both[calls++ % 2]!;
    return {
      open: (id, commandId) => both[0].open(id, commandId),
      deposit: (id, commandId) => next().deposit(id, commandId),
      load: (id) => both[0].load(id),
      close: async () => void (await Promise.all(both.map((client) => client.close()))),
    };
  },
};

/** Events of one append when a long stream is made: well below the server's largest append. */
const AT_ONCE = 500;

/** Loading a long stream: the peers fold it from its start, ours from the snapshot that its first load has left. */
export async function loading(bench: Bench, title: string, events: number, loads: number): Promise<Row[]> {
  const [id] = ids(1) as [string];
  await makeAccounts(bench, [id], Math.min(events, AT_ONCE));
  await lengthen(bench, id, events - AT_ONCE);
  await mustHold(bench, [id], events);
  return beside(
    bench,
    systems(),
    async (client, { name }) => {
      const measured = await inFlight(loads, 1, async () => mustBe('deposits', await client.load(id), events - 1));
      const note = name === letopis.name ? 'from a snapshot once it is there' : 'every event';
      return rowOf(title, name, { ...measured, count: loads * events }, `events per second; p50 and p99 of one load; ${note}`);
    },
    1,
  );
}

/** Adds deposits to an account. */
async function lengthen(bench: Bench, accountId: string, events: number): Promise<void> {
  const client = EventStoreDBClient.connectionString(bench.eventStoreUrl);
  try {
    for (let left = events; left > 0; left -= AT_ONCE) {
      const batch = Array.from({ length: Math.min(left, AT_ONCE) }, () => encoded(deposited, newId()));
      await client.appendToStream(streamOf(accountId), batch, { expectedRevision: ANY });
    }
  } finally {
    await client.dispose();
  }
}
