import type { DurableFile } from '../../file';
import { decodeEvent, TOMBSTONE } from '../wire/recorded-event';
import { BoundedMap } from './bounded-map';
import type { EventLog } from './log';
import { DELETED, parseMetadata, type StreamMetadata } from './metadata';

/** Streams whose last revision and metadata are kept at hand. */
const KEPT = 20_000;

/**
 * What is known of a stream. One object per stream as long as it is at hand, so a change is seen by all. No bytes of it: a small
 * buffer that is kept keeps the whole slab of the pool that it was cut from.
 */
export interface StreamState {
  readonly id: number;
  readonly name: string;
  /** Revision of the last event, -1 when there is none, {@link TOMBSTONE} when it was ended for good. */
  last: number;
  metadata: StreamMetadata | undefined;
}

/** The stream that holds the metadata of `name` (SystemStreams.MetastreamOf). */
export const metastreamOf = (name: string) => `$$${name}`;
export const isMetastream = (name: string) => name.startsWith('$$');

/** Metadata streams keep only their last event (`MetastreamMaxCount`, IndexReader.GetStreamMetadataCached). */
const METADATA_OF_METASTREAMS: StreamMetadata = { maxCount: 1 };

/** Names of streams, their numbers in the file, last revisions and metadata. */
export class Streams {
  readonly #kept = new BoundedMap<string, StreamState>(KEPT);

  constructor(
    readonly file: DurableFile,
    readonly log: EventLog,
  ) {
    file.onRollback(() => this.#kept.clear());
  }

  /** A stream that something was once written to, also when it is deleted now. */
  find(name: string): StreamState | undefined {
    const kept = this.#kept.get(name);
    if (kept) return kept;
    const row = this.file.sql('SELECT id FROM streams WHERE name = ?').get(Buffer.from(name)) as { id: number } | undefined;
    if (!row) return undefined;
    const last = this.file.sql('SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1').get(row.id) as
      { revision: number } | undefined;
    return this.#keep({ id: row.id, name, last: last?.revision ?? -1, metadata: undefined });
  }

  /** The stream of that name, made if it is not there. */
  ensure(name: string): StreamState {
    const found = this.find(name);
    if (found) return found;
    this.file.write();
    const { lastInsertRowid } = this.file.sql('INSERT INTO streams (name) VALUES (?)').run(Buffer.from(name));
    return this.#keep({ id: Number(lastInsertRowid), name, last: -1, metadata: undefined });
  }

  /** The metadata in effect for a stream, whether or not the stream itself was ever written to. */
  metadata(name: string): StreamMetadata {
    if (isMetastream(name)) return METADATA_OF_METASTREAMS;
    const state = this.find(name);
    if (state?.metadata) return state.metadata;
    const raw = this.rawMetadata(name);
    const metadata = raw ? parseMetadata(raw.data) : {};
    if (state) state.metadata = metadata;
    return metadata;
  }

  /** The last metadata event's data, with its revision. */
  rawMetadata(name: string): { data: Uint8Array; revision: number } | undefined {
    const meta = this.find(metastreamOf(name));
    if (!meta || meta.last < 0 || meta.last === TOMBSTONE) return undefined;
    const event = this.log.event(meta.id, meta.last);
    return event && { data: decodeEvent(event.body).data, revision: meta.last };
  }

  /** Told when something was appended to a stream, to forget what no longer holds. */
  appended(name: string): void {
    if (!isMetastream(name)) return;
    const original = this.#kept.get(name.slice(2));
    if (original) original.metadata = undefined;
  }

  isSoftDeleted(name: string): boolean {
    return this.metadata(name).truncateBefore === DELETED;
  }

  #keep(state: StreamState): StreamState {
    this.#kept.set(state.name, state);
    return state;
  }
}
