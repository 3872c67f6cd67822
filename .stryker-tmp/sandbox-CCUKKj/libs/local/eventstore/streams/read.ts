// @ts-nocheck
import type * as pb from '@eventstore/db-client/generated/streams_pb';
import type { Answering, Call } from '../grpc/call';
import { errors } from '../errors';
import type { Links } from '../store/links';
import type { EventLog } from '../store/log';
import type { StoredEvent } from '../store/recent-events';
import { StreamView } from '../store/stream-view';
import type { Streams } from '../store/streams';
import { streamName } from '../wire/ids';
import { withStructuredIds } from '../wire/read-event';
import { parseFilter, type Filter } from './filter';
import { responses } from './responses';
import { AllSubscription, StreamSubscription, type SubscriptionHub } from './subscription';

export interface ReadContext {
  log: EventLog;
  streams: Streams;
  links: Links;
  hub: SubscriptionHub;
}

/** Events asked of the file at once; a page ends sooner when its bytes are many. */
export const PAGE = 512;

/** `Streams.Read`: every read and every subscription that has no state on the server. */
export function read(call: Call<pb.ReadReq>, context: ReadContext): void {
  call.onRequest = (request) => {
    const options = request.getOptions();
    if (!options) throw errors.invalidArgument('None', 'ReadReq.Options');
    const encode = encoder(options, context.links);
    const filter = parseFilter(options.getFilter());
    const backwards = options.getReadDirection() === 1;
    if (options.hasSubscription()) return subscribe(call, context, options, backwards, filter, encode);
    if (!options.hasCount()) throw errors.invalidCombination('(read, None)');
    const count = parseBound(options.getCount());
    const stream = options.getStream();
    const all = options.getAll();
    const verbose = (options.getControlOption()?.getCompatibility() ?? 0) >= 1;
    // A read waits for the appends that came before it in the same turn, and so never shows what might still be undone.
    const begin = (work: () => void) =>
      void context.log.settled().then(
        () => guarded(call, work),
        () => guarded(call, work),
      );
    if (stream) {
      if (filter) throw errors.invalidCombination('(Stream, Count, Filter)');
      const view = new StreamView(streamName(stream.getStreamIdentifier()), context.log, context.streams);
      const from = stream.hasRevision() ? parseBound(stream.getRevision()) : stream.hasEnd() ? Infinity : 0;
      return begin(() => readStream(call, view, { from, count, backwards, verbose }, encode));
    }
    if (!all) throw errors.invalidCombination('(None, Count)');
    const from = all.hasPosition() ? parseBound(all.getPosition()?.getCommitPosition() ?? '0') : all.hasEnd() ? Infinity : 0;
    begin(() => readAll(call, context.log, { from, count, backwards, verbose }, filter, encode));
  };
}

interface Range {
  from: number;
  count: number;
  backwards: boolean;
  /** The client understands the positions that newer servers add. */
  verbose: boolean;
}

function readStream(call: Call<pb.ReadReq>, view: StreamView, { from, count, backwards, verbose }: Range, encode: Encode): void {
  if (view.condition === 'deleted') return call.fail(errors.streamDeleted(view.name));
  if (view.condition === 'not-found') return call.end(responses.streamNotFound(view.name));
  if (verbose && view.lowest > view.last) call.send(responses.firstStreamPosition(view.lowest));
  let next = from;
  let left = count;
  pump(
    call,
    () => {
      if (left <= 0) return undefined;
      const page = backwards ? view.backward(next, Math.min(left, PAGE)) : view.forward(next, Math.min(left, PAGE));
      if (!page) return undefined;
      next = page.next;
      left -= page.events.length;
      return page.events.map(encode);
    },
    () => verbose && call.send(responses.lastStreamPosition(view.last)),
  );
}

/** Forwards the event at the position is read, backwards it is not: a position lies before its event. */
function readAll(
  call: Call<pb.ReadReq>,
  log: EventLog,
  { from, count, backwards, verbose }: Range,
  filter: Filter | undefined,
  encode: Encode,
): void {
  let next = backwards ? Math.min(from, log.head + 1) : Math.min(from - 1, log.head);
  let left = count;
  pump(
    call,
    () => {
      if (left <= 0) return undefined;
      const size = filter ? PAGE : Math.min(left, PAGE);
      let page = backwards ? log.backward(next, size) : log.forward(next, size);
      const last = page.at(-1);
      if (!last) return undefined;
      next = last.position;
      if (filter) page = page.filter((event) => filter.matches(event.body)).slice(0, left);
      left -= page.length;
      return page.map(encode);
    },
    () => verbose && call.send(responses.lastAllStreamPosition(log.head)),
  );
}

/** Sends page after page, one per turn of the event loop, and never more than the client takes. */
function pump(call: Call<pb.ReadReq>, nextPage: () => Uint8Array[] | undefined, atEnd: () => unknown): void {
  const step = () => {
    if (call.over) return;
    const page = nextPage();
    if (!page) {
      atEnd();
      return call.end();
    }
    let ready = true;
    for (const message of page) ready = call.send(message);
    if (ready) setImmediate(() => guarded(call, step));
    else call.whenDrained(step);
  };
  step();
}

function subscribe(
  call: Call<pb.ReadReq>,
  context: ReadContext,
  options: pb.ReadReq.Options,
  backwards: boolean,
  filter: Filter | undefined,
  encode: Encode,
): void {
  if (backwards) throw errors.invalidCombination('(Subscription, Backwards)');
  const { log, streams, hub } = context;
  const stream = options.getStream();
  const all = options.getAll();
  if (stream) {
    if (filter) throw errors.invalidCombination('(Stream, Subscription, Filter)');
    const view = new StreamView(streamName(stream.getStreamIdentifier()), log, streams);
    const revision = stream.hasRevision() ? parseBound(stream.getRevision()) : stream.hasEnd() ? Infinity : -1;
    return new StreamSubscription(call, hub, encode, view, revision === Infinity ? view.last : revision).start();
  }
  if (!all) throw errors.invalidCombination('(None, Subscription)');
  const position = all.hasPosition() ? parseBound(all.getPosition()?.getCommitPosition() ?? '0') : all.hasEnd() ? Infinity : 0;
  new AllSubscription(call, hub, encode, log, position === Infinity ? log.head : position, filter).start();
}

export type Encode = (event: StoredEvent) => Uint8Array;

/** Most readers are sent the stored bytes; links and structured ids need more. */
function encoder(options: pb.ReadReq.Options, links: Links): Encode {
  const resolve: Encode = options.getResolveLinks() ? (event) => links.resolved(event) : (event) => event.body;
  if (options.getUuidOption()?.hasStructured()) return (event) => withStructuredIds(resolve(event));
  return resolve;
}

/** An unsigned 64-bit number; what is past every safe integer is past every event. */
function parseBound(text: string): number {
  const value = Number(text);
  return value > Number.MAX_SAFE_INTEGER ? Infinity : value;
}

export function guarded(call: Answering, work: () => void): void {
  try {
    work();
  } catch (cause) {
    call.fail(cause);
  }
}
