// @ts-nocheck
import { OK } from '../bson/encode';
import { type Document, toDouble, type Value } from '../bson/value';
import { MongoError } from '../errors';
import type { Collection } from '../storage/collection';
import { type Command, namedCollection, type Request } from './command';

interface Sizes {
  count: number;
  size: number;
  indexSizes: Record<string, number>;
}

function sizesOf(collection: Collection): Sizes {
  const { file, slot } = collection;
  const sum = (sql: string): number => (file.sql(sql).get() as { n: number | null }).n ?? 0;
  const indexSizes: Record<string, number> = { _id_: sum(`SELECT sum(length(k)) AS n FROM c${slot}`) };
  for (const index of collection.indexes) indexSizes[index.name] = sum(`SELECT sum(length(k) + 8) AS n FROM x${index.slot}`);
  return { count: collection.count, size: sum(`SELECT sum(length(d)) AS n FROM c${slot}`), indexSizes };
}

const total = (sizes: Record<string, number>): number => Object.values(sizes).reduce((sum, size) => sum + size, 0);

/** https://www.mongodb.com/docs/manual/reference/command/collStats/ */
export const collStats: Command = (request) => {
  const { ns, collection } = namedCollection(request);
  const scale = scaleOf(request.body.scale);
  return { ns, ...storageStats(collection, scale), ok: OK };
};

function storageStats(collection: Collection | undefined, scale: number): Document {
  const { count, size, indexSizes } = collection ? sizesOf(collection) : { count: 0, size: 0, indexSizes: {} };
  const scaled = (bytes: number) => Math.floor(bytes / scale);
  return {
    size: scaled(size),
    count,
    ...(count > 0 ? { avgObjSize: Math.floor(size / count) } : {}),
    numOrphanDocs: 0,
    storageSize: scaled(size),
    freeStorageSize: 0,
    capped: false,
    nindexes: collection ? collection.indexes.length + 1 : 0,
    indexBuilds: [],
    totalIndexSize: scaled(total(indexSizes)),
    totalSize: scaled(size + total(indexSizes)),
    indexSizes: Object.fromEntries(Object.entries(indexSizes).map(([name, bytes]) => [name, scaled(bytes)])),
    scaleFactor: scale,
  };
}

function scaleOf(value: Value): number {
  const scale = value === undefined ? 1 : toDouble(value);
  if (!(scale >= 1)) throw new MongoError(2, `BSON field 'scale' value must be >= 1, actual value '${String(scale)}'`);
  return Math.floor(scale);
}

/** https://www.mongodb.com/docs/manual/reference/command/dbStats/ */
export const dbStats: Command = ({ db, body, services: { catalog } }) => {
  const scale = scaleOf(body.scale);
  const collections = catalog.collections(db);
  let objects = 0;
  let dataSize = 0;
  let indexSize = 0;
  for (const collection of collections) {
    const sizes = sizesOf(collection);
    objects += sizes.count;
    dataSize += sizes.size;
    indexSize += total(sizes.indexSizes);
  }
  return {
    db,
    collections: collections.length,
    views: 0,
    objects,
    avgObjSize: objects > 0 ? dataSize / objects : 0,
    dataSize: dataSize / scale,
    storageSize: dataSize / scale,
    indexes: collections.reduce((sum, { indexes }) => sum + indexes.length + 1, 0),
    indexSize: indexSize / scale,
    totalSize: (dataSize + indexSize) / scale,
    scaleFactor: scale,
    ok: OK,
  };
};

/** `$collStats` as Compass asks for it. */
export function collectionStats(request: Request): Document[] {
  const name = request.body.aggregate as string;
  const collection = request.services.catalog.get(request.db, name);
  const ns = `${request.db}.${name}`;
  if (!collection)
    throw new MongoError(26, `Unable to retrieve storageStats in $collStats stage :: caused by :: Collection [${ns}] not found.`);
  return [{ ns, host: 'localhost', localTime: new Date(), storageStats: storageStats(collection, 1), count: collection.count }];
}

/** `$indexStats`; use is not counted. */
export function indexStats(request: Request): Document[] {
  const collection = request.services.catalog.get(request.db, request.body.aggregate as string);
  if (!collection) return [];
  const accesses = { ops: 0n, since: request.services.startedAt };
  const own = { name: '_id_', key: { _id: 1 }, host: 'localhost', accesses, spec: { v: 2, key: { _id: 1 }, name: '_id_' } };
  return [own, ...collection.indexes.map(({ name, key, spec }) => ({ name, key, host: 'localhost', accesses, spec }))];
}

export const currentOperations = ({ services }: Request): Document[] => [
  { type: 'op', host: 'localhost', active: true, op: 'command', opid: services.connections() },
];
