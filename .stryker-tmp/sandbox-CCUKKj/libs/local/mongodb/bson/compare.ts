// @ts-nocheck
import { BSON } from 'mongodb';
import { encodeKey } from './key';
import { type Document, isDocument, Order, orderOf, type Value } from './value';

/**
 * The order of any two BSON values
 * (https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/): by type, then by value; numbers of all
 * types by their mathematical value, NaN first; embedded documents field by field in their order (type, name, value).
 */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return compareDoubles(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  const order = orderOf(a);
  const other = orderOf(b);
  if (order !== other) return order - other;
  switch (order) {
    case Order.number:
      return compareNumbers(a, b);
    case Order.boolean:
      return Number(a) - Number(b);
    case Order.date:
      return (a as Date).getTime() - (b as Date).getTime();
    case Order.object:
      return compareDocuments(a as Document, b as Document);
    case Order.array:
      return compareArrays(a as Value[], b as Value[]);
    case Order.undefined:
    case Order.null:
    case Order.minKey:
    case Order.maxKey:
      return 0;
    default:
      return Buffer.compare(encodeKey(a), encodeKey(b));
  }
}

export const equalValues = (a: Value, b: Value): boolean => a === b || compareValues(a, b) === 0;

const compareDoubles = (a: number, b: number): number =>
  a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : 1;

function compareNumbers(a: Value, b: Value): number {
  const x = plain(a);
  const y = plain(b);
  if (x === undefined || y === undefined) return Buffer.compare(encodeKey(a), encodeKey(b));
  // JavaScript compares bigint with number by mathematical value.
  return x < y ? -1 : x > y ? 1 : Number.isNaN(x) ? (Number.isNaN(y) ? 0 : -1) : Number.isNaN(y) ? 1 : 0;
}

const plain = (value: Value): number | bigint | undefined =>
  typeof value === 'number' || typeof value === 'bigint'
    ? value
    : value instanceof BSON.Decimal128
      ? undefined
      : value instanceof BSON.Long
        ? value.toBigInt()
        : (value as BSON.Double | BSON.Int32).valueOf();

/** Strings compare by their UTF-8 bytes; JavaScript's own order differs only where surrogates meet U+E000 and above. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    if (x >= 0xd800 && y >= 0xd800) {
      // Surrogates stand for code points above every other one.
      x = x >= 0xe000 ? x - 0x800 : x + 0x2000;
      y = y >= 0xe000 ? y - 0x800 : y + 0x2000;
    }
    return x - y;
  }
  return a.length - b.length;
}

function compareDocuments(a: Document, b: Document): number {
  const keys = fieldsOf(a);
  const others = fieldsOf(b);
  const length = Math.min(keys.length, others.length);
  for (let i = 0; i < length; i++) {
    const [name, value] = keys[i];
    const [otherName, other] = others[i];
    const byType = orderOf(value) - orderOf(other);
    if (byType !== 0) return byType;
    const byName = compareStrings(name, otherName);
    if (byName !== 0) return byName;
    const byValue = compareValues(value, other);
    if (byValue !== 0) return byValue;
  }
  return keys.length - others.length;
}

const fieldsOf = (value: Document): Array<[string, Value]> =>
  isDocument(value) ? Object.entries(value) : Object.entries((value as unknown as BSON.DBRef).toJSON() as unknown as Document);

function compareArrays(a: readonly Value[], b: readonly Value[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const by = compareValues(a[i], b[i]);
    if (by !== 0) return by;
  }
  return a.length - b.length;
}
