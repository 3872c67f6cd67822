// @ts-nocheck
import { BSON } from 'mongodb';
import { encodeKey, TYPE_STEP } from '../bson/key';
import { isDocument, isNumber, Order, orderOf, toDouble, type Value } from '../bson/value';
import type { Node } from './filter';
import { isRegex, literalPrefix } from './regex';

/** Keys `low ≤ key < high`, as bytes of one field's ascending encoding. */
export interface Interval {
  low: Buffer;
  high: Buffer;
  /** Keys of one value only. */
  point: boolean;
}

export interface Bounds {
  /** Disjoint and ascending. */
  intervals: Interval[];
  /** The intervals hold exactly what the condition matches (on an index without arrays). */
  exact: boolean;
}

export type Condition = Extract<Node, { kind: 'condition' }>;

export const ALL: Interval = { low: Buffer.alloc(0), high: Buffer.from([0xff]), point: false };

/** The keys that a condition's matches can have in an index on its path; undefined when it does not narrow them. */
export function boundsOf({ operator, operand, regex }: Condition): Bounds | undefined {
  switch (operator) {
    case '$eq':
      return equalTo([operand]);
    case '$in':
      return equalTo(operand as Value[]);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return comparedTo(operator, operand);
    case '$regex':
      return startingWith(regex!);
    default:
      return undefined;
  }
}

function equalTo(values: readonly Value[]): Bounds | undefined {
  const intervals: Interval[] = [];
  let exact = true;
  for (const value of values) {
    if (isRegex(value)) return undefined;
    if (Array.isArray(value)) {
      // Elements are what is indexed; the whole array only where it is an element itself.
      intervals.push(pointOf(value.length > 0 ? value[0] : undefined), pointOf(value));
      if (value.length > 0 && value[0] === undefined) intervals.push(pointOf(null));
      exact = false;
    } else if (value === null || value === undefined) {
      intervals.push(pointOf(null));
      exact = false;
    } else intervals.push(pointOf(value));
  }
  return { intervals: merged(intervals), exact };
}

function comparedTo(operator: '$gt' | '$gte' | '$lt' | '$lte', operand: Value): Bounds | undefined {
  const order = orderOf(operand);
  if (order === Order.null || order === Order.undefined)
    return operator.length === 4 ? { intervals: [pointOf(null)], exact: false } : { intervals: [], exact: true };
  if (order === Order.minKey || order === Order.maxKey || Array.isArray(operand)) return undefined;
  const isNaNOperand = isNumber(operand) && Number.isNaN(toDouble(operand));
  if (isNaNOperand) return { intervals: [typeInterval(order)], exact: false };
  const { low, high } = typeInterval(order);
  const key = encodeKey(operand);
  const lowest = order === Order.number ? AFTER_NAN : low;
  const interval: Interval =
    operator === '$gt'
      ? { low: successor(key), high, point: false }
      : operator === '$gte'
        ? { low: key, high, point: false }
        : operator === '$lt'
          ? { low: lowest, high: key, point: false }
          : { low: lowest, high: successor(key), point: false };
  return { intervals: Buffer.compare(interval.low, interval.high) < 0 ? [interval] : [], exact: true };
}

function startingWith(regex: RegExp): Bounds | undefined {
  const prefix = literalPrefix(regex);
  if (prefix === undefined || prefix.includes('\0')) return undefined;
  const key = encodeKey(prefix);
  const low = key.subarray(0, key.length - 2); // without the end mark
  const intervals: Interval[] = [{ low, high: successor(low), point: false }, pointOf(new BSON.BSONRegExp(regex.source, regex.flags))];
  return { intervals: merged(intervals), exact: false };
}

const typeInterval = (order: number): Interval => ({
  low: Buffer.from([order * TYPE_STEP]),
  high: Buffer.from([order * TYPE_STEP + 1]),
  point: false,
});

export function pointOf(value: Value): Interval {
  const low = encodeKey(value);
  return { low, high: successor(low), point: true };
}

/** The least bytes above all that begin with these. */
export function successor(bytes: Uint8Array): Buffer {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0xff) length--;
  if (length === 0) return Buffer.from([0xff, 0xff, 0xff, 0xff]);
  const next = Buffer.from(bytes.subarray(0, length));
  next[length - 1]++;
  return next;
}

const AFTER_NAN = successor(encodeKey(NaN));

/** The interval in a descending field, whose bytes are inverted. */
export const inverted = ({ low, high, point }: Interval): Interval => ({
  low: successorOfInverse(high),
  high: successorOfInverse(low),
  point,
});

function successorOfInverse(bytes: Buffer): Buffer {
  if (bytes.length === 0) return Buffer.from([0xff]);
  return successor(Buffer.from(bytes.map((byte) => ~byte)));
}

/** Sorted, without overlaps. */
export function merged(intervals: Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => Buffer.compare(a.low, b.low));
  const result: Interval[] = [];
  for (const interval of sorted) {
    const last = result[result.length - 1];
    if (!last || Buffer.compare(interval.low, last.high) >= 0) result.push(interval);
    else if (Buffer.compare(interval.high, last.high) > 0) result[result.length - 1] = { low: last.low, high: interval.high, point: false };
  }
  return result;
}

/** What lies in both lists. */
export function intersected(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const x of a) {
    for (const y of b) {
      const low = Buffer.compare(x.low, y.low) >= 0 ? x.low : y.low;
      const high = Buffer.compare(x.high, y.high) <= 0 ? x.high : y.high;
      if (Buffer.compare(low, high) < 0) result.push({ low, high, point: x.point || y.point });
    }
  }
  return result;
}

/** Whether every match of `query` is a match of `required`, a condition of a partial index on the same path. */
export function implies(query: Condition, required: Condition): boolean {
  if (query.path !== required.path) return false;
  const values = query.operator === '$eq' ? [query.operand] : query.operator === '$in' ? (query.operand as Value[]) : undefined;
  if (values)
    return values.every(
      (value) =>
        value !== null && value !== undefined && !isRegex(value) && !isDocument(value) && !Array.isArray(value) && required.test(value),
    );
  if (required.operator === '$exists') return query.operator !== 'other' && boundsOf(query) !== undefined && query.operand !== null;
  if (query.operator === required.operator && encodeKey(query.operand).equals(encodeKey(required.operand))) return true;
  const up = (operator: string) => operator === '$gt' || operator === '$gte';
  const down = (operator: string) => operator === '$lt' || operator === '$lte';
  if ((up(query.operator) && up(required.operator)) || (down(query.operator) && down(required.operator)))
    return query.operand !== null && required.test(query.operand);
  return false;
}
