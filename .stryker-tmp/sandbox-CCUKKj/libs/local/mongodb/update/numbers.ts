// @ts-nocheck
import { BSON } from 'mongodb';
import { exactDecimal } from '../bson/decimal';
import { double, isNumber, toDouble, typeName, type Value } from '../bson/value';

/**
 * Sum or product with the server's types: int32 widens to int64, which may overflow (undefined then); a double on either
 * side makes a double, a decimal a decimal.
 */
export function arithmetic(operation: 'add' | 'multiply', a: Value, b: Value): Value {
  if (!isNumber(a) || !isNumber(b)) return undefined;
  if (a instanceof BSON.Decimal128 || b instanceof BSON.Decimal128) return ofDecimals(operation, a, b);
  const types = [typeName(a), typeName(b)];
  if (types.includes('double')) return double(operation === 'add' ? toDouble(a) + toDouble(b) : toDouble(a) * toDouble(b));
  const result = operation === 'add' ? whole(a) + whole(b) : whole(a) * whole(b);
  if (BigInt.asIntN(64, result) !== result) return undefined;
  if (types.includes('long') || BigInt.asIntN(32, result) !== result) return result;
  return Number(result);
}

const whole = (value: Value): bigint => (typeof value === 'bigint' ? value : BigInt(toDouble(value)));

function ofDecimals(operation: 'add' | 'multiply', a: Value, b: Value): Value {
  const x = exactDecimal(textOf(a));
  const y = exactDecimal(textOf(b));
  if (!x || !y) return BSON.Decimal128.fromString(String(operation === 'add' ? toDouble(a) + toDouble(b) : toDouble(a) * toDouble(b)));
  if (operation === 'multiply') return decimal(x.digits * y.digits, x.exponent + y.exponent);
  const exponent = Math.min(x.exponent, y.exponent);
  if (Math.max(x.exponent, y.exponent) - exponent > 6200) return BSON.Decimal128.fromString(String(toDouble(a) + toDouble(b)));
  return decimal(x.digits * 10n ** BigInt(x.exponent - exponent) + y.digits * 10n ** BigInt(y.exponent - exponent), exponent);
}

const textOf = (value: Value): string =>
  value instanceof BSON.Decimal128
    ? value.toString()
    : typeof value === 'bigint'
      ? String(value)
      : Number.isInteger(toDouble(value))
        ? String(toDouble(value))
        : toDouble(value).toPrecision(15);

const decimal = (digits: bigint, exponent: number): BSON.Decimal128 => BSON.Decimal128.fromStringWithRounding(`${digits}E${exponent}`);

/** Bitwise and, or, xor of int32 and int64; undefined for other types. */
export function bitwise(operation: string, a: Value, b: Value): Value {
  const x = whole(a);
  const y = whole(b);
  const result = operation === 'and' ? x & y : operation === 'or' ? x | y : x ^ y;
  return typeof a === 'bigint' || typeof b === 'bigint' ? BigInt.asIntN(64, result) : Number(BigInt.asIntN(32, result));
}

export const isWhole = (value: Value): boolean => typeName(value) === 'int' || typeName(value) === 'long';
