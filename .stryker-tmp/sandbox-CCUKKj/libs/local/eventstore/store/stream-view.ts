// @ts-nocheck
import { decodeEvent, TOMBSTONE } from '../wire/recorded-event';
import type { EventLog } from './log';
import type { StoredEvent } from './recent-events';
import { DELETED } from './metadata';
import { StreamIndex, STREAMS } from './stream-index';
import type { Streams } from './streams';

/** Events of a stream as they lie, whatever was cut off. */
interface StreamPages {
  /** Revision of the last event, -1 when there is none. */
  readonly last: number;
  forward(revision: number, limit: number): StoredEvent[];
  backward(revision: number, lowest: number, limit: number): StoredEvent[];
}

export type StreamCondition = 'found' | 'not-found' | 'deleted';

/**
 * A stream as its readers see it: without what `$tb`, `$maxCount` and `$maxAge` have cut off
 * (IndexReader.ReadStreamEventsForward/Backward). The events stay in the log, and `$all` shows them.
 */
export class StreamView {
  readonly #pages: StreamPages;

  constructor(
    readonly name: string,
    readonly log: EventLog,
    readonly streams: Streams,
    readonly now: () => number = Date.now,
  ) {
    this.#pages = name === STREAMS ? new StreamIndex(log) : new OwnPages(name, log, streams);
  }

  get condition(): StreamCondition {
    if (this.streams.find(this.name)?.last === TOMBSTONE) return 'deleted';
    if (this.last < 0 || this.streams.metadata(this.name).truncateBefore === DELETED) return 'not-found';
    return 'found';
  }

  /** Revision of the last event, -1 when there is none. */
  get last(): number {
    return this.#pages.last;
  }

  /** The first revision that may still be read. */
  get lowest(): number {
    const { truncateBefore = 0, maxCount } = this.streams.metadata(this.name);
    return Math.max(truncateBefore, maxCount === undefined ? 0 : this.last - maxCount + 1);
  }

  /** A page from `revision` up, and where the next one begins; undefined at the end. */
  forward(revision: number, limit: number): { events: StoredEvent[]; next: number } | undefined {
    const from = Math.max(revision, this.lowest);
    if (from > this.last) return undefined;
    const page = this.#pages.forward(from, limit);
    const last = page.at(-1);
    return last && { events: this.#fresh(page), next: last.revision + 1 };
  }

  /** A page from `revision` down. */
  backward(revision: number, limit: number): { events: StoredEvent[]; next: number } | undefined {
    const from = Math.min(revision, this.last);
    const lowest = this.lowest;
    if (from < lowest) return undefined;
    const page = this.#pages.backward(from, lowest, limit);
    const last = page.at(-1);
    return last && { events: this.#fresh(page), next: last.revision - 1 };
  }

  /** The event at a revision, unless it was cut off. */
  event(revision: number): StoredEvent | undefined {
    return this.forward(revision, 1)?.events.find((event) => event.revision === revision);
  }

  #fresh(page: StoredEvent[]): StoredEvent[] {
    const { maxAge } = this.streams.metadata(this.name);
    if (maxAge === undefined) return page;
    const oldest = this.now() - maxAge * 1000;
    return page.filter((event) => decodeEvent(event.body).created >= oldest);
  }
}

/** The pages of a stream that was written event by event. */
class OwnPages implements StreamPages {
  constructor(
    readonly name: string,
    readonly log: EventLog,
    readonly streams: Streams,
  ) {}

  get last(): number {
    const last = this.streams.find(this.name)?.last ?? -1;
    return last === TOMBSTONE ? -1 : last;
  }

  forward(revision: number, limit: number): StoredEvent[] {
    const stream = this.streams.find(this.name);
    return stream ? this.log.streamForward(stream.id, revision, limit) : [];
  }

  backward(revision: number, lowest: number, limit: number): StoredEvent[] {
    const stream = this.streams.find(this.name);
    return stream ? this.log.streamBackward(stream.id, revision, lowest, limit) : [];
  }
}
