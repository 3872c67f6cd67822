// @ts-nocheck
import { randomBytes } from 'node:crypto';
import { encodeCursorReply, MAX_DOCUMENT_BYTES } from './bson/encode';
import { MongoError } from './errors';
import { othersTurn } from './query/steps';

/** A time limit that counts only while its command is being served; `check` throws MaxTimeMSExpired (50). */
export class TimeLimit {
  #until = Infinity;
  #left: number;

  constructor(milliseconds: number | undefined) {
    this.#left = milliseconds && milliseconds > 0 ? milliseconds : Infinity;
    this.resume();
  }

  resume(): void {
    this.#until = performance.now() + this.#left;
  }

  pause(): void {
    this.#left = this.#until - performance.now();
  }

  check(): void {
    if (performance.now() > this.#until) throw new MongoError(50, 'operation exceeded time limit');
  }
}

interface OpenCursor {
  id: bigint;
  ns: string;
  documents: Iterator<Uint8Array | undefined>;
  /** A document that did not fit into the last batch. */
  waiting?: Uint8Array;
  limit?: TimeLimit;
  usedAt: number;
  /** A batch is being made, with pauses. */
  inUse?: boolean;
  timesOut: boolean;
}

export interface CursorOptions {
  batchSize?: number;
  singleBatch?: boolean;
  limit?: TimeLimit;
  noTimeout?: boolean;
}

const DEFAULT_FIRST_BATCH = 101;
const IDLE_MS = 10 * 60_000;
const MAX_OPEN = 10_000;

/**
 * Cursors left open between batches. Each holds a generator that reads pages of the file, so an idle one costs at most a
 * page; after ten idle minutes it ends, and beyond 10,000 the one longest unused ends.
 */
export class Cursors {
  readonly #open = new Map<bigint, OpenCursor>();

  get size(): number {
    return this.#open.size;
  }

  /** The first batch; leaves a cursor open when there is more. */
  async first(
    ns: string,
    documents: Iterator<Uint8Array | undefined>,
    { batchSize = DEFAULT_FIRST_BATCH, singleBatch, limit, noTimeout }: CursorOptions,
  ): Promise<Buffer> {
    const cursor: OpenCursor = { id: 0n, ns, documents, limit, usedAt: Date.now(), timesOut: !noTimeout };
    const { batch, done } = await take(cursor, batchSize);
    if (done || singleBatch) {
      if (!done) documents.return?.();
      return encodeCursorReply('firstBatch', batch, 0n, ns);
    }
    cursor.id = this.#newId();
    limit?.pause();
    this.#open.set(cursor.id, cursor);
    if (this.#open.size > MAX_OPEN) this.#kill([...this.#open.values()].reduce((a, b) => (a.usedAt <= b.usedAt ? a : b)));
    return encodeCursorReply('firstBatch', batch, cursor.id, ns);
  }

  async next(id: bigint, ns: string, batchSize = Infinity): Promise<Buffer> {
    const cursor = this.#open.get(id);
    if (!cursor) throw new MongoError(43, `cursor id ${id} not found`);
    if (cursor.ns !== ns)
      throw new MongoError(13, `Requested getMore on namespace '${ns}', but cursor belongs to a different namespace ${cursor.ns}`);
    if (cursor.inUse) throw new MongoError(12051, `cursor with id ${id} is already in use`);
    cursor.inUse = true;
    cursor.limit?.resume();
    cursor.usedAt = Date.now();
    try {
      const { batch, done } = await take(cursor, batchSize);
      if (done) this.#open.delete(id);
      cursor.limit?.pause();
      return encodeCursorReply('nextBatch', batch, done ? 0n : id, ns);
    } catch (cause) {
      this.#kill(cursor);
      throw cause;
    } finally {
      cursor.inUse = false;
      cursor.usedAt = Date.now();
    }
  }

  /** Ends a cursor; false when there is none of that id. */
  kill(id: bigint): boolean {
    const cursor = this.#open.get(id);
    if (cursor) this.#kill(cursor);
    return cursor !== undefined;
  }

  /** Ends what has been idle for ten minutes. */
  reap(now = Date.now()): void {
    for (const cursor of this.#open.values()) if (cursor.timesOut && !cursor.inUse && now - cursor.usedAt > IDLE_MS) this.#kill(cursor);
  }

  #kill(cursor: OpenCursor): void {
    this.#open.delete(cursor.id);
    cursor.documents.return?.();
  }

  #newId(): bigint {
    for (;;) {
      const id = randomBytes(8).readBigUInt64LE() >> 2n;
      if (id !== 0n && !this.#open.has(id)) return id;
    }
  }
}

async function take(cursor: OpenCursor, most: number): Promise<{ batch: Uint8Array[]; done: boolean }> {
  const batch: Uint8Array[] = [];
  let bytes = 0;
  while (batch.length < most) {
    let next = following(cursor);
    if (next instanceof Promise) next = await next;
    if (!next) return { batch, done: true };
    if (batch.length > 0 && bytes + next.length > MAX_DOCUMENT_BYTES) {
      cursor.waiting = next;
      return { batch, done: false };
    }
    batch.push(next);
    bytes += next.length;
  }
  if (most === 0) return { batch, done: false };
  // One look further spares the client a round trip for an empty batch.
  cursor.waiting = await following(cursor);
  return { batch, done: cursor.waiting === undefined };
}

/** The next document, or undefined at the end; others are served at pauses. Waits for nothing when there is no pause. */
function following(cursor: OpenCursor): Uint8Array | undefined | Promise<Uint8Array | undefined> {
  const { waiting } = cursor;
  if (waiting) {
    cursor.waiting = undefined;
    return waiting;
  }
  const step = cursor.documents.next();
  if (step.done) return undefined;
  return step.value ?? othersTurn().then(() => following(cursor));
}
