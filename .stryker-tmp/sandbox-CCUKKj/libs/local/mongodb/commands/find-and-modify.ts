// @ts-nocheck
import { decodeDocument } from '../bson/decode';
import { OK } from '../bson/encode';
import { type Document, isDocument, isTrue } from '../bson/value';
import { failedToParse, MongoError } from '../errors';
import { compileFilter } from '../query/filter';
import { compileProjection } from '../query/projection';
import { type Command, documentField, namedCollection, refuseCollation, type Request } from './command';
import { compileChange, executeUpdate, findToDelete } from './update-one';
import { checkWriteConcern } from './write';

/** https://www.mongodb.com/docs/manual/reference/command/findAndModify/ */
export const findAndModify: Command = (request) => {
  const { body, services, db, expressions, limit } = request;
  const { name, collection } = namedCollection(request);
  checkWriteConcern(body);
  refuseCollation(body.collation);
  const query = documentField(body, 'query', 'findAndModify');
  const removes = isTrue(body.remove);
  const upsert = isTrue(body.upsert);
  const returnsNew = isTrue(body.new);
  if (removes && body.update !== undefined) throw failedToParse("Cannot specify both an 'update' and 'remove'=true");
  if (removes && upsert) throw failedToParse("Cannot specify both 'upsert'=true and 'remove'=true");
  if (removes && returnsNew)
    throw failedToParse("Cannot specify both 'new'=true and 'remove'=true; 'remove' always returns the deleted document");
  if (!removes && body.update === undefined) throw failedToParse("Either an 'update' or 'remove'=true must be specified");
  const shown = projection(request);
  if (removes) {
    if (!collection) compileFilter(query, expressions);
    const [row] = collection
      ? findToDelete(collection, query, { one: true, sort: body.sort, hint: body.hint, expressions, deadline: limit })
      : [];
    if (!row) return { lastErrorObject: { n: 0 }, value: null, ok: OK };
    collection!.remove(row);
    return { lastErrorObject: { n: 1 }, value: shown(row.bytes), ok: OK };
  }
  const change = compileChange(body.update, { arrayFilters: body.arrayFilters, expressions, db });
  const { matched, upserted, before, after } = executeUpdate(services.catalog, db, name, query, change, {
    multi: false,
    upsert,
    sort: body.sort,
    hint: body.hint,
    expressions,
    deadline: limit,
  });
  const lastErrorObject: Document = {
    n: matched + (upserted ? 1 : 0),
    updatedExisting: matched > 0,
    ...(upserted ? { upserted: upserted.id } : {}),
  };
  const bytes = returnsNew ? after : before;
  return { lastErrorObject, value: bytes ? shown(bytes) : null, ok: OK };
};

function projection({ body, expressions }: Request): (bytes: Uint8Array) => Document {
  const spec = body.fields ?? body.projection;
  if (spec === undefined) return (bytes) => asStored(bytes);
  if (!isDocument(spec)) throw new MongoError(14, "BSON field 'findAndModify.fields' is the wrong type, expected type 'object'");
  if (Object.keys(spec).length === 0) return (bytes) => asStored(bytes);
  const project = compileProjection(spec, expressions);
  return (bytes) => project(decodeDocument(bytes));
}

const asStored = (bytes: Uint8Array): Document => decodeDocument(bytes);
