// @ts-nocheck
import { BSON } from 'mongodb';
import { encodeDocument, OK } from '../bson/encode';
import { type Document, has, isDocument, isTrue, type Value } from '../bson/value';
import { MongoError } from '../errors';
import { compileFilter } from '../query/filter';
import type { Collection } from '../storage/collection';
import { type Command, documentField, integerField, namedCollection, refuseCollation, type Request, wrongType } from './command';
import { checkWriteConcern } from './write';

const UNSERVED: ReadonlyArray<[string, string]> = [
  ['viewOn', 'views'],
  ['timeseries', 'time series collections'],
  ['capped', 'capped collections'],
  ['clusteredIndex', 'clustered collections'],
  ['encryptedFields', 'encrypted collections'],
];

/** https://www.mongodb.com/docs/manual/reference/command/create/ */
export const create: Command = (request) => {
  const { body, db, services } = request;
  const { name, ns, collection } = namedCollection(request);
  checkWriteConcern(body);
  for (const [option, what] of UNSERVED) {
    if (body[option] !== undefined && body[option] !== false) throw new MongoError(238, `${what} are not served by this server`);
  }
  refuseCollation(body.collation);
  const options: Document = {};
  for (const option of ['validator', 'validationLevel', 'validationAction', 'comment'] as const)
    if (has(body, option)) options[option] = body[option];
  if (isDocument(options.validator)) compileFilter(options.validator, request.expressions);
  if (collection) {
    if (encodeDocument(collection.options).equals(encodeDocument(options))) return { ok: OK };
    throw new MongoError(48, `Collection ${ns} already exists.`);
  }
  services.catalog.create(db, name, options);
  return { ok: OK };
};

/** https://www.mongodb.com/docs/manual/reference/command/drop/ — since 7.0 also for a collection that is not there. */
export const drop: Command = (request) => {
  const { ns, collection } = namedCollection(request);
  checkWriteConcern(request.body);
  if (!collection) return { ok: OK };
  const nIndexesWas = collection.indexes.length + 1;
  request.services.catalog.drop(collection);
  return { nIndexesWas, ns, ok: OK };
};

/** https://www.mongodb.com/docs/manual/reference/command/dropDatabase/ */
export const dropDatabase: Command = ({ db, body, services: { catalog } }) => {
  checkWriteConcern(body);
  const collections = catalog.collections(db);
  for (const collection of collections) catalog.drop(collection);
  return collections.length > 0 ? { dropped: db, ok: OK } : { ok: OK };
};

/** https://www.mongodb.com/docs/manual/reference/command/listCollections/ */
export const listCollections: Command = (request) => {
  const { db, body, services, expressions, limit } = request;
  const matcher = compileFilter(documentField(body, 'filter', 'listCollections'), expressions);
  const nameOnly = isTrue(body.nameOnly);
  const found = services.catalog
    .collections(db)
    .map(describe)
    .filter((document) => matcher.matches(document));
  const shown = found.map((document) => encodeDocument(nameOnly ? { name: document.name, type: document.type } : document));
  return services.cursors.first(`${db}.$cmd.listCollections`, shown[Symbol.iterator](), { batchSize: cursorBatch(request), limit });
};

const describe = ({ name, options, uuid }: Collection): Document => ({
  name,
  type: 'collection',
  options,
  info: { readOnly: false, uuid: new BSON.Binary(uuid, 4) },
  idIndex: ID_INDEX,
});

export const ID_INDEX = { v: 2, key: { _id: 1 }, name: '_id_' };

/** The batch size of a command whose cursor options are in `cursor`; all at once when it says nothing. */
export function cursorBatch({ body, name }: Request): number | undefined {
  const cursor = documentField(body, 'cursor', name);
  return integerField(cursor, 'batchSize', `${name}.cursor`) ?? Infinity;
}

/** https://www.mongodb.com/docs/manual/reference/command/listDatabases/ */
export const listDatabases: Command = ({ db, body, services: { catalog }, expressions }) => {
  onlyAdmin(db, 'listDatabases');
  const matcher = compileFilter(documentField(body, 'filter', 'listDatabases'), expressions);
  const nameOnly = isTrue(body.nameOnly);
  let totalSize = 0;
  const databases: Document[] = [];
  for (const name of catalog.databases()) {
    const sizeOnDisk = nameOnly ? 0 : catalog.collections(name).reduce((sum, collection) => sum + dataSize(collection), 0);
    const entry: Document = nameOnly ? { name } : { name, sizeOnDisk: BigInt(sizeOnDisk), empty: sizeOnDisk === 0 };
    if (!matcher.matches(entry)) continue;
    totalSize += sizeOnDisk;
    databases.push(entry);
  }
  return {
    databases,
    ...(nameOnly ? {} : { totalSize: BigInt(totalSize), totalSizeMb: BigInt(Math.floor(totalSize / 1024 / 1024)) }),
    ok: OK,
  };
};

const dataSize = ({ file, slot }: Collection): number =>
  (file.sql(`SELECT sum(length(d)) AS n FROM c${slot}`).get() as { n: number | null }).n ?? 0;

export function onlyAdmin(db: string, command: string): void {
  if (db !== 'admin') throw new MongoError(13, `${command} may only be run against the admin database.`);
}

/** https://www.mongodb.com/docs/manual/reference/command/renameCollection/ */
export const renameCollection: Command = ({ db, body, services: { catalog } }) => {
  onlyAdmin(db, 'renameCollection');
  checkWriteConcern(body);
  const from = splitNamespace(body.renameCollection, 'renameCollection');
  const to = splitNamespace(body.to, 'to');
  const source = catalog.get(from.db, from.name);
  if (!source) throw new MongoError(26, `Source collection ${from.db}.${from.name} does not exist`);
  if (from.db === to.db && from.name === to.name) throw new MongoError(20, `Can't rename a collection to itself`);
  const target = catalog.get(to.db, to.name);
  if (target) {
    if (!isTrue(body.dropTarget)) throw new MongoError(48, 'target namespace exists');
    catalog.drop(target);
  }
  catalog.rename(source, to.db, to.name);
  return { ok: OK };
};

function splitNamespace(value: Value, field: string): { db: string; name: string } {
  if (typeof value !== 'string') throw wrongType('renameCollection', field, value, 'string');
  const dot = value.indexOf('.');
  if (dot <= 0 || dot === value.length - 1) throw new MongoError(73, `Invalid namespace specified '${value}'`);
  return { db: value.slice(0, dot), name: value.slice(dot + 1) };
}

/** https://www.mongodb.com/docs/manual/reference/command/validate/ */
export const validate: Command = (request) => {
  const { ns, collection } = namedCollection(request);
  if (!collection) throw new MongoError(26, `Collection '${ns}' does not exist to validate.`);
  const problems = (collection.file.sql('PRAGMA quick_check(1)').all() as Array<Record<string, unknown>>)
    .map((row) => String(Object.values(row)[0]))
    .filter((text) => text !== 'ok');
  const keysPerIndex: Record<string, number> = { _id_: collection.count };
  for (const { slot, name } of collection.indexes)
    keysPerIndex[name] = (collection.file.sql(`SELECT count(*) AS n FROM x${slot}`).get() as { n: number }).n;
  return {
    ns,
    nInvalidDocuments: 0,
    nrecords: collection.count,
    nIndexes: collection.indexes.length + 1,
    keysPerIndex,
    valid: problems.length === 0,
    warnings: [],
    errors: problems,
    ok: OK,
  };
};
