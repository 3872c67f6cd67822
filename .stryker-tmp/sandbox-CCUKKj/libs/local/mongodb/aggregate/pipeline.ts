// @ts-nocheck
import { decodeDocument, decodeFields } from '../bson/decode';
import { type Document, isDocument, isNumber, toDouble, toInteger, type Value } from '../bson/value';
import { MongoError } from '../errors';
import { countSteps, type FindRequest, findSteps } from '../query/execute';
import { compileFilter, type Matcher } from '../query/filter';
import { parseSort } from '../query/planner';
import type { Steps } from '../query/steps';
import type { Collection } from '../storage/collection';
import { rootFields } from './expressions';
import { compileStages, type PipelineContext, stageOf } from './stages';

export interface PipelineOptions {
  hint?: Value;
}

/**
 * Runs a pipeline. What it begins with of `$match`, `$sort`, `$skip` and `$limit` is read through the indexes; what
 * follows gets only the fields it looks at. `free` is a pipeline without a collection (`$documents`).
 */
export function runPipeline(
  collection: Collection | undefined,
  pipeline: readonly Value[],
  context: PipelineContext,
  free = false,
  options: PipelineOptions = {},
): Steps<Document> {
  const stages = pipeline.map(stageOf);
  stages.forEach(([name], i) => {
    if (name === '$documents' && i > 0) throw new MongoError(40602, '$documents is only valid as the first stage in a pipeline.');
    if ((name === '$out' || name === '$merge') && i < stages.length - 1)
      throw new MongoError(40601, `${name} can only be the final stage in the pipeline`);
  });
  if (stages[0]?.[0] === '$documents') {
    if (!free) throw new MongoError(73, "'$documents' can only be run with {aggregate: 1}");
    return compileStages(pipeline.slice(1), context)(literalDocuments(stages[0][1], context));
  }
  if (free) throw new MongoError(73, `{aggregate: 1} is not valid for '${stages[0]?.[0] ?? ''}'; a collection is required.`);
  const { request, taken } = leading(stages, context);
  const rest = pipeline.slice(taken);
  const run = compileStages(rest, context);
  if (!collection) return run([]);
  const counted = countOnly(stages.slice(taken));
  if (counted) return countedSteps(collection, { ...request, hint: options.hint }, counted);
  return run(documents(collection, { ...request, hint: options.hint }, neededBy(rest, request)));
}

/** The find request that the first stages make together. */
export function leading(
  stages: ReadonlyArray<[string, Value]>,
  { expressions, deadline }: PipelineContext,
): { request: FindRequest; taken: number } {
  const filters: Value[] = [];
  const request: FindRequest & { matcher: Matcher } = { matcher: compileFilter({}, expressions), deadline };
  let taken = 0;
  for (const [name, spec] of stages) {
    const narrowed = request.skip !== undefined || request.limit !== undefined;
    if (name === '$match' && !narrowed && isDocument(spec)) filters.push(spec);
    else if (name === '$sort' && !narrowed && !request.sort && isDocument(spec) && Object.keys(spec).length > 0)
      request.sort = parseSort(spec);
    else if (name === '$skip' && !narrowed && (toInteger(spec) ?? -1) >= 0) request.skip = toInteger(spec);
    else if (name === '$limit' && request.limit === undefined && (toInteger(spec) ?? 0) > 0) request.limit = toInteger(spec);
    else break;
    taken++;
  }
  if (filters.length > 0) request.matcher = compileFilter(filters.length === 1 ? (filters[0] as Document) : { $and: filters }, expressions);
  return { request, taken };
}

function* countedSteps(collection: Collection, request: FindRequest, counted: (n: number) => Document[]): Generator<Document | undefined> {
  yield* counted(yield* countSteps(collection, request));
}

function* documents(
  collection: Collection,
  request: FindRequest,
  fields: ReadonlySet<string> | undefined,
): Generator<Document | undefined> {
  for (const row of findSteps(collection, request)) yield row && (fields ? decodeFields(row.bytes, fields) : decodeDocument(row.bytes));
}

/** `countDocuments` of the drivers (`$match`, then one group with a sum of ones) and `$count`: an index may count alone. */
function countOnly(stages: ReadonlyArray<[string, Value]>): ((n: number) => Document[]) | undefined {
  if (stages.length !== 1) return undefined;
  const [name, spec] = stages[0];
  if (name === '$count' && typeof spec === 'string') return (n) => (n === 0 ? [] : [{ [spec]: n }]);
  if (name !== '$group' || !isDocument(spec) || !(spec._id === null || isNumber(spec._id))) return undefined;
  const fields = Object.entries(spec).filter(([key]) => key !== '_id');
  const onlyOnes = fields.every(
    ([, value]) => isDocument(value) && Object.keys(value).length === 1 && typeof value.$sum === 'number' && value.$sum === 1,
  );
  if (!onlyOnes) return undefined;
  return (n) => (n === 0 ? [] : [{ _id: spec._id, ...Object.fromEntries(fields.map(([key]) => [key, n])) }]);
}

/** Top-level fields that the first stage of the rest looks at, when it lets no others through. */
function neededBy(rest: readonly Value[], _request: FindRequest): ReadonlySet<string> | undefined {
  if (rest.length === 0) return undefined;
  const [name, spec] = stageOf(rest[0]);
  const fields = new Set<string>();
  if (name === '$count') return fields;
  if (name === '$group' || name === '$sortByCount') return rootFields(spec, fields) ? fields : undefined;
  if (name !== '$project' || !isDocument(spec)) return undefined;
  let inclusion = false;
  for (const [path, value] of Object.entries(spec)) {
    const flag = typeof value === 'boolean' || isNumber(value);
    if (flag && (value === false || toDouble(value) === 0)) {
      if (path !== '_id') return undefined;
      continue;
    }
    inclusion = true;
    fields.add(path.split('.')[0]);
    if (!flag && !rootFields(value, fields)) return undefined;
  }
  fields.add('_id');
  return inclusion ? fields : undefined;
}

function literalDocuments(spec: Value, { expressions }: PipelineContext): Document[] {
  const list = expressions.evaluate(spec)({});
  if (!Array.isArray(list) || !list.every(isDocument)) throw new MongoError(5858203, 'an array is expected');
  return list as Document[];
}
