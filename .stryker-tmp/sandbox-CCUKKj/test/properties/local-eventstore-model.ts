/**
 * EventStoreDB's rules for streams, once more and as plainly as possible: the model that the local server is compared with.
 * It knows neither positions nor files.
 */
// @ts-nocheck

export type Expected = 'any' | 'no_stream' | 'stream_exists' | number;

export interface ModelEvent {
  stream: string;
  revision: number;
  id: string;
  type: string;
}

export type Answer =
  | { is: 'written'; revision: number }
  | { is: 'wrong-expected-version'; actual: number }
  | { is: 'stream-deleted' }
  | { is: 'done' }
  | { is: 'stream-not-found' }
  | { is: 'events'; ids: string[] };

interface Stream {
  events: ModelEvent[];
  tombstoned: boolean;
}

interface Metadata {
  maxCount?: number;
  truncateBefore?: number;
}

const DELETED = Infinity;

export class Model {
  readonly all: ModelEvent[] = [];
  readonly #streams = new Map<string, Stream>();
  readonly #metadata = new Map<string, Metadata>();

  append(name: string, ids: readonly string[], expected: Expected): Answer {
    const stream = this.#stream(name);
    const refusal = this.#refusal(name, ids, expected);
    if (refusal) return refusal;
    const repeated = this.#repeatedAt(name, ids, expected);
    if (repeated !== undefined) return { is: 'written', revision: repeated };
    const first = stream.events.length;
    const wasDeleted = this.#isDeleted(name);
    for (const id of ids) this.#write(name, id, 'Happened');
    if (wasDeleted) this.#setMetadata(name, { ...this.#metadata.get(name), truncateBefore: first });
    return { is: 'written', revision: stream.events.length - 1 };
  }

  setMetadata(name: string, metadata: Metadata): Answer {
    const wasDeleted = this.#isDeleted(name);
    this.#setMetadata(name, metadata);
    if (wasDeleted) this.#setMetadata(name, { ...metadata, truncateBefore: this.#stream(name).events.length });
    return { is: 'done' };
  }

  softDelete(name: string, expected: Expected): Answer {
    const refusal = this.#refusal(name, ['new'], expected);
    if (refusal) return refusal;
    if (this.#stream(name).events.length === 0 && !this.#metadata.has(name)) return { is: 'wrong-expected-version', actual: -1 };
    this.#setMetadata(name, { truncateBefore: DELETED });
    return { is: 'done' };
  }

  tombstone(name: string, expected: Expected): Answer {
    const refusal = this.#refusal(name, ['new'], expected);
    if (refusal) return refusal;
    this.#stream(name).tombstoned = true;
    this.all.push({ stream: name, revision: Infinity, id: '', type: '$streamDeleted' });
    return { is: 'done' };
  }

  read(name: string, from: number, count: number, backwards: boolean): Answer {
    const stream = this.#stream(name);
    if (stream.tombstoned) return { is: 'stream-deleted' };
    if (stream.events.length === 0 || this.#isDeleted(name)) return { is: 'stream-not-found' };
    const { maxCount = Infinity, truncateBefore = 0 } = this.#metadata.get(name) ?? {};
    const lowest = Math.max(truncateBefore, stream.events.length - maxCount);
    const visible = stream.events.filter(({ revision }) => revision >= lowest && (backwards ? revision <= from : revision >= from));
    if (backwards) visible.reverse();
    return { is: 'events', ids: visible.slice(0, count).map(({ id }) => id) };
  }

  #stream(name: string): Stream {
    const stream = this.#streams.get(name) ?? { events: [], tombstoned: false };
    this.#streams.set(name, stream);
    return stream;
  }

  #isDeleted(name: string): boolean {
    return this.#metadata.get(name)?.truncateBefore === DELETED;
  }

  #refusal(name: string, ids: readonly string[], expected: Expected): Answer | undefined {
    const { events, tombstoned } = this.#stream(name);
    const last = events.length - 1;
    const wrong: Answer = { is: 'wrong-expected-version', actual: last };
    if (tombstoned) return { is: 'stream-deleted' };
    if (expected === 'stream_exists') {
      if (this.#isDeleted(name)) return { is: 'stream-deleted' };
      if (last < 0 && !this.#metadata.has(name)) return wrong;
    }
    if (expected === 'any' || expected === 'stream_exists') {
      // Some of the ids are known here and some are not: that is no repeat, and no new append either.
      const known = ids.map((id) => this.#known(name, id) !== undefined);
      return known[0] && known.includes(false) ? wrong : undefined;
    }
    const revision = expected === 'no_stream' ? -1 : expected;
    if (revision === last || this.#repeatedAt(name, ids, expected) !== undefined) return undefined;
    const nothingOfIt = events[revision + 1]?.id !== ids[0];
    if (revision < last && expected === 'no_stream' && nothingOfIt && this.#isDeleted(name)) return undefined;
    return wrong;
  }

  /** Last revision of the append that this one repeats. */
  #repeatedAt(name: string, ids: readonly string[], expected: Expected): number | undefined {
    const { events } = this.#stream(name);
    if (expected === 'any' || expected === 'stream_exists') {
      const found = ids.map((id) => this.#known(name, id));
      return found.includes(undefined) ? undefined : found.at(-1);
    }
    const first = (expected === 'no_stream' ? -1 : expected) + 1;
    if (first > events.length - 1) return undefined;
    return ids.every((id, index) => events[first + index]?.id === id) ? first + ids.length - 1 : undefined;
  }

  /** The revision of an id in this stream; only the last stream that an id was written to is remembered. */
  #known(name: string, id: string): number | undefined {
    const event = this.all.findLast((other) => other.id === id);
    return event?.stream === name ? event.revision : undefined;
  }

  #write(name: string, id: string, type: string): void {
    const { events } = this.#stream(name);
    const event = { stream: name, revision: events.length, id, type };
    events.push(event);
    this.all.push(event);
  }

  #setMetadata(name: string, metadata: Metadata): void {
    this.#metadata.set(name, metadata);
    this.all.push({ stream: `$$${name}`, revision: -1, id: '', type: '$metadata' });
  }
}
