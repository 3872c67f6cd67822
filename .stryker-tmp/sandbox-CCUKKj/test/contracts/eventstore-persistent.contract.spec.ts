// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  binaryEvent,
  DISPATCH_TO_SINGLE,
  END,
  persistentSubscriptionToAllSettingsFromDefaults as allSettings,
  persistentSubscriptionToStreamSettingsFromDefaults as streamSettings,
  PINNED,
  ROUND_ROBIN,
  START,
  streamNameFilter,
  type PersistentSubscriptionToAllResolvedEvent,
  type PersistentSubscriptionToStream,
  type PersistentSubscriptionToStreamResolvedEvent as Delivered,
  type PersistentSubscriptionToStreamSettings,
} from '@eventstore/db-client';
import { collect, freshStream, happened, numbers, subject, Watcher, type Subject } from './eventstore-support';

let es: Subject;
const running: Array<{ stop(): Promise<void> }> = [];
beforeAll(async () => {
  es = await subject();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((watcher) => watcher.stop()));
});
afterAll(() => es.close());

type Member = Watcher<Delivered> & { subscription: PersistentSubscriptionToStream };

/** A member of the group; `answer` is given each event as it comes. */
function join(
  stream: string,
  group: string,
  answer?: (event: Delivered, member: PersistentSubscriptionToStream) => void,
  bufferSize = 10,
): Member {
  const subscription = es.client.subscribeToPersistentSubscriptionToStream(stream, group, { bufferSize });
  if (answer) subscription.on('data', (event) => answer(event, subscription));
  const watcher = Object.assign(new Watcher<Delivered>(subscription), { subscription });
  running.push(watcher);
  return watcher;
}

const ack = (event: Delivered, member: PersistentSubscriptionToStream) => void member.ack(event);
const info = (stream: string, group: string) => es.client.getPersistentSubscriptionToStreamInfo(stream, group);
const parkedStream = (stream: string, group: string) => `$persistentsubscription-${stream}::${group}-parked`;

async function group(settings: Partial<PersistentSubscriptionToStreamSettings> = {}, events = 0): Promise<[stream: string, group: string]> {
  const stream = freshStream('persistent');
  const name = `group-${randomUUID()}`;
  if (events) await es.client.appendToStream(stream, happened(events));
  await es.client.createPersistentSubscriptionToStream(stream, name, streamSettings({ startFrom: START, ...settings }));
  return [stream, name];
}

/** Asks again until the answer is as wanted; jest's own time-out is the limit. */
async function eventually<Value>(ask: () => Promise<Value>, wanted: (value: Value) => boolean): Promise<Value> {
  for (;;) {
    const value = await ask();
    if (wanted(value)) return value;
    await setImmediate(); // an answer that was at hand must not keep what is waited for from coming
  }
}

describe('a group', () => {
  it('is made once, found, listed and deleted', async () => {
    const [stream, name] = await group();
    await expect(es.client.createPersistentSubscriptionToStream(stream, name, streamSettings())).rejects.toMatchObject({
      type: 'persistent-subscription-exists',
      streamName: stream,
      groupName: name,
    });
    expect(await info(stream, name)).toMatchObject({ eventSource: stream, groupName: name, connections: [] });
    expect(await es.client.listPersistentSubscriptionsToStream(stream)).toHaveLength(1);
    expect((await es.client.listAllPersistentSubscriptions()).map(({ groupName }) => groupName)).toContain(name);
    await es.client.deletePersistentSubscriptionToStream(stream, name);
    for (const call of [
      info(stream, name),
      es.client.deletePersistentSubscriptionToStream(stream, name),
      es.client.listPersistentSubscriptionsToStream(stream),
    ]) {
      await expect(call).rejects.toMatchObject({ type: 'persistent-subscription-does-not-exist', streamName: stream });
    }
  });

  it('tells its settings and numbers', async () => {
    const [stream, name] = await group(
      { startFrom: 3n, maxRetryCount: 4, messageTimeout: 5_000, resolveLinkTos: true, consumerStrategyName: PINNED },
      10,
    );
    const { settings, stats } = await info(stream, name);
    expect(settings).toMatchObject({
      startFrom: 3n,
      maxRetryCount: 4,
      messageTimeout: 5_000,
      resolveLinkTos: true,
      consumerStrategyName: PINNED,
      maxSubscriberCount: 'unbounded',
    });
    expect(stats).toMatchObject({ parkedMessageCount: 0n, outstandingMessagesCount: 0 });
    const member = join(stream, name, undefined, 4);
    await member.take(4);
    const joined = await info(stream, name);
    expect(joined.stats).toMatchObject({ outstandingMessagesCount: 4, totalInFlightMessages: 4, lastKnownEventRevision: 9n });
    expect(joined.connections).toMatchObject([{ inFlightMessages: 4, availableSlots: 0 }]);
  });

  it('cannot be joined when it is not there, nor by more than it may have', async () => {
    const stream = freshStream();
    expect(await join(stream, 'nobody').failure()).toMatchObject({
      type: 'persistent-subscription-does-not-exist',
      streamName: stream,
      groupName: 'nobody',
    });
    const [limited, name] = await group({ maxSubscriberCount: 1 });
    await join(limited, name).sign('confirmation');
    expect(await join(limited, name).failure()).toMatchObject({
      type: 'maximum-subscribers-reached',
      streamName: limited,
      groupName: name,
    });
  });

  it.each<[string, (stream: string, name: string) => Promise<void>]>([
    [
      'changed',
      (stream, name) =>
        es.client.updatePersistentSubscriptionToStream(stream, name, streamSettings({ startFrom: START, maxRetryCount: 7 })),
    ],
    ['deleted', (stream, name) => es.client.deletePersistentSubscriptionToStream(stream, name)],
  ])('drops its members when it is %s', async (_what, change) => {
    const [stream, name] = await group();
    const member = join(stream, name);
    await member.sign('confirmation');
    await change(stream, name);
    expect(await member.failure()).toMatchObject({ type: expect.stringMatching(/^persistent-subscription-(dropped|does-not-exist)$/) });
  });

  it('has its new settings after a change, which must find it', async () => {
    const [stream, name] = await group();
    await es.client.updatePersistentSubscriptionToStream(stream, name, streamSettings({ startFrom: START, maxRetryCount: 7 }));
    expect((await info(stream, name)).settings).toMatchObject({ maxRetryCount: 7 });
    await expect(es.client.updatePersistentSubscriptionToStream(stream, 'nobody', streamSettings())).rejects.toMatchObject({
      type: 'persistent-subscription-does-not-exist',
    });
  });
});

describe('delivery', () => {
  it('brings what is there and what comes, from the named place', async () => {
    const [stream, name] = await group({ startFrom: 2n }, 4);
    const member = join(stream, name, ack);
    await member.take(2);
    await es.client.appendToStream(stream, happened(2, 4));
    expect(numbers(await member.take(4))).toEqual([2, 3, 4, 5]);
    expect(member.seen.map(({ retryCount }) => retryCount)).toEqual([0, 0, 0, 0]);
  });

  it('from the end brings only what comes', async () => {
    const [stream, name] = await group({ startFrom: END }, 3);
    await es.client.appendToStream(stream, happened(1, 3));
    expect(numbers(await join(stream, name, ack).take(1))).toEqual([3]);
  });

  it('stops at the size of the buffer, and goes on with each answer', async () => {
    const [stream, name] = await group({}, 10);
    const member = join(stream, name, undefined, 3);
    await member.take(3);
    const { connections } = await info(stream, name);
    expect(connections[0]).toMatchObject({ inFlightMessages: 3, availableSlots: 0 });
    await member.subscription.ack(...member.seen);
    expect(numbers(await member.take(6))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('brings everything once to a group of several, in turns', async () => {
    const [stream, name] = await group({ consumerStrategyName: ROUND_ROBIN });
    const members = [join(stream, name, ack), join(stream, name, ack), join(stream, name, ack)];
    await Promise.all(members.map((member) => member.sign('confirmation')));
    for (let at = 0; at < 30; at++) await es.client.appendToStream(stream, happened(1, at));
    await Promise.all(members.map((member) => member.take(5)));
    await eventually(
      () => info(stream, name),
      ({ stats }) => stats.totalItems === 30n,
    );
    const all = members.flatMap(({ seen }) => numbers(seen)).sort((a, b) => (a ?? 0) - (b ?? 0));
    expect(all).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });

  it('goes to one member as long as it takes, when told so', async () => {
    const [stream, name] = await group({ consumerStrategyName: DISPATCH_TO_SINGLE });
    const first = join(stream, name, ack);
    await first.sign('confirmation');
    const second = join(stream, name, ack);
    await second.sign('confirmation');
    for (let at = 0; at < 10; at++) await es.client.appendToStream(stream, happened(1, at));
    await first.take(10);
    expect(second.seen).toEqual([]);
  });

  it('keeps the events of one stream with one member, when pinned', async () => {
    const links = freshStream('links');
    const targets = Array.from({ length: 12 }, () => freshStream('pin'));
    for (const target of targets) await es.client.appendToStream(target, happened(3));
    const name = `group-${randomUUID()}`;
    await es.client.createPersistentSubscriptionToStream(
      links,
      name,
      streamSettings({ startFrom: START, resolveLinkTos: true, consumerStrategyName: PINNED }),
    );
    const members = [join(links, name, ack, 50), join(links, name, ack, 50)];
    await Promise.all(members.map((member) => member.sign('confirmation')));
    for (const revision of [0, 1, 2]) {
      for (const target of targets)
        await es.client.appendToStream(links, binaryEvent({ type: '$>', data: Buffer.from(`${revision}@${target}`) }));
    }
    await eventually(
      async () => members.map(({ seen }) => seen.length),
      (counts) => counts.reduce((sum, count) => sum + count) === 36,
    );
    const [one, other] = members.map(({ seen }) => new Set(seen.map(({ event }) => event?.streamId)));
    expect([...(one ?? [])].filter((stream) => other?.has(stream))).toEqual([]);
    expect((one?.size ?? 0) + (other?.size ?? 0)).toBe(12);
  });

  it('follows links, and is answered by the link', async () => {
    const [target, links] = [freshStream(), freshStream('links')];
    await es.client.appendToStream(target, happened(1));
    await es.client.appendToStream(links, binaryEvent({ type: '$>', data: Buffer.from(`0@${target}`) }));
    const name = `group-${randomUUID()}`;
    await es.client.createPersistentSubscriptionToStream(links, name, streamSettings({ startFrom: START, resolveLinkTos: true }));
    const [delivered] = await join(links, name, ack).take(1);
    expect(delivered).toMatchObject({ link: { streamId: links }, event: { streamId: target } });
    await eventually(
      () => info(links, name),
      ({ stats }) => stats.outstandingMessagesCount === 0,
    );
  });
});

describe('an answer of', () => {
  it('«retry» brings the event again, before others, and counts', async () => {
    const [stream, name] = await group({}, 2);
    const member = join(
      stream,
      name,
      (event, own) => void (event.retryCount < 2 && event.event?.revision === 0n ? own.nack('retry', 'not yet', event) : own.ack(event)),
      1,
    );
    await member.take(4);
    expect(member.seen.map(({ event, retryCount }) => [event?.revision, retryCount])).toEqual([
      [0n, 0],
      [0n, 1],
      [0n, 2],
      [1n, 0],
    ]);
  });

  it('«skip» passes it over for good', async () => {
    const [stream, name] = await group({}, 2);
    const member = join(stream, name, (event, own) => void own.nack('skip', 'not for me', event), 1);
    expect(numbers(await member.take(2))).toEqual([0, 1]);
    const { stats } = await eventually(
      () => info(stream, name),
      (now) => now.stats.outstandingMessagesCount === 0,
    );
    expect(stats.parkedMessageCount).toBe(0n);
  });

  it('«park» puts it aside, where it can be read', async () => {
    const [stream, name] = await group({}, 2);
    const member = join(stream, name, (event, own) => void own.nack('park', 'broken', event), 1);
    await member.take(2);
    await eventually(
      () => info(stream, name),
      ({ stats }) => stats.parkedMessageCount === 2n,
    );
    const parked = await collect(es.client.readStream(parkedStream(stream, name), { resolveLinkTos: true }));
    expect(numbers(parked)).toEqual([0, 1]);
    expect(parked[0]?.link?.type).toBe('$>');
    expect(Buffer.from(parked[0]?.link?.data as Uint8Array).toString()).toBe(`0@${stream}`);
    expect(JSON.stringify(parked[0]?.link?.metadata)).toContain('broken');
  });

  it('«stop» leaves the member where it is', async () => {
    const [stream, name] = await group({}, 2);
    const member = join(stream, name, (event, own) => void own.nack('stop', 'enough', event), 1);
    expect(numbers(await member.take(2))).toEqual([0, 1]);
  });

  it('nobody in time brings it again, and parks it after the last try', async () => {
    const [stream, name] = await group({ messageTimeout: 30, maxRetryCount: 2 }, 1);
    const member = join(stream, name);
    await member.take(3);
    expect(member.seen.map(({ retryCount }) => retryCount)).toEqual([0, 1, 2]);
    await eventually(
      () => info(stream, name),
      ({ stats }) => stats.parkedMessageCount === 1n,
    );
  });

  it('a member that goes away leaves its events to others', async () => {
    const [stream, name] = await group({}, 3);
    const gone = join(stream, name);
    await gone.take(3);
    await gone.stop();
    expect(numbers(await join(stream, name, ack).take(3))).toEqual([0, 1, 2]);
  });
});

describe('parked events', () => {
  async function parked(count: number): Promise<[stream: string, group: string]> {
    const [stream, name] = await group({}, count);
    const member = join(stream, name, (event, own) => void own.nack('park', 'later', event));
    await member.take(count);
    await eventually(
      () => info(stream, name),
      ({ stats }) => stats.parkedMessageCount === BigInt(count),
    );
    await member.stop();
    return [stream, name];
  }

  it('are delivered again when they are replayed', async () => {
    const [stream, name] = await parked(3);
    await es.client.replayParkedMessagesToStream(stream, name);
    const member = join(stream, name, ack);
    expect(numbers(await member.take(3))).toEqual([0, 1, 2]);
    await eventually(
      () => info(stream, name),
      ({ stats }) => stats.parkedMessageCount === 0n && stats.outstandingMessagesCount === 0,
    );
  });

  it('are replayed up to a number', async () => {
    const [stream, name] = await parked(3);
    await es.client.replayParkedMessagesToStream(stream, name, { stopAt: 2 });
    const member = join(stream, name, ack);
    expect(numbers(await member.take(2))).toEqual([0, 1]);
    await eventually(
      () => info(stream, name),
      ({ stats }) => stats.parkedMessageCount === 1n,
    );
  });

  it('of a group that is not there cannot be replayed', async () => {
    await expect(es.client.replayParkedMessagesToStream(freshStream(), 'nobody')).rejects.toMatchObject({
      type: 'persistent-subscription-does-not-exist',
    });
  });
});

describe('a group of $all', () => {
  const name = () => `all-${randomUUID()}`;

  it('brings events of all streams, filtered', async () => {
    const group = name();
    const category = `fruit${randomUUID().slice(0, 8)}`;
    await es.client.appendToStream(freshStream(category), happened(2));
    await es.client.createPersistentSubscriptionToAll(group, allSettings({ startFrom: START }), {
      filter: streamNameFilter({ prefixes: [category] }),
    });
    const subscription = es.client.subscribeToPersistentSubscriptionToAll(group);
    subscription.on('data', (event) => void subscription.ack(event));
    const member = new Watcher<PersistentSubscriptionToAllResolvedEvent>(subscription);
    running.push(member);
    await member.take(2);
    await es.client.appendToStream(freshStream(), happened(1, 8));
    await es.client.appendToStream(freshStream(category), happened(1, 2));
    expect(numbers(await member.take(3))).toEqual([0, 1, 2]);
    expect(await es.client.getPersistentSubscriptionToAllInfo(group)).toMatchObject({
      eventSource: '$all',
      settings: { startFrom: START },
    });
    expect((await es.client.listPersistentSubscriptionsToAll()).map(({ groupName }) => groupName)).toContain(group);
    await es.client.deletePersistentSubscriptionToAll(group);
    await expect(es.client.getPersistentSubscriptionToAllInfo(group)).rejects.toMatchObject({
      type: 'persistent-subscription-does-not-exist',
    });
  });

  it('begins at the named position', async () => {
    const group = name();
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(1));
    const { position } = await es.client.appendToStream(stream, happened(1, 1));
    if (!position) throw new Error('no position');
    await es.client.createPersistentSubscriptionToAll(group, allSettings({ startFrom: position }));
    const subscription = es.client.subscribeToPersistentSubscriptionToAll(group);
    const member = new Watcher<PersistentSubscriptionToAllResolvedEvent>(subscription);
    running.push(member);
    const [first] = await member.take(1);
    expect(first?.event).toMatchObject({ streamId: stream, revision: 1n });
    expect((await es.client.getPersistentSubscriptionToAllInfo(group)).settings.startFrom).toEqual(position);
    await es.client.updatePersistentSubscriptionToAll(group, allSettings({ startFrom: END }));
    expect((await es.client.getPersistentSubscriptionToAllInfo(group)).settings.startFrom).toEqual(END);
  });
});
