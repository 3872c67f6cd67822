// @ts-nocheck
import {
  BACKWARDS,
  EventStoreDBClient,
  FORWARDS,
  jsonEvent,
  START,
  type AppendExpectedRevision,
  type ExpectedRevision,
} from '@eventstore/db-client';
import fc from 'fast-check';
import { startEventStore, type EventStoreServer } from '../../libs/local/eventstore';
import { Model, type Answer, type Expected } from './local-eventstore-model';

/** The same random plan against the server and against the model gives the same answers, and leaves the same log. */
type Step =
  | { do: 'append'; stream: string; ids: number[]; expected: Expected; singly: boolean }
  | { do: 'metadata'; stream: string; maxCount?: number; truncateBefore?: number }
  | { do: 'soft-delete' | 'tombstone'; stream: string; expected: Expected }
  | { do: 'read'; stream: string; from: number; count: number; backwards: boolean };

const stream = fc.constantFrom('a', 'b', 'c');
const revision = fc.integer({ min: 0, max: 6 });
const expected = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Expected>('any') },
  { weight: 2, arbitrary: fc.constantFrom<Expected>('no_stream', 'stream_exists') },
  { weight: 3, arbitrary: revision as fc.Arbitrary<Expected> },
);
/** Few ids, so that repeats and half-repeats happen; distinct within an append. */
const ids = fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 3 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('append' as const), stream, ids, expected, singly: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('metadata' as const),
      stream,
      maxCount: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      truncateBefore: fc.option(revision, { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('soft-delete' as const),
      stream,
      expected: expected.filter((value) => value !== 'stream_exists'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tombstone' as const), stream, expected: revision as fc.Arbitrary<Expected> }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      stream,
      from: fc.integer({ min: 0, max: 9 }),
      count: fc.integer({ min: 1, max: 9 }),
      backwards: fc.boolean(),
    }),
  },
);

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

const idOf = (prefix: number, id: number) =>
  `00000000-0000-4000-8000-${prefix.toString(16).padStart(8, '0')}${id.toString(16).padStart(4, '0')}`;
const wire = (value: Expected): AppendExpectedRevision => (typeof value === 'number' ? BigInt(value) : value);

async function onServer(prefix: number, action: Step): Promise<Answer> {
  const name = `${action.stream}-${prefix}`;
  try {
    switch (action.do) {
      case 'append': {
        const events = action.ids.map((id) => jsonEvent({ id: idOf(prefix, id), type: 'Happened', data: {} }));
        const credentials = { username: 'admin', password: 'changeit' };
        const options = { expectedRevision: wire(action.expected), ...(action.singly ? { credentials } : {}) };
        const { nextExpectedRevision } = await client.appendToStream(name, events, options);
        return { is: 'written', revision: Number(nextExpectedRevision) };
      }
      case 'metadata':
        await client.setStreamMetadata(name, {
          ...(action.maxCount === undefined ? {} : { maxCount: action.maxCount }),
          ...(action.truncateBefore === undefined ? {} : { truncateBefore: action.truncateBefore }),
        });
        return { is: 'done' };
      case 'soft-delete':
        // the type of the client leaves out what its code refuses: a stream that exists
        await client.deleteStream(name, { expectedRevision: wire(action.expected) as ExpectedRevision });
        return { is: 'done' };
      case 'tombstone':
        await client.tombstoneStream(name, { expectedRevision: wire(action.expected) as ExpectedRevision });
        return { is: 'done' };
      case 'read': {
        const found: string[] = [];
        const direction = action.backwards ? BACKWARDS : FORWARDS;
        for await (const { event } of client.readStream(name, { fromRevision: BigInt(action.from), maxCount: action.count, direction }))
          found.push(event?.id ?? '');
        return { is: 'events', ids: found };
      }
    }
  } catch (cause) {
    const { type, actualVersion } = cause as { type?: string; actualVersion?: bigint | 'no_stream' };
    if (type === 'wrong-expected-version') return { is: type, actual: typeof actualVersion === 'bigint' ? Number(actualVersion) : -1 };
    if (type === 'stream-deleted' || type === 'stream-not-found') return { is: type };
    throw cause;
  }
}

function onModel(model: Model, prefix: number, action: Step): Answer {
  const name = `${action.stream}-${prefix}`;
  switch (action.do) {
    case 'append':
      return model.append(
        name,
        action.ids.map((id) => idOf(prefix, id)),
        action.expected,
      );
    case 'metadata':
      return model.setMetadata(name, { maxCount: action.maxCount, truncateBefore: action.truncateBefore });
    case 'soft-delete':
      return model.softDelete(name, action.expected);
    case 'tombstone':
      return model.tombstone(name, action.expected);
    case 'read':
      return model.read(name, action.from, action.count, action.backwards);
  }
}

it('answers as the model does, whatever the plan, and leaves the same log', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (plan) => {
      const prefix = ++run;
      const model = new Model();
      for (const action of plan) expect(await onServer(prefix, action)).toEqual(onModel(model, prefix, action));
      const log: Array<{ stream: string | undefined; type: string | undefined; id: string | undefined }> = [];
      for await (const { event } of client.readAll({ fromPosition: START })) {
        if (!event?.streamId.endsWith(`-${prefix}`)) continue;
        log.push({ stream: event.streamId, type: event.type, id: event.type === 'Happened' ? event.id : '' });
      }
      expect(log).toEqual(model.all.map(({ stream: name, type, id }) => ({ stream: name, type, id })));
    }),
    { numRuns: 60, interruptAfterTimeLimit: 12_000 },
  );
});
