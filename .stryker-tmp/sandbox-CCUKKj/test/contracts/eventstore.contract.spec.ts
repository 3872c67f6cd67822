// @ts-nocheck
import { randomUUID } from 'node:crypto';
import {
  ANY,
  BACKWARDS,
  binaryEvent,
  END,
  FORWARDS,
  jsonEvent,
  NO_STREAM,
  START,
  STREAM_EXISTS,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type AppendExpectedRevision,
} from '@eventstore/db-client';
import { collect, freshStream, happened, numbers, subject, type Subject } from './eventstore-support';

let es: Subject;
beforeAll(async () => {
  es = await subject();
});
afterAll(() => es.close());

const read = (stream: string, options: Parameters<Subject['client']['readStream']>[1] = {}) =>
  collect(es.client.readStream(stream, options));
const credentials = { username: 'admin', password: 'changeit' }; // makes the client use Append instead of BatchAppend

describe.each([
  ['BatchAppend', {}],
  ['Append', { credentials }],
])('%s', (_, call) => {
  const append = (stream: string, count: number, expectedRevision: AppendExpectedRevision, from = 0) =>
    es.client.appendToStream(stream, happened(count, from), { expectedRevision, ...call });

  it('writes to a stream that is not there when it expects none', async () => {
    const stream = freshStream();
    const result = await append(stream, 3, NO_STREAM);
    expect(result).toMatchObject({ success: true, nextExpectedRevision: 2n });
    const last = (await read(stream)).at(-1);
    expect(result.position).toEqual(last?.event?.position);
  });

  it.each<[string, AppendExpectedRevision, number, boolean]>([
    ['none, on an empty one', NO_STREAM, 0, true],
    ['none, on one with events', NO_STREAM, 2, false],
    ['any, on an empty one', ANY, 0, true],
    ['any, on one with events', ANY, 2, true],
    ['that it exists, on an empty one', STREAM_EXISTS, 0, false],
    ['that it exists, on one with events', STREAM_EXISTS, 2, true],
    ['the exact revision', 1n, 2, true],
    ['an older revision', 0n, 2, false],
    ['a later revision', 5n, 2, false],
    ['a revision, on an empty one', 0n, 0, false],
  ])('expects %s', async (_name, expected, before, accepted) => {
    const stream = freshStream();
    if (before) await append(stream, before, ANY);
    const appending = append(stream, 1, expected, before);
    if (accepted) {
      expect(await appending).toMatchObject({ nextExpectedRevision: BigInt(before) });
      expect(numbers(await read(stream))).toEqual(Array.from({ length: before + 1 }, (_item, index) => index));
      return;
    }
    const error: WrongExpectedVersionError = await appending.then(
      () => fail('accepted'),
      (cause) => cause,
    );
    expect(error).toBeInstanceOf(WrongExpectedVersionError);
    expect(error).toMatchObject({ streamName: stream, expectedVersion: expected, actualVersion: before ? BigInt(before - 1) : NO_STREAM });
  });

  it('keeps what was written: ids, types, data and metadata of both kinds, and the time', async () => {
    const stream = freshStream();
    const json = jsonEvent({
      id: randomUUID(),
      type: 'Json',
      data: { text: 'летопись', deep: [1, { two: null }] },
      metadata: { $correlationId: 'c-1', by: 'Анна' },
    });
    const binary = binaryEvent({ id: randomUUID(), type: 'Binary', data: Uint8Array.of(0, 1, 2, 255), metadata: Uint8Array.of(9, 8, 7) });
    const begun = Date.now();
    await es.client.appendToStream(stream, [json, binary], call);
    const [first, second] = (await read(stream)).map(({ event }) => event);
    expect(first).toMatchObject({
      id: json.id,
      streamId: stream,
      revision: 0n,
      type: 'Json',
      isJson: true,
      data: json.data,
      metadata: json.metadata,
    });
    expect(second).toMatchObject({ id: binary.id, revision: 1n, type: 'Binary', isJson: false });
    expect(Buffer.from(second?.data as Uint8Array)).toEqual(Buffer.from(binary.data));
    expect(Buffer.from(second?.metadata as Uint8Array)).toEqual(Buffer.from(binary.metadata as Uint8Array));
    expect(first?.created.getTime()).toBeGreaterThanOrEqual(begun - 60_000);
    expect(first?.created.getTime()).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  it.each<[string, AppendExpectedRevision]>([
    ['none', NO_STREAM],
    ['any', ANY],
  ])('takes a repeat with the same ids and the same expectation (%s) as the same append', async (_name, expectedRevision) => {
    const stream = freshStream();
    const events = happened(3);
    const first = await es.client.appendToStream(stream, events, { expectedRevision, ...call });
    await append(stream, 2, ANY, 3);
    const again = await es.client.appendToStream(stream, events, { expectedRevision, ...call });
    expect(again).toMatchObject({ success: true, nextExpectedRevision: 2n, position: first.position });
    expect(numbers(await read(stream))).toEqual([0, 1, 2, 3, 4]);
  });

  it('takes a repeat at its revision as the same append, and other events there as a conflict', async () => {
    const stream = freshStream();
    await append(stream, 2, ANY);
    const events = happened(2, 2);
    await es.client.appendToStream(stream, events, { expectedRevision: 1n, ...call });
    expect(await es.client.appendToStream(stream, events, { expectedRevision: 1n, ...call })).toMatchObject({ nextExpectedRevision: 3n });
    await expect(append(stream, 2, 1n)).rejects.toMatchObject({ type: 'wrong-expected-version', actualVersion: 3n });
    await expect(
      es.client.appendToStream(stream, [...events.slice(0, 1), ...happened(1, 9)], { expectedRevision: 1n, ...call }),
    ).rejects.toMatchObject({
      type: 'wrong-expected-version',
    });
    expect(numbers(await read(stream))).toEqual([0, 1, 2, 3]);
  });

  it('knows ids by stream: the same event may be written to another one', async () => {
    const [one, other] = [freshStream(), freshStream()];
    const events = happened(1);
    await es.client.appendToStream(one, events, call);
    await es.client.appendToStream(other, events, call);
    expect(await read(other)).toHaveLength(1);
  });

  it('refuses an append over the maximum size with its size', async () => {
    const stream = freshStream();
    const large = jsonEvent({ type: 'Large', data: { text: 'x'.repeat(2_000_000) } });
    await expect(es.client.appendToStream(stream, large, call)).rejects.toMatchObject({
      type: 'maximum-append-size-exceeded',
      maxAppendSize: 1_048_576,
    });
    await expect(read(stream)).rejects.toBeInstanceOf(StreamNotFoundError);
  });

  it('takes an append that comes in several parts', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(200), { batchAppendSize: 2_000, ...call });
    expect(numbers(await read(stream))).toEqual(Array.from({ length: 200 }, (_item, index) => index));
  });

  it('refuses to write to a deleted stream for ever', async () => {
    const stream = freshStream();
    await append(stream, 1, ANY);
    await es.client.tombstoneStream(stream);
    await expect(append(stream, 1, ANY)).rejects.toMatchObject({ type: 'stream-deleted', streamName: stream });
  });
});

describe('reading a stream', () => {
  const stream = freshStream();
  const last = 19;
  beforeAll(() => es.client.appendToStream(stream, happened(last + 1)));
  const range = (from: number, to: number) =>
    Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => (from <= to ? from + index : from - index));

  it.each([
    ['forwards from the start', { direction: FORWARDS, fromRevision: START }, range(0, last)],
    ['forwards from a revision, which is included', { direction: FORWARDS, fromRevision: 7n }, range(7, last)],
    ['forwards with a count', { direction: FORWARDS, fromRevision: 7n, maxCount: 3 }, [7, 8, 9]],
    ['forwards past the end', { direction: FORWARDS, fromRevision: 100n }, []],
    ['forwards from the end', { direction: FORWARDS, fromRevision: END }, []],
    ['backwards from the end', { direction: BACKWARDS, fromRevision: END }, range(last, 0)],
    ['backwards from a revision, which is included', { direction: BACKWARDS, fromRevision: 4n }, [4, 3, 2, 1, 0]],
    ['backwards with a count', { direction: BACKWARDS, fromRevision: END, maxCount: 2 }, [19, 18]],
    ['backwards from the start', { direction: BACKWARDS, fromRevision: START }, [0]],
    ['backwards from past the end', { direction: BACKWARDS, fromRevision: 100n, maxCount: 1 }, [19]],
  ] as const)('%s', async (_name, options, expected) => {
    expect(numbers(await read(stream, options))).toEqual(expected);
  });

  it('says that a stream that is not there is not found', async () => {
    const missing = freshStream();
    await expect(read(missing)).rejects.toMatchObject({ type: 'stream-not-found' });
    await expect(read(missing, { direction: BACKWARDS, fromRevision: END })).rejects.toBeInstanceOf(StreamNotFoundError);
  });

  it('reads streams of any name', async () => {
    const names = [`имя ${freshStream()}`, `with/slash?and=more-${freshStream()}`, `${'long'.repeat(200)}-${freshStream()}`];
    for (const name of names) {
      await es.client.appendToStream(name, happened(1));
      expect((await read(name))[0]?.event?.streamId).toBe(name);
    }
  });

  it('reads many events in order', async () => {
    const many = freshStream();
    for (let at = 0; at < 3_000; at += 500) await es.client.appendToStream(many, happened(500, at));
    expect(numbers(await read(many))).toEqual(range(0, 2_999));
    expect(numbers(await read(many, { direction: BACKWARDS, fromRevision: END, maxCount: 1_500 }))).toEqual(range(2_999, 1_500));
  });
});

describe('reading $all', () => {
  it('has every event once, in the order of positions, both ways', async () => {
    const [one, other] = [freshStream(), freshStream()];
    const first = await es.client.appendToStream(one, happened(2));
    await es.client.appendToStream(other, happened(2, 2));
    const end = await es.client.appendToStream(one, happened(1, 4));
    const mine = ({ event }: { event?: { streamId: string } }) => event?.streamId === one || event?.streamId === other;
    const from = (await read(one))[0]?.event?.position ?? START;
    const forwards = (await collect(es.client.readAll({ fromPosition: from }))).filter(mine);
    expect(numbers(forwards)).toEqual([0, 1, 2, 3, 4]);
    const positions = forwards.map(({ event }) => event?.position?.commit ?? 0n);
    expect([...positions].sort((a, b) => (a < b ? -1 : 1))).toEqual(positions);
    expect(new Set(positions).size).toBe(5);
    expect(positions).toContain(first.position?.commit);
    expect(positions.at(-1)).toBe(end.position?.commit);
    expect(forwards.every(({ event, commitPosition }) => commitPosition === event?.position?.commit)).toBe(true);
    const backwards = (await collect(es.client.readAll({ fromPosition: END, direction: BACKWARDS, maxCount: 200 }))).filter(mine);
    expect(numbers(backwards)).toEqual([4, 3, 2, 1, 0]);
  });

  it('includes the event at the position when it reads forwards, and not when backwards', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(3));
    const middle = (await read(stream))[1]?.event?.position ?? START;
    expect(numbers(await collect(es.client.readAll({ fromPosition: middle, maxCount: 2 })))).toEqual([1, 2]);
    expect(numbers(await collect(es.client.readAll({ fromPosition: middle, direction: BACKWARDS, maxCount: 1 })))).toEqual([0]);
  });

  it('takes counts', async () => {
    await es.client.appendToStream(freshStream(), happened(5));
    expect(await collect(es.client.readAll({ maxCount: 3 }))).toHaveLength(3);
    expect(await collect(es.client.readAll({ fromPosition: END }))).toHaveLength(0);
  });
});

describe('deleting', () => {
  it('a stream hides it until it is written to again, and then it goes on with the next revision', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(3));
    const { position } = await es.client.deleteStream(stream);
    expect(position?.commit).toBeGreaterThan(0n);
    await expect(read(stream)).rejects.toBeInstanceOf(StreamNotFoundError);
    expect(await es.client.appendToStream(stream, happened(2, 3), { expectedRevision: NO_STREAM })).toMatchObject({
      nextExpectedRevision: 4n,
    });
    const events = await read(stream);
    expect(numbers(events)).toEqual([3, 4]);
    expect(events[0]?.event?.revision).toBe(3n);
    expect(await es.client.getStreamMetadata(stream)).toMatchObject({ metadata: { truncateBefore: 3 } });
  });

  it.each<[string, AppendExpectedRevision]>([
    ['any', ANY],
    ['the last revision', 2n],
  ])('a deleted stream may be written to with %s too', async (_name, expectedRevision) => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(3));
    await es.client.deleteStream(stream, { expectedRevision: 2n });
    await es.client.appendToStream(stream, happened(1, 3), { expectedRevision });
    expect(numbers(await read(stream))).toEqual([3]);
  });

  it('a stream that is deleted does not exist for a writer that expects it to', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(1));
    await es.client.deleteStream(stream);
    await expect(es.client.appendToStream(stream, happened(1), { expectedRevision: STREAM_EXISTS })).rejects.toBeInstanceOf(
      StreamDeletedError,
    );
  });

  it('what is not there, or not at that revision, is a wrong expected version', async () => {
    await expect(es.client.deleteStream(freshStream())).rejects.toMatchObject({ type: 'wrong-expected-version', actualVersion: -1n });
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(3));
    await expect(es.client.deleteStream(stream, { expectedRevision: 1n })).rejects.toMatchObject({
      streamName: stream,
      expectedVersion: 1n,
      actualVersion: 2n,
    });
    await expect(es.client.tombstoneStream(stream, { expectedRevision: 1n })).rejects.toBeInstanceOf(WrongExpectedVersionError);
    await expect(es.client.deleteStream(stream, { expectedRevision: NO_STREAM })).rejects.toMatchObject({ expectedVersion: -1n });
    expect(await read(stream)).toHaveLength(3);
  });

  it('for ever leaves an error of its own, and the record in $all', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(1));
    const { position } = await es.client.tombstoneStream(stream, { expectedRevision: 0n });
    await expect(read(stream)).rejects.toMatchObject({ type: 'stream-deleted', streamName: stream });
    await expect(es.client.deleteStream(stream)).rejects.toBeInstanceOf(StreamDeletedError);
    await expect(es.client.tombstoneStream(stream)).rejects.toBeInstanceOf(StreamDeletedError);
    const [record] = await collect(es.client.readAll({ fromPosition: position ?? START, maxCount: 1 }));
    expect(record?.event).toMatchObject({ type: '$streamDeleted', streamId: stream, revision: 9_223_372_036_854_775_807n });
  });

  it('for ever may come before the first event', async () => {
    const stream = freshStream();
    await es.client.tombstoneStream(stream, { expectedRevision: NO_STREAM });
    await expect(es.client.appendToStream(stream, happened(1))).rejects.toBeInstanceOf(StreamDeletedError);
  });
});

describe('metadata', () => {
  it('is read back as it was set, the last one', async () => {
    const stream = freshStream();
    expect(await es.client.getStreamMetadata(stream)).toEqual({ streamName: stream });
    await es.client.setStreamMetadata(stream, { maxCount: 7 });
    await es.client.setStreamMetadata(stream, { maxAge: 60, acl: { readRoles: ['$all'], writeRoles: ['admin'] }, custom: 'yes' });
    const { metadata } = await es.client.getStreamMetadata(stream);
    expect(metadata).toMatchObject({ maxAge: 60, acl: { readRoles: ['$all'], writeRoles: ['admin'] }, custom: 'yes' });
    expect(numbers(await read(`$$${stream}`))).toHaveLength(1); // a metadata stream keeps its last event only
  });

  it('$maxCount shows the last events only', async () => {
    const stream = freshStream();
    await es.client.setStreamMetadata(stream, { maxCount: 2 });
    await es.client.appendToStream(stream, happened(5));
    expect(numbers(await read(stream))).toEqual([3, 4]);
    expect(numbers(await read(stream, { direction: BACKWARDS, fromRevision: END }))).toEqual([4, 3]);
    expect(numbers(await read(stream, { fromRevision: 1n, maxCount: 1 }))).toEqual([3]);
  });

  it('$tb shows events from there on', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(5));
    await es.client.setStreamMetadata(stream, { truncateBefore: 3 });
    expect(numbers(await read(stream))).toEqual([3, 4]);
    await es.client.setStreamMetadata(stream, { truncateBefore: 5 });
    expect(await read(stream)).toEqual([]);
    await es.client.setStreamMetadata(stream, {});
    expect(await read(stream)).toHaveLength(5);
  });

  it('$maxAge hides what is older', async () => {
    const stream = freshStream();
    await es.client.appendToStream(stream, happened(2));
    await es.client.setStreamMetadata(stream, { maxAge: 3_600 });
    expect(await read(stream)).toHaveLength(2);
  });
});

describe('links', () => {
  const link = (data: string) => binaryEvent({ type: '$>', data: Buffer.from(data) });

  it('lead to their events, when asked', async () => {
    const [target, links] = [freshStream(), freshStream('links')];
    await es.client.appendToStream(target, happened(2));
    await es.client.appendToStream(links, [link(`1@${target}`), link(`0@${target}`)]);
    const resolved = await read(links, { resolveLinkTos: true });
    expect(numbers(resolved)).toEqual([1, 0]);
    expect(resolved[0]?.link).toMatchObject({ streamId: links, revision: 0n, type: '$>' });
    expect(resolved[0]?.event).toMatchObject({ streamId: target, revision: 1n });
    expect((await read(links))[0]?.event).toMatchObject({ streamId: links, type: '$>' });
  });

  it('come alone when their event is gone', async () => {
    const [target, links] = [freshStream(), freshStream('links')];
    await es.client.appendToStream(target, happened(1));
    await es.client.appendToStream(links, [link(`0@${target}`), link(`0@${freshStream()}`)]);
    await es.client.deleteStream(target);
    for (const { event, link: own } of await read(links, { resolveLinkTos: true })) {
      expect(event).toBeUndefined();
      expect(own?.type).toBe('$>');
    }
  });
});
