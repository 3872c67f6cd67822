import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import {
  EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { PersistentSubscriptionsClient } from '@eventstore/db-client/generated/persistent_grpc_pb';
import * as persistent from '@eventstore/db-client/generated/persistent_pb';
import * as shared from '@eventstore/db-client/generated/shared_pb';
import { startEventStore, type EventStoreServer } from '../../libs/local/eventstore';
import { freshStream, happened, numbers, Watcher } from './eventstore-support';

/** Of persistent subscriptions, what the official client never sends, but others do. */
let server: EventStoreServer;
let client: EventStoreDBClient;
let groups: PersistentSubscriptionsClient;
beforeAll(async () => {
  server = await startEventStore();
  client = EventStoreDBClient.connectionString(server.url);
  groups = new PersistentSubscriptionsClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
});
afterAll(async () => {
  groups.close();
  await client.dispose();
  await server.close();
});

function named(stream: string): shared.StreamIdentifier {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  return identifier;
}

/** Makes a group by the fields of today: a strategy by its name, times in milliseconds. */
function create(stream: string, group: string, strategy: string): Promise<unknown> {
  const from = new persistent.CreateReq.StreamOptions();
  from.setStreamIdentifier(named(stream));
  from.setStart(new shared.Empty());
  const settings = new persistent.CreateReq.Settings();
  settings.setConsumerStrategy(strategy);
  settings.setMessageTimeoutMs(30_000);
  settings.setCheckpointAfterMs(1_000);
  settings.setMaxRetryCount(10);
  settings.setHistoryBufferSize(500);
  settings.setReadBatchSize(20);
  const options = new persistent.CreateReq.Options();
  options.setStream(from);
  options.setGroupName(group);
  options.setSettings(settings);
  const request = new persistent.CreateReq();
  request.setOptions(options);
  return new Promise((resolve, reject) => groups.create(request, (error) => (error ? reject(error) : resolve(undefined))));
}

function strategyOf(stream: string, group: string): Promise<string | undefined> {
  const options = new persistent.GetInfoReq.Options();
  options.setStreamIdentifier(named(stream));
  options.setGroupName(group);
  const request = new persistent.GetInfoReq();
  request.setOptions(options);
  return new Promise((resolve, reject) =>
    groups.getInfo(request, (error, answer) =>
      error ? reject(error) : resolve(answer?.getSubscriptionInfo()?.getNamedConsumerStrategy()),
    ),
  );
}

it('the events of one correlation stay with one member, when pinned by it', async () => {
  const [stream, group] = [freshStream(), 'group'];
  await create(stream, group, 'PinnedByCorrelation');
  expect(await strategyOf(stream, group)).toBe('PinnedByCorrelation');
  const members = [0, 1].map(() => {
    const subscription = client.subscribeToPersistentSubscriptionToStream(stream, group, { bufferSize: 50 });
    subscription.on('data', (event) => void subscription.ack(event));
    return new Watcher<ResolvedEvent>(subscription);
  });
  await Promise.all(members.map((member) => member.sign('confirmation')));
  const correlations = Array.from({ length: 12 }, () => randomUUID());
  for (let round = 0; round < 3; round++) {
    const events = correlations.map(($correlationId) =>
      jsonEvent({ type: 'Happened', data: { $correlationId }, metadata: { $correlationId } }),
    );
    await client.appendToStream(stream, events);
  }
  while (members.reduce((sum, { seen }) => sum + seen.length, 0) < 36) await setImmediate();
  const [one, other] = members.map(
    ({ seen }) => new Set(seen.map(({ event }) => (event?.data as { $correlationId: string }).$correlationId)),
  );
  expect([...(one ?? [])].filter((correlation) => other?.has(correlation))).toEqual([]);
  expect((one?.size ?? 0) + (other?.size ?? 0)).toBe(12);
  await Promise.all(members.map((member) => member.stop()));
});

it('a strategy that there is not is refused by name', async () => {
  await expect(create(freshStream(), 'group', 'Lottery')).rejects.toMatchObject({
    code: 13,
    message: expect.stringContaining('Consumer strategy Lottery does not exist.'),
  });
});

it('a member of a group that answers nonsense is put out, and leaves its events to others', async () => {
  const [stream, group] = [`work-${randomUUID()}`, 'group'];
  await client.appendToStream(stream, happened(2));
  await client.createPersistentSubscriptionToStream(
    stream,
    group,
    persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START }),
  );
  const call = groups.read();
  const options = new persistent.ReadReq.Options();
  options.setStreamIdentifier(named(stream));
  options.setGroupName(group);
  options.setBufferSize(5);
  const join = new persistent.ReadReq();
  join.setOptions(options);
  call.write(join);
  await new Promise((resolve) => call.once('data', resolve));
  const ack = new persistent.ReadReq.Ack();
  const nobody = new shared.UUID();
  nobody.setString('nobody');
  ack.addIds(nobody);
  const nonsense = new persistent.ReadReq();
  nonsense.setAck(ack);
  const failed = new Promise((resolve) => call.once('error', resolve));
  call.resume();
  call.write(nonsense);
  expect(await failed).toMatchObject({ code: 3 });
  const seen = new Watcher<ResolvedEvent>(client.subscribeToPersistentSubscriptionToStream(stream, group));
  expect(numbers(await seen.take(2))).toEqual([0, 1]);
  await seen.stop();
});
