// @ts-nocheck
import {
  binaryEvent,
  END,
  eventTypeFilter,
  excludeSystemEvents,
  jsonEvent,
  START,
  streamNameFilter,
  type Position,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { collect, freshStream, happened, numbers, subject, Watcher, type Subject } from './eventstore-support';

let es: Subject;
const running: Array<{ stop(): Promise<void> }> = [];
function watch<Event>(flow: ConstructorParameters<typeof Watcher<Event>>[0]): Watcher<Event> {
  const watcher = new Watcher<Event>(flow);
  running.push(watcher);
  return watcher;
}
beforeAll(async () => {
  es = await subject();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((watcher) => watcher.stop()));
});
afterAll(() => es.close());

describe('a subscription to a stream', () => {
  it('is confirmed, delivers what is there, says that it has caught up, and goes on live', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(3));
    const seen = watch<ResolvedEvent>(es.client.subscribeToStream(stream, { fromRevision: START }));
    await seen.take(3);
    await seen.sign('caughtUp');
    expect(seen.signs).toEqual(['confirmation', 'caughtUp']);
    await es.client.appendToStream(stream, happened(2, 3));
    expect(numbers(await seen.take(5))).toEqual([0, 1, 2, 3, 4]);
    expect(seen.seen.map(({ event }) => event?.position?.commit)).not.toContain(undefined);
  });

  it('begins after the revision', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(5));
    expect(numbers(await watch<ResolvedEvent>(es.client.subscribeToStream(stream, { fromRevision: 2n })).take(2))).toEqual([3, 4]);
  });

  it('from the end has only what comes later', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(5));
    const seen = watch<ResolvedEvent>(es.client.subscribeToStream(stream, { fromRevision: END }));
    await seen.sign('caughtUp');
    await es.client.appendToStream(stream, happened(1, 5));
    expect(numbers(await seen.take(1))).toEqual([5]);
  });

  it('may wait for a stream that is not there yet', async () => {
    const stream = freshStream();
    const seen = watch<ResolvedEvent>(es.client.subscribeToStream(stream));
    await seen.sign('confirmation');
    await es.client.appendToStream(stream, happened(2));
    expect(numbers(await seen.take(2))).toEqual([0, 1]);
  });

  it('sees nothing of other streams', async () => {
    const [mine, other] = [freshStream(), freshStream()];
    const seen = watch<ResolvedEvent>(es.client.subscribeToStream(mine));
    await seen.sign('confirmation');
    await es.client.appendToStream(other, happened(3));
    await es.client.appendToStream(mine, happened(1, 7));
    expect(numbers(await seen.take(1))).toEqual([7]);
  });

  it('ends when the stream is deleted for ever', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(1));
    const seen = watch<ResolvedEvent>(es.client.subscribeToStream(stream));
    await seen.take(1);
    await es.client.tombstoneStream(stream);
    expect(await seen.failure()).toMatchObject({ type: 'stream-deleted', streamName: stream });
    const late = watch<ResolvedEvent>(es.client.subscribeToStream(stream));
    expect(await late.failure()).toMatchObject({ type: 'stream-deleted' });
  });

  it('goes on after the stream was deleted and written to again', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(2));
    const seen = watch<ResolvedEvent>(es.client.subscribeToStream(stream));
    await seen.take(2);
    await es.client.deleteStream(stream);
    await es.client.appendToStream(stream, happened(1, 2));
    expect(numbers(await seen.take(3))).toEqual([0, 1, 2]);
  });

  it('leaves out what is truncated, and follows links when asked', async () => {
    const [target, links] = [freshStream(), freshStream('links')];
    await es.client.appendToStream(target, happened(4));
    await es.client.setStreamMetadata(target, { maxCount: 2 });
    expect(numbers(await watch<ResolvedEvent>(es.client.subscribeToStream(target)).take(2))).toEqual([2, 3]);
    await es.client.appendToStream(links, binaryEvent({ type: '$>', data: Buffer.from(`3@${target}`) }));
    const [resolved] = await watch<ResolvedEvent>(es.client.subscribeToStream(links, { resolveLinkTos: true })).take(1);
    expect(resolved).toMatchObject({ link: { streamId: links }, event: { streamId: target, revision: 3n } });
  });

  it('takes what comes faster than it reads', async () => {
    const stream = freshStream();
    const seen = watch<ResolvedEvent>(es.client.subscribeToStream(stream));
    await seen.sign('confirmation');
    for (let at = 0; at < 2_000; at += 50) await es.client.appendToStream(stream, happened(50, at));
    expect(numbers(await seen.take(2_000))).toEqual(Array.from({ length: 2_000 }, (_, index) => index));
  });
});

describe('a subscription to $all', () => {
  const end = async (): Promise<Position> => {
    const { position } = await es.client.appendToStream(freshStream('mark'), happened(1));
    if (!position) throw new Error('an append without a position');
    return position;
  };
  const ours =
    (category: string) =>
    ({ event }: ResolvedEvent) =>
      event?.streamId.startsWith(category) ?? false;

  it('begins after the position, which is not included, and goes on live', async () => {
    const mark = await end();
    const stream = freshStream('after');
    await es.client.appendToStream(stream, happened(2));
    const seen = watch<ResolvedEvent>(es.client.subscribeToAll({ fromPosition: mark }));
    await seen.sign('caughtUp');
    await es.client.appendToStream(stream, happened(1, 2));
    await seen.until(() => seen.seen.filter(ours('after')).length === 3);
    expect(seen.seen.map(({ event }) => event?.position?.commit)).not.toContain(mark.commit);
    expect(numbers(seen.seen.filter(ours('after')))).toEqual([0, 1, 2]);
  });

  it('sees the same as a read of $all', async () => {
    const mark = await end();
    for (let index = 0; index < 20; index++) await es.client.appendToStream(freshStream(), happened(3, index));
    const last = await end();
    const read = await collect(es.client.readAll({ fromPosition: mark }));
    const seen = watch<ResolvedEvent>(es.client.subscribeToAll({ fromPosition: mark }));
    await seen.until(() => seen.seen.at(-1)?.event?.position?.commit === last.commit);
    expect(seen.seen.map(({ event }) => event?.id)).toEqual(read.slice(1).map(({ event }) => event?.id));
  });

  it('from the end has only what comes later', async () => {
    const seen = watch<ResolvedEvent>(es.client.subscribeToAll({ fromPosition: END }));
    await seen.sign('caughtUp');
    const stream = freshStream('later');
    await es.client.appendToStream(stream, happened(1));
    await seen.until(() => seen.seen.some(ours('later')));
    expect(seen.seen[0]?.event?.streamId).toBe(stream);
  });

  it.each([
    ['stream names by prefix', () => streamNameFilter({ prefixes: ['apples', 'pears'] }), ['apples', 'pears']],
    ['stream names by expression', () => streamNameFilter({ regex: '^(apples|pears)-' }), ['apples', 'pears']],
    ['event types by prefix', () => eventTypeFilter({ prefixes: ['Fruit'] }), ['apples', 'pears', 'stones']],
    ['event types by expression', () => eventTypeFilter({ regex: '^Fruit(Ripe)$' }), ['stones']],
  ])('filters %s, caught up and live', async (_name, filter, expected) => {
    const mark = await end();
    const write = async () => {
      await es.client.appendToStream(freshStream('apples'), jsonEvent({ type: 'FruitFell', data: {} }));
      await es.client.appendToStream(freshStream('oranges'), jsonEvent({ type: 'Nothing', data: {} }));
      await es.client.appendToStream(freshStream('pears'), jsonEvent({ type: 'FruitFell', data: {} }));
      await es.client.appendToStream(freshStream('stones'), jsonEvent({ type: 'FruitRipe', data: {} }));
    };
    await write();
    const seen = watch<ResolvedEvent>(es.client.subscribeToAll({ fromPosition: mark, filter: filter() }));
    await seen.sign('caughtUp');
    await write();
    await seen.take(2 * expected.length);
    expect(seen.seen.map(({ event }) => event?.streamId.split('-')[0])).toEqual([...expected, ...expected]);
  });

  it('can leave out what the server writes for itself', async () => {
    const mark = await end();
    const stream = freshStream();
    await es.client.setStreamMetadata(stream, { maxCount: 3 });
    await es.client.appendToStream(stream, happened(1));
    const everything = await collect(es.client.readAll({ fromPosition: mark }));
    expect(everything.some(({ event }) => event?.type === '$metadata' && event.streamId === `$$${stream}`)).toBe(true);
    const seen = watch<ResolvedEvent>(es.client.subscribeToAll({ fromPosition: mark, filter: excludeSystemEvents() }));
    await seen.until(() => seen.seen.some(({ event }) => event?.streamId === stream));
    expect(seen.seen.filter(({ event }) => event?.type.startsWith('$'))).toEqual([]);
  });

  it('tells how far it has searched when the filter lets little through', async () => {
    const mark = await end();
    const checkpoints: Position[] = [];
    const filter = streamNameFilter({
      prefixes: ['never'],
      maxSearchWindow: 10,
      checkpointInterval: 1,
      checkpointReached: (_subscription, position) => void checkpoints.push(position),
    });
    await es.client.appendToStream(freshStream(), happened(60));
    const last = await end();
    const seen = watch<ResolvedEvent>(es.client.subscribeToAll({ fromPosition: mark, filter }));
    await seen.sign('caughtUp');
    expect(checkpoints.length).toBeGreaterThanOrEqual(5);
    const commits = checkpoints.map(({ commit }) => commit);
    expect([...commits].sort((a, b) => (a < b ? -1 : 1))).toEqual(commits);
    expect(commits.every((commit) => commit > mark.commit && commit <= last.commit)).toBe(true);
    // a checkpoint is a place to go on from
    const stream = freshStream('never');
    await es.client.appendToStream(stream, happened(1));
    const again = watch<ResolvedEvent>(
      es.client.subscribeToAll({ fromPosition: checkpoints.at(-1) ?? START, filter: streamNameFilter({ prefixes: ['never'] }) }),
    );
    expect((await again.take(1))[0]?.event?.streamId).toBe(stream);
  });
});

it('many subscriptions see one event each at once', async () => {
  const client = es.connect();
  const stream = freshStream();
  const watchers = Array.from({ length: 1_000 }, (_, index) =>
    watch<ResolvedEvent>(
      index % 2
        ? client.subscribeToStream(stream)
        : client.subscribeToAll({ fromPosition: END, filter: streamNameFilter({ prefixes: [stream] }) }),
    ),
  );
  await Promise.all(watchers.map((watcher) => watcher.sign('caughtUp')));
  await es.client.appendToStream(stream, happened(1));
  await Promise.all(watchers.map((watcher) => watcher.take(1)));
  expect(watchers.every(({ seen }) => seen[0]?.event?.streamId === stream)).toBe(true);
});
