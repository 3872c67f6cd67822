// @ts-nocheck
import { EventStoreDBClient } from '@eventstore/db-client';
import { startEventStore, startMongo } from '@letopis/local';
import { newId, type EventMetadata } from '@letopis/kernel';
import { MongoClient, type Db } from 'mongodb';
import { EventStore } from '../../libs/runtime/events/event-store';
import type { NewEvent } from '../../libs/runtime/events/codec';

/** Both databases, in memory, by their official clients. */
export interface Stores {
  readonly store: EventStore;
  readonly db: Db;
  readonly eventStore: Awaited<ReturnType<typeof startEventStore>>;
  stop(): Promise<void>;
}

export async function startStores(): Promise<Stores> {
  const eventStore = await startEventStore();
  const mongo = await startMongo();
  const store = new EventStore(EventStoreDBClient.connectionString(eventStore.url));
  const client = new MongoClient(mongo.url, { ignoreUndefined: true });
  await client.connect();
  return {
    store,
    db: client.db(`test_${newId().slice(-12)}`),
    eventStore,
    stop: async () => {
      await store.dispose();
      await client.close();
      await eventStore.close();
      await mongo.close();
    },
  };
}

export const metadata = (changes: Partial<EventMetadata> = {}): EventMetadata => ({
  commandId: newId(),
  commandType: 'Test',
  correlationId: newId(),
  causationId: newId(),
  actor: { kind: 'system', name: 'test' },
  occurredAt: new Date().toISOString(),
  schemaVersion: 1,
  fingerprint: '',
  ...changes,
});

export const newEvent = (type: string, data: object = {}, changes: Partial<EventMetadata> = {}): NewEvent => ({
  id: newId(),
  type,
  data,
  metadata: metadata(changes),
});
