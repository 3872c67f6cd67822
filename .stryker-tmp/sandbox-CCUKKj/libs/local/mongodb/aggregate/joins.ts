// @ts-nocheck
import { decodeDocument } from '../bson/decode';
import { type Document, has, isDocument, type Value } from '../bson/value';
import { failedToParse, MongoError } from '../errors';
import { findSteps } from '../query/execute';
import { compileFilter } from '../query/filter';
import { pathValues, splitPath } from '../query/path';
import { isRegex } from '../query/regex';
import { collected, type Steps } from '../query/steps';
import type { Collection } from '../storage/collection';
import { setPath } from './expressions';
import type { PipelineContext, Stage } from './stages';

/** `$lookup`, by an equality of fields (through an index when the other collection has one), a pipeline, or both. */
export function lookup(spec: Value, context: PipelineContext): Stage {
  if (!isDocument(spec)) throw failedToParse('the $lookup specification must be an Object');
  const { from, localField, foreignField, as, pipeline } = spec;
  const variables = spec.let;
  if (typeof as !== 'string') throw failedToParse("must specify 'as' field for a $lookup");
  if (from !== undefined && typeof from !== 'string') throw failedToParse(`$lookup argument 'from' must be a string`);
  if ((localField === undefined) !== (foreignField === undefined))
    throw failedToParse("$lookup requires both or neither of 'localField' and 'foreignField' to be specified");
  if (localField === undefined && pipeline === undefined)
    throw failedToParse("$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified");
  if (pipeline !== undefined && !Array.isArray(pipeline)) throw failedToParse("'pipeline' must be an array");
  if (from === undefined && pipeline === undefined) throw failedToParse("must specify 'pipeline' when 'from' is empty");
  const let_ = isDocument(variables)
    ? Object.entries(variables).map(([name, value]) => [name, context.expressions.evaluate(value)] as const)
    : [];
  const asParts = splitPath(as);
  return function* (input) {
    for (const document of input) {
      if (!document) {
        yield undefined;
        continue;
      }
      const foreign = typeof from === 'string' ? context.collection(from) : undefined;
      const equality = typeof localField === 'string' ? equalityOn(String(foreignField), document, splitPath(localField)) : undefined;
      const inner =
        let_.length === 0
          ? context
          : {
              ...context,
              expressions: context.expressions.with(Object.fromEntries(let_.map(([name, evaluate]) => [name, evaluate(document)]))),
            };
      const found = joined(foreign, equality, pipeline as Value[] | undefined, inner, from === undefined);
      const result = { ...document };
      setPath(result, asParts, 0, yield* collected(found));
      yield result;
    }
  };
}

function joined(
  foreign: Collection | undefined,
  equality: Document | undefined,
  pipeline: Value[] | undefined,
  context: PipelineContext,
  own: boolean,
): Steps<Document> {
  if (pipeline) return context.run(own ? undefined : foreign, equality ? [{ $match: equality }, ...pipeline] : pipeline, context, own);
  return foreign ? documentsMatching(foreign, equality!, context) : [];
}

function* documentsMatching(
  collection: Collection,
  filter: Document,
  { expressions, deadline }: PipelineContext,
): Generator<Document | undefined> {
  const matcher = compileFilter(filter, expressions);
  for (const row of findSteps(collection, { matcher, deadline })) yield row && decodeDocument(row.bytes);
}

/** A missing or null field joins with missing and null ones; an array joins with any of its elements. */
function equalityOn(foreignField: string, document: Document, parts: readonly string[]): Document {
  const { values, multikey } = pathValues(document, parts);
  const wanted = values.map((value) => value ?? null);
  if (wanted.some(isRegex)) return { $or: wanted.map((value) => ({ [foreignField]: { $eq: value } })) };
  return { [foreignField]: multikey ? { $in: wanted } : { $eq: wanted[0] } };
}

/** `$unionWith`: the other collection's documents after one's own. */
export function unionWith(spec: Value, context: PipelineContext): Stage {
  const options = typeof spec === 'string' ? { coll: spec } : spec;
  if (!isDocument(options)) throw failedToParse('the $unionWith stage specification must be an object or string');
  const { coll, pipeline = [] } = options;
  if (!Array.isArray(pipeline)) throw failedToParse("$unionWith 'pipeline' must be an array");
  if (typeof coll !== 'string' && !has(options, 'pipeline'))
    throw new MongoError(9, '$unionWith stage without explicit collection must have a pipeline with $documents as first stage');
  return function* (input) {
    yield* input;
    yield* context.run(typeof coll === 'string' ? context.collection(coll) : undefined, pipeline, context, typeof coll !== 'string');
  };
}
