// @ts-nocheck
import { BSON } from 'mongodb';
import { compareValues, equalValues } from '../bson/compare';
import { KeyWriter } from '../bson/key';
import { badValue } from '../errors';
import { type Document, isDocument, isNumber, Order, orderOf, toDouble, typeName, type Value } from '../bson/value';
import type { LeafTest } from './path';
import { isRegex, regexOf, toRegExp } from './regex';

export type Operator = '$eq' | '$gt' | '$gte' | '$lt' | '$lte' | '$in' | '$regex' | '$exists' | '$elemMatch' | 'other';

/** One operator on one path. */
export interface LeafCondition {
  operator: Operator;
  operand: Value;
  test: LeafTest;
  /** Whether an array's elements are tested besides the array itself. */
  intoArray: boolean;
  /** The compiled expression of `$regex`. */
  regex?: RegExp;
}

/** Builds the test of an operator; throws BadValue (2) with the server's text for a wrong operand. */
export function conditionOf(operator: string, operand: Value, siblings: Document, named: string): LeafCondition {
  const other = (test: LeafTest, intoArray = true): LeafCondition => ({ operator: 'other', operand, test, intoArray });
  switch (operator) {
    case '$eq':
      if (isRegex(operand)) return other((value) => value !== undefined && equalValues(value, operand));
      return { operator, operand, test: equals(operand), intoArray: true };
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      if (isRegex(operand)) throw badValue(`Can't have RegEx as arg to predicate over field '${named}'.`);
      return { operator, operand, test: compares(operator, operand), intoArray: true };
    case '$in':
      return { operator, operand, test: within(operand, named), intoArray: true };
    case '$regex': {
      const regex = regexOperand(operand, siblings.$options);
      return { operator, operand, regex, test: (value) => matchesRegex(regex, value), intoArray: true };
    }
    case '$exists':
      return { operator, operand, test: (value) => value !== undefined, intoArray: false };
    case '$elemMatch':
      return { operator, operand, test: () => false, intoArray: false };
    case '$size': {
      const size = toDouble(operand);
      if (!isNumber(operand)) throw badValue(`Failed to parse $size. Expected a number in: $size: ${typeName(operand)}`);
      if (!Number.isInteger(size)) throw badValue('Failed to parse $size. Expected an integer');
      if (size < 0) throw badValue('Failed to parse $size. Expected a non-negative number');
      return other((value) => Array.isArray(value) && value.length === size, false);
    }
    case '$type':
      return other(typeTest(operand));
    case '$mod':
      return other(modTest(operand));
    case '$bitsAllSet':
    case '$bitsAnySet':
    case '$bitsAllClear':
    case '$bitsAnyClear':
      return other(bitsTest(operator, operand));
    default:
      throw badValue(`unknown operator: ${operator}`);
  }
}

function equals(operand: Value): LeafTest {
  if (operand === null || operand === undefined) return (value) => value === null || value === undefined;
  if (typeof operand === 'string' || typeof operand === 'boolean') return (value) => value === operand;
  return (value) => value !== undefined && equalValues(value, operand);
}

function compares(operator: '$gt' | '$gte' | '$lt' | '$lte', operand: Value): LeafTest {
  const order = orderOf(operand);
  const inclusive = operator.length === 4;
  if (order === Order.null || order === Order.undefined) return (value) => inclusive && (value === null || value === undefined);
  const anyType = order === Order.minKey || order === Order.maxKey;
  const isNaNOperand = order === Order.number && Number.isNaN(toDouble(operand));
  const upwards = operator.startsWith('$gt');
  return (value) => {
    if (value === undefined || (!anyType && orderOf(value) !== order)) return false;
    if (order === Order.number) {
      const isNaNValue = Number.isNaN(toDouble(value));
      if (isNaNValue || isNaNOperand) return inclusive && isNaNValue && isNaNOperand;
    }
    const by = compareValues(value, operand);
    return upwards ? by > 0 || (inclusive && by === 0) : by < 0 || (inclusive && by === 0);
  };
}

const writer = new KeyWriter();

function within(operand: Value, named: string): LeafTest {
  if (!Array.isArray(operand)) throw badValue(`${named} needs an array`);
  const regexes: RegExp[] = [];
  const keys = new Set<string>();
  for (const item of operand as Value[]) {
    if (isDocument(item) && Object.keys(item)[0]?.startsWith('$') && !('$ref' in item)) throw badValue(`cannot nest $ under ${named}`);
    if (isRegex(item)) regexes.push(regexOf(item));
    keys.add(
      writer
        .reset()
        .write(item ?? null)
        .takeString(),
    );
  }
  return (value) =>
    keys.has(
      writer
        .reset()
        .write(value ?? null)
        .takeString(),
    ) || regexes.some((regex) => matchesRegex(regex, value));
}

function regexOperand(operand: Value, options: Value): RegExp {
  if (options !== undefined && typeof options !== 'string') throw badValue('$options has to be a string');
  if (isRegex(operand)) return regexOf(operand, options as string | undefined);
  if (typeof operand !== 'string') throw badValue('$regex has to be a string');
  return toRegExp(operand, (options as string | undefined) ?? '');
}

function matchesRegex(regex: RegExp, value: Value): boolean {
  if (typeof value === 'string') return regex.test(value);
  if (value instanceof BSON.BSONSymbol) return regex.test(value.toString());
  return (
    value instanceof BSON.BSONRegExp &&
    value.pattern === regex.source &&
    [...value.options].sort().join('') === [...regex.flags].sort().join('')
  );
}

const TYPE_NUMBERS: Record<number, string> = {
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  5: 'binData',
  6: 'undefined',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  11: 'regex',
  12: 'dbPointer',
  13: 'javascript',
  14: 'symbol',
  15: 'javascriptWithScope',
  16: 'int',
  17: 'timestamp',
  18: 'long',
  19: 'decimal',
  [-1]: 'minKey',
  255: 'minKey',
  127: 'maxKey',
};
const TYPE_NAMES = new Set([...Object.values(TYPE_NUMBERS), 'number']);
const NUMERIC = new Set(['int', 'long', 'double', 'decimal']);

function typeTest(operand: Value): LeafTest {
  const wanted = new Set<string>();
  for (const item of Array.isArray(operand) ? (operand as Value[]) : [operand]) {
    const name = typeof item === 'string' ? item : TYPE_NUMBERS[toDouble(item)];
    if (name === undefined) throw badValue(`Invalid numerical type code: ${String(toDouble(item))}`);
    if (!TYPE_NAMES.has(name)) throw badValue(`Unknown type name alias: ${name}`);
    if (name === 'number') for (const numeric of NUMERIC) wanted.add(numeric);
    else wanted.add(name);
  }
  return (value) => value !== undefined && wanted.has(typeName(value));
}

function modTest(operand: Value): LeafTest {
  if (!Array.isArray(operand)) throw badValue('malformed mod, needs to be an array');
  if (operand.length < 2) throw badValue('malformed mod, not enough elements');
  if (operand.length > 2) throw badValue('malformed mod, too many elements');
  const [divisor, remainder] = operand.map((item: unknown) => Math.trunc(toDouble(item)));
  if (!Number.isFinite(divisor)) throw badValue('malformed mod, divisor not a number');
  if (!Number.isFinite(remainder)) throw badValue('malformed mod, remainder not a number');
  if (divisor === 0) throw badValue('divisor cannot be 0');
  return (value) => {
    if (!isNumber(value)) return false;
    const number = toDouble(value);
    return Number.isFinite(number) && Math.trunc(number) % divisor === remainder;
  };
}

function bitsTest(operator: string, operand: Value): LeafTest {
  const mask = bitMask(operator, operand);
  return (value) => {
    const bits = bitsOf(value);
    if (bits === undefined) return false;
    const set = bits & mask;
    if (operator === '$bitsAllSet') return set === mask;
    if (operator === '$bitsAnySet') return set !== 0n;
    return operator === '$bitsAllClear' ? set === 0n : set !== mask;
  };
}

function bitMask(operator: string, operand: Value): bigint {
  if (Array.isArray(operand)) {
    return operand.reduce((mask: bigint, position: unknown) => {
      const at = toDouble(position);
      if (!Number.isInteger(at) || at < 0) throw badValue(`${operator} positions must be non-negative integers`);
      return mask | (1n << BigInt(Math.min(at, 4096)));
    }, 0n);
  }
  const bits = bitsOf(operand);
  if (bits === undefined || (isNumber(operand) && toDouble(operand) < 0))
    throw badValue(`${operator} takes an Array, a number, or a BinData but received: ${typeName(operand)}`);
  return bits;
}

function bitsOf(value: Value): bigint | undefined {
  if (value instanceof BSON.Binary)
    return value.buffer.subarray(0, value.position).reduceRight((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
  if (typeof value === 'bigint') return value;
  if (!isNumber(value)) return undefined;
  const number = toDouble(value);
  return Number.isSafeInteger(number) ? BigInt(number) : undefined;
}
