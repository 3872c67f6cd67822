// @ts-nocheck
import { decodeDocument, decodeFields } from '../bson/decode';
import { KeyWriter } from '../bson/key';
import { compareValues } from '../bson/compare';
import { MongoError } from '../errors';
import type { Document } from '../bson/value';
import type { Collection, Row } from '../storage/collection';
import type { Matcher } from './filter';
import type { Interval } from './bounds';
import { choosePlan, type Plan, type PlanRequest, type SortField } from './planner';
import { pathValues } from './path';
import { Slice, type Steps, withoutPauses } from './steps';

/** Stops work that takes longer than its `maxTimeMS`. */
export interface Deadline {
  check(): void;
}

export interface FindRequest extends PlanRequest {
  skip?: number;
  /** 0 or undefined: all. */
  limit?: number;
  deadline?: Deadline;
}

const CHUNK_BYTES = 1024 * 1024;
const MAX_CHUNK_ROWS = 1_000;
const MAX_SORT_BYTES = 256 * 1024 * 1024;

/**
 * The rows that match, in the order asked for. Nothing stays open in the file between two rows: each page is read from
 * where the last one ended, so a cursor may wait for its client for minutes while others write.
 */
export function* findSteps(collection: Collection, request: FindRequest): Generator<Row | undefined> {
  const plan = choosePlan(collection, request);
  const { skip = 0, limit = 0, sort } = request;
  if (limit > 0 && plan.sorted) {
    yield* sliced(matching(collection, plan, request, plan.covers ? skip + limit : undefined), skip, limit);
    return;
  }
  const rows = matching(collection, plan, request);
  if (plan.sorted) yield* sliced(rows, skip, limit);
  else yield* sliced(sorted(collection, rows, sort!, limit > 0 ? skip + limit : 0, request), skip, limit);
}

/** The same without pauses, for a command that writes. */
export const findRows = (collection: Collection, request: FindRequest): Generator<Row> => withoutPauses(findSteps(collection, request));

/** How many match, without decoding what an index alone can count. */
export function* countSteps(collection: Collection, request: FindRequest): Generator<undefined, number> {
  const plan = choosePlan(collection, { ...request, sort: undefined });
  const { skip = 0, limit = 0 } = request;
  let count = 0;
  if (request.matcher.always && (plan.kind === 'scan' || plan.kind === 'keys')) count = collection.count;
  else if (plan.kind === 'keys' && plan.covers) {
    const table = plan.index ? `x${plan.index.slot}` : `c${collection.slot}`;
    const statement = collection.file.sql(`SELECT count(*) AS n FROM ${table} WHERE k >= ? AND k < ?`);
    for (const { low, high } of plan.intervals) count += (statement.get(low, high) as { n: number }).n;
  } else {
    const most = limit > 0 ? skip + limit : Infinity;
    for (const row of matching(collection, plan, request)) {
      if (!row) yield undefined;
      else if (++count >= most) break;
    }
  }
  count = Math.max(0, count - skip);
  return limit > 0 ? Math.min(count, limit) : count;
}

function* sliced(rows: Steps<Row>, skip: number, limit: number): Generator<Row | undefined> {
  let seen = 0;
  for (const row of rows) {
    if (row && seen++ < skip) continue;
    yield row;
    if (row && limit > 0 && seen >= skip + limit) return;
  }
}

function* matching(collection: Collection, plan: Plan, { matcher, deadline }: FindRequest, most?: number): Generator<Row | undefined> {
  const test = rowTest(matcher, plan.covers);
  for (const row of candidateRows(collection, plan, deadline, most)) if (!row || !test || test(row)) yield row;
}

/** Tests a row's bytes, decoding no more of it than the filter looks at. */
export function rowTest(matcher: Matcher, covered = false): ((row: Row) => boolean) | undefined {
  if (matcher.always || covered) return undefined;
  const { fields } = matcher;
  return fields && fields.size > 0
    ? ({ bytes }) => matcher.matches(decodeFields(bytes, fields))
    : ({ bytes }) => matcher.matches(decodeDocument(bytes));
}

function* candidateRows(collection: Collection, plan: Plan, deadline: Deadline | undefined, most?: number): Generator<Row | undefined> {
  switch (plan.kind) {
    case 'scan':
      yield* scanned(collection, plan.backwards, deadline, most);
      return;
    case 'keys':
      yield* keyed(collection, plan, deadline, most);
      return;
    case 'union': {
      const seen = new Set<number>();
      for (const part of plan.plans) {
        for (const row of candidateRows(collection, part, deadline)) {
          if (row && seen.has(row.r)) continue;
          if (row) seen.add(row.r);
          yield row;
        }
      }
    }
  }
}

type KeyedRow = Row & { k: Uint8Array };

function* scanned(collection: Collection, backwards: boolean, deadline: Deadline | undefined, most?: number): Generator<Row | undefined> {
  const statement = backwards
    ? `SELECT r, d AS bytes FROM c${collection.slot} WHERE r < ? ORDER BY r DESC LIMIT ?`
    : `SELECT r, d AS bytes FROM c${collection.slot} WHERE r > ? ORDER BY r LIMIT ?`;
  const pages = new PageSize(most);
  const slice = new Slice();
  let from = backwards ? Number.MAX_SAFE_INTEGER : 0;
  for (;;) {
    if (slice.over) {
      yield undefined;
      slice.begin();
    }
    alive(collection);
    deadline?.check();
    const rows = collection.file.sql(statement).all(from, pages.rows) as Row[];
    yield* rows;
    if (rows.length < pages.rows) return;
    from = rows[rows.length - 1].r;
    pages.read(rows);
  }
}

function* keyed(
  collection: Collection,
  plan: Extract<Plan, { kind: 'keys' }>,
  deadline: Deadline | undefined,
  most?: number,
): Generator<Row | undefined> {
  const { index, backwards } = plan;
  const intervals = backwards ? [...plan.intervals].reverse() : plan.intervals;
  const pages = new PageSize(most);
  const slice = new Slice();
  for (const interval of intervals) {
    if (slice.over) {
      yield undefined;
      slice.begin();
    }
    if (!index && interval.point) {
      alive(collection);
      const row = collection.byKey(interval.low);
      if (row) yield row;
      continue;
    }
    for (const row of range(collection, plan, interval, pages, slice, deadline)) {
      if (!row || !index?.multikey || isFirstKey(index, row, plan)) yield row;
    }
  }
}

function* range(
  collection: Collection,
  { index, backwards }: Extract<Plan, { kind: 'keys' }>,
  { low, high }: Interval,
  pages: PageSize,
  slice: Slice,
  deadline: Deadline | undefined,
): Generator<KeyedRow | undefined> {
  const source = index
    ? `SELECT x.k, x.r, c.d AS bytes FROM x${index.slot} x CROSS JOIN c${collection.slot} c ON c.r = x.r`
    : `SELECT x.k, x.r, x.d AS bytes FROM c${collection.slot} x`;
  const statement = backwards
    ? `${source} WHERE (x.k, x.r) < (?, ?) AND x.k >= ? ORDER BY x.k DESC, x.r DESC LIMIT ?`
    : `${source} WHERE (x.k, x.r) > (?, ?) AND x.k < ? ORDER BY x.k, x.r LIMIT ?`;
  let key: Uint8Array = backwards ? high : low;
  let r = -1;
  for (;;) {
    if (slice.over) {
      yield undefined;
      slice.begin();
    }
    alive(collection, index);
    deadline?.check();
    const rows = collection.file.sql(statement).all(key, r, backwards ? low : high, pages.rows) as KeyedRow[];
    yield* rows;
    if (rows.length < pages.rows) return;
    ({ k: key, r } = rows[rows.length - 1]);
    pages.read(rows);
  }
}

/**
 * A document with an array has several keys in the index and is met at each; it is given at the first of them that lies
 * within the bounds, so nothing has to be remembered about the documents already given.
 */
function isFirstKey(
  index: NonNullable<Extract<Plan, { kind: 'keys' }>['index']>,
  row: KeyedRow,
  { intervals, backwards }: Extract<Plan, { kind: 'keys' }>,
): boolean {
  const { keys } = index.keysOf(row.bytes, index.neededFields ? undefined : decodeDocument(row.bytes));
  if (keys.length <= 1) return true;
  for (const key of keys) {
    const by = Buffer.compare(key, row.k);
    if ((backwards ? by > 0 : by < 0) && intervals.some(({ low, high }) => Buffer.compare(key, low) >= 0 && Buffer.compare(key, high) < 0))
      return false;
  }
  return true;
}

function alive(collection: Collection, index?: { slot: number }): void {
  if (collection.dropped) throw new MongoError(175, `collection dropped. UUID ${Buffer.from(collection.uuid).toString('hex')}`);
  if (index && !collection.indexes.some(({ slot }) => slot === index.slot))
    throw new MongoError(175, 'index was dropped while the query was running');
}

/** Pages begin small and grow to about a megabyte. */
class PageSize {
  rows: number;
  constructor(most?: number) {
    this.rows = Math.min(most ?? 101, 1_000);
  }

  read(rows: readonly Row[]): void {
    const bytes = rows.reduce((sum, row) => sum + row.bytes.length, 0);
    const fitting = Math.floor((CHUNK_BYTES * rows.length) / Math.max(bytes, 1));
    this.rows = Math.max(1, Math.min(this.rows * 4, fitting, MAX_CHUNK_ROWS));
  }
}

const writer = new KeyWriter();

/** A string of bytes that orders documents as the sort asks: the least element of an array ascending, the greatest descending. */
export function sortKey(document: Document, sort: readonly SortField[]): string {
  writer.reset();
  for (const { parts, descending } of sort) {
    const { values } = pathValues(document, parts);
    let chosen = values[0];
    for (let i = 1; i < values.length; i++) {
      const by = compareValues(values[i], chosen);
      if (descending ? by > 0 : by < 0) chosen = values[i];
    }
    writer.write(chosen, descending);
  }
  return writer.takeString();
}

/** Sorts by keys only; the documents are read again one by one when they are wanted. */
function* sorted(
  collection: Collection,
  rows: Steps<Row>,
  sort: readonly SortField[],
  most: number,
  { matcher, deadline }: FindRequest,
): Generator<Row | undefined> {
  const fields = new Set(sort.map(({ parts }) => parts[0]));
  const best = new Best(most);
  for (const row of rows) {
    if (row) best.add({ key: sortKey(decodeFields(row.bytes, fields), sort), r: row.r });
    else yield undefined;
  }
  deadline?.check();
  const entries = best.sorted();
  const test = rowTest(matcher);
  const slice = new Slice();
  for (const { r } of entries) {
    if (slice.over) {
      yield undefined;
      slice.begin();
    }
    alive(collection);
    const row = collection.byRow(r);
    // Gone or changed since it was sorted: a cursor gives what is there now.
    if (row && (!test || test(row))) yield row;
  }
}

interface SortEntry {
  key: string;
  r: number;
}

const compareEntries = (a: SortEntry, b: SortEntry): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.r - b.r);

/** Keeps the first `most` entries (all when 0) and never more than twice as many. */
class Best {
  #entries: SortEntry[] = [];
  #bytes = 0;
  /** The last key that can still matter. */
  #worst: string | undefined;
  constructor(readonly most: number) {}

  add(entry: SortEntry): void {
    if (this.#worst !== undefined && entry.key > this.#worst) return;
    this.#entries.push(entry);
    this.#bytes += entry.key.length + 48;
    if (this.most > 0 && this.#entries.length >= Math.max(2 * this.most, 1_000)) this.#shrink();
    if (this.#bytes > MAX_SORT_BYTES) {
      throw new MongoError(292, `Sort exceeded memory limit of ${MAX_SORT_BYTES} bytes, but did not opt in to external sorting.`);
    }
  }

  sorted(): SortEntry[] {
    this.#shrink();
    return this.#entries;
  }

  #shrink(): void {
    this.#entries.sort(compareEntries);
    if (this.most > 0 && this.#entries.length >= this.most) {
      this.#entries.length = this.most;
      this.#worst = this.#entries[this.most - 1].key;
    }
    this.#bytes = this.#entries.reduce((sum, { key }) => sum + key.length + 48, 0);
  }
}
