// @ts-nocheck
import { decodeDocument } from '../bson/decode';
import { encodeDocument, MAX_REPLY_BYTES, OK } from '../bson/encode';
import { KeyWriter } from '../bson/key';
import { compareValues } from '../bson/compare';
import { type Document, isDocument, isTrue, type Value } from '../bson/value';
import { badValue, MongoError } from '../errors';
import { countSteps, type FindRequest, findSteps } from '../query/execute';
import { compileFilter } from '../query/filter';
import { type MatchDetails, pathValues, splitPath, valueAt } from '../query/path';
import { parseSort } from '../query/planner';
import { compileProjection } from '../query/projection';
import { finished, othersTurn, type Steps } from '../query/steps';
import type { Row } from '../storage/collection';
import { type Command, documentField, integerField, namedCollection, refuseCollation, type Request, required, wrongType } from './command';

/** https://www.mongodb.com/docs/manual/reference/command/find/ */
export const find: Command = (request) => {
  const { body, limit, services } = request;
  const { ns, collection } = namedCollection(request);
  if (isTrue(body.tailable)) throw badValue(`error processing query: ns=${ns} tailable cursor requested on non capped collection`);
  for (const option of ['min', 'max', 'returnKey', 'showRecordId']) {
    if (body[option] !== undefined && body[option] !== false) throw new MongoError(238, `'${option}' of find is not served by this server`);
  }
  const query = findRequest(request, 'find');
  const project =
    body.projection !== undefined && isDocument(body.projection) && Object.keys(body.projection).length > 0
      ? compileProjection(body.projection, request.expressions)
      : undefined;
  const positional = project && Object.keys(body.projection as Document).some((path) => path.endsWith('.$'));
  const rows = collection ? findSteps(collection, query) : [];
  const batchSize = integerField(body, 'batchSize', 'find');
  if (batchSize !== undefined && batchSize < 0)
    throw new MongoError(51024, `BSON field 'batchSize' value must be >= 0, actual value '${batchSize}'`);
  return services.cursors.first(ns, project ? projected(rows, project, positional ? query : undefined) : bytesOf(rows), {
    batchSize,
    singleBatch: isTrue(body.singleBatch) || (integerField(body, 'limit', 'find') ?? 0) < 0,
    noTimeout: isTrue(body.noCursorTimeout),
    limit,
  });
};

/** Filter, sort, skip and limit of a command that finds. */
export function findRequest(request: Request, command: string, filterField = 'filter'): FindRequest {
  const { body, limit: deadline, expressions } = request;
  const skip = integerField(body, 'skip', command) ?? 0;
  const limit = integerField(body, 'limit', command) ?? 0;
  if (skip < 0) throw new MongoError(51024, `BSON field 'skip' value must be >= 0, actual value '${skip}'`);
  if (limit < 0 && command === 'find') throw new MongoError(51024, `BSON field 'limit' value must be >= 0, actual value '${limit}'`);
  refuseCollation(body.collation);
  return {
    matcher: compileFilter(documentField(body, filterField, command), expressions),
    sort: parseSort(body.sort),
    skip,
    limit: Math.abs(limit),
    hint: isDocument(body.hint) && Object.keys(body.hint).length === 0 ? undefined : (body.hint ?? undefined),
    deadline,
  };
}

function* bytesOf(rows: Steps<Row>): Generator<Uint8Array | undefined> {
  for (const row of rows) yield row?.bytes;
}

function* projected(
  rows: Steps<Row>,
  project: ReturnType<typeof compileProjection>,
  positional: FindRequest | undefined,
): Generator<Uint8Array | undefined> {
  for (const row of rows) {
    if (!row) {
      yield undefined;
      continue;
    }
    const document = decodeDocument(row.bytes);
    let details: MatchDetails | undefined;
    if (positional) positional.matcher.matches(document, (details = {}));
    yield encodeDocument(project(document, details));
  }
}

/** https://www.mongodb.com/docs/manual/reference/command/getMore/ */
export const getMore: Command = ({ body, db, services }) => {
  const id = body.getMore;
  const collection = body.collection;
  if (typeof id !== 'bigint') throw wrongType('getMore', 'getMore', id, 'long');
  if (typeof collection !== 'string') throw wrongType('getMore', 'collection', collection, 'string');
  const batchSize = integerField(body, 'batchSize', 'getMore');
  if (batchSize !== undefined && batchSize < 0)
    throw new MongoError(51024, `BSON field 'batchSize' value must be >= 0, actual value '${batchSize}'`);
  return services.cursors.next(id, `${db}.${collection}`, batchSize ? batchSize : undefined);
};

/** https://www.mongodb.com/docs/manual/reference/command/killCursors/ */
export const killCursors: Command = ({ body, services }) => {
  if (!Array.isArray(body.cursors)) throw wrongType('killCursors', 'cursors', body.cursors, 'array');
  const cursorsKilled: bigint[] = [];
  const cursorsNotFound: bigint[] = [];
  for (const cursor of body.cursors as Value[]) {
    if (typeof cursor !== 'bigint') throw wrongType('killCursors', 'cursors.0', cursor, 'long');
    (services.cursors.kill(cursor) ? cursorsKilled : cursorsNotFound).push(cursor);
  }
  return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [], ok: OK };
};

/** https://www.mongodb.com/docs/manual/reference/command/count/ */
export const count: Command = async (request) => {
  const { collection } = namedCollection(request);
  const query = findRequest(request, 'count', 'query');
  return { n: collection ? await finished(countSteps(collection, query)) : 0, ok: OK };
};

const MAX_DISTINCT_BYTES = MAX_REPLY_BYTES;

/** https://www.mongodb.com/docs/manual/reference/command/distinct/ */
export const distinct: Command = async (request) => {
  const { body } = request;
  const { collection } = namedCollection(request);
  const key = required(body, 'key', 'distinct');
  if (typeof key !== 'string') throw wrongType('distinct', 'key', key, 'string');
  if (key === '' || key.startsWith('$'))
    throw new MongoError(
      key === '' ? 40352 : 16410,
      key === ''
        ? 'FieldPath cannot be constructed with empty string'
        : `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
    );
  const query = findRequest(request, 'distinct', 'query');
  const parts = splitPath(key);
  const seen = new Map<string, Value>();
  const writer = new KeyWriter();
  let size = 0;
  const rows = collection ? findSteps(collection, query) : [];
  for (const row of rows) {
    if (!row) {
      await othersTurn();
      continue;
    }
    const document = decodeDocument(row.bytes);
    for (const value of distinctValues(document, parts)) {
      const name = writer.reset().write(value).takeString();
      if (seen.has(name)) continue;
      seen.set(name, value);
      if ((size += name.length) > MAX_DISTINCT_BYTES) throw new MongoError(17217, 'distinct too big, 16mb cap');
    }
  }
  return { values: [...seen.values()].sort(compareValues), ok: OK };
};

/** Missing fields give no value, unlike in an index. */
function distinctValues(document: Document, parts: readonly string[]): Value[] {
  const whole = valueAt(document, parts);
  if (whole !== undefined && !Array.isArray(whole)) return [whole];
  if (Array.isArray(whole)) return whole;
  const { values, multikey } = pathValues(document, parts);
  return multikey ? values.filter((value) => value !== undefined && value !== null) : [];
}
