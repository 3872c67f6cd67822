// @ts-nocheck
import { encodeDocument, OK } from '../bson/encode';
import { type Document, has, isDocument, isNumber, isTrue, toDouble, typeName, type Value } from '../bson/value';
import { MongoError } from '../errors';
import { compileFilter, type Node } from '../query/filter';
import type { Collection } from '../storage/collection';
import type { Index } from '../storage/index-spec';
import { shellText } from '../storage/shell-text';
import { cursorBatch, ID_INDEX } from './admin';
import { type Command, namedCollection, refuseCollation, type Request, wrongType } from './command';
import { checkWriteConcern } from './write';

const MAX_INDEXES = 64;
const MAX_FIELDS = 32;
const OPTIONS = new Set([
  'v',
  'key',
  'name',
  'unique',
  'sparse',
  'partialFilterExpression',
  'expireAfterSeconds',
  'background',
  'hidden',
  'ns',
  'collation',
  'comment',
]);

/** https://www.mongodb.com/docs/manual/reference/command/createIndexes/ */
export const createIndexes: Command = (request) => {
  const { body, db, services } = request;
  const { name } = namedCollection(request);
  checkWriteConcern(body);
  if (!Array.isArray(body.indexes)) throw wrongType('createIndexes', 'indexes', body.indexes, 'array');
  if (body.indexes.length === 0) throw new MongoError(2, 'Must specify at least one index to create');
  const specs = body.indexes.map((index: unknown) => indexSpec(index, request));
  const createdCollectionAutomatically = !services.catalog.get(db, name);
  const collection = services.catalog.obtain(db, name);
  const before = collection.indexes.length + 1;
  const made: Index[] = [];
  try {
    for (const spec of specs) if (!exists(collection, spec)) made.push(services.catalog.createIndex(collection, spec));
  } catch (cause) {
    for (const index of made) services.catalog.dropIndex(collection, index);
    throw cause;
  }
  return {
    numIndexesBefore: before,
    numIndexesAfter: collection.indexes.length + 1,
    createdCollectionAutomatically,
    ...(made.length === 0 ? { note: 'all indexes already exist' } : {}),
    ok: OK,
  };
};

function indexSpec(index: Value, { expressions }: Request): Document {
  if (!isDocument(index)) throw wrongType('createIndexes', 'indexes.0', index, 'object');
  const { key, name } = index;
  if (!isDocument(key)) throw new MongoError(9, "The 'key' field is a required property of an index specification");
  if (typeof name !== 'string') throw new MongoError(9, "The 'name' field is a required property of an index specification");
  if (name === '' || name === '*' || name.includes('\0')) throw new MongoError(67, `The index name '${name}' is not valid.`);
  for (const option of Object.keys(index)) {
    if (!OPTIONS.has(option))
      throw new MongoError(197, `The field '${option}' is not valid for an index specification. Specification: ${shellText(index)}`);
  }
  checkKey(key, name);
  const spec: Document = { v: 2, key, name };
  if (isTrue(index.unique)) spec.unique = true;
  if (isTrue(index.sparse)) spec.sparse = true;
  if (isTrue(index.hidden)) spec.hidden = true;
  refuseCollation(index.collation);
  if (has(index, 'partialFilterExpression')) spec.partialFilterExpression = partialFilter(index, expressions);
  if (has(index, 'expireAfterSeconds')) spec.expireAfterSeconds = expiry(index.expireAfterSeconds, key);
  return spec;
}

function checkKey(key: Document, name: string): void {
  const fields = Object.entries(key);
  if (fields.length === 0) throw new MongoError(67, 'Index keys cannot be an empty object.');
  if (fields.length > MAX_FIELDS) throw new MongoError(13103, `too many compound keys ${fields.length}`);
  for (const [path, direction] of fields) {
    if (path === '' || path.split('.').some((part) => part === '')) throw new MongoError(67, 'Index keys cannot contain an empty field.');
    if (path.split('.').some((part) => part.startsWith('$')) && !/\.\$(ref|id|db)$/.test(path))
      throw new MongoError(67, "Index key contains an illegal field name: field name starts with '$'.");
    if (typeof direction === 'string') {
      if (['text', '2d', '2dsphere', 'hashed', 'geoHaystack'].includes(direction))
        throw new MongoError(67, `${direction} indexes are not served by this server`);
      throw new MongoError(67, `Unknown index plugin '${direction}'`);
    }
    if (path === '$**' || path.endsWith('.$**')) throw new MongoError(67, 'wildcard indexes are not served by this server');
    if (!isNumber(direction))
      throw new MongoError(
        67,
        `Values in v:2 index key pattern cannot be of type ${typeName(direction)}. Only numbers > 0, numbers < 0, and strings are allowed.`,
      );
    if (toDouble(direction) === 0 || Number.isNaN(toDouble(direction)))
      throw new MongoError(67, `Values in the index key pattern cannot be 0.`);
  }
  if (name === '_id_' && !(fields.length === 1 && fields[0][0] === '_id'))
    throw new MongoError(
      67,
      `The index name '_id_' is reserved for the _id index, which must have key pattern {_id: 1}, found key: ${shellText(key)}`,
    );
}

function partialFilter(index: Document, expressions: Request['expressions']): Document {
  const filter = index.partialFilterExpression;
  if (!isDocument(filter)) throw new MongoError(14, "The field 'partialFilterExpression' must be an object");
  if (isTrue(index.sparse)) throw new MongoError(67, 'cannot mix "partialFilterExpression" and "sparse" options');
  checkPartial(compileFilter(filter, expressions).node);
  return filter;
}

/** Only what the server supports in a partial index. */
function checkPartial(node: Node): void {
  if (node.kind === 'and' || node.kind === 'or') node.nodes.forEach(checkPartial);
  else if (node.kind !== 'condition' || ['$regex', '$elemMatch'].includes(node.operator)) {
    throw new MongoError(67, 'Expression not supported in partial index');
  }
}

function expiry(value: Value, key: Document): number {
  if (!isNumber(value)) throw new MongoError(14, `The field 'expireAfterSeconds' must be a number, but got ${typeName(value)}`);
  const seconds = toDouble(value);
  if (!(seconds >= 0) || seconds > 0x7fffffff)
    throw new MongoError(
      67,
      `TTL index 'expireAfterSeconds' option must be within an acceptable range, try a different value than ${seconds}.`,
    );
  if (Object.keys(key).length !== 1)
    throw new MongoError(67, 'TTL indexes are single-field indexes, compound indexes do not support TTL. Index spec: ' + shellText(key));
  if (has(key, '_id')) throw new MongoError(67, "The field 'expireAfterSeconds' is not valid for an _id index specification.");
  return Math.trunc(seconds);
}

/** True when the same index is there already; a like one with other options or another name is refused (85, 86). */
function exists(collection: Collection, spec: Document): boolean {
  const key = spec.key as Document;
  if (sameKey(key, ID_INDEX.key)) return true;
  for (const index of collection.indexes) {
    const hasSameKey = sameKey(index.key, key) && samePartial(index.spec, spec);
    const hasSameName = index.name === spec.name;
    if (hasSameKey && hasSameName) {
      if (sameOptions(index.spec, spec)) return true;
      if (!sameUniqueness(index.spec, spec)) {
        throw new MongoError(
          86,
          `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${shellText(spec)}, existing index: ${shellText(index.spec)}`,
        );
      }
      throw new MongoError(
        85,
        `An equivalent index already exists with the same name but different options. Requested index: ${shellText(spec)}, existing index: ${shellText(index.spec)}`,
      );
    }
    if (hasSameName) {
      throw new MongoError(
        86,
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${shellText(spec)}, existing index: ${shellText(index.spec)}`,
      );
    }
    if (hasSameKey) {
      if (sameOptions(index.spec, spec)) throw new MongoError(85, `Index already exists with a different name: ${index.name}`);
      if (sameUniqueness(index.spec, spec))
        throw new MongoError(
          85,
          `An equivalent index already exists with a different name and options. Requested index: ${shellText(spec)}, existing index: ${shellText(index.spec)}`,
        );
    }
  }
  if (collection.indexes.length + 1 >= MAX_INDEXES)
    throw new MongoError(67, `add index fails, too many indexes for ${collection.ns} key:${shellText(key)}`);
  return false;
}

const sameKey = (a: Document, b: Document): boolean => {
  const x = Object.entries(a);
  const y = Object.entries(b);
  return x.length === y.length && x.every(([path, direction], i) => y[i][0] === path && toDouble(direction) < 0 === toDouble(y[i][1]) < 0);
};
const samePartial = (a: Document, b: Document): boolean =>
  encodeDocument({ f: a.partialFilterExpression ?? null }).equals(encodeDocument({ f: b.partialFilterExpression ?? null }));
const sameUniqueness = (a: Document, b: Document): boolean =>
  (a.unique === true) === (b.unique === true) && (a.sparse === true) === (b.sparse === true);
const sameOptions = (a: Document, b: Document): boolean => sameUniqueness(a, b) && a.expireAfterSeconds === b.expireAfterSeconds;

/** https://www.mongodb.com/docs/manual/reference/command/listIndexes/ */
export const listIndexes: Command = (request) => {
  const { ns, collection } = namedCollection(request);
  if (!collection) throw new MongoError(26, `ns does not exist: ${ns}`);
  const specs = [ID_INDEX as Document, ...collection.indexes.map(({ spec }) => spec)].map((spec) => encodeDocument(spec));
  return request.services.cursors.first(ns, specs[Symbol.iterator](), { batchSize: cursorBatch(request) });
};

/** https://www.mongodb.com/docs/manual/reference/command/dropIndexes/ */
export const dropIndexes: Command = (request) => {
  const { body, services } = request;
  const { ns, collection } = namedCollection(request);
  checkWriteConcern(body);
  if (!collection) throw new MongoError(26, `ns not found ${ns}`);
  const nIndexesWas = collection.indexes.length + 1;
  const wanted = Array.isArray(body.index) ? (body.index as Value[]) : [body.index];
  const found = body.index === '*' ? [...collection.indexes] : wanted.map((index) => indexToDrop(collection, index));
  for (const index of found) services.catalog.dropIndex(collection, index);
  return { nIndexesWas, ...(body.index === '*' ? { msg: 'non-_id indexes dropped for collection' } : {}), ok: OK };
};

function indexToDrop(collection: Collection, wanted: Value): Index {
  if (typeof wanted === 'string') {
    if (wanted === '_id_') throw new MongoError(72, 'cannot drop _id index');
    const found = collection.indexes.find(({ name }) => name === wanted);
    if (!found) throw new MongoError(27, `index not found with name [${wanted}]`);
    return found;
  }
  if (!isDocument(wanted)) throw wrongType('dropIndexes', 'index', wanted, 'string');
  if (sameKey(wanted, ID_INDEX.key)) throw new MongoError(72, 'cannot drop _id index');
  const found = collection.indexes.filter(({ key }) => sameKey(key, wanted));
  if (found.length === 0) throw new MongoError(27, `can't find index with key: ${shellText(wanted)}`);
  if (found.length > 1) throw new MongoError(86, `${found.length} indexes found for key: ${shellText(wanted)}, identify by name instead.`);
  return found[0];
}

/** https://www.mongodb.com/docs/manual/reference/command/collMod/ — `index: { …, expireAfterSeconds, hidden }` only. */
export const collMod: Command = (request) => {
  const { body, services } = request;
  const { ns, collection } = namedCollection(request);
  if (!collection) throw new MongoError(26, `ns does not exist: ${ns}`);
  const change = body.index;
  if (body.validator !== undefined || body.viewOn !== undefined || body.pipeline !== undefined)
    throw new MongoError(238, 'collMod changes only indexes on this server');
  if (!isDocument(change)) return { ok: OK };
  const index = indexToDrop(collection, change.name ?? change.keyPattern);
  const spec: Document = { ...index.spec };
  const answer: Document = {};
  if (has(change, 'expireAfterSeconds')) {
    answer.expireAfterSeconds_old = spec.expireAfterSeconds;
    answer.expireAfterSeconds_new = spec.expireAfterSeconds = expiry(change.expireAfterSeconds, index.key);
  }
  if (has(change, 'hidden')) {
    answer.hidden_old = spec.hidden === true;
    answer.hidden_new = isTrue(change.hidden);
    if (isTrue(change.hidden)) spec.hidden = true;
    else delete spec.hidden;
  }
  services.catalog.replaceSpec(collection, index, spec);
  return { ...answer, ok: OK };
};
