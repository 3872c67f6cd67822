// @ts-nocheck
import { BSON } from 'mongodb';

/**
 * A BSON value as this server holds it, so that writing it back gives the same type:
 * int32 is a number; int64 a bigint; a double is a number unless that would be written as an int32, then a `Double`;
 * everything else is the `bson` package's own class.
 */
export type Value = unknown;
export type Document = Record<string, Value>;

/** The place of each type in the order of values (https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/). */
export const Order = {
  minKey: 1,
  undefined: 2,
  null: 3,
  number: 4,
  string: 5,
  object: 6,
  array: 7,
  binary: 8,
  objectId: 9,
  boolean: 10,
  date: 11,
  timestamp: 12,
  regex: 13,
  dbPointer: 14,
  code: 15,
  codeWithScope: 16,
  maxKey: 17,
} as const;

const ORDER_OF_BSON_TYPE: Record<string, number> = {
  ObjectId: Order.objectId,
  Double: Order.number,
  Int32: Order.number,
  Long: Order.number,
  Decimal128: Order.number,
  Binary: Order.binary,
  Timestamp: Order.timestamp,
  BSONRegExp: Order.regex,
  BSONSymbol: Order.string,
  DBRef: Order.object,
  MinKey: Order.minKey,
  MaxKey: Order.maxKey,
};

export function orderOf(value: Value): number {
  switch (typeof value) {
    case 'string':
      return Order.string;
    case 'number':
    case 'bigint':
      return Order.number;
    case 'boolean':
      return Order.boolean;
    case 'undefined':
      return Order.undefined;
  }
  if (value === null) return Order.null;
  if (Array.isArray(value)) return Order.array;
  if (value instanceof Date) return Order.date;
  const type = bsonType(value);
  if (type === undefined) return value instanceof RegExp ? Order.regex : Order.object;
  if (type === 'Code') return (value as BSON.Code).scope ? Order.codeWithScope : Order.code;
  return ORDER_OF_BSON_TYPE[type] ?? Order.object;
}

/** The class of the `bson` package that a value has; a user's field of that name is a plain object's own and is not meant. */
export const bsonType = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && !Object.prototype.hasOwnProperty.call(value, '_bsontype')
    ? (value as { _bsontype?: string })._bsontype
    : undefined;

/** An embedded document (not an array, not a BSON class, not a date). */
export const isDocument = (value: Value): value is Document =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof RegExp) &&
  bsonType(value) === undefined;

export const isNumber = (value: Value): boolean => orderOf(value) === Order.number;

/** The nearest double of any numeric value; NaN for others. */
export function toDouble(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof BSON.Decimal128) return Number(value.toString());
  if (value instanceof BSON.Double || value instanceof BSON.Int32) return value.valueOf();
  if (value instanceof BSON.Long) return value.toNumber();
  return NaN;
}

/** An int64 argument of a command, when the value is a whole number in safe range. */
export function toInteger(value: Value): number | undefined {
  const number = toDouble(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** A double that keeps its type when it is written back. */
export const double = (value: number): number | BSON.Double =>
  Number.isInteger(value) && value >= -0x80000000 && value <= 0x7fffffff && !Object.is(value, -0) ? new BSON.Double(value) : value;

/** The type alias of `$type` and of error texts. */
export function typeName(value: Value): string {
  switch (orderOf(value)) {
    case Order.number:
      if (typeof value === 'bigint' || value instanceof BSON.Long) return 'long';
      if (value instanceof BSON.Decimal128) return 'decimal';
      if (value instanceof BSON.Int32) return 'int';
      if (typeof value === 'number' && Number.isInteger(value) && value >= -0x80000000 && value <= 0x7fffffff && !Object.is(value, -0))
        return 'int';
      return 'double';
    case Order.string:
      return typeof value === 'string' ? 'string' : 'symbol';
    default:
      return NAME_OF_ORDER[orderOf(value)];
  }
}

const NAME_OF_ORDER: Record<number, string> = {
  [Order.minKey]: 'minKey',
  [Order.undefined]: 'undefined',
  [Order.null]: 'null',
  [Order.object]: 'object',
  [Order.array]: 'array',
  [Order.binary]: 'binData',
  [Order.objectId]: 'objectId',
  [Order.boolean]: 'bool',
  [Order.date]: 'date',
  [Order.timestamp]: 'timestamp',
  [Order.regex]: 'regex',
  [Order.dbPointer]: 'dbPointer',
  [Order.code]: 'javascript',
  [Order.codeWithScope]: 'javascriptWithScope',
  [Order.maxKey]: 'maxKey',
};

/** A copy that shares no mutable part with the original. */
export function clone<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => clone(item)) as T;
  if (!isDocument(value)) return value;
  const copy: Document = {};
  for (const key of Object.keys(value)) put(copy, key, clone((value as Document)[key]));
  return copy as T;
}

/** Sets an own field whatever its name is (`__proto__` included). */
export function put(document: Document, key: string, value: Value): void {
  if (key === '__proto__') Object.defineProperty(document, key, { value, enumerable: true, configurable: true, writable: true });
  else document[key] = value;
}

export const has = (document: object, key: string): boolean => Object.prototype.hasOwnProperty.call(document, key);

/** A truthy flag of a command: servers take booleans and numbers alike. */
export const isTrue = (value: Value): boolean => value === true || (isNumber(value) && toDouble(value) !== 0);
