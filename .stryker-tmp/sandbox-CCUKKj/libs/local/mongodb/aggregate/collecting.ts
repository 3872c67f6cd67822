// @ts-nocheck
import { compareValues } from '../bson/compare';
import { KeyWriter } from '../bson/key';
import { type Document, has, isDocument, put, toDouble, typeName, type Value } from '../bson/value';
import { MongoError } from '../errors';
import { sortKey } from '../query/execute';
import { parseSort } from '../query/planner';
import { accumulatorFactory } from './accumulators';
import type { PipelineContext, Stage } from './stages';

/** Stages that must see all documents before they give the first. */
const MAX_HELD = 500_000;

/** Refuses to hold more documents or groups in memory than a machine can be asked for. */
export function checkHeld(count: number, what: string): void {
  if (count > MAX_HELD)
    throw new MongoError(292, `${what} exceeded memory limit of ${MAX_HELD} documents, and this server has no external sorting`);
}

export function sort(spec: Value, { deadline }: PipelineContext): Stage {
  const fields = parseSort(spec);
  if (fields.length === 0) throw new MongoError(15976, '$sort stage must have at least one sort key');
  return function* (input) {
    const entries: Array<{ key: string; document: Document }> = [];
    for (const document of input) {
      if (!document) {
        yield undefined;
        continue;
      }
      entries.push({ key: sortKey(document, fields), document });
      checkHeld(entries.length, 'Sort');
    }
    deadline?.check();
    entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    for (const { document } of entries) yield document;
  };
}

export function group(spec: Value, { expressions, deadline }: PipelineContext): Stage {
  if (!isDocument(spec)) throw new MongoError(15947, "a group's fields must be specified in an object");
  if (!has(spec, '_id')) throw new MongoError(15955, 'a group specification must include an _id');
  const id = expressions.evaluate(spec._id);
  const fields = Object.entries(spec).filter(([field]) => field !== '_id');
  for (const [field] of fields) {
    if (field.includes('.')) throw new MongoError(40235, `The field name '${field}' cannot contain '.'`);
    if (field.startsWith('$')) throw new MongoError(40236, `The field name '${field}' cannot be an operator name`);
  }
  const factories = fields.map(([field, accumulator]) => [field, accumulatorFactory(field, accumulator, expressions)] as const);
  return function* (input) {
    const writer = new KeyWriter();
    const groups = new Map<string, { id: Value; accumulators: Array<ReturnType<(typeof factories)[0][1]>> }>();
    let seen = 0;
    for (const document of input) {
      if (!document) {
        yield undefined;
        continue;
      }
      if ((++seen & 1023) === 0) deadline?.check();
      const value = id(document) ?? null;
      const key = typeof value === 'string' ? `s${value}` : `k${writer.reset().write(value).takeString()}`;
      let one = groups.get(key);
      if (!one) {
        groups.set(key, (one = { id: value, accumulators: factories.map(([, make]) => make()) }));
        checkHeld(groups.size, '$group');
      }
      for (const accumulator of one.accumulators) accumulator.add(document);
    }
    for (const { id: value, accumulators } of groups.values()) {
      const result: Document = { _id: value };
      factories.forEach(([field], i) => put(result, field, accumulators[i].result()));
      yield result;
    }
  };
}

/** A group by the boundary at or below a value: groups come in the order of the boundaries, empty ones not at all. */
export function bucket(spec: Value, context: PipelineContext): Stage {
  if (!isDocument(spec)) throw new MongoError(40201, `Argument to $bucket stage must be an object, but found type: ${typeName(spec)}.`);
  const { boundaries, output } = spec;
  if (!has(spec, 'groupBy') || !Array.isArray(boundaries))
    throw new MongoError(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  if (boundaries.length < 2)
    throw new MongoError(40192, `The $bucket 'boundaries' field must have at least 2 values, but found ${boundaries.length} value(s).`);
  for (let i = 1; i < boundaries.length; i++) {
    if (compareValues(boundaries[i - 1], boundaries[i]) >= 0)
      throw new MongoError(40194, "The 'boundaries' option to $bucket must be sorted, but elements are not in ascending order.");
  }
  const evaluate = context.expressions.evaluate(spec.groupBy);
  const place = (document: Document): Document => {
    const value = evaluate(document) ?? null;
    const at = boundaries.findLastIndex((boundary: unknown) => compareValues(value, boundary) >= 0);
    if (at >= 0 && at < boundaries.length - 1) return { ...document, [PLACE]: boundaries[at] as Value };
    if (!has(spec, 'default'))
      throw new MongoError(7158302, '$bucket could not find a matching branch for an input, and no default was specified.');
    return { ...document, [PLACE]: spec.default };
  };
  const placed: Stage = function* (input) {
    for (const document of input) yield document && place(document);
  };
  const grouped = group({ _id: `$${PLACE}`, ...(isDocument(output) ? output : { count: { $sum: 1 } }) }, context);
  const ordered = sort({ _id: 1 }, context);
  return (input) => ordered(grouped(placed(input)));
}

/** A field that no document has. */
const PLACE = '\u0001bucket';

export function sample(spec: Value): Stage {
  const size = isDocument(spec) ? toDouble(spec.size) : NaN;
  if (!Number.isInteger(size) || size <= 0) throw new MongoError(28747, 'size argument to $sample must be a positive integer');
  return function* (input) {
    const chosen: Document[] = [];
    let seen = 0;
    for (const document of input) {
      if (!document) {
        yield undefined;
        continue;
      }
      seen++;
      if (chosen.length < size) chosen.push(document);
      else {
        const at = Math.floor(Math.random() * seen);
        if (at < size) chosen[at] = document;
      }
    }
    yield* chosen.sort(() => Math.random() - 0.5);
  };
}
