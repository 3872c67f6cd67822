// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { idOf, TOMBSTONE, type ProposedEvent } from '../wire/recorded-event';
import { BoundedMap } from './bounded-map';
import { ANY, NO_STREAM, STREAM_EXISTS, type ExpectedRevision } from './expected-revision';
import type { EventLog } from './log';
import type { StoredEvent } from './recent-events';
import { STREAMS } from './stream-index';
import { deletedMetadata, withTruncateBefore } from './metadata';
import { isMetastream, metastreamOf, type StreamState, type Streams } from './streams';

/** Recent event ids by which a repeat with «any» is recognised; EventStoreDB keeps 8 MB of them (CommitedEventsMemCacheLimit). */
const KNOWN_IDS = 65_536;
const KNOWN_AT_START = 4_096;

export type Outcome =
  /** `position` is -1 when nothing is known of where the events lie. */
  | { result: 'written'; lastRevision: number; position: number }
  | { result: 'wrong-expected-version'; current: number }
  | { result: 'stream-deleted' }
  /** The stream is the server's own. */
  | { result: 'access-denied' };

type Check =
  { decision: 'ok'; softDeleted: boolean } | { decision: 'idempotent'; last: number } | { decision: 'wrong' } | { decision: 'deleted' };

/**
 * Decides about appends and deletes as EventStoreDB's single writer does. An outcome holds only once the turn's commit
 * succeeded: {@link settled} says so.
 */
export class Writer {
  readonly #ids = new BoundedMap<string, { streamId: number; revision: number }>(KNOWN_IDS);

  constructor(
    readonly log: EventLog,
    readonly streams: Streams,
    readonly now: () => number = Date.now,
  ) {
    log.file.onRollback(() => {
      try {
        this.#remember();
      } catch {
        // A file that cannot even be read: repeats with «any» are not recognised until it can.
      }
    });
    this.#remember();
  }

  /** Resolves when everything decided so far is on disk. */
  settled(): Promise<void> {
    return this.log.settled();
  }

  append(name: string, expected: ExpectedRevision, events: readonly ProposedEvent[]): Outcome {
    if (name === STREAMS) return { result: 'access-denied' };
    const known = this.streams.find(name);
    const current = known?.last ?? -1;
    const check = this.#check(
      name,
      known,
      expected,
      events.map((event) => event.id),
    );
    if (check.decision === 'deleted') return { result: 'stream-deleted' };
    if (check.decision === 'wrong') return { result: 'wrong-expected-version', current };
    if (check.decision === 'idempotent') {
      const position = known ? this.log.event(known.id, check.last)?.position : undefined;
      return { result: 'written', lastRevision: check.last, position: position ?? -1 };
    }
    if (events.length === 0) return { result: 'written', lastRevision: current, position: this.log.head };
    return this.#atomically(() => {
      const revivesOriginal = isMetastream(name) && this.streams.isSoftDeleted(name.slice(2));
      const stream = this.streams.ensure(name);
      const position = this.#write(stream, stream.last + 1, events);
      if (check.softDeleted) this.#revive(name, current + 1);
      if (revivesOriginal) this.#reviveByMetadata(name.slice(2));
      return { result: 'written', lastRevision: current + events.length, position };
    });
  }

  /** Deletes a stream so that it can be written to again: its metadata says that all of it is truncated. */
  softDelete(name: string, expected: ExpectedRevision): Outcome {
    const refusal = this.#checkDelete(name, expected);
    if (refusal) return refusal;
    const current = this.streams.find(name)?.last ?? -1;
    const meta = this.streams.find(metastreamOf(name));
    if (current < 0 && (meta?.last ?? -1) < 0) return { result: 'wrong-expected-version', current: -1 };
    return this.#atomically(() => {
      const position = this.#writeMetadata(name, deletedMetadata());
      return { result: 'written', lastRevision: current, position };
    });
  }

  /** Ends a stream for good. */
  tombstone(name: string, expected: ExpectedRevision): Outcome {
    const refusal = this.#checkDelete(name, expected);
    if (refusal) return refusal;
    return this.#atomically(() => {
      const stream = this.streams.ensure(name);
      const position = this.#write(stream, TOMBSTONE, [systemEvent('$streamDeleted', Buffer.alloc(0), true)]);
      return { result: 'written', lastRevision: TOMBSTONE, position };
    });
  }

  /** CommitCheck of EventStoreDB's IndexWriter, rule by rule. */
  #check(name: string, stream: StreamState | undefined, expected: ExpectedRevision, ids: readonly string[]): Check {
    const current = stream?.last ?? -1;
    if (current === TOMBSTONE) return { decision: 'deleted' };
    const softDeleted = () => this.streams.isSoftDeleted(name);
    if (expected === STREAM_EXISTS) {
      if (softDeleted()) return { decision: 'deleted' };
      if (current < 0 && (this.streams.find(metastreamOf(name))?.last ?? -1) < 0) return { decision: 'wrong' };
    }
    if (expected === ANY || expected === STREAM_EXISTS) {
      let last = -1;
      for (const [index, id] of ids.entries()) {
        const known = stream && this.#ids.get(id);
        if (!known || known.streamId !== stream.id)
          return index === 0 ? { decision: 'ok', softDeleted: softDeleted() } : { decision: 'wrong' };
        last = known.revision;
      }
      return ids.length === 0 ? { decision: 'ok', softDeleted: softDeleted() } : { decision: 'idempotent', last };
    }
    if (expected > current) return { decision: 'wrong' };
    if (expected === current) return { decision: 'ok', softDeleted: softDeleted() };
    for (const [index, id] of ids.entries()) {
      if (stream && this.#idAt(stream, expected + 1 + index) === id) continue;
      if (index === 0 && expected === NO_STREAM && softDeleted()) return { decision: 'ok', softDeleted: true };
      return { decision: 'wrong' };
    }
    return ids.length === 0 ? { decision: 'wrong' } : { decision: 'idempotent', last: expected + ids.length };
  }

  /** Learns the ids of the youngest events on disk, and forgets all others. */
  #remember(): void {
    this.#ids.clear();
    const youngest: StoredEvent[] = [];
    for (let before = this.log.head + 1; youngest.length < KNOWN_AT_START;) {
      const page = this.log.backward(before, KNOWN_AT_START - youngest.length);
      if (page.length === 0) break;
      youngest.push(...page);
      before = (page.at(-1) as StoredEvent).position;
    }
    for (const { body, streamId, revision } of youngest.reverse()) this.#ids.set(idOf(body), { streamId, revision });
  }

  #checkDelete(name: string, expected: ExpectedRevision): Outcome | undefined {
    if (name === STREAMS) return { result: 'access-denied' };
    const stream = this.streams.find(name);
    const check = this.#check(name, stream, expected, [randomUUID()]);
    if (check.decision === 'deleted') return { result: 'stream-deleted' };
    if (check.decision !== 'ok') return { result: 'wrong-expected-version', current: stream?.last ?? -1 };
    return undefined;
  }

  #idAt(stream: StreamState, revision: number): string | undefined {
    const event = this.log.event(stream.id, revision);
    return event && idOf(event.body);
  }

  #write(stream: StreamState, revision: number, events: readonly ProposedEvent[]): number {
    const position = this.log.append(stream, revision, events, this.now());
    stream.last = revision + events.length - 1;
    for (const [index, event] of events.entries()) this.#ids.set(event.id, { streamId: stream.id, revision: revision + index });
    this.streams.appended(stream.name);
    return position;
  }

  #writeMetadata(name: string, data: Buffer): number {
    const meta = this.streams.ensure(metastreamOf(name));
    return this.#write(meta, meta.last + 1, [systemEvent('$metadata', data, true)]);
  }

  /** A deleted stream was written to: from now on it begins at that event (SoftUndeleteStream). */
  #revive(name: string, firstRevision: number): void {
    const raw = this.streams.rawMetadata(name);
    const data = raw && withTruncateBefore(raw.data, firstRevision);
    if (data) this.#writeMetadata(name, data);
  }

  /** A deleted stream's metadata was written: the stream is there again, and empty (SoftUndeleteMetastream). */
  #reviveByMetadata(name: string): void {
    const current = this.streams.find(name)?.last ?? -1;
    if (current !== TOMBSTONE) this.#revive(name, current + 1);
  }

  /** A statement that fails half-way undoes the whole turn: none of its appends was acknowledged yet. */
  #atomically(work: () => Outcome): Outcome {
    try {
      return work();
    } catch (cause) {
      this.log.file.rollback(cause);
      throw cause;
    }
  }
}

const systemEvent = (type: string, data: Buffer, isJson: boolean): ProposedEvent => ({
  id: randomUUID(),
  type,
  isJson,
  data,
  metadata: Buffer.alloc(0),
});
