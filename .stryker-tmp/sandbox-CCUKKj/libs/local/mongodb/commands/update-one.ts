// @ts-nocheck
import { BSON } from 'mongodb';
import { asBuffer, decodeDocument } from '../bson/decode';
import { checkSize, encodeDocument, MAX_DOCUMENT_BYTES, withId } from '../bson/encode';
import { encodeKey } from '../bson/key';
import { clone, type Document, has, isDocument, put, type Value } from '../bson/value';
import { failedToParse, MongoError } from '../errors';
import type { Expressions } from '../aggregate/expressions';
import { runPipeline } from '../aggregate/pipeline';
import { compileStages, stageOf } from '../aggregate/stages';
import { type Deadline, findRows, rowTest } from '../query/execute';
import { compileFilter, isOperators, type Matcher, type Node } from '../query/filter';
import type { MatchDetails } from '../query/path';
import { parseSort } from '../query/planner';
import { isRegex } from '../query/regex';
import { withoutPauses } from '../query/steps';
import type { Catalog } from '../storage/catalog';
import type { Collection, Row } from '../storage/collection';
import { shellText } from '../storage/shell-text';
import { compileUpdate } from '../update/update';

/** How a document becomes another: by replacement (as bytes), operators, or a pipeline. */
export interface Change {
  replaces: boolean;
  /** The new bytes of a document that is there. */
  next(row: Row, details: () => MatchDetails): Buffer;
  /** The bytes of the document to insert when none was found; `base` holds the filter's equalities. */
  created(base: Document): Buffer;
}

interface ChangeOptions {
  arrayFilters?: Value;
  constants?: Value;
  expressions: Expressions;
  db: string;
}

const PIPELINE_STAGES = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith']);

/** Compiles `u` of an update statement, or `update` of findAndModify. */
export function compileChange(u: Value | Buffer, { arrayFilters, constants, expressions, db }: ChangeOptions): Change {
  if (Array.isArray(u)) return pipelineChange(u, isDocument(constants) ? expressions.with(constants) : expressions, db);
  const bytes = Buffer.isBuffer(u) ? u : isDocument(u) ? encodeDocument(u) : undefined;
  if (!bytes) throw failedToParse('Update argument must be either an object or an array');
  // The first field's name decides: 0x24 is '$'.
  const usesOperators = bytes.length > 5 && bytes[5] === 0x24;
  if (!usesOperators) {
    if (Array.isArray(arrayFilters) && arrayFilters.length > 0)
      throw failedToParse('Cannot specify arrayFilters and a replacement-style update');
    return replacement(bytes);
  }
  if (arrayFilters !== undefined && !Array.isArray(arrayFilters))
    throw new MongoError(14, "BSON field 'update.updates.arrayFilters' is the wrong type, expected type 'array'");
  const update = compileUpdate(decodeDocument(bytes), (arrayFilters as Value[] | undefined) ?? [], {
    now: () => new Date(),
    expression: (expression) => expressions.expression(expression),
  });
  return {
    replaces: false,
    next(row, details) {
      const document = decodeDocument(row.bytes);
      const id = encodeKey(document._id);
      update.apply(document, details(), false);
      return checkedId(document, id);
    },
    created(base) {
      update.apply(base, {}, true);
      return encodeDocument(base);
    },
  };
}

function checkGrown(bytes: Buffer, { replaces }: Change): void {
  if (replaces) checkSize(bytes);
  else if (bytes.length > MAX_DOCUMENT_BYTES)
    throw new MongoError(17419, `Resulting document after update is larger than ${MAX_DOCUMENT_BYTES}`);
}

function checkedId(document: Document, id: Buffer): Buffer {
  if (!has(document, '_id') || !encodeKey(document._id).equals(id)) {
    throw new MongoError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");
  }
  return encodeDocument(document);
}

function replacement(bytes: Buffer): Change {
  return {
    replaces: true,
    next(row) {
      let added = false;
      const own = withId(bytes, () => {
        added = true;
        return withId(row.bytes, () => null).id;
      });
      if (!added) checkSameId(own.id, row);
      return own.bytes;
    },
    created(base) {
      return withId(bytes, () => base._id ?? new BSON.ObjectId()).bytes;
    },
  };
}

function checkSameId(id: Value, row: Row): void {
  const old = withId(row.bytes, () => null).id;
  if (id !== old && !encodeKey(id).equals(encodeKey(old))) {
    throw new MongoError(
      66,
      `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${shellText(id)}`,
    );
  }
}

function pipelineChange(pipeline: readonly Value[], expressions: Expressions, db: string): Change {
  for (const stage of pipeline) {
    const [name] = stageOf(stage);
    if (!PIPELINE_STAGES.has(name)) throw new MongoError(72, `${name} is not allowed to be used within an update`);
  }
  const run = compileStages(pipeline, { db, expressions, collection: () => undefined, run: runPipeline });
  const after = (document: Document): Document => [...withoutPauses(run([document]))][0];
  return {
    replaces: false,
    next(row) {
      const document = decodeDocument(row.bytes);
      const result = after(document);
      if (!has(result, '_id')) return encodeDocument({ _id: document._id, ...result });
      return checkedId(result, encodeKey(document._id));
    },
    created: (base) => encodeDocument(after(base)),
  };
}

export interface UpdateOptions {
  multi: boolean;
  upsert: boolean;
  hint?: Value;
  sort?: Value;
  expressions: Expressions;
  deadline?: Deadline;
}

export interface UpdateResult {
  matched: number;
  modified: number;
  upserted?: { id: Value; bytes: Buffer };
  /** Of the document found, when one was. */
  before?: Uint8Array;
  after?: Uint8Array;
}

/** Finds and changes one document or all; inserts one when none is found and that is asked for. */
export function executeUpdate(
  catalog: Catalog,
  db: string,
  name: string,
  filter: Document,
  change: Change,
  options: UpdateOptions,
): UpdateResult {
  const collection = catalog.get(db, name);
  const found = collection ? rowsToChange(collection, filter, options) : { rows: [], matcher: undefined };
  const result: UpdateResult = { matched: 0, modified: 0 };
  for (const row of found.rows) {
    result.matched++;
    const details = (): MatchDetails => {
      const own: MatchDetails = {};
      (found.matcher ?? compileFilter(filter, options.expressions)).matches(decodeDocument(row.bytes), own);
      return own;
    };
    const next = change.next(row, details);
    result.before = row.bytes;
    result.after = next;
    if (next.equals(row.bytes)) continue;
    checkGrown(next, change);
    collection!.validate?.(next);
    collection!.update(row, next);
    result.modified++;
  }
  if (result.matched > 0 || !options.upsert) {
    if (!collection) compileFilter(filter, options.expressions);
    return result;
  }
  const { bytes, id } = upsertDocument(filter, change, options.expressions);
  checkSize(bytes);
  const target = catalog.obtain(db, name);
  target.validate?.(bytes);
  target.insert(bytes, id);
  result.upserted = { id, bytes };
  result.after = bytes;
  return result;
}

/**
 * One row, or all of them: these are found first and changed after, so that a change that moves a document in the index
 * being read does not make it found again.
 */
function rowsToChange(
  collection: Collection,
  filter: Document,
  { multi, sort, hint, expressions, deadline }: UpdateOptions,
): { rows: Iterable<Row>; matcher?: Matcher } {
  if (isPlainId(filter)) {
    const row = collection.byId(filter._id);
    if (!row) return { rows: [] };
    if (Object.keys(filter).length === 1) return { rows: [row] };
    const matcher = compileFilter(filter, expressions);
    const test = rowTest(matcher);
    return { rows: !test || test(row) ? [row] : [], matcher };
  }
  const matcher = compileFilter(filter, expressions);
  const found = findRows(collection, { matcher, sort: parseSort(sort), limit: multi ? 0 : 1, hint, deadline });
  if (!multi) return { rows: [...found], matcher };
  const places: number[] = [];
  for (const { r } of found) places.push(r);
  return { rows: reread(collection, places, deadline), matcher };
}

function* reread(collection: Collection, places: readonly number[], deadline?: Deadline): Generator<Row> {
  for (const r of places) {
    deadline?.check();
    const row = collection.byRow(r);
    if (row) yield row;
  }
}

/** `{ _id: value, … }` with a value that is simply equal. */
function isPlainId(filter: Document): boolean {
  if (!has(filter, '_id')) return false;
  const { _id: id } = filter;
  return id !== null && id !== undefined && !isRegex(id) && !Array.isArray(id) && !isOperators(id);
}

export function findToDelete(
  collection: Collection,
  filter: Document,
  { one, sort, hint, expressions, deadline }: { one: boolean; sort?: Value; hint?: Value; expressions: Expressions; deadline?: Deadline },
): Iterable<Row> {
  return rowsToChange(collection, filter, { multi: !one, upsert: false, sort, hint, expressions, deadline }).rows;
}

function upsertDocument(filter: Document, change: Change, expressions: Expressions): { bytes: Buffer; id: Value } {
  const base: Document = {};
  collectEqualities(compileFilter(filter, expressions).node, base, change.replaces);
  const wantedId = base._id;
  const { bytes, id } = withId(asBuffer(change.created(base)), () => new BSON.ObjectId());
  if (wantedId !== undefined && !encodeKey(wantedId).equals(encodeKey(id))) {
    throw new MongoError(
      66,
      `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${shellText(id)}`,
    );
  }
  return { bytes, id };
}

/** Equalities of the filter become fields of the document that is made; a replacement takes over `_id` only. */
function collectEqualities(node: Node, into: Document, idOnly: boolean): void {
  if (node.kind === 'and') for (const child of node.nodes) collectEqualities(child, into, idOnly);
  else if (node.kind === 'or' && node.nodes.length === 1) collectEqualities(node.nodes[0], into, idOnly);
  if (node.kind !== 'condition' || node.implied) return;
  const value =
    node.operator === '$eq'
      ? node.operand
      : node.operator === '$in' && Array.isArray(node.operand) && node.operand.length === 1
        ? (node.operand[0] as Value)
        : undefined;
  if (value === undefined || isRegex(value) || (idOnly && node.path !== '_id')) return;
  let holder = into;
  for (const part of node.parts.slice(0, -1)) {
    if (!isDocument(holder[part])) put(holder, part, {});
    holder = holder[part] as Document;
  }
  const last = node.parts[node.parts.length - 1];
  if (has(holder, last)) throw new MongoError(54, `cannot infer query fields to set, path '${node.path}' is matched twice`);
  put(holder, last, clone(value));
}
