import { ANY, EventStoreDBClient, excludeSystemEvents, type AllStreamSubscription } from '@eventstore/db-client';
import { newId, type Happened } from '@letopis/kernel';
import { collectionOf, Projector, silent } from '@letopis/runtime';
import type { Collection, Db } from 'mongodb';
import { EventStore } from '../../../libs/runtime/events/event-store';
import { Checkpoints } from '../../../libs/runtime/projections/checkpoints';
import { accounts, type AccountEvents, type AccountRow } from '../../support/bank';
import type { Bench } from './bench';
import { BARE, inFlight, mustBe, once, rowOf, type Row } from './measure';
import { connectEmmett, EMMETT, peersInstalled } from './peers';
import { deposited, encoded, letopis, opened, streamOf } from './systems';
import { headOf, withDatabase } from './whole';

/** Events of one account in the catch-up rows; neighbours in the log belong to different accounts. */
const PER_ACCOUNT = 5;
/** Documents of one bare bulk: as many events as the runtime takes together. */
const PAGE = 512;
const PATIENCE = 600_000;

/** A read model's document as a loop writes it. */
export type Plain = Partial<Omit<AccountRow, 'accountId'>> & { readonly _id: string };

/** An update per event, which may come in any order and only once: what a first projection looks like. */
export const apply = (collection: Collection<Plain>, event: Happened, stream: string) => {
  const _id = stream.slice(stream.indexOf('-') + 1);
  const updatedAt = new Date().toISOString();
  const { title, amount = 0 } = event.data as Partial<AccountEvents['AccountOpened'] & AccountEvents['Deposited']>;
  return collection.updateOne({ _id }, { $inc: { balance: amount }, $set: { updatedAt, ...(title ? { title } : {}) } }, { upsert: true });
};

/** Our events of the log after a position, on a subscription that the caller lets go of. */
export function follow(client: EventStoreDBClient, after: number, on: (event: Happened, stream: string) => void): AllStreamSubscription {
  const position = { commit: BigInt(after), prepare: BigInt(after) };
  const subscription = client.subscribeToAll({ fromPosition: position, filter: excludeSystemEvents() });
  subscription.on('error', () => {}); // it is cut when it is let go
  return subscription.on('data', ({ event }) => event && on(event as Happened, event.streamId));
}

/** Every account once, then every account again: a page of the log touches as many documents as it has events. */
async function fill(bench: Bench, events: number): Promise<void> {
  const client = EventStoreDBClient.connectionString(bench.eventStoreUrl);
  const ids = Array.from({ length: events / PER_ACCOUNT }, newId);
  await inFlight(events, 64, (at) => {
    const event = encoded(at < ids.length ? opened : deposited, newId());
    return client.appendToStream(streamOf(ids[at % ids.length]!), event, { expectedRevision: ANY });
  });
  await client.dispose();
}

/** A read model that starts with all events before it. */
export async function catchUp(bench: Bench, title: string): Promise<Row[]> {
  const events = Math.round(bench.events / PER_ACCOUNT) * PER_ACCOUNT;
  const from = await headOf(bench);
  await fill(bench, events);
  const head = await headOf(bench);
  return withDatabase(bench, async (mongo) => [
    await projected(bench, title, mongo.db(), { from, head, events }),
    await subscribed(bench, title, { from, events }),
    await bulkWritten(title, mongo.db(), events),
    ...(await updated(bench, title, mongo.db(), { from, events: Math.min(events, bench.scaled(5_000)) })),
  ]);
}

interface Stretch {
  readonly from: number;
  readonly head: number;
  readonly events: number;
}

async function projected(bench: Bench, title: string, db: Db, { from, head, events }: Stretch): Promise<Row> {
  await new Checkpoints(db).write(collectionOf(accounts), from);
  const store = new EventStore(EventStoreDBClient.connectionString(bench.eventStoreUrl));
  const projector = new Projector({ store, db, logger: silent }, [accounts]);
  const measured = await once(events, async () => {
    await projector.start();
    await projector.mark(accounts.code).reached(head, PATIENCE);
  });
  await projector.stop();
  await store.dispose();
  await mustAddUp(db.collection<Plain>(collectionOf(accounts)), events / PER_ACCOUNT, events - events / PER_ACCOUNT);
  return rowOf(title, letopis.name, measured, `${events} events into ${events / PER_ACCOUNT} documents; p50 is the whole time`);
}

async function mustAddUp(collection: Collection<Plain>, documents: number, total: number): Promise<void> {
  const rows = await collection.find().toArray();
  mustBe('documents', rows.length, documents);
  mustBe(
    'sum of the balances',
    rows.reduce((sum, { balance = 0 }) => sum + balance, 0),
    total,
  );
}

async function subscribed(bench: Bench, title: string, { from, events }: Omit<Stretch, 'head'>): Promise<Row> {
  const client = EventStoreDBClient.connectionString(bench.eventStoreUrl);
  let subscription: AllStreamSubscription | undefined;
  const measured = await once(events, () => {
    let seen = 0;
    return new Promise<void>((resolve) => {
      subscription = follow(client, from, () => {
        if (++seen === events) resolve();
      });
    });
  });
  await subscription?.unsubscribe();
  await client.dispose();
  return rowOf(title, BARE, measured, 'a catch-up subscription that writes nothing');
}

/** Documents as the projection left them, written again and again without reading the log: what MongoDB alone can do. */
async function bulkWritten(title: string, db: Db, events: number): Promise<Row> {
  const source = db.collection<Plain>(collectionOf(accounts));
  const target = db.collection<Plain>('bulk');
  const keys = (await source.indexes())
    .map(({ key }) => key as Record<string, 1>)
    .filter((key) => !('_id' in key && Object.keys(key).length === 1));
  await target.createIndexes(keys.map((key) => ({ key })));
  const documents = await source.find().toArray();
  const measured = await once(events, async () => {
    for (let at = 0; at < events; at += PAGE) {
      const page = Array.from({ length: Math.min(PAGE, events - at) }, (_, index) => documents[(at + index) % documents.length]!);
      await target.bulkWrite(
        page.map(({ _id, ...replacement }) => ({ replaceOne: { filter: { _id }, replacement, upsert: true } })),
        { ordered: false },
      );
    }
  });
  mustBe('documents', await target.countDocuments(), documents.length);
  return rowOf(title, 'bare bulk write', measured, `${events} documents in bulks of ${PAGE}, the same indexes; the log is not read`);
}

/** One update per event: in order, as a loop does it, and as the peer's consumer hands events over. */
async function updated(bench: Bench, title: string, db: Db, { from, events }: Omit<Stretch, 'head'>): Promise<Row[]> {
  const loop = db.collection<Plain>('loop');
  const client = EventStoreDBClient.connectionString(bench.eventStoreUrl);
  let subscription: AllStreamSubscription | undefined;
  let taken = 0;
  const inOrder = await once(events, () => {
    let tail: Promise<unknown> = Promise.resolve();
    return new Promise<void>((resolve, reject) => {
      subscription = follow(client, from, (event, stream) => {
        if (++taken > events) return;
        const last = taken === events;
        tail = tail.then(() => apply(loop, event, stream));
        if (last) tail.then(() => resolve(), reject);
      });
    });
  });
  await subscription?.unsubscribe();
  await client.dispose();
  const documents = await loop.countDocuments();
  const rows = [rowOf(title, 'textbook loop', inOrder, `the first ${events} events, one update each; no checkpoint`)];
  if (!peersInstalled()) return rows;

  const collection = db.collection<Plain>('peer');
  const peer = connectEmmett(bench.eventStoreUrl);
  let consumer: { stop(): Promise<void> } | undefined;
  const handed = await once(events, () => {
    let begun = 0;
    let done = 0;
    return new Promise<void>((resolve, reject) => {
      consumer = peer.consume(BigInt(from), async (event) => {
        if (++begun > events) return;
        await apply(collection, event, event.metadata.streamName).catch(reject);
        if (++done === events) resolve();
      });
    });
  });
  await consumer?.stop();
  await peer.dispose();
  mustBe('documents', await collection.countDocuments(), documents);
  return [
    ...rows,
    rowOf(title, EMMETT, handed, `the first ${events} events, one update each, the next begun before the last is done; no checkpoint`),
  ];
}
