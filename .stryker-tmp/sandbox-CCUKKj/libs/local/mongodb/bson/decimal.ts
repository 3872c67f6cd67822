// @ts-nocheck
import type { BSON } from 'mongodb';

/** Where a decimal lies: the double at or below it, and which 2^-64 part of the way to the next double (none if exact). */
export interface DecimalParts {
  floor: number;
  rest: bigint | undefined;
}

/** A decimal's exact value as `digits × 10^exponent`, or undefined for NaN and the infinities. */
export function exactDecimal(text: string): { digits: bigint; exponent: number } | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole, fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction || '0');
  return { digits: sign === '-' ? -digits : digits, exponent: Number(exponent) - fraction.length };
}

export function decimalParts(value: BSON.Decimal128): DecimalParts {
  const text = value.toString();
  const exact = exactDecimal(text);
  if (!exact) return { floor: /nan/i.test(text) ? NaN : text.startsWith('-') ? -Infinity : Infinity, rest: undefined };
  if (exact.digits === 0n) return { floor: 0, rest: undefined };
  const nearest = Number(text);
  if (nearest === Infinity) return { floor: Number.MAX_VALUE, rest: MAX_REST };
  if (nearest === -Infinity) return { floor: -Number.MAX_VALUE, rest: 0n };
  const floor = compareExact(exact, nearest) < 0 ? previousDouble(nearest) : nearest;
  const lower = asFraction(floor);
  const upper = asFraction(nextDouble(floor));
  const own = asRatio(exact);
  // (own - lower) / (upper - lower), in units of 2^-64.
  const above = own.top * lower.bottom - lower.top * own.bottom;
  if (above === 0n) return { floor, rest: undefined };
  const gap = upper.top * lower.bottom - lower.top * upper.bottom;
  return { floor, rest: ((above << 64n) * upper.bottom) / (own.bottom * gap) };
}

const MAX_REST = 0xffffffffffffffffn;

type Ratio = { top: bigint; bottom: bigint };

function compareExact(exact: { digits: bigint; exponent: number }, double: number): number {
  const own = asRatio(exact);
  const other = asFraction(double);
  const difference = own.top * other.bottom - other.top * own.bottom;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const asRatio = ({ digits, exponent }: { digits: bigint; exponent: number }): Ratio =>
  exponent >= 0 ? { top: digits * 10n ** BigInt(exponent), bottom: 1n } : { top: digits, bottom: 10n ** BigInt(-exponent) };

const cell = new DataView(new ArrayBuffer(8));

/** A double's exact value as a fraction. */
function asFraction(value: number): Ratio {
  if (value === Infinity) return { top: 1n << 1024n, bottom: 1n };
  cell.setFloat64(0, value);
  const bits = cell.getBigUint64(0);
  const raised = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & 0xfffffffffffffn) | (raised === 0 ? 0n : 1n << 52n);
  const exponent = (raised === 0 ? 1 : raised) - 1075;
  const signed = bits >> 63n ? -mantissa : mantissa;
  return exponent >= 0 ? { top: signed << BigInt(exponent), bottom: 1n } : { top: signed, bottom: 1n << BigInt(-exponent) };
}

/** The next double downwards. */
export function previousDouble(value: number): number {
  cell.setFloat64(0, value);
  const bits = cell.getBigInt64(0);
  cell.setBigInt64(0, value > 0 ? bits - 1n : bits + 1n);
  return value === 0 ? -Number.MIN_VALUE : cell.getFloat64(0);
}

/** The next double upwards. */
export function nextDouble(value: number): number {
  return -previousDouble(-value);
}
