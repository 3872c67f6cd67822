// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { ProposedEvent } from '../wire/recorded-event';
import { decodeEvent } from '../wire/recorded-event';
import { openEventFile } from './event-file';
import { ANY, NO_STREAM } from './expected-revision';
import { EventLog } from './log';
import { StreamView } from './stream-view';
import { Streams } from './streams';
import { Writer } from './writer';

const event = (size = 10): ProposedEvent => ({
  id: randomUUID(),
  type: 'Happened',
  isJson: false,
  data: Buffer.alloc(size, 1),
  metadata: Buffer.alloc(0),
});

function store(now?: () => number) {
  const file = openEventFile(undefined);
  const log = new EventLog(file);
  const streams = new Streams(file, log);
  return { file, log, streams, writer: new Writer(log, streams, now), view: (name: string) => new StreamView(name, log, streams, now) };
}

it('shows nothing before the turn is on disk', async () => {
  const { writer, log, view } = store();
  writer.append('s', NO_STREAM, [event(), event()]);
  expect(log.head).toBe(0);
  expect(log.forward(0, 10)).toEqual([]);
  expect(view('s').forward(0, 10)).toBeUndefined();
  await writer.settled();
  expect(log.head).toBe(2);
  expect(log.forward(0, 10).map(({ position }) => position)).toEqual([1, 2]);
  expect(view('s').forward(0, 10)?.events).toHaveLength(2);
});

it('lists a stream in $streams when the turn is on disk, under the same id from then on, and after a restart', async () => {
  const { writer, log, streams, view } = store();
  const listed = () => new StreamView('$streams', log, streams).forward(0, 10)?.events.map(({ body }) => decodeEvent(body));
  writer.append('kept', NO_STREAM, [event()]);
  await writer.settled();
  writer.tombstone('never-begun', NO_STREAM);
  writer.append('later', NO_STREAM, [event(), event()]);
  expect(listed()).toHaveLength(1);
  await writer.settled();
  const links = listed();
  expect(links?.map(({ data }) => Buffer.from(data).toString())).toEqual(['0@kept', '0@later']);
  expect(links?.map(({ revision }) => revision)).toEqual([0, 2]);
  expect(view('$streams').last).toBe(2);
  expect(new StreamView('$streams', new EventLog(log.file), streams).forward(0, 10)?.events.map(({ body }) => decodeEvent(body))).toEqual(
    links,
  );
});

it('decides on what the same turn has already taken', async () => {
  const { writer } = store();
  const first = event();
  expect(writer.append('s', NO_STREAM, [first])).toMatchObject({ result: 'written', lastRevision: 0 });
  expect(writer.append('s', NO_STREAM, [event()])).toMatchObject({ result: 'wrong-expected-version', current: 0 });
  expect(writer.append('s', NO_STREAM, [first])).toMatchObject({ result: 'written', lastRevision: 0, position: 1 });
  expect(writer.append('s', 0, [event()])).toMatchObject({ result: 'written', lastRevision: 1, position: 2 });
  await writer.settled();
});

it('a full disk refuses the turn, keeps what was there, and takes appends again when there is room', async () => {
  const { file, writer, log, view } = store();
  const commits: number[] = [];
  log.onCommit(({ last }) => commits.push(last));
  writer.append('kept', NO_STREAM, [event()]);
  await writer.settled();
  file.exec('PRAGMA max_page_count = 40');
  const lost = event();
  writer.append('lost', NO_STREAM, [lost]);
  const settled = writer.settled();
  expect(() => writer.append('large', ANY, [event(500_000)])).toThrow(/full/);
  await expect(settled).rejects.toThrow(/full/);
  expect(log.head).toBe(1);
  expect(view('lost').condition).toBe('not-found');
  expect(view('kept').forward(0, 10)?.events).toHaveLength(1);

  file.exec('PRAGMA max_page_count = 100000');
  expect(writer.append('lost', NO_STREAM, [lost])).toMatchObject({ result: 'written', lastRevision: 0, position: 2 });
  expect(writer.append('kept', 0, [event()])).toMatchObject({ lastRevision: 1, position: 3 });
  await writer.settled();
  await setImmediate(); // listeners are told after the waiters
  expect(commits).toEqual([1, 3]);
  expect(log.forward(0, 10).map(({ body }) => decodeEvent(body).stream)).toEqual(['kept', 'lost', 'kept']);
});

it('$maxAge hides what has become too old', async () => {
  let now = 1_000_000;
  const { writer, view } = store(() => now);
  writer.append('s', ANY, [event()]);
  now += 60_000;
  writer.append('s', ANY, [event(), event()]);
  writer.append('$$s', ANY, [{ ...event(), type: '$metadata', isJson: true, data: Buffer.from('{"$maxAge":30}') }]);
  await writer.settled();
  expect(
    view('s')
      .forward(0, 10)
      ?.events.map(({ revision }) => revision),
  ).toEqual([1, 2]);
  now += 31_000;
  expect(view('s').forward(0, 10)).toEqual({ events: [], next: 3 });
  expect(view('s').condition).toBe('found');
});
