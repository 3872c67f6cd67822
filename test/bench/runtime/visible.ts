import { EventStoreDBClient } from '@eventstore/db-client';
import { newId } from '@letopis/kernel';
import type { Collection } from 'mongodb';
import { accounts } from '../../support/bank';
import type { Bench } from './bench';
import { BARE, inFlight, mustBe, rowOf, type Row } from './measure';
import { connectEmmett, EMMETT, peersInstalled, systems } from './peers';
import { apply, follow, type Plain } from './reading';
import { bare, commandsOf, letopis, type Client } from './systems';
import { headOf, withDatabase, withRuntime } from './whole';

/** Carries out one command; resolves with the moment of its answer, once its effect has been seen. */
type Seen = (accountId: string) => Promise<number>;

/** One command at a time: the columns say from sending to seeing, the note from the answer to seeing. */
async function timed(bench: Bench, title: string, name: string, note: string, seen: Seen): Promise<Row> {
  for (let at = 0; at < 30; at++) await seen(newId());
  const waits: number[] = [];
  const measured = await inFlight(bench.scaled(500), 1, async () => {
    const answered = await seen(newId());
    waits.push(Math.max(0, performance.now() - answered));
  });
  const { p50Ms, p99Ms } = rowOf(title, name, { ...measured, samples: waits }, '');
  return rowOf(title, name, measured, `from sending; after the answer p50 ${p50Ms.toFixed(2)}, p99 ${p99Ms.toFixed(2)}; ${note}`);
}

/** From a command to the row that it makes in a list. */
export async function visible(bench: Bench, title: string): Promise<Row[]> {
  return [await inOurList(bench, title), await onSubscription(bench, title), ...(await inPolledLists(bench, title))];
}

const inOurList = (bench: Bench, title: string) =>
  withRuntime(bench, async ({ dispatcher, projector, queries }) => {
    const client = await commandsOf(dispatcher);
    return timed(bench, title, letopis.name, 'asked once, with the consistency token', async (accountId) => {
      const { position } = (await client.open(accountId, newId())) as { position: number };
      const answered = performance.now();
      await projector.mark(accounts.code).reached(position);
      const { items } = await queries.list(accounts, { filter: { accountId }, limit: 1 }, {});
      mustBe('rows', items.length, 1);
      return answered;
    });
  });

async function onSubscription(bench: Bench, title: string): Promise<Row> {
  const client = EventStoreDBClient.connectionString(bench.eventStoreUrl);
  const writer = await bare.connect(bench.eventStoreUrl);
  let arrived: (stream: string) => void = () => {};
  const subscription = follow(client, await headOf(bench), (_, stream) => arrived(stream));
  const row = await timed(bench, title, BARE, 'the event on a live subscription, no list', async (accountId) => {
    const came = new Promise<void>((resolve) => (arrived = (stream) => stream.endsWith(accountId) && resolve()));
    await writer.open(accountId, newId());
    const answered = performance.now();
    await came;
    return answered;
  });
  await subscription.unsubscribe();
  await client.dispose();
  await writer.close();
  return row;
}

/** Lists that nobody can wait for are asked again until the row is there. */
async function inPolledLists(bench: Bench, title: string): Promise<Row[]> {
  const polled = (name: string, client: Client, collection: Collection<Plain>) =>
    timed(bench, title, name, 'asked until it was there', async (accountId) => {
      await client.open(accountId, newId());
      const answered = performance.now();
      while ((await collection.find({ _id: accountId }).limit(1).toArray()).length === 0);
      return answered;
    });

  return withDatabase(bench, async (mongo) => {
    const rows: Row[] = [];
    for (const system of systems().filter(({ name }) => name === 'textbook loop' || name === EMMETT)) {
      const collection = mongo.db().collection<Plain>(system.name === EMMETT ? 'peer' : 'loop');
      const writer = await system.connect(bench.eventStoreUrl);
      const from = await headOf(bench);
      const stop = system.name === EMMETT ? consuming(bench, from, collection) : subscribing(bench, from, collection);
      rows.push(await polled(system.name, writer, collection));
      await stop();
      await writer.close();
    }
    return rows;
  });
}

function subscribing(bench: Bench, from: number, collection: Collection<Plain>): () => Promise<void> {
  const client = EventStoreDBClient.connectionString(bench.eventStoreUrl);
  let tail: Promise<unknown> = Promise.resolve();
  const subscription = follow(client, from, (event, stream) => (tail = tail.then(() => apply(collection, event, stream))));
  return async () => {
    await subscription.unsubscribe();
    await tail;
    await client.dispose();
  };
}

function consuming(bench: Bench, from: number, collection: Collection<Plain>): () => Promise<void> {
  if (!peersInstalled()) throw new Error('the peer is not installed');
  const peer = connectEmmett(bench.eventStoreUrl);
  const consumer = peer.consume(BigInt(from), async (event) => void (await apply(collection, event, event.metadata.streamName)));
  return async () => {
    await consumer.stop();
    await peer.dispose();
  };
}
