// @ts-nocheck
import type { Document, Value } from '../bson/value';
import { isDocument, isNumber, toInteger, typeName } from '../bson/value';
import { Expressions } from '../aggregate/expressions';
import { runPipeline } from '../aggregate/pipeline';
import type { PipelineContext } from '../aggregate/stages';
import { type Cursors, TimeLimit } from '../cursors';
import { MongoError } from '../errors';
import type { Catalog } from '../storage/catalog';
import type { Collection } from '../storage/collection';
import type { Connection } from '../wire/connection';

/** What commands work on. */
export interface Services {
  catalog: Catalog;
  cursors: Cursors;
  /** When the server started. */
  startedAt: Date;
  port(): number;
  connections(): number;
  counters: Record<string, number>;
  /** Undefined: no password is asked for. */
  credentials?: { user: string; password: string };
}

/** One command as it came. */
export interface Request {
  name: string;
  db: string;
  body: Document;
  /** Lists of documents left as bytes. */
  sequences: ReadonlyMap<string, Buffer[]>;
  connection: Connection;
  services: Services;
  limit: TimeLimit;
  expressions: Expressions;
}

/** Writes are done when it returns; reads may take turns with other commands. */
export type Command = (request: Request) => Document | Buffer | Promise<Document | Buffer>;

export function requestOf(
  name: string,
  body: Document,
  sequences: ReadonlyMap<string, Buffer[]>,
  connection: Connection,
  services: Services,
): Request {
  const db = body.$db;
  if (typeof db !== 'string') throw new MongoError(40571, 'OP_MSG requests require a $db argument');
  const maxTimeMS = body.maxTimeMS === undefined ? undefined : toInteger(body.maxTimeMS);
  if (body.maxTimeMS !== undefined && (maxTimeMS === undefined || maxTimeMS < 0 || maxTimeMS > 0x7fffffff)) {
    throw new MongoError(
      2,
      isNumber(body.maxTimeMS)
        ? `${String(body.maxTimeMS)} value for maxTimeMS is out of range [0, 2147483647]`
        : 'maxTimeMS must be a number',
    );
  }
  const variables = isDocument(body.let) ? body.let : {};
  const constants = new Expressions();
  const values = Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, constants.evaluate(value)({})]));
  return {
    name,
    db,
    body,
    sequences,
    connection,
    services,
    limit: new TimeLimit(name === 'getMore' ? undefined : maxTimeMS),
    expressions: new Expressions(values),
  };
}

/** The collection that a command names; refuses names that the server refuses. */
export function namedCollection({ body, name, db, services }: Request): { name: string; ns: string; collection: Collection | undefined } {
  const collection = body[name];
  if (typeof collection !== 'string') throw new MongoError(73, `collection name has invalid type ${typeName(collection)}`);
  if (collection === '' || collection.includes('\0')) throw new MongoError(73, `Invalid namespace specified '${db}.${collection}'`);
  return { name: collection, ns: `${db}.${collection}`, collection: services.catalog.get(db, collection) };
}

export function pipelineContext({ db, services, expressions, limit }: Request): PipelineContext {
  return { db, expressions, deadline: limit, run: runPipeline, collection: (name) => services.catalog.get(db, name) };
}

/** Only the order of code units is served; anything else is refused rather than answered wrongly. */
export function refuseCollation(collation: Value): void {
  if (isDocument(collation) && collation.locale !== undefined && collation.locale !== 'simple') {
    throw new MongoError(238, 'collations other than simple are not served by this server');
  }
}

export function documentField(body: Document, field: string, command: string): Document {
  const value = body[field];
  if (value === undefined || value === null) return {};
  if (!isDocument(value)) throw wrongType(command, field, value, 'object');
  return value;
}

export function integerField(body: Document, field: string, command: string): number | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  const number = toInteger(value);
  if (number === undefined && isNumber(value)) throw new MongoError(2, `BSON field '${command}.${field}' value must be a whole number`);
  if (number === undefined)
    throw new MongoError(
      14,
      `BSON field '${command}.${field}' is the wrong type '${typeName(value)}', expected types '[long, int, decimal, double']`,
    );
  return number;
}

export const wrongType = (command: string, field: string, value: Value, expected: string): MongoError =>
  new MongoError(14, `BSON field '${command}.${field}' is the wrong type '${typeName(value)}', expected type '${expected}'`);

export function required(body: Document, field: string, command: string): Value {
  if (body[field] === undefined) throw new MongoError(40414, `BSON field '${command}.${field}' is missing but a required field`);
  return body[field];
}
