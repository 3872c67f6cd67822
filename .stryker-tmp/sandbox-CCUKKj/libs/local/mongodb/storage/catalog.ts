// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { decodeDocument } from '../bson/decode';
import { encodeDocument } from '../bson/encode';
import { type Document, isDocument } from '../bson/value';
import { MongoError } from '../errors';
import { DurableFile } from '../../file';
import { compileFilter, type FilterContext } from '../query/filter';
import { Collection } from './collection';
import { Index } from './index-spec';

const MIGRATIONS = [
  `CREATE TABLE collections (slot INTEGER PRIMARY KEY, db TEXT NOT NULL, name TEXT NOT NULL, options BLOB NOT NULL, uuid BLOB NOT NULL, UNIQUE (db, name));
   CREATE TABLE indexes (slot INTEGER PRIMARY KEY, collection INTEGER NOT NULL, name TEXT NOT NULL, spec BLOB NOT NULL, multikey INTEGER NOT NULL DEFAULT 0, UNIQUE (collection, name));`,
];

/** No server of one machine needs more, and each keeps statements in memory. */
const MAX_COLLECTIONS = 20_000;

export interface CatalogOptions {
  path?: string;
  cacheKiB?: number;
  /** Evaluates `$expr` of partial filters. */
  filters: FilterContext;
}

/**
 * The databases and collections of one file. Tables are named by slots, and a dropped collection's slot is given to a
 * later one, so the number of prepared statements stays within that of the collections alive at once.
 */
export class Catalog {
  readonly file: DurableFile;
  readonly #filters: FilterContext;
  #databases = new Map<string, Map<string, Collection>>();
  #slots = new Set<number>();
  #indexSlots = new Set<number>();

  constructor({ path, cacheKiB, filters }: CatalogOptions) {
    this.#filters = filters;
    this.file = new DurableFile({ path, cacheKiB, migrations: MIGRATIONS });
    // What was deleted or replaced is overwritten with zeroes: erased data must not be read out of the file's free pages.
    this.file.exec('PRAGMA secure_delete = ON');
    this.#load();
    this.file.onRollback(() => this.#load());
  }

  get(db: string, name: string): Collection | undefined {
    return this.#databases.get(db)?.get(name);
  }

  databases(): string[] {
    return [...this.#databases.keys()].sort();
  }

  collections(db: string): Collection[] {
    return [...(this.#databases.get(db)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  all(): Collection[] {
    return [...this.#databases.values()].flatMap((collections) => [...collections.values()]);
  }

  /** The collection, made now if it is not there. */
  obtain(db: string, name: string): Collection {
    return this.get(db, name) ?? this.create(db, name, {});
  }

  create(db: string, name: string, options: Document): Collection {
    checkNamespace(db, name);
    if (this.get(db, name)) throw new MongoError(48, `Collection ${db}.${name} already exists.`);
    if (this.#slots.size >= MAX_COLLECTIONS) throw new MongoError(96, `this server holds at most ${MAX_COLLECTIONS} collections`);
    const similar = [...this.#databases.keys()].find((other) => other !== db && other.toLowerCase() === db.toLowerCase());
    if (similar && !this.#databases.has(db)) {
      throw new MongoError(13297, `db already exists with different case already have: [${similar}] trying to create [${db}]`);
    }
    const slot = free(this.#slots);
    const uuid = Buffer.from(randomUUID().replaceAll('-', ''), 'hex');
    this.file.write();
    this.file.exec(`CREATE TABLE c${slot} (r INTEGER PRIMARY KEY, k BLOB NOT NULL UNIQUE, d BLOB NOT NULL)`);
    this.file
      .sql('INSERT INTO collections(slot, db, name, options, uuid) VALUES (?, ?, ?, ?, ?)')
      .run(slot, db, name, encodeDocument(options), uuid);
    const collection = this.#collection(slot, db, name, options, uuid);
    this.#slots.add(slot);
    this.#add(collection);
    return collection;
  }

  drop(collection: Collection): void {
    this.file.write();
    for (const { slot } of collection.indexes) this.#dropIndexTable(slot);
    this.file.sql('DELETE FROM indexes WHERE collection = ?').run(collection.slot);
    this.file.sql('DELETE FROM collections WHERE slot = ?').run(collection.slot);
    this.file.exec(`DROP TABLE c${collection.slot}`);
    collection.dropped = true;
    this.#slots.delete(collection.slot);
    this.#remove(collection);
  }

  /** Gives the collection another name; what cursors hold under the old one ends. */
  rename(collection: Collection, db: string, name: string): Collection {
    checkNamespace(db, name);
    this.file.write();
    this.file.sql('UPDATE collections SET db = ?, name = ? WHERE slot = ?').run(db, name, collection.slot);
    const renamed = this.#collection(collection.slot, db, name, collection.options, collection.uuid);
    renamed.indexes = collection.indexes;
    collection.dropped = true;
    this.#remove(collection);
    this.#add(renamed);
    return renamed;
  }

  createIndex(collection: Collection, spec: Document): Index {
    const partial = isDocument(spec.partialFilterExpression) ? compileFilter(spec.partialFilterExpression, this.#filters) : undefined;
    const slot = free(this.#indexSlots);
    const index = new Index(slot, spec, partial, false);
    this.file.write();
    this.file.exec(`CREATE TABLE x${slot} (k BLOB NOT NULL, r INTEGER NOT NULL, PRIMARY KEY (k, r)) WITHOUT ROWID`);
    this.file
      .sql('INSERT INTO indexes(slot, collection, name, spec) VALUES (?, ?, ?, ?)')
      .run(slot, collection.slot, index.name, encodeDocument(spec));
    this.#indexSlots.add(slot);
    try {
      collection.fill(index);
    } catch (cause) {
      // Only this index is undone: what other commands of the turn wrote stays.
      this.#dropIndexTable(slot);
      this.file.sql('DELETE FROM indexes WHERE slot = ?').run(slot);
      throw cause;
    }
    collection.indexes = [...collection.indexes, index];
    return index;
  }

  dropIndex(collection: Collection, index: Index): void {
    this.file.write();
    this.#dropIndexTable(index.slot);
    this.file.sql('DELETE FROM indexes WHERE slot = ?').run(index.slot);
    collection.indexes = collection.indexes.filter((other) => other !== index);
  }

  /** Keeps a changed definition of an index (`collMod`). */
  replaceSpec(collection: Collection, index: Index, spec: Document): void {
    this.file.write();
    this.file.sql('UPDATE indexes SET spec = ? WHERE slot = ?').run(encodeDocument(spec), index.slot);
    const changed = new Index(index.slot, spec, index.partial, index.multikey);
    collection.indexes = collection.indexes.map((other) => (other === index ? changed : other));
  }

  #collection(slot: number, db: string, name: string, options: Document, uuid: Uint8Array): Collection {
    const collection = new Collection(this.file, slot, db, name, options, uuid);
    collection.validate = this.#validator(options);
    return collection;
  }

  /** https://www.mongodb.com/docs/manual/core/schema-validation/ with query operators; `warn` and `off` let all pass. */
  #validator({ validator, validationLevel, validationAction }: Document): Collection['validate'] {
    if (!isDocument(validator) || validationLevel === 'off' || validationAction === 'warn') return undefined;
    const matcher = compileFilter(validator, this.#filters);
    return (bytes) => {
      const document = decodeDocument(bytes);
      if (!matcher.matches(document))
        throw new MongoError(121, 'Document failed validation', { errInfo: { failingDocumentId: document._id } });
    };
  }

  #dropIndexTable(slot: number): void {
    this.file.exec(`DROP TABLE x${slot}`);
    this.#indexSlots.delete(slot);
  }

  #add(collection: Collection): void {
    let collections = this.#databases.get(collection.db);
    if (!collections) this.#databases.set(collection.db, (collections = new Map<string, Collection>()));
    collections.set(collection.name, collection);
  }

  #remove(collection: Collection): void {
    const collections = this.#databases.get(collection.db);
    collections?.delete(collection.name);
    if (collections?.size === 0) this.#databases.delete(collection.db);
  }

  /** Reads the catalog as the file has it: at the start, and when a turn's writes were undone. */
  #load(): void {
    for (const collection of this.all()) collection.dropped = true;
    this.#databases = new Map();
    this.#slots = new Set();
    this.#indexSlots = new Set();
    const collections = this.file.sql('SELECT slot, db, name, options, uuid FROM collections').all() as CollectionRow[];
    const indexes = this.file.sql('SELECT slot, collection, spec, multikey FROM indexes ORDER BY rowid').all() as IndexRow[];
    for (const { slot, db, name, options, uuid } of collections) {
      const collection = this.#collection(slot, db, name, decodeDocument(options), uuid);
      collection.indexes = indexes.filter((index) => index.collection === slot).map((index) => this.#index(index));
      this.#slots.add(slot);
      this.#add(collection);
    }
  }

  #index({ slot, spec, multikey }: IndexRow): Index {
    const document = decodeDocument(spec);
    this.#indexSlots.add(slot);
    const partial = isDocument(document.partialFilterExpression)
      ? compileFilter(document.partialFilterExpression, this.#filters)
      : undefined;
    return new Index(slot, document, partial, multikey === 1);
  }
}

interface CollectionRow {
  slot: number;
  db: string;
  name: string;
  options: Uint8Array;
  uuid: Uint8Array;
}

interface IndexRow {
  slot: number;
  collection: number;
  spec: Uint8Array;
  multikey: number;
}

function free(taken: ReadonlySet<number>): number {
  let slot = 1;
  while (taken.has(slot)) slot++;
  return slot;
}

/** Names that the server refuses (https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions). */
export function checkNamespace(db: string, name: string): void {
  if (db === '' || db.length > 63 || /[/\\. "$*<>:|?\0]/.test(db)) throw new MongoError(73, `Invalid database name: '${db}'`);
  if (name === '' || name.startsWith('.') || name.endsWith('.') || /[$\0]/.test(name))
    throw new MongoError(73, `Invalid namespace specified '${db}.${name}'`);
  if (Buffer.byteLength(db) + Buffer.byteLength(name) + 1 > 255)
    throw new MongoError(73, `Fully qualified namespace is too long. Namespace: ${db}.${name} Max: 255`);
  if (name.startsWith('system.') && !['system.buckets', 'system.js', 'system.profile'].includes(name))
    throw new MongoError(73, `Invalid system namespace: ${db}.${name}`);
}
