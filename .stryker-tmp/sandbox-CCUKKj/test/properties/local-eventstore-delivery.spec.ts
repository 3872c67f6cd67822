// @ts-nocheck
import {
  EventStoreDBClient,
  eventTypeFilter,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults as settings,
  START,
  streamNameFilter,
  type Filter,
  type PersistentAction,
  type PersistentSubscriptionToStreamSettings,
  type Position,
  type ResolvedEvent,
} from '@eventstore/db-client';
import fc from 'fast-check';
import { startEventStore, type EventStoreServer } from '../../libs/local/eventstore';
import { collect, numbers, Watcher } from '../contracts/eventstore-support';

/** Whatever is written, filtered, refused or interrupted: nobody misses an event, and nobody sees one too many. */
let server: EventStoreServer;
let client: EventStoreDBClient;
let run = 0;
beforeAll(async () => {
  server = await startEventStore();
  client = EventStoreDBClient.connectionString(server.url);
});
afterAll(async () => {
  await client.dispose();
  await server.close();
});

const appends = fc.array(
  fc.record({
    stream: fc.constantFrom('apple', 'pear', 'stone'),
    type: fc.constantFrom('Fell', 'Flew'),
    count: fc.integer({ min: 1, max: 60 }),
  }),
  {
    minLength: 2,
    maxLength: 14,
  },
);

it('a subscription to $all sees from any place what a filtered read of the log has after it, however it is interrupted', async () => {
  const filters: Array<[make: () => Filter | undefined, test: (event: ResolvedEvent) => boolean]> = [
    [() => undefined, () => true],
    [() => streamNameFilter({ prefixes: ['apple', 'stone'] }), ({ event }) => !!event && /^(apple|stone)/.test(event.streamId)],
    [() => streamNameFilter({ regex: 'ear-' }), ({ event }) => !!event?.streamId.includes('ear-')],
    [() => eventTypeFilter({ prefixes: ['Fl'] }), ({ event }) => event?.type === 'Flew'],
  ];
  await fc.assert(
    fc.asyncProperty(appends, fc.nat(3), fc.nat(13), fc.nat(13), async (plan, which, subscribeAt, cutAt) => {
      const suffix = ++run;
      const [make, test] = filters[which] ?? [() => undefined, () => true];
      let from: Position | undefined;
      let watcher: Watcher<ResolvedEvent> | undefined;
      const seen: ResolvedEvent[] = [];
      const subscribe = () => {
        const filter = make();
        watcher = new Watcher<ResolvedEvent>(
          client.subscribeToAll({ fromPosition: seen.at(-1)?.event?.position ?? from ?? START, ...(filter ? { filter } : {}) }),
        );
      };
      for (const [index, { stream, type, count }] of plan.entries()) {
        const events = Array.from({ length: count }, () => jsonEvent({ type, data: {} }));
        const { position } = await client.appendToStream(`${stream}-${suffix}`, events);
        from ??= position;
        if (index === subscribeAt % plan.length) subscribe();
        if (watcher && index === cutAt % plan.length) {
          await watcher.stop();
          seen.push(...watcher.seen);
          subscribe();
        }
      }
      if (!watcher) subscribe();
      const end = await client.appendToStream(`apple-pear-stone-${suffix}`, jsonEvent({ type: 'Flew', data: {} }));
      const all = await collect(client.readAll({ fromPosition: from ?? START }));
      const wanted = all
        .slice(1)
        .filter((resolved) => test(resolved as ResolvedEvent))
        .map(({ event }) => event?.id);
      const last = all.at(-1)?.event?.position?.commit;
      expect(last).toBe(end.position?.commit);
      await watcher?.until(() => seen.length + (watcher?.seen.length ?? 0) >= wanted.length);
      await watcher?.stop();
      expect([...seen, ...(watcher?.seen ?? [])].map(({ event }) => event?.id)).toEqual(wanted);
    }),
    { numRuns: 40, interruptAfterTimeLimit: 8_000 },
  );
});

type Reply = 'ack' | 'leave' | PersistentAction;
const strategies = fc.constantFrom<PersistentSubscriptionToStreamSettings['consumerStrategyName']>(
  'RoundRobin',
  'DispatchToSingle',
  'Pinned',
);

it('a group brings every event to an end, whatever its members answer and whenever they leave', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.constantFrom<Reply>('ack', 'ack', 'ack', 'retry', 'park', 'skip', 'leave'), { minLength: 1, maxLength: 25 }),
      strategies,
      fc.integer({ min: 1, max: 12 }),
      async (count, replies, consumerStrategyName, bufferSize) => {
        const suffix = ++run;
        const [stream, group] = [`work-${suffix}`, `group-${suffix}`];
        await client.createPersistentSubscriptionToStream(
          stream,
          group,
          settings({ startFrom: START, consumerStrategyName, maxRetryCount: 3, readBatchSize: 7 }),
        );
        const ended = new Map<number, Reply>();
        const parked = new Set<number>();
        let next = 0;
        let leaving: Promise<void> | undefined;
        const members = new Set<Watcher<ResolvedEvent>>();
        const join = () => {
          const subscription = client.subscribeToPersistentSubscriptionToStream(stream, group, { bufferSize });
          const watcher = new Watcher<ResolvedEvent>(subscription);
          members.add(watcher);
          subscription.on('data', (event) => {
            const reply = replies[next++] ?? 'ack';
            const number = Number(event.event?.revision);
            if (reply === 'leave') {
              // It goes with all that it has; another one comes.
              members.delete(watcher);
              leaving = (leaving ?? Promise.resolve()).then(() => watcher.stop()).then(join);
              return;
            }
            if (!members.has(watcher)) return;
            if (reply === 'ack') {
              ended.set(number, reply);
              void subscription.ack(event);
              return;
            }
            if (reply === 'park') parked.add(number);
            if (reply !== 'retry') ended.set(number, reply);
            void subscription.nack(reply, 'as the plan says', event);
          });
        };
        join();
        join();
        for (let at = 0; at < count; at += 10) {
          await client.appendToStream(
            stream,
            Array.from({ length: Math.min(10, count - at) }, (_, index) => jsonEvent({ type: 'Happened', data: { number: at + index } })),
          );
        }
        for (;;) {
          const { stats } = await client.getPersistentSubscriptionToStreamInfo(stream, group);
          const open = stats.outstandingMessagesCount + stats.retryBufferCount + stats.readBufferCount;
          if (open === 0 && stats.totalItems >= BigInt(count)) break;
        }
        await leaving;
        const inPark = numbers(
          await collect(client.readStream(`$persistentsubscription-${stream}::${group}-parked`, { resolveLinkTos: true })).catch(() => []),
        );
        // Every event was acknowledged or passed over, or is parked: by a member, or after its last try.
        const open = Array.from({ length: count }, (_, number) => number).filter(
          (number) => !ended.has(number) && !inPark.includes(number),
        );
        expect(open).toEqual([]);
        // A reply that its member took along when it left was never given: another member has answered for it since.
        for (const number of parked) if (ended.get(number) === 'park') expect(inPark).toContain(number);
        await Promise.all([...members].map((member) => member.stop()));
        await client.deletePersistentSubscriptionToStream(stream, group);
      },
    ),
    { numRuns: 40, interruptAfterTimeLimit: 8_000 },
  );
});
