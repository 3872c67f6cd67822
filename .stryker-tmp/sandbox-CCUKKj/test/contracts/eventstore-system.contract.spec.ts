// @ts-nocheck
import {
  BACKWARDS,
  END,
  jsonEvent,
  persistentSubscriptionToStreamSettingsFromDefaults as settings,
  START,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { collect, freshStream, happened, subject, Watcher, type Subject } from './eventstore-support';

/** What the server itself says of streams: metadata, ends, and the stream of all streams. */
let es: Subject;
const running: Array<{ stop(): Promise<void> }> = [];
beforeAll(async () => {
  es = await subject();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((watcher) => watcher.stop()));
});
afterAll(() => es.close());

const watch = (flow: ConstructorParameters<typeof Watcher<ResolvedEvent>>[0]) => {
  const watcher = new Watcher<ResolvedEvent>(flow);
  running.push(watcher);
  return watcher;
};

describe('the records of the server', () => {
  const since = async (act: () => Promise<unknown>) => {
    const { position } = await es.client.appendToStream(freshStream('mark'), happened(1));
    await act();
    const [, ...after] = await collect(es.client.readAll({ fromPosition: position ?? START }));
    return after.map(({ event }) => [event?.streamId, event?.type, event?.isJson, event?.data]);
  };

  it('metadata is an event of a stream of its own, in $all and by its name', async () => {
    const stream = freshStream();
    const written = await since(() => es.client.setStreamMetadata(stream, { maxCount: 3, truncateBefore: 0, owner: 'anna' }));
    const record = [`$$${stream}`, '$metadata', true, { $maxCount: 3, $tb: 0, owner: 'anna' }];
    expect(written).toEqual([record]);
    await es.client.setStreamMetadata(stream, { maxCount: 4 });
    // of a metadata stream the last event alone is shown
    const [last, ...others] = await collect(es.client.readStream(`$$${stream}`));
    expect(others).toEqual([]);
    expect(last?.event).toMatchObject({ type: '$metadata', revision: 1n, data: { $maxCount: 4 } });
  });

  it('a soft delete is metadata that cuts all off, and a revival metadata that cuts off what was', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(2));
    expect(await since(() => es.client.deleteStream(stream))).toEqual([
      [`$$${stream}`, '$metadata', true, { $tb: Number(0x7fffffffffffffffn) }],
    ]);
    const [first, second] = await since(() => es.client.appendToStream(stream, happened(1, 2)));
    expect(first).toEqual([stream, 'Happened', true, { number: 2 }]);
    expect(second).toEqual([`$$${stream}`, '$metadata', true, { $tb: 2 }]);
  });

  it('an end for ever is a record in the stream itself', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(1));
    const [record] = await since(() => es.client.tombstoneStream(stream));
    expect(record?.slice(0, 2)).toEqual([stream, '$streamDeleted']);
  });
});

// A real server has it when it runs its system projections (EVENTSTORE_PROJECTIONS=1 says so).
const served = !process.env['EVENTSTORE_URL'] || process.env['EVENTSTORE_PROJECTIONS'];
(served ? describe : describe.skip)('$streams', () => {
  /** What `$streams` brings from its end on while `act` runs. */
  const brought = async (count: number, act: () => Promise<unknown>, resolveLinkTos = false) => {
    const watcher = watch(es.client.subscribeToStream('$streams', { fromRevision: END, resolveLinkTos }));
    await watcher.sign('caughtUp');
    await act();
    return (await watcher.take(count)).slice(0, count);
  };

  it('brings a link to the first event of each stream, and none to later ones', async () => {
    const [one, other] = [freshStream(), freshStream()];
    const seen = await brought(2, async () => {
      await es.client.appendToStream(one, happened(3));
      await es.client.appendToStream(one, happened(1, 3));
      await es.client.appendToStream(other, happened(1));
    });
    const text = ({ event }: ResolvedEvent) => [event?.streamId, event?.type, Buffer.from(event?.data as Uint8Array).toString()];
    expect(seen.map(text)).toEqual([
      ['$streams', '$>', `0@${one}`],
      ['$streams', '$>', `0@${other}`],
    ]);
    expect(seen[1]?.event?.revision).toBe((seen[0]?.event?.revision ?? 0n) + 1n);
    expect(seen[0]?.event?.id).not.toBe(seen[1]?.event?.id);
  });

  it('resolves to the event and the link', async () => {
    const stream = freshStream();
    const [seen] = await brought(1, () => es.client.appendToStream(stream, happened(2)), true);
    expect(seen).toMatchObject({ event: { streamId: stream, revision: 0n, data: { number: 0 } }, link: { streamId: '$streams' } });
    const [read] = await collect(
      es.client.readStream('$streams', { fromRevision: seen?.link?.revision ?? START, maxCount: 1, resolveLinkTos: true }),
    );
    expect(read).toMatchObject({ event: { streamId: stream }, link: { id: seen?.link?.id, revision: seen?.link?.revision } });
  });

  it('is read from any place, both ways, and counted', async () => {
    const names = Array.from({ length: 5 }, () => freshStream());
    const seen = await brought(5, async () => {
      for (const name of names) await es.client.appendToStream(name, happened(1));
    });
    const targets = (events: ResolvedEvent[]) => events.map(({ event }) => event?.streamId);
    const middle = seen[2]?.event?.revision ?? START;
    const read = (options: object) => collect(es.client.readStream('$streams', { ...options, resolveLinkTos: true }));
    expect(targets(await read({ fromRevision: middle, maxCount: 2 }))).toEqual([names[2], names[3]]);
    expect(targets(await read({ fromRevision: middle, maxCount: 3, direction: BACKWARDS }))).toEqual([names[2], names[1], names[0]]);
    expect(targets(await read({ fromRevision: END, maxCount: 1, direction: BACKWARDS }))).toEqual([names[4]]);
    const all = await read({ fromRevision: START });
    expect(new Set(all.map(({ link }) => link?.id)).size).toBe(all.length);
    expect(targets(all).slice(-5)).toEqual(names);
  });

  it('keeps the link of a stream that is gone, which then leads nowhere', async () => {
    const stream = freshStream();
    const [seen] = await brought(1, () => es.client.appendToStream(stream, happened(1)));
    const revision = seen?.event?.revision ?? START;
    await es.client.deleteStream(stream);
    const [read] = await collect(es.client.readStream('$streams', { fromRevision: revision, maxCount: 1, resolveLinkTos: true }));
    expect(read?.event).toBeUndefined();
    expect(read?.link).toMatchObject({ streamId: '$streams', revision });
  });

  it('has groups like any stream', async () => {
    const { client } = es;
    const name = freshStream('group');
    await client.createPersistentSubscriptionToStream('$streams', name, settings({ startFrom: END, resolveLinkTos: true }));
    const stream = freshStream();
    await client.appendToStream(stream, happened(1));
    const member = client.subscribeToPersistentSubscriptionToStream('$streams', name);
    member.on('data', (event) => void member.ack(event));
    const [seen] = await watch(member).take(1);
    expect(seen).toMatchObject({ event: { streamId: stream }, link: { streamId: '$streams' } });
  });
});

if (!process.env['EVENTSTORE_URL'])
  describe('$streams here', () => {
    it('is written by nobody', async () => {
      const { client } = es;
      const credentials = { username: 'admin', password: 'changeit' };
      const denied = { type: 'access-denied' };
      await expect(client.appendToStream('$streams', jsonEvent({ type: 'Mine', data: {} }))).rejects.toMatchObject(denied);
      await expect(client.appendToStream('$streams', happened(1), { credentials })).rejects.toMatchObject(denied);
      await expect(client.deleteStream('$streams')).rejects.toMatchObject(denied);
      await expect(client.tombstoneStream('$streams')).rejects.toMatchObject(denied);
    });

    it('is complete when an append is answered, and costs $all nothing', async () => {
      const stream = freshStream();
      const { position } = await es.client.appendToStream(stream, happened(1));
      const [last] = await collect(es.client.readStream('$streams', { direction: BACKWARDS, fromRevision: END, maxCount: 1 }));
      expect(Buffer.from(last?.event?.data as unknown as Uint8Array).toString()).toBe(`0@${stream}`);
      const after = await collect(es.client.readAll({ fromPosition: position ?? START }));
      expect(after.map(({ event }) => event?.streamId)).toEqual([stream]);
    });

    it('may be cut off by its metadata', async () => {
      const { client } = es;
      for (let count = 0; count < 3; count++) await client.appendToStream(freshStream(), happened(1));
      await client.setStreamMetadata('$streams', { maxCount: 2 });
      expect(await collect(client.readStream('$streams'))).toHaveLength(2);
      await client.setStreamMetadata('$streams', {});
      expect((await collect(client.readStream('$streams'))).length).toBeGreaterThan(2);
    });
  });
