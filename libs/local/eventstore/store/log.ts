import type { DurableFile } from '../../file';
import { encodeEvent, type ProposedEvent } from '../wire/recorded-event';
import { RecentEvents, type StoredEvent } from './recent-events';
import { STREAMS } from './stream-index';

/** Bytes of events in one page of a read: what a slow reader holds in memory. */
const PAGE_BYTES = 64 * 1024;
const RECENT_BYTES = 4 * 1024 * 1024;

type Row = { position: number; stream: number; revision: number; body: Uint8Array };
const stored = ({ position, stream, revision, body }: Row): StoredEvent => ({ position, streamId: stream, revision, body });

/** What a commit made visible: the events of positions `first` to `last`, in the streams of those names. */
export interface Commit {
  first: number;
  last: number;
  streams: ReadonlySet<string>;
  /** Events of the largest single append in it. */
  largestAppend: number;
}

/**
 * The log: every event at a position of its own, 1, 2, 3, … (commit and prepare position alike). Readers see only what is on
 * disk: events of the open turn are past {@link head} until its commit succeeded, and are gone when it failed.
 */
export class EventLog {
  #head: number;
  #next: number;
  readonly #recent = new RecentEvents(RECENT_BYTES);
  #written: StoredEvent[] = [];
  #touched = new Set<string>();
  #largestAppend = 0;
  readonly #listeners: Array<(commit: Commit) => void> = [];

  constructor(readonly file: DurableFile) {
    const { last } = file.sql('SELECT coalesce(max(position), 0) AS last FROM events').get() as { last: number };
    this.#head = last;
    this.#next = last + 1;
    file.onRollback(() => {
      this.#written = [];
      this.#touched = new Set();
      this.#largestAppend = 0;
      this.#next = this.#head + 1;
    });
  }

  /** Position of the last event on disk, 0 when there is none. */
  get head(): number {
    return this.#head;
  }

  /** Told after each commit that added events. */
  onCommit(listener: (commit: Commit) => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves when every append of this turn is on disk; rejects when it was undone. */
  async settled(): Promise<void> {
    if (this.#written.length > 0) await this.file.committed();
  }

  /** Adds events from `revision` on; they become visible with the turn's commit. @returns the position of the last one. */
  append(stream: { id: number; name: string }, revision: number, events: readonly ProposedEvent[], created: number): number {
    this.file.write();
    if (this.#written.length === 0)
      this.file.committed().then(
        () => this.#publish(),
        () => undefined,
      );
    const name = Buffer.from(stream.name);
    const insert = this.file.sql('INSERT INTO events (position, stream, revision, body) VALUES (?, ?, ?, ?)');
    for (const [index, event] of events.entries()) {
      const position = this.#next;
      const body = encodeEvent(event, name, revision + index, position, created);
      insert.run(position, stream.id, revision + index, body);
      this.#next++;
      this.#written.push({ position, streamId: stream.id, revision: revision + index, body });
    }
    this.#touched.add(stream.name);
    if (revision === 0) this.#touched.add(STREAMS);
    this.#largestAppend = Math.max(this.#largestAppend, events.length);
    return this.#next - 1;
  }

  /** A page of events after `position`, oldest first; empty at the head. */
  forward(position: number, limit: number): StoredEvent[] {
    const recent = this.#recent.after(position, this.#head, limit);
    if (recent) return recent;
    const rows = this.file.sql(
      'SELECT position, stream, revision, body FROM events WHERE position > ? AND position <= ? ORDER BY position LIMIT ?',
    );
    return page(rows.iterate(position, this.#head, limit) as Iterable<Row>);
  }

  /** A page of events before `position`, youngest first. */
  backward(position: number, limit: number): StoredEvent[] {
    const rows = this.file.sql(
      'SELECT position, stream, revision, body FROM events WHERE position < ? AND position <= ? ORDER BY position DESC LIMIT ?',
    );
    return page(rows.iterate(position, this.#head, limit) as Iterable<Row>);
  }

  /** A page of a stream from `revision` up, tombstone excluded. */
  streamForward(streamId: number, revision: number, limit: number): StoredEvent[] {
    const rows = this.file.sql(
      'SELECT position, stream, revision, body FROM events WHERE stream = ? AND revision >= ? AND revision < 9007199254740991 ORDER BY revision LIMIT ?',
    );
    return page(rows.iterate(streamId, revision, limit) as Iterable<Row>).filter((event) => event.position <= this.#head);
  }

  /** A page of a stream from `revision` down to `lowest`. */
  streamBackward(streamId: number, revision: number, lowest: number, limit: number): StoredEvent[] {
    const rows = this.file.sql(
      'SELECT position, stream, revision, body FROM events WHERE stream = ? AND revision <= ? AND revision >= ? ORDER BY revision DESC LIMIT ?',
    );
    return page(rows.iterate(streamId, revision, lowest, limit) as Iterable<Row>).filter((event) => event.position <= this.#head);
  }

  /** One event of a stream, also one that this turn has only just written. */
  event(streamId: number, revision: number): StoredEvent | undefined {
    const row = this.file
      .sql('SELECT position, stream, revision, body FROM events WHERE stream = ? AND revision = ?')
      .get(streamId, revision);
    return row ? stored(row as Row) : undefined;
  }

  /** The event at a position. */
  at(position: number): StoredEvent | undefined {
    return this.forward(position - 1, 1).find((event) => event.position === position);
  }

  #publish(): void {
    const written = this.#written;
    const last = written.at(-1);
    const first = written[0];
    if (!first || !last) return;
    const commit: Commit = { first: first.position, last: last.position, streams: this.#touched, largestAppend: this.#largestAppend };
    this.#written = [];
    this.#touched = new Set();
    this.#largestAppend = 0;
    this.#head = last.position;
    for (const event of written) this.#recent.push(event);
    // After the turn's waiters: those who wrote are answered before those who listen are sent what was written.
    process.nextTick(() => {
      for (const listener of this.#listeners) listener(commit);
    });
  }
}

function page(rows: Iterable<Row>): StoredEvent[] {
  const events: StoredEvent[] = [];
  let bytes = 0;
  for (const row of rows) {
    events.push(stored(row));
    bytes += row.body.length;
    if (bytes > PAGE_BYTES) break;
  }
  return events;
}
