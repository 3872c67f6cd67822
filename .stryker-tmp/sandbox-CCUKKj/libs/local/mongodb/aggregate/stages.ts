// @ts-nocheck
import { Aggregator, ProcessingMode } from 'mingo';
import { decodeDocument } from '../bson/decode';
import { clone, type Document, has, isDocument, put, toInteger, typeName, type Value } from '../bson/value';
import { badValue, MongoError } from '../errors';
import type { Deadline } from '../query/execute';
import { compileFilter } from '../query/filter';
import { splitPath, valueAt } from '../query/path';
import { compileProjection } from '../query/projection';
import type { Collection } from '../storage/collection';
import { bucket, checkHeld, group, sample, sort } from './collecting';
import { checkOperators, type Expressions, forMingo, setPath } from './expressions';
import { collected, type Steps } from '../query/steps';
import { lookup, unionWith } from './joins';

/** Turns a stream of documents into another one. */
export type Stage = (input: Steps<Document>) => Steps<Document>;

export interface PipelineContext {
  db: string;
  expressions: Expressions;
  collection(name: string): Collection | undefined;
  deadline?: Deadline;
  /** Runs a pipeline inside a stage (`$lookup`, `$unionWith`); `free` is one without a collection. */
  run(collection: Collection | undefined, pipeline: readonly Value[], context: PipelineContext, free: boolean): Steps<Document>;
}

/** Compiles one stage (https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/). */
export function compileStage(name: string, spec: Value, context: PipelineContext): Stage {
  switch (name) {
    case '$match': {
      if (!isDocument(spec)) throw new MongoError(15959, 'the match filter must be an expression in an object');
      const matcher = compileFilter(spec, context.expressions);
      return (input) => filtered(input, (document) => matcher.matches(document));
    }
    case '$project':
      if (!isDocument(spec)) throw new MongoError(15969, '$project specification must be an object');
      if (Object.keys(spec).length === 0)
        throw new MongoError(51272, 'Invalid $project :: caused by :: projection specification must have at least one field');
      return mapped(compileProjection(spec, context.expressions, true));
    case '$unset': {
      const paths = Array.isArray(spec) ? (spec as Value[]) : [spec];
      if (!paths.every((path) => typeof path === 'string'))
        throw new MongoError(31002, '$unset specification must be a string or an array containing only string values');
      return mapped(compileProjection(Object.fromEntries(paths.map((path) => [path, 0])), context.expressions, true));
    }
    case '$set':
    case '$addFields':
      return addFields(name, spec, context.expressions);
    case '$replaceRoot':
      if (!isDocument(spec) || !has(spec, 'newRoot'))
        throw new MongoError(40229, 'expected an object as specification for $replaceRoot stage');
      return replaceRoot(spec.newRoot, context.expressions);
    case '$replaceWith':
      return replaceRoot(spec, context.expressions);
    case '$sort':
      return sort(spec, context);
    case '$limit':
      return limit(spec);
    case '$skip':
      return skip(spec);
    case '$count':
      if (typeof spec !== 'string' || spec === '') throw new MongoError(40156, 'the count field must be a non-empty string');
      return count(spec);
    case '$unwind':
      return unwind(spec);
    case '$group':
      return group(spec, context);
    case '$sortByCount': {
      const counted = group({ _id: spec, count: { $sum: 1 } }, context);
      const ordered = sort({ count: -1 }, context);
      return (input) => ordered(counted(input));
    }
    case '$sample':
      return sample(spec);
    case '$facet':
      return facet(spec, context);
    case '$lookup':
      return lookup(spec, context);
    case '$unionWith':
      return unionWith(spec, context);
    case '$bucket':
      return bucket(spec, context);
    case '$bucketAuto':
    case '$redact':
    case '$densify':
    case '$fill':
    case '$setWindowFields':
      return byMingo(name, spec, context);
    case '$graphLookup':
      return byMingo(name, spec, context, (from) => documentsOf(context.collection(from)));
    case '$changeStream':
      throw new MongoError(40573, 'The $changeStream stage is only supported on replica sets');
    default:
      throw new MongoError(40324, `Unrecognized pipeline stage name: '${name}'`);
  }
}

export function compileStages(pipeline: readonly Value[], context: PipelineContext): Stage {
  const stages = pipeline.map((stage) => compileStage(...stageOf(stage), context));
  return (input) => stages.reduce<Steps<Document>>((documents, stage) => stage(documents), input);
}

/** A stage's name and specification. */
export function stageOf(stage: Value): [string, Value] {
  if (!isDocument(stage)) throw new MongoError(14, "Each element of the 'pipeline' array must be an object");
  const entries = Object.entries(stage);
  if (entries.length !== 1) throw new MongoError(40323, 'A pipeline stage specification object must contain exactly one field.');
  return entries[0];
}

function* filtered(input: Steps<Document>, test: (document: Document) => boolean): Generator<Document | undefined> {
  for (const document of input) if (!document || test(document)) yield document;
}

const mapped = (map: (document: Document) => Document): Stage =>
  function* (input) {
    for (const document of input) yield document && map(document);
  };

function addFields(name: string, spec: Value, expressions: Expressions): Stage {
  if (!isDocument(spec)) throw new MongoError(40272, `${name} specification stage must be an object, got ${typeName(spec)}`);
  const fields = Object.entries(spec)
    .flatMap(([path, value]) => leaves(path, value))
    .map(([path, value]) => ({ parts: splitPath(path), evaluate: expressions.evaluate(value) }));
  return mapped((document) => {
    const result = { ...document };
    for (const { parts, evaluate } of fields) setPath(result, parts, 0, clone(evaluate(document)));
    return result;
  });
}

/** `{ a: { b: 1 } }` sets `a.b` and leaves the rest of `a`. */
function leaves(path: string, value: Value): Array<[string, Value]> {
  if (path === '' || path.startsWith('$'))
    throw new MongoError(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField.`);
  if (!isDocument(value) || Object.keys(value).length === 0 || Object.keys(value)[0].startsWith('$')) return [[path, value]];
  return Object.entries(value).flatMap(([key, item]) => leaves(`${path}.${key}`, item));
}

function replaceRoot(expression: Value, expressions: Expressions): Stage {
  const evaluate = expressions.evaluate(expression);
  return mapped((document) => {
    const root = evaluate(document);
    if (isDocument(root)) return root;
    throw new MongoError(
      40228,
      `PlanExecutor error during aggregation :: caused by :: 'newRoot' expression must evaluate to an object, but resulting value was: ${root === undefined ? 'MISSING' : String(root)}. Type of resulting value: '${root === undefined ? 'missing' : typeName(root)}'.`,
    );
  });
}

function limit(spec: Value): Stage {
  const most = toInteger(spec);
  if (most === undefined) throw new MongoError(2107201, `invalid argument to $limit stage: Expected a number in: $limit: ${String(spec)}`);
  if (most <= 0) throw new MongoError(15958, 'the limit must be positive');
  return function* (input) {
    let seen = 0;
    for (const document of input) {
      yield document;
      if (document && ++seen >= most) return;
    }
  };
}

function skip(spec: Value): Stage {
  const number = toInteger(spec);
  if (number === undefined || number < 0)
    throw new MongoError(5107200, `invalid argument to $skip stage: Expected a non-negative number in: $skip: ${String(spec)}`);
  return function* (input) {
    let seen = 0;
    for (const document of input) if (!document || seen++ >= number) yield document;
  };
}

const count = (field: string): Stage =>
  function* (input) {
    let n = 0;
    for (const document of input) {
      if (document) n++;
      else yield undefined;
    }
    if (n > 0) yield { [field]: n };
  };

function unwind(spec: Value): Stage {
  const options = isDocument(spec) ? spec : { path: spec };
  const { path, includeArrayIndex, preserveNullAndEmptyArrays } = options;
  if (typeof path !== 'string') throw new MongoError(28808, `expected a string as the path for $unwind stage, got ${typeName(path)}`);
  if (!path.startsWith('$')) throw new MongoError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  const parts = splitPath(path.slice(1));
  const indexParts = typeof includeArrayIndex === 'string' ? splitPath(includeArrayIndex) : undefined;
  const with_ = (document: Document, value: Value, index: number | null): Document => {
    const result = { ...document };
    setPath(result, parts, 0, value);
    if (indexParts) setPath(result, indexParts, 0, index === null ? null : BigInt(index));
    return result;
  };
  return function* (input) {
    for (const document of input) {
      if (!document) {
        yield undefined;
        continue;
      }
      const value = valueAt(document, parts);
      if (Array.isArray(value) && value.length > 0) {
        for (let i = 0; i < value.length; i++) yield with_(document, value[i], i);
      } else if (value !== undefined && value !== null && !Array.isArray(value)) yield with_(document, value, null);
      else if (preserveNullAndEmptyArrays === true) yield with_(document, value === null ? null : undefined, null);
    }
  };
}

function facet(spec: Value, context: PipelineContext): Stage {
  if (!isDocument(spec) || Object.keys(spec).length === 0)
    throw new MongoError(40169, 'the $facet specification must be a non-empty object');
  const facets = Object.entries(spec).map(([name, pipeline]) => {
    if (!Array.isArray(pipeline)) throw new MongoError(40170, `arguments to $facet must be arrays, ${name} is type ${typeName(pipeline)}`);
    for (const stage of pipeline) {
      const [inner] = stageOf(stage);
      if (['$out', '$merge', '$facet', '$collStats', '$indexStats', '$geoNear', '$changeStream'].includes(inner))
        throw new MongoError(40600, `${inner} is not allowed to be used within a $facet stage`);
    }
    return [name, compileStages(pipeline, context)] as const;
  });
  return function* (input) {
    const documents: Document[] = [];
    for (const document of input) {
      if (document) documents.push(document);
      else yield undefined;
      checkHeld(documents.length, '$facet');
    }
    const result: Document = {};
    for (const [name, stages] of facets) put(result, name, yield* collected(stages(documents)));
    yield result;
  };
}

/** Rarer stages: mingo's, over plain copies of the documents. */
function byMingo(name: string, spec: Value, { expressions }: PipelineContext, resolver?: (from: string) => Document[]): Stage {
  checkOperators(spec);
  return function* (input) {
    const documents: Document[] = [];
    for (const document of input) {
      if (document) documents.push(forMingo(document) as Document);
      else yield undefined;
      checkHeld(documents.length, name);
    }
    let result: Document[];
    try {
      result = new Aggregator([{ [name]: forMingo(spec) as Document }], {
        processingMode: ProcessingMode.CLONE_OFF,
        // Its own window stage is built on functions; a client's have been refused above.
        scriptEnabled: name === '$setWindowFields',
        variables: forMingo(expressions.variables) as Document,
        collectionResolver: (from) => resolver?.(from) ?? [],
      }).run<Document>(documents);
    } catch (cause) {
      throw badValue(`${name}: ${String((cause as Error).message)}`);
    }
    yield* result;
  };
}

const documentsOf = (collection: Collection | undefined): Document[] => {
  if (!collection) return [];
  const rows = collection.file.sql(`SELECT d FROM c${collection.slot} ORDER BY r`).all() as Array<{ d: Uint8Array }>;
  return rows.map(({ d }) => forMingo(decodeDocument(d)) as Document);
};
