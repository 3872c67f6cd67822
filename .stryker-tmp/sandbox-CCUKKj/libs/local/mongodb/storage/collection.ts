// @ts-nocheck
import { encodeKey } from '../bson/key';
import { decodeDocument, decodeFields, sameFields } from '../bson/decode';
import { isDocument, type Document, type Value } from '../bson/value';
import { MongoError } from '../errors';
import type { DurableFile } from '../../file';
import type { Index } from './index-spec';
import { shellText } from './shell-text';

/** A stored document: its place in the file and its bytes. */
export interface Row {
  r: number;
  bytes: Uint8Array;
}

/**
 * One collection: a table of BSON blobs in order of insertion with a unique key of `_id`, and a table per secondary index
 * (`key, row`). Every write keeps the indexes in step; uniqueness is checked before the first statement, so a refused
 * document leaves nothing behind.
 */
export class Collection {
  /** Set when dropped, so that cursors that still hold it stop. */
  dropped = false;
  /** Refuses documents that the collection's validator does not take (121). */
  validate?: (bytes: Uint8Array) => void;
  #count: number | undefined;
  #needed: ReadonlySet<string> | undefined;
  #indexes: Index[] = [];
  readonly #byText = new Map<string, ReturnType<DurableFile['sql']>>();

  constructor(
    readonly file: DurableFile,
    readonly slot: number,
    readonly db: string,
    readonly name: string,
    readonly options: Document,
    readonly uuid: Uint8Array,
  ) {}

  get ns(): string {
    return `${this.db}.${this.name}`;
  }

  get indexes(): readonly Index[] {
    return this.#indexes;
  }

  set indexes(indexes: readonly Index[]) {
    this.#indexes = [...indexes];
    this.#needed = indexes.some(({ neededFields }) => !neededFields)
      ? undefined
      : new Set(indexes.flatMap(({ neededFields }) => [...neededFields!]));
  }

  /** How many documents there are; counted once, then kept. */
  get count(): number {
    this.#count ??= (this.file.sql(`SELECT count(*) AS n FROM c${this.slot}`).get() as { n: number }).n;
    return this.#count;
  }

  byId(id: Value): Row | undefined {
    return this.byKey(encodeKey(id ?? null));
  }

  byKey(key: Buffer): Row | undefined {
    return this.#prepared('SELECT r, d AS bytes FROM # WHERE k = ?').get(key) as Row | undefined;
  }

  byRow(r: number): Row | undefined {
    return this.#prepared('SELECT r, d AS bytes FROM # WHERE r = ?').get(r) as Row | undefined;
  }

  /** Stores a new document, whose `_id` is its first field. Throws 11000 for a duplicate. */
  insert(bytes: Uint8Array, id: Value): void {
    checkId(id);
    this.file.write();
    const entries = this.#entries(bytes);
    this.#checkNew(id, entries, bytes);
    this.#statements(() => {
      const { changes, lastInsertRowid } = this.#prepared('INSERT INTO #(k, d) VALUES (?, ?) ON CONFLICT(k) DO NOTHING').run(
        encodeKey(id),
        bytes,
      );
      if (changes === 0) throw this.#duplicate('_id_', { _id: 1 }, { _id: id });
      for (const { index, keys } of entries) this.#addKeys(index, keys, Number(lastInsertRowid));
    });
    if (this.#count !== undefined) this.#count++;
  }

  /** Puts other bytes in a document's place. Its `_id` must be the same. */
  update(row: Row, bytes: Uint8Array): void {
    this.file.write();
    if (this.#indexes.length === 0 || (this.#needed && sameFields(row.bytes, bytes, this.#needed))) {
      this.#statements(() => this.#prepared('UPDATE # SET d = ? WHERE r = ?').run(bytes, row.r));
      return;
    }
    const before = this.#entries(row.bytes);
    const after = this.#entries(bytes);
    const changes = after.map(({ index, keys }, i) => difference(index, before[i].keys, keys));
    for (const { index, added } of changes) if (index.unique && added.length > 0) this.#checkUnique(index, added, row.r, bytes);
    this.#statements(() => {
      this.#prepared('UPDATE # SET d = ? WHERE r = ?').run(bytes, row.r);
      for (const { index, added, removed } of changes) {
        this.#removeKeys(index, removed, row.r);
        this.#addKeys(index, added, row.r);
      }
    });
  }

  remove(row: Row): void {
    this.file.write();
    const entries = this.#entries(row.bytes);
    this.#statements(() => {
      this.#prepared('DELETE FROM # WHERE r = ?').run(row.r);
      for (const { index, keys } of entries) this.#removeKeys(index, keys, row.r);
    });
    if (this.#count !== undefined) this.#count--;
  }

  /** Fills a new index from the documents that are there. Throws 11000 when they are not unique. */
  fill(index: Index): void {
    const page = this.file.sql(`SELECT r, d AS bytes FROM c${this.slot} WHERE r > ? ORDER BY r LIMIT 200`);
    for (let after = 0; ;) {
      const rows = page.all(after) as Row[];
      if (rows.length === 0) return;
      for (const { r, bytes } of rows) {
        const { keys, multikey } = index.keysOf(bytes, index.neededFields ? undefined : decodeDocument(bytes));
        if (multikey) this.#markMultikey(index);
        if (index.unique) this.#checkUnique(index, keys, r, bytes);
        this.#addKeys(index, keys, r);
      }
      after = rows[rows.length - 1].r;
    }
  }

  /** Secondary indexes before the first statement; when two are violated, the answer names `_id_`, as a server's does. */
  #checkNew(id: Value, entries: ReadonlyArray<{ index: Index; keys: readonly Buffer[] }>, bytes: Uint8Array): void {
    try {
      for (const { index, keys } of entries) if (index.unique) this.#checkUnique(index, keys, 0, bytes);
    } catch (cause) {
      if (this.byId(id)) throw this.#duplicate('_id_', { _id: 1 }, { _id: id });
      throw cause;
    }
  }

  #entries(bytes: Uint8Array): Array<{ index: Index; keys: readonly Buffer[] }> {
    if (this.#indexes.length === 0) return [];
    const document = this.#needed ? decodeFields(bytes, this.#needed) : decodeDocument(bytes);
    return this.#indexes.map((index) => {
      const { keys, multikey } = index.keysOf(bytes, document);
      if (multikey) this.#markMultikey(index);
      return { index, keys };
    });
  }

  #markMultikey(index: Index): void {
    if (index.multikey) return;
    this.file.write();
    this.file.sql('UPDATE indexes SET multikey = 1 WHERE slot = ?').run(index.slot);
    index.multikey = true;
  }

  #addKeys(index: Index, keys: readonly Buffer[], r: number): void {
    for (const key of keys) this.file.sql(`INSERT INTO x${index.slot}(k, r) VALUES (?, ?)`).run(key, r);
  }

  #removeKeys(index: Index, keys: readonly Buffer[], r: number): void {
    for (const key of keys) this.file.sql(`DELETE FROM x${index.slot} WHERE k = ? AND r = ?`).run(key, r);
  }

  #checkUnique(index: Index, keys: readonly Buffer[], r: number, bytes: Uint8Array): void {
    for (const key of keys) {
      const other = this.file.sql(`SELECT r FROM x${index.slot} WHERE k = ? AND r <> ? LIMIT 1`).get(key, r);
      if (other) throw this.#duplicate(index.name, index.key, index.keyValue(decodeDocument(bytes), key));
    }
  }

  #duplicate(index: string, keyPattern: Document, keyValue: Document): MongoError {
    const shown = Object.entries(keyValue).map(([path, value]) => `${path}: ${shellText(value)}`);
    return new MongoError(11000, `E11000 duplicate key error collection: ${this.ns} index: ${index} dup key: { ${shown.join(', ')} }`, {
      keyPattern,
      keyValue,
    });
  }

  /** A statement on this collection's table (`#`), found without making its text again for every document. */
  #prepared(text: string): ReturnType<DurableFile['sql']> {
    let statement = this.#byText.get(text);
    if (!statement) this.#byText.set(text, (statement = this.file.sql(text.replace('#', `c${this.slot}`))));
    return statement;
  }

  /** Several statements that belong together: if the engine fails between them, the whole turn is undone. */
  #statements(run: () => void): void {
    try {
      run();
    } catch (cause) {
      if (!(cause instanceof MongoError)) this.file.rollback(cause);
      throw cause;
    }
  }
}

function difference(
  index: Index,
  before: readonly Buffer[],
  after: readonly Buffer[],
): { index: Index; added: Buffer[]; removed: Buffer[] } {
  if (before.length === 1 && after.length === 1 && before[0].equals(after[0])) return { index, added: [], removed: [] };
  const old = new Map(before.map((key) => [key.toString('latin1'), key]));
  const added = after.filter((key) => !old.delete(key.toString('latin1')));
  return { index, added, removed: [...old.values()] };
}

/** Which values cannot be an `_id` (the server's codes and texts). */
export function checkId(id: Value): void {
  if (Array.isArray(id)) throw new MongoError(2, "The '_id' value cannot be of type array");
  if (id === undefined) throw new MongoError(2, "The '_id' value cannot be of type undefined");
  if (typeof id === 'object' && id !== null && (id instanceof RegExp || (id as { _bsontype?: string })._bsontype === 'BSONRegExp')) {
    throw new MongoError(2, "The '_id' value cannot be of type regex");
  }
  if (isDocument(id)) {
    const name = Object.keys(id).find((key) => key.startsWith('$') && !['$ref', '$id', '$db'].includes(key));
    if (name) throw new MongoError(52, `_id fields may not contain '$'-prefixed fields: ${name} is not valid for storage.`);
  }
}
