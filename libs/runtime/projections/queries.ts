import type { Db, Document, Filter } from 'mongodb';
import { normalise, queryVariants, refusal, type FieldType, type ListSpec, type Projection } from '@letopis/kernel';
import { visible, type Stored } from './document';
import type { Projector } from './projector';

/** A question to a list, as the edge took it from the address. */
export interface ListQuery {
  /** `field`, or `field.operator` with gte, gt, lte, lt, in, ne → value as text. */
  readonly filter: Readonly<Record<string, string>>;
  readonly sort?: string;
  readonly q?: string;
  readonly limit?: number;
  readonly cursor?: string;
  readonly count?: boolean;
}

export interface ListAnswer {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  /** To be given as `cursor` for the next rows; absent when these were the last. */
  readonly next?: string;
  readonly total?: number;
}

/** A read model with the filter of what somebody may see of it. */
export interface Seen {
  readonly projection: Projection;
  readonly only: Readonly<Record<string, unknown>>;
}

/** A row that has changed; `isLast` of those that the event at this position has changed. */
export interface Changed {
  readonly code: string;
  readonly position: number;
  readonly isLast: boolean;
  readonly row: Readonly<Record<string, unknown>>;
}

const DEFAULT_LIMIT = 50;
const MOST = 200;
const LOOKUP_FROM = 2;
const LOOKUP_MOST = 10;
const DAY = /^\d{4}-\d\d-\d\d$/;
const OPERATORS = ['gte', 'gt', 'lte', 'lt', 'ne', 'in'];

/** The values of the equality filters, typed: what a read policy judges by. @throws DomainError BAD_QUERY */
export function typedFilters(list: ListSpec, filter: ListQuery['filter']): Readonly<Record<string, unknown>> {
  const typed: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(filter)) {
    const { field, operator, type } = offered(list, name);
    if (operator === undefined) typed[field] = value(field, type, text);
  }
  return typed;
}

/** Read models answering questions; what an actor may not see is excluded by `only` before anything else. */
export class Queries {
  constructor(
    private readonly db: Db,
    private readonly projector: Projector,
  ) {}

  /** @throws DomainError BAD_QUERY for a field that is not offered or a value of the wrong type */
  async list(
    projection: Projection,
    query: ListQuery,
    only: Readonly<Record<string, unknown>>,
    collection = this.projector.collection(projection.code),
  ): Promise<ListAnswer> {
    const { list } = projection;
    const rowsOf = this.db.collection<Stored>(collection);
    const limit = Math.min(Math.max(query.limit ?? DEFAULT_LIMIT, 1), MOST);
    const { field, direction } = sortOf(list, query.sort);
    const where: Filter<Stored>[] = [only, { _deleted: { $exists: false } }, conditions(list, query.filter), textSearch(query.q)];
    const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor, field, direction);
    const found = await rowsOf
      .find({ $and: [...where, ...(cursor ? [beyond(field, direction, cursor)] : [])].filter(some) })
      .sort({ [field]: direction, _id: direction })
      .limit(limit + 1)
      .toArray();
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const items = rows.map((row) => shown(projection, row));
    const isWhole = found.length <= limit && cursor === undefined;
    return {
      items: isWhole && projection.listed ? projection.listed(items) : items,
      next: found.length > limit && last ? writeCursor(field, direction, last) : undefined,
      total: query.count ? await rowsOf.countDocuments({ $and: where.filter(some) }) : undefined,
    };
  }

  /**
   * Every row that a question finds, a page at a time and from one build throughout: memory holds one page, however many
   * there are. @throws as `list`
   */
  async *pages(
    projection: Projection,
    query: Omit<ListQuery, 'limit' | 'cursor' | 'count'>,
    only: Readonly<Record<string, unknown>>,
    collection = this.projector.collection(projection.code),
  ): AsyncGenerator<ListAnswer['items']> {
    let cursor: string | undefined;
    do {
      const { items, next } = await this.list(projection, { ...query, limit: MOST, cursor }, only, collection);
      if (items.length > 0) yield items;
      cursor = next;
    } while (cursor !== undefined);
  }

  /** @throws DomainError NOT_FOUND also where the row is not the actor's to see; PROJECTION_PARKED */
  async one(projection: Projection, id: string, only: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    return this.found(projection, await this.collection(projection).findOne({ $and: [{ _id: id }, only].filter(some) }));
  }

  /** A row that was found as it is shown. @throws as `one` */
  found(projection: Projection, row: Stored | undefined | null): Readonly<Record<string, unknown>> {
    if (!row || row._deleted) throw refusal('NOT_FOUND');
    if (row._parked) throw refusal('PROJECTION_PARKED');
    return shown(projection, row);
  }

  /** At most ten rows for a typed beginning: whole fields first, then beginnings of fields, then beginnings of words. */
  async lookup(projection: Projection, typed: string, only: Readonly<Record<string, unknown>>): Promise<ListAnswer> {
    const variants = queryVariants(typed);
    if (normalise(typed).length < LOOKUP_FROM || variants.length === 0) return { items: [] };
    const texts = variants.map(({ text }) => text);
    const tiers: Filter<Stored>[] = [
      { _fields: { $in: texts } },
      { $or: texts.map((text) => ({ _fields: { $regex: `^${escape(text)}` } })) },
      textSearch(typed),
    ];
    const rows = new Map<string, Stored>();
    for (const tier of tiers) {
      if (rows.size >= LOOKUP_MOST) break;
      const found = await this.collection(projection)
        .find({ $and: [only, { _deleted: { $exists: false } }, tier].filter(some) })
        .sort({ [projection.list.defaultSort.replace(/^-/, '')]: 1, _id: 1 })
        .limit(LOOKUP_MOST)
        .toArray();
      for (const row of found) if (rows.size < LOOKUP_MOST) rows.set(row._id, row);
    }
    return { items: [...rows.values()].map((row) => shown(projection, row)) };
  }

  /** How many rows have changed since a position, counted up to `most`. */
  async countChanged({ projection, only }: Seen, after: number, upTo: number, most: number): Promise<number> {
    return this.collection(projection).countDocuments(changedWithin(only, after, upTo), { limit: most });
  }

  /**
   * Rows that were folded last from events between two positions, as they are now, in the order of these events. What changes
   * meanwhile stands behind `upTo` and is found by the next question. Memory holds a batch of each read model.
   */
  async *changed(wanted: readonly Seen[], after: number, upTo: number): AsyncGenerator<Changed> {
    const rows = wanted.map(({ projection, only }) => ({
      projection,
      cursor: this.collection(projection)
        .find(changedWithin(only, after, upTo))
        .sort({ _position: 1, _id: 1 })
        .batchSize(100),
    }));
    try {
      const heads = await Promise.all(rows.map(({ cursor }) => cursor.next()));
      for (;;) {
        const next = heads.reduce((first, head, at) => (head && head._position < (heads[first]?._position ?? Infinity) ? at : first), -1);
        if (next < 0) return;
        const { projection, cursor } = rows[next]!;
        const row = heads[next]!;
        heads[next] = await cursor.next();
        const isLast = heads.every((head) => !head || head._position > row._position);
        yield { code: projection.code, position: row._position, isLast, row: shown(projection, row) };
      }
    } finally {
      await Promise.all(rows.map(({ cursor }) => cursor.close()));
    }
  }

  private collection({ code }: Projection) {
    return this.db.collection<Stored>(this.projector.collection(code));
  }
}

const changedWithin = (only: Readonly<Record<string, unknown>>, after: number, upTo: number): Filter<Stored> => ({
  $and: [only, { _position: { $gt: after, $lte: upTo } }, { _deleted: { $exists: false } }].filter(some),
});

const some = (filter: Document) => Object.keys(filter).length > 0;

function shown({ hidden }: Projection, row: Stored): Readonly<Record<string, unknown>> {
  const fields = Object.entries(visible(row)!).filter(([name]) => !hidden.includes(name));
  return { id: row._id, ...Object.fromEntries(fields), ...(row._parked ? { stale: true } : {}) };
}

function splitOperator(name: string): [string, string | undefined] {
  const dot = name.lastIndexOf('.');
  const operator = name.slice(dot + 1);
  return dot > 0 && OPERATORS.includes(operator) ? [name.slice(0, dot), operator] : [name, undefined];
}

/** What a filter's name means: a field of rows, or, without an operator, what only the policy judges by. @throws DomainError BAD_QUERY */
function offered({ filters, asked = {} }: ListSpec, name: string) {
  const [field, operator] = splitOperator(name);
  const ofRows = Object.hasOwn(filters, field);
  const type = ofRows ? filters[field] : operator === undefined && Object.hasOwn(asked, field) ? asked[field] : undefined;
  if (!type) throw refusal('BAD_QUERY', { name: `filter[${field}]` });
  return { field, operator, type, ofRows };
}

function conditions(list: ListSpec, filter: ListQuery['filter']): Filter<Stored> {
  const found: Record<string, Record<string, unknown>> = {};
  for (const [name, text] of Object.entries(filter)) {
    const { field, operator = 'eq', type, ofRows } = offered(list, name);
    if (!ofRows) continue;
    const operand = operator === 'in' ? text.split(',').map((part) => value(field, type, part)) : value(field, type, text);
    found[field] = { ...found[field], [`$${operator}`]: operand };
  }
  return found;
}

function value(field: string, type: FieldType, text: string): unknown {
  const wrong = () => refusal('BAD_QUERY', { name: `filter[${field}]` });
  if (typeof text !== 'string') throw wrong();
  switch (type) {
    case 'string':
      return text;
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw wrong();
      return text === 'true';
    case 'number':
      if (text.trim() === '' || !Number.isFinite(Number(text))) throw wrong();
      return Number(text);
    case 'day':
      if (!DAY.test(text) || Number.isNaN(Date.parse(text))) throw wrong();
      return text;
    case 'time':
      if (Number.isNaN(Date.parse(text))) throw wrong();
      return new Date(text).toISOString();
  }
}

function sortOf({ sorts, defaultSort }: ListSpec, asked = defaultSort): { field: string; direction: 1 | -1 } {
  const direction = asked.startsWith('-') ? -1 : 1;
  const field = asked.replace(/^-/, '');
  if (!sorts.includes(field) && asked !== defaultSort) throw refusal('BAD_QUERY', { name: 'sort' });
  return { field, direction };
}

/** Every word of a reading must be the beginning of some word of the row; readings are alternatives. */
function textSearch(typed: string | undefined): Filter<Stored> {
  if (typed === undefined || typed.trim() === '') return {};
  const variants = queryVariants(typed);
  if (variants.length === 0) return { _id: { $in: [] } };
  return { $or: variants.map(({ words }) => ({ $and: words.map((word) => ({ _words: { $regex: `^${escape(word)}` } })) })) };
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

interface Cursor {
  readonly value: string | number | boolean | null;
  readonly id: string;
}

function writeCursor(field: string, direction: number, row: Stored): string {
  const at = field.split('.').reduce<unknown>((of, name) => (of as Readonly<Record<string, unknown>> | undefined)?.[name], row);
  const cursor = [field, direction, at ?? null, row._id];
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function readCursor(text: string, field: string, direction: number): Cursor {
  try {
    const [forField, forDirection, value, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const plain = value === null || ['string', 'number', 'boolean'].includes(typeof value);
    if (forField === field && forDirection === direction && plain && typeof id === 'string') return { value: value as Cursor['value'], id };
  } catch {
    // falls through to the refusal: whatever it is, it is not one of our cursors
  }
  throw refusal('BAD_QUERY', { name: 'cursor' });
}

/** Rows after the cursor. A missing value sorts before every other, as in MongoDB's order of types. */
function beyond(field: string, direction: 1 | -1, { value, id }: Cursor): Filter<Stored> {
  const further = direction === 1 ? '$gt' : '$lt';
  const sameValue = { $and: [{ [field]: value }, { _id: { [further]: id } }] };
  if (value === null) return direction === 1 ? { $or: [{ [field]: { $ne: null } }, sameValue] } : sameValue;
  const others = [{ [field]: { [further]: value } }, ...(direction === -1 ? [{ [field]: null }] : [])];
  return { $or: [...others, sameValue] };
}
