// @ts-nocheck
import { type Document, has, isDocument, type Value } from '../bson/value';

/** Looks at one value that a path leads to; `undefined` stands for a missing field. */
export type LeafTest = (value: Value) => boolean;

/** Where in the first array on the way the match was found: what a positional `$` of an update means. */
export interface MatchDetails {
  arrayIndex?: number;
}

export const splitPath = (path: string): string[] => path.split('.');

const INDEX = /^(0|[1-9]\d*)$/;

export const asIndex = (part: string): number | undefined => (INDEX.test(part) ? Number(part) : undefined);

/**
 * True when any value that the path leads to passes the test. Arrays on the way are entered element by element (only
 * one level), or by a numeric part; an array at the end is tested itself and, with `intoArray`, each of its elements
 * (https://www.mongodb.com/docs/manual/tutorial/query-arrays/).
 */
export function anyValue(
  document: Document,
  parts: readonly string[],
  test: LeafTest,
  intoArray: boolean,
  details?: MatchDetails,
): boolean {
  return step(document, parts, 0, test, intoArray, details);
}

function step(value: Value, parts: readonly string[], at: number, test: LeafTest, intoArray: boolean, details?: MatchDetails): boolean {
  if (at === parts.length) return leaf(value, test, intoArray, details);
  if (Array.isArray(value)) return intoElements(value, parts, at, test, intoArray, details);
  if (!isDocument(value)) return test(undefined);
  const part = parts[at];
  const next = has(value, part) ? value[part] : undefined;
  return next === undefined ? test(undefined) : step(next, parts, at + 1, test, intoArray, details);
}

function intoElements(
  array: readonly Value[],
  parts: readonly string[],
  at: number,
  test: LeafTest,
  intoArray: boolean,
  details?: MatchDetails,
): boolean {
  const index = asIndex(parts[at]);
  if (index !== undefined && index < array.length && step(array[index], parts, at + 1, test, intoArray)) {
    if (details) details.arrayIndex = index;
    return true;
  }
  for (let i = 0; i < array.length; i++) {
    if (isDocument(array[i]) && step(array[i], parts, at, test, intoArray)) {
      if (details) details.arrayIndex = i;
      return true;
    }
  }
  return false;
}

function leaf(value: Value, test: LeafTest, intoArray: boolean, details?: MatchDetails): boolean {
  if (intoArray && Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (test(value[i] ?? null)) {
        if (details) details.arrayIndex = i;
        return true;
      }
    }
  }
  return test(value);
}

/** The value at a path of field names (no arrays entered except by index), or undefined. */
export function valueAt(document: Value, parts: readonly string[]): Value {
  let value = document;
  for (const part of parts) {
    if (Array.isArray(value)) {
      const index = asIndex(part);
      value = index === undefined ? undefined : value[index];
    } else if (isDocument(value) && has(value, part)) value = value[part];
    else return undefined;
  }
  return value;
}

/**
 * All values that a path gives for sorting and indexing: elements of an array one by one, an empty array as
 * `undefined`, a missing field as null. `multikey` tells whether an array was met.
 */
export function pathValues(document: Value, parts: readonly string[]): { values: Value[]; multikey: boolean } {
  const values: Value[] = [];
  const multikey = collect(document, parts, 0, values);
  return { values, multikey };
}

function collect(value: Value, parts: readonly string[], at: number, into: Value[]): boolean {
  if (at === parts.length) {
    if (!Array.isArray(value)) {
      into.push(value ?? null);
      return false;
    }
    if (value.length === 0) into.push(undefined);
    for (const item of value) into.push(item ?? null);
    return true;
  }
  if (Array.isArray(value)) {
    const index = asIndex(parts[at]);
    if (index !== undefined && index < value.length && !isDocument(value[index])) {
      collect(value[index], parts, at + 1, into);
      return true;
    }
    if (value.length === 0) into.push(null);
    for (const item of value) {
      if (isDocument(item)) collect(item, parts, at, into);
      else into.push(null);
    }
    return true;
  }
  if (isDocument(value) && has(value, parts[at])) return collect(value[parts[at]], parts, at + 1, into);
  into.push(null);
  return false;
}
