// @ts-nocheck
import { BSON } from 'mongodb';
import { checkSize, encodeDocument, withId } from '../bson/encode';
import { type Document, has, isDocument, type Value } from '../bson/value';
import { MongoError } from '../errors';
import { findRows } from '../query/execute';
import { compileFilter } from '../query/filter';
import { splitPath, valueAt } from '../query/path';
import { decodeDocument } from '../bson/decode';
import type { Catalog } from '../storage/catalog';
import type { Collection } from '../storage/collection';
import type { Expressions } from './expressions';
import { runPipeline } from './pipeline';
import { type Steps, withoutPauses } from '../query/steps';
import { compileStages } from './stages';

export interface OutputRequest {
  db: string;
  services: { catalog: Catalog };
  expressions: Expressions;
}

/** `$out` and `$merge`, the last stage of a pipeline (https://www.mongodb.com/docs/manual/reference/operator/aggregation/merge/). */
export function writeOutput(name: string, spec: Value, documents: Steps<Document>, request: OutputRequest): void {
  const results = [...withoutPauses(documents)];
  if (name === '$out') replaceCollection(spec, results, request);
  else mergeInto(spec, results, request);
}

function namespaceOf(spec: Value, db: string, stage: string): { db: string; name: string } {
  if (typeof spec === 'string') return { db, name: spec };
  if (isDocument(spec) && typeof spec.coll === 'string' && (spec.db === undefined || typeof spec.db === 'string'))
    return { db: spec.db ?? db, name: spec.coll };
  throw new MongoError(16990, `${stage} requires a collection name`);
}

/** All results are made first: the collection written to may be the one read from. */
function replaceCollection(spec: Value, documents: readonly Document[], { db, services: { catalog } }: OutputRequest): void {
  const target = namespaceOf(spec, db, '$out');
  const results = documents.map((document) => stored(document));
  const old = catalog.get(target.db, target.name);
  const indexes = old?.indexes.map(({ spec: index }) => index) ?? [];
  const options = old?.options ?? {};
  // Written beside the old one, so that a refused document leaves that as it was.
  const temporary = catalog.create(target.db, `tmp.agg_out.${new BSON.ObjectId().toHexString()}`, options);
  try {
    for (const index of indexes) catalog.createIndex(temporary, index);
    for (const { bytes, id } of results) temporary.insert(bytes, id);
  } catch (cause) {
    catalog.drop(temporary);
    throw cause;
  }
  if (old) catalog.drop(old);
  catalog.rename(temporary, target.db, target.name);
}

function stored(document: Document): { bytes: Buffer; id: Value } {
  const result = withId(encodeDocument(document), () => new BSON.ObjectId());
  checkSize(result.bytes);
  return result;
}

const WHEN_MATCHED = new Set(['replace', 'keepExisting', 'merge', 'fail']);
const WHEN_NOT_MATCHED = new Set(['insert', 'discard', 'fail']);

function mergeInto(spec: Value, documents: readonly Document[], { db, services: { catalog }, expressions }: OutputRequest): void {
  if (typeof spec !== 'string' && !isDocument(spec)) throw new MongoError(51182, '$merge requires a string or object argument');
  const options: Document = isDocument(spec) ? spec : { into: spec };
  const target = namespaceOf(options.into, db, '$merge');
  const on = options.on === undefined ? ['_id'] : Array.isArray(options.on) ? (options.on as string[]) : [String(options.on)];
  const whenMatched = options.whenMatched ?? 'merge';
  const whenNotMatched = options.whenNotMatched ?? 'insert';
  if (!Array.isArray(whenMatched) && !WHEN_MATCHED.has(String(whenMatched)))
    throw new MongoError(2, `Enumeration value '${String(whenMatched)}' for field 'whenMatched' is not a valid value.`);
  if (!WHEN_NOT_MATCHED.has(String(whenNotMatched)))
    throw new MongoError(2, `Enumeration value '${String(whenNotMatched)}' for field '$merge.whenNotMatched' is not a valid value.`);
  const collection = catalog.obtain(target.db, target.name);
  checkUniqueOn(collection, on);
  for (const document of documents) {
    const filter = Object.fromEntries(on.map((path) => [path, { $eq: keyOf(document, path) }]));
    const [row] = findRows(collection, { matcher: compileFilter(filter, expressions), limit: 1 });
    if (!row) {
      if (whenNotMatched === 'fail')
        throw new MongoError(
          13113,
          '$merge could not find a matching document in the target collection for at least one document in the source collection',
        );
      if (whenNotMatched === 'insert') {
        const { bytes, id } = stored(document);
        collection.insert(bytes, id);
      }
      continue;
    }
    const before = decodeDocument(row.bytes);
    const after = mergedDocument(before, document, whenMatched, expressions, options.let);
    if (!after) continue;
    const { bytes } = stored(has(after, '_id') ? after : { _id: before._id, ...after });
    collection.update(row, bytes);
  }
}

function keyOf(document: Document, path: string): Value {
  const value = valueAt(document, splitPath(path));
  if (path !== '_id' && (value === undefined || value === null || Array.isArray(value)))
    throw new MongoError(51132, "$merge write error: 'on' field cannot be missing, null, undefined or an array");
  return value ?? null;
}

function mergedDocument(
  before: Document,
  document: Document,
  whenMatched: Value,
  expressions: Expressions,
  variables: Value,
): Document | undefined {
  if (Array.isArray(whenMatched)) {
    const own = isDocument(variables)
      ? Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, expressions.evaluate(value)(document)]))
      : { new: document };
    const run = compileStages(whenMatched, { db: '', expressions: expressions.with(own), collection: () => undefined, run: runPipeline });
    return [...withoutPauses(run([before]))][0];
  }
  switch (whenMatched) {
    case 'replace':
      return has(document, '_id') ? document : { _id: before._id, ...document };
    case 'keepExisting':
      return undefined;
    case 'fail':
      throw new MongoError(11000, `$merge failed: a document with the same 'on' fields exists`, {
        keyPattern: { _id: 1 },
        keyValue: { _id: before._id },
      });
    default:
      return { ...before, ...document };
  }
}

function checkUniqueOn(collection: Collection, on: readonly string[]): void {
  if (on.length === 1 && on[0] === '_id') return;
  const wanted = [...on].sort().join();
  const found = collection.indexes.some(
    ({ unique, fields, partial }) =>
      unique &&
      !partial &&
      fields
        .map(({ path }) => path)
        .sort()
        .join() === wanted,
  );
  if (!found) throw new MongoError(51183, 'Cannot find index to verify that join fields will be unique');
}
