// @ts-nocheck
import { badValue, failedToParse, MongoError, typeMismatch } from '../errors';
import { type Document, has, isDocument, put, typeName, type Value } from '../bson/value';
import { compileFilter, type FilterContext, type Matcher } from '../query/filter';
import { asIndex, type MatchDetails, splitPath } from '../query/path';
import { shellText } from '../storage/shell-text';
import { type Apply, compileOperator, KEEP, type Operator, REMOVE } from './operators';

/** A compiled `{ $set: …, $inc: … }`; changes the document in place. */
export interface Update {
  apply(document: Document, details: MatchDetails, inserting: boolean): void;
}

interface Step extends Operator {
  path: string;
  parts: string[];
}

export interface UpdateContext extends FilterContext {
  now(): Date;
}

/**
 * Compiles update operators (https://www.mongodb.com/docs/manual/reference/operator/update/). Fields are changed in the
 * order of their names, as servers since 5.0 do. Throws 9, 14, 40, 52, 56 … with the server's texts.
 */
export function compileUpdate(update: Document, arrayFilters: readonly Value[], context: UpdateContext): Update {
  const filters = new ArrayFilters(arrayFilters, context);
  const steps: Step[] = [];
  for (const [name, fields] of Object.entries(update)) {
    if (!name.startsWith('$')) {
      throw failedToParse(`Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`);
    }
    if (!isDocument(fields)) {
      throw failedToParse(
        `Modifiers operate on fields but we found type ${typeName(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${shellText(fields)}}`,
      );
    }
    for (const [path, operand] of Object.entries(fields)) {
      checkPath(path);
      if (name === '$rename') steps.push(...rename(path, operand));
      else steps.push({ path, parts: splitPath(path), ...compileOperator(name, path, operand, context, () => context.now()) });
    }
  }
  checkConflicts(steps);
  filters.checkUsed(steps, update);
  steps.sort((a, b) => comparePaths(a.parts, b.parts));
  return {
    apply(document, details, inserting) {
      for (const step of steps) {
        if (step.onlyOnInsert && !inserting) continue;
        change(document, document, step, 0, '', details, filters);
      }
    },
  };
}

function checkPath(path: string): void {
  if (path === '') throw new MongoError(56, 'An empty update path is not valid.');
  if (splitPath(path).some((part) => part === ''))
    throw new MongoError(56, `The update path '${path}' contains an empty field name, which is not allowed.`);
  const dollar = splitPath(path).find((part) => part.startsWith('$') && part !== '$' && !part.startsWith('$['));
  if (dollar && !['$ref', '$id', '$db'].includes(dollar)) {
    throw new MongoError(
      52,
      `The dollar ($) prefixed field '${dollar}' in '${path}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  }
}

/** `$rename` is a removal and a setting of what was removed; the steps run before and after all others of their paths. */
function rename(from: string, to: Value): Step[] {
  if (typeof to !== 'string') throw badValue(`The 'to' field for $rename must be a string: ${from}: ${shellText(to)}`);
  if (from === to) throw badValue(`The source and target field for $rename must differ: ${from}: "${to}"`);
  checkPath(to);
  if (to.includes('$') || from.includes('$')) throw badValue(`The source field for $rename may not be dynamic: ${from}`);
  const parts = splitPath(from);
  const target: Step = {
    path: to,
    parts: splitPath(to),
    creates: true,
    apply: (_current, document) => {
      const value = takeAt(document, parts);
      return value === undefined ? KEEP : value;
    },
  };
  // The source takes part in conflict checks only; the target takes the value away itself.
  const source: Step = { path: from, parts, creates: false, apply: () => KEEP };
  return [source, target];
}

function takeAt(document: Document, parts: readonly string[]): Value {
  let holder: Value = document;
  for (const part of parts.slice(0, -1)) {
    if (Array.isArray(holder))
      throw badValue(
        `The source field cannot be an array element, '${parts.join('.')}' in doc with _id: ${shellText(document._id)} has an array field called '${part}'`,
      );
    if (!isDocument(holder) || !has(holder, part)) return undefined;
    holder = holder[part];
  }
  const last = parts[parts.length - 1];
  if (!isDocument(holder) || !has(holder, last)) return undefined;
  const value = holder[last];
  delete holder[last];
  return value;
}

function checkConflicts(steps: readonly Step[]): void {
  const seen = new Set<string>();
  const prefixes = new Set<string>();
  for (const { path, parts } of steps) {
    for (let i = 1; i <= parts.length; i++) {
      const prefix = parts.slice(0, i).join('.');
      if (seen.has(prefix)) throw new MongoError(40, `Updating the path '${path}' would create a conflict at '${prefix}'`);
    }
    if (prefixes.has(path)) throw new MongoError(40, `Updating the path '${path}' would create a conflict at '${path}'`);
    seen.add(path);
    for (let i = 1; i < parts.length; i++) prefixes.add(parts.slice(0, i).join('.'));
  }
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] === b[i]) continue;
    const x = asIndex(a[i]);
    const y = asIndex(b[i]);
    if (x !== undefined && y !== undefined) return x - y;
    return a[i] < b[i] ? -1 : 1;
  }
  return a.length - b.length;
}

function change(
  holder: Value,
  document: Document,
  step: Step,
  at: number,
  walked: string,
  details: MatchDetails,
  filters: ArrayFilters,
): void {
  const part = step.parts[at];
  if (part === '$') {
    if (details.arrayIndex === undefined) throw badValue('The positional operator did not find the match needed from the query.');
    changeField(holder, String(details.arrayIndex), document, step, at, walked, details, filters);
    return;
  }
  const filter = /^\$\[(.*)\]$/.exec(part);
  if (!filter) {
    changeField(holder, part, document, step, at, walked, details, filters);
    return;
  }
  if (!Array.isArray(holder)) {
    if (holder === undefined) throw badValue(`The path '${walked}' must exist in the document in order to apply array updates.`);
    throw badValue(`Cannot apply array updates to non-array element ${walked.split('.').pop()}: ${shellText(holder)}`);
  }
  for (let i = 0; i < holder.length; i++) {
    if (filter[1] === '' || filters.matches(filter[1], holder[i]))
      changeField(holder, String(i), document, step, at, walked, details, filters);
  }
}

function changeField(
  holder: Value,
  name: string,
  document: Document,
  step: Step,
  at: number,
  walked: string,
  details: MatchDetails,
  filters: ArrayFilters,
): void {
  const path = walked === '' ? name : `${walked}.${name}`;
  const array = Array.isArray(holder) ? (holder as Value[]) : undefined;
  const index = array ? asIndex(name) : undefined;
  if ((array && index === undefined) || (!array && !isDocument(holder))) {
    if (!step.creates) return;
    const shown = walked.split('.').pop() ?? '';
    throw new MongoError(28, `Cannot create field '${name}' in element {${shown}: ${shellText(holder)}}`);
  }
  const current = array ? array[index!] : has(holder as Document, name) ? (holder as Document)[name] : undefined;
  const isLast = at === step.parts.length - 1;
  if (!isLast) {
    if (current === undefined) {
      const next = step.parts[at + 1];
      if (next === '$[]' || next.startsWith('$['))
        throw badValue(`The path '${path}' must exist in the document in order to apply array updates.`);
      if (!step.creates) return;
      const made: Document = {};
      change(made, document, step, at + 1, path, details, filters);
      if (Object.keys(made).length > 0) assign(holder, name, index, made);
      return;
    }
    change(current, document, step, at + 1, path, details, filters);
    return;
  }
  const result: ReturnType<Apply> = step.apply(current, document, path);
  if (result === KEEP) return;
  if (result === REMOVE) {
    // An array keeps its length: the element becomes null.
    if (array) array[index!] = null;
    else delete (holder as Document)[name];
    return;
  }
  assign(holder, name, index, result);
}

const MAX_BACKFILL = 1_500_000;

function assign(holder: Value, name: string, index: number | undefined, value: Value): void {
  if (index === undefined) {
    put(holder as Document, name, value);
    return;
  }
  const array = holder as Value[];
  if (index - array.length > MAX_BACKFILL) throw new MongoError(31, 'cannot backfill more than 1500000 elements');
  while (array.length < index) array.push(null);
  array[index] = value;
}

/** The conditions of `$[identifier]`. */
class ArrayFilters {
  readonly #matchers = new Map<string, Matcher>();

  constructor(filters: readonly Value[], context: FilterContext) {
    for (const filter of filters) {
      if (!isDocument(filter)) throw typeMismatch('Each array filter must be an object');
      const names = new Set(topNames(filter));
      if (names.size === 0) throw failedToParse('Cannot use an expression without a top-level field name in arrayFilters');
      if (names.size > 1) {
        throw failedToParse(
          `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${[...names].slice(0, 2).join("' and '")}'`,
        );
      }
      const [name] = names;
      if (!/^[a-z][a-zA-Z0-9]*$/.test(name))
        throw badValue(
          `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
        );
      if (this.#matchers.has(name)) throw failedToParse(`Found multiple array filters with the same top-level field name ${name}`);
      this.#matchers.set(name, compileFilter(filter, context));
    }
  }

  matches(name: string, element: Value): boolean {
    return this.#matchers.get(name)!.matches({ [name]: element });
  }

  checkUsed(steps: readonly Step[], update: Document): void {
    const used = new Set<string>();
    for (const { path, parts } of steps) {
      for (const part of parts) {
        const name = /^\$\[(.+)\]$/.exec(part)?.[1];
        if (name === undefined) continue;
        if (!this.#matchers.has(name)) throw badValue(`No array filter found for identifier '${name}' in path '${path}'`);
        used.add(name);
      }
    }
    for (const name of this.#matchers.keys()) {
      if (!used.has(name)) throw failedToParse(`The array filter for identifier '${name}' was not used in the update ${shellText(update)}`);
    }
  }
}

function topNames(filter: Document): string[] {
  return Object.entries(filter).flatMap(([key, value]) =>
    ['$and', '$or', '$nor'].includes(key) && Array.isArray(value)
      ? value.flatMap((clause: unknown) => (isDocument(clause) ? topNames(clause) : []))
      : [key.split('.')[0]],
  );
}
