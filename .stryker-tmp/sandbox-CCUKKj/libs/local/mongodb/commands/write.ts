// @ts-nocheck
import { BSON } from 'mongodb';
import { asBuffer, decodeDocument, decodeElement, elements } from '../bson/decode';
import { checkSize, MAX_DOCUMENT_BYTES, OK, withId } from '../bson/encode';
import { type Document, isTrue, put, type Value } from '../bson/value';
import { asMongoError, badValue, failedToParse, MongoError } from '../errors';
import { compileFilter } from '../query/filter';
import type { Collection } from '../storage/collection';
import { type Command, namedCollection, refuseCollation, type Request, wrongType } from './command';
import { compileChange, executeUpdate, findToDelete } from './update-one';

const MAX_BATCH = 100_000;

/** https://www.mongodb.com/docs/manual/reference/command/insert/ */
export const insert: Command = (request) => {
  const { name, db, services } = prepared(request);
  const documents = batchOf(request, 'documents');
  let n = 0;
  const errors = new WriteErrors(request);
  let collection: Collection | undefined;
  for (let i = 0; i < documents.length && !errors.stopped; i++) {
    errors.attempt(i, () => {
      const { bytes, id } = storable(documents[i]);
      collection ??= services.catalog.obtain(db, name);
      collection.validate?.(bytes);
      collection.insert(bytes, id);
      n++;
    });
  }
  services.counters.insert += documents.length;
  return errors.result({ n });
};

/** A document as it is stored: `_id` first, within the size limit, without `$`-names the server refuses. */
function storable(document: Buffer): { bytes: Buffer; id: Value } {
  if (document.length > MAX_DOCUMENT_BYTES) {
    throw new MongoError(2, `object to insert too large. size in bytes: ${document.length}, max size: ${MAX_DOCUMENT_BYTES}`);
  }
  const stored = withId(document, () => new BSON.ObjectId());
  checkSize(stored.bytes);
  return stored;
}

/** https://www.mongodb.com/docs/manual/reference/command/update/ */
export const update: Command = (request) => {
  const { name, db, services, expressions, limit } = prepared(request);
  const statements = batchOf(request, 'updates');
  const errors = new WriteErrors(request);
  let n = 0;
  let nModified = 0;
  const upserted: Document[] = [];
  for (let i = 0; i < statements.length && !errors.stopped; i++) {
    errors.attempt(i, () => {
      const { fields, raw } = parseStatement(statements[i], 'u');
      const { q } = fields;
      if (!isPlain(q))
        throw q === undefined
          ? new MongoError(40414, "BSON field 'update.updates.q' is missing but a required field")
          : wrongType('update.updates', 'q', q, 'object');
      refuseCollation(fields.collation);
      const multi = isTrue(fields.multi);
      const change = compileChange(raw ?? fields.u, { arrayFilters: fields.arrayFilters, constants: fields.c, expressions, db });
      if (multi && change.replaces) throw failedToParse('multi update is not supported for replacement-style update');
      const result = executeUpdate(services.catalog, db, name, q, change, {
        multi,
        upsert: isTrue(fields.upsert),
        hint: fields.hint,
        sort: fields.sort,
        expressions,
        deadline: limit,
      });
      n += result.matched + (result.upserted === undefined ? 0 : 1);
      nModified += result.modified;
      if (result.upserted !== undefined) upserted.push({ index: i, _id: result.upserted.id });
    });
  }
  services.counters.update += statements.length;
  return errors.result({ n, nModified, ...(upserted.length > 0 ? { upserted } : {}) });
};

/** https://www.mongodb.com/docs/manual/reference/command/delete/ */
export const remove: Command = (request) => {
  const { name, db, services, expressions, limit } = prepared(request);
  const statements = batchOf(request, 'deletes');
  const errors = new WriteErrors(request);
  let n = 0;
  for (let i = 0; i < statements.length && !errors.stopped; i++) {
    errors.attempt(i, () => {
      const fields = decodeDocument(statements[i]);
      const { q } = fields;
      if (!isPlain(q))
        throw q === undefined
          ? new MongoError(40414, "BSON field 'delete.deletes.q' is missing but a required field")
          : wrongType('delete.deletes', 'q', q, 'object');
      refuseCollation(fields.collation);
      const most = Number(fields.limit);
      if (most !== 0 && most !== 1) throw failedToParse(`The limit field in delete objects must be 0 or 1. Got ${String(fields.limit)}`);
      const collection = services.catalog.get(db, name);
      if (!collection) {
        compileFilter(q, expressions);
        return;
      }
      for (const row of findToDelete(collection, q, { one: most === 1, hint: fields.hint, expressions, deadline: limit })) {
        collection.remove(row);
        n++;
      }
    });
  }
  services.counters.delete += statements.length;
  return errors.result({ n });
};

/** Checks what all writes share, and names the collection. */
function prepared(request: Request): Request & { name: string } {
  const { name } = namedCollection(request);
  checkWriteConcern(request.body);
  return { ...request, name };
}

/** A standalone has nobody to wait for. */
export function checkWriteConcern({ writeConcern }: Document): void {
  if (!isPlain(writeConcern)) return;
  const { w } = writeConcern;
  if (typeof w === 'number' && w > 1) throw badValue("cannot use 'w' > 1 when a host is not replicated");
  if (typeof w === 'string' && w !== 'majority')
    throw badValue(`cannot use non-majority 'w' mode ${w} when a host is not a member of a replica set`);
}

function batchOf(request: Request, field: string): Buffer[] {
  const list = request.sequences.get(field);
  if (!list) {
    const command = request.name;
    throw request.body[field] === undefined
      ? new MongoError(40414, `BSON field '${command}.${field}' is missing but a required field`)
      : wrongType(command, field, request.body[field], 'array');
  }
  if (list.length === 0 || list.length > MAX_BATCH)
    throw new MongoError(16, `Write batch sizes must be between 1 and ${MAX_BATCH}. Got ${list.length} operations.`);
  return list;
}

/** A write statement with one field (a replacement's document) left as bytes. */
function parseStatement(bytes: Buffer, rawField: string): { fields: Document; raw?: Buffer } {
  const fields: Document = {};
  let raw: Buffer | undefined;
  for (const element of elements(bytes)) {
    if (element.name === rawField && element.type === 3) raw = asBuffer(bytes.subarray(element.at, element.end));
    else put(fields, element.name, decodeElement(bytes, element));
  }
  return { fields, raw };
}

const isPlain = (value: Value): value is Document =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Errors of single statements: an ordered batch stops at the first, an unordered one goes on. */
class WriteErrors {
  readonly #errors: Document[] = [];
  readonly #ordered: boolean;
  stopped = false;

  constructor({ body }: Request) {
    this.#ordered = body.ordered === undefined || isTrue(body.ordered);
  }

  attempt(index: number, write: () => void): void {
    try {
      write();
    } catch (cause) {
      const error = asMongoError(cause);
      // A time limit, a full disk or a fault of the server ends the whole command.
      if ([50, 1, 14031].includes(error.code)) throw cause;
      this.#errors.push({ index, code: error.code, ...error.extra, errmsg: error.message });
      if (this.#ordered) this.stopped = true;
    }
  }

  result(counts: Document): Document {
    return { ...counts, ...(this.#errors.length > 0 ? { writeErrors: this.#errors } : {}), ok: OK };
  }
}
