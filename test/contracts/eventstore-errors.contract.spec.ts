import { randomUUID } from 'node:crypto';
import {
  type EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults as settings,
  PINNED,
  type ExpectedRevision,
} from '@eventstore/db-client';
import { collect, freshStream, happened, subject, Watcher, type Subject } from './eventstore-support';

/** What people read when something is refused: the server's own words, in the order of RpcExceptions.cs. */
let es: Subject;
let client: EventStoreDBClient;
beforeAll(async () => {
  es = await subject();
  client = es.client;
});
afterAll(() => es.close());

const credentials = { username: 'admin', password: 'changeit' };
const stream = freshStream('errors');
const gone = freshStream('gone');
beforeAll(async () => {
  await client.appendToStream(stream, happened(3));
  await client.tombstoneStream(gone);
});

const join = async (group: string, of = stream) => {
  const watcher = new Watcher<unknown>(client.subscribeToPersistentSubscriptionToStream(of, group));
  const error = await watcher.failure();
  throw error;
};

it.each<[string, () => Promise<unknown>, string]>([
  ['an append to a deleted stream', () => client.appendToStream(gone, happened(1), { credentials }), `Event stream '${gone}' is deleted.`],
  ['a read of a deleted stream', () => collect(client.readStream(gone)), `Event stream '${gone}' is deleted.`],
  ['a second end', () => client.tombstoneStream(gone), `Event stream '${gone}' is deleted.`],
  [
    'a delete at another revision',
    () => client.deleteStream(stream, { expectedRevision: 1n }),
    `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: 1, Actual version: 2`,
  ],
  [
    'a delete of what is not there',
    () => client.deleteStream(`${stream}-none`, { expectedRevision: 'any' as ExpectedRevision }),
    `Delete failed due to WrongExpectedVersion. Stream: ${stream}-none, Expected version: -2, Actual version: -1`,
  ],
  [
    'an append over the maximum size',
    () => client.appendToStream(stream, jsonEvent({ type: 'Large', data: 'x'.repeat(2_000_000) }), { credentials }),
    'Maximum Append Size of 1048576 Exceeded.',
  ],
  [
    'a group that is there',
    async () => {
      await client.createPersistentSubscriptionToStream(stream, 'twice', settings());
      await client.createPersistentSubscriptionToStream(stream, 'twice', settings());
    },
    `Subscription group twice on stream ${stream} exists.`,
  ],
  [
    'a group that is not there',
    () => client.deletePersistentSubscriptionToStream(stream, 'nobody'),
    `Subscription group nobody on stream ${stream} does not exist.`,
  ],
  ['joining a group that is not there', () => join('nobody'), `Subscription group nobody on stream ${stream} does not exist.`],
  [
    'a buffer that is smaller than a page',
    () =>
      client.createPersistentSubscriptionToStream(
        stream,
        randomUUID(),
        settings({ consumerStrategyName: PINNED, readBatchSize: 20, historyBufferSize: 20 }),
      ),
    'Read batch size must be smaller than buffer size.',
  ],
])('%s is told why', async (_name, act, text) => {
  await expect(act()).rejects.toThrow(text);
});
