// @ts-nocheck
import { BSON } from 'mongodb';
import { compareValues } from '../bson/compare';
import { type Document, double, isDocument, isNumber, toDouble, typeName, type Value } from '../bson/value';
import { MongoError } from '../errors';
import type { Evaluate } from '../query/projection';
import { arithmetic } from '../update/numbers';

interface Compiler {
  evaluate(expression: Value): Evaluate;
}

type Own = (argument: Value, compiler: Compiler) => Evaluate;

/**
 * Operators whose answer depends on BSON types in a way that plain JavaScript values lose: comparisons (mingo's equality
 * looks into arrays and takes missing for null), truth, and sums of int64 and decimals.
 */
export function ownOperator(name: string, argument: Value, compiler: Compiler): Evaluate | undefined {
  return OPERATORS[name]?.(argument, compiler);
}

const OPERATORS: Record<string, Own | undefined> = {
  $eq: comparison('$eq', (by) => by === 0),
  $ne: comparison('$ne', (by) => by !== 0),
  $gt: comparison('$gt', (by) => by > 0),
  $gte: comparison('$gte', (by) => by >= 0),
  $lt: comparison('$lt', (by) => by < 0),
  $lte: comparison('$lte', (by) => by <= 0),
  $cmp: comparison('$cmp', (by) => Math.sign(by)),
  $and: (argument, compiler) => {
    const parts = list(argument).map((part) => compiler.evaluate(part));
    return (document) => parts.every((part) => isTruthy(part(document)));
  },
  $or: (argument, compiler) => {
    const parts = list(argument).map((part) => compiler.evaluate(part));
    return (document) => parts.some((part) => isTruthy(part(document)));
  },
  $not: (argument, compiler) => {
    const [part] = exactly('$not', 1, argument).map((item) => compiler.evaluate(item));
    return (document) => !isTruthy(part(document));
  },
  $cond: (argument, compiler) => {
    const branches = isDocument(argument) ? conditionParts(argument) : exactly('$cond', 3, argument);
    const [test, then, otherwise] = branches.map((branch) => compiler.evaluate(branch));
    return (document) => (isTruthy(test(document)) ? then(document) : otherwise(document));
  },
  $ifNull: (argument, compiler) => {
    const parts = list(argument).map((part) => compiler.evaluate(part));
    if (parts.length < 2) throw new MongoError(1257300, `$ifNull needs at least two arguments, had: ${parts.length}`);
    return (document) => {
      for (const part of parts.slice(0, -1)) {
        const value = part(document);
        if (value !== undefined && value !== null) return value;
      }
      return parts[parts.length - 1](document);
    };
  },
  $in: (argument, compiler) => {
    const [needle, hay] = exactly('$in', 2, argument).map((item) => compiler.evaluate(item));
    return (document) => {
      const values = hay(document);
      if (!Array.isArray(values))
        throw new MongoError(
          40081,
          `$in requires an array as a second argument, found: ${values === undefined ? 'missing' : typeName(values)}`,
        );
      const value = needle(document);
      return values.some((item: unknown) => compareValues(item, value) === 0);
    };
  },
  $add: (argument, compiler) => {
    const parts = list(argument).map((part) => compiler.evaluate(part));
    return (document) => sum(parts.map((part) => part(document)));
  },
  $multiply: (argument, compiler) => {
    const parts = list(argument).map((part) => compiler.evaluate(part));
    return (document) => {
      let product: Value = 1;
      for (const part of parts) {
        const value = part(document);
        if (value === undefined || value === null) return null;
        if (!isNumber(value)) throw new MongoError(14, `$multiply only supports numeric types, not ${typeName(value)}`);
        product = arithmetic('multiply', product, value) ?? double(toDouble(product) * toDouble(value));
      }
      return product;
    };
  },
  $subtract: (argument, compiler) => {
    const [from, what] = exactly('$subtract', 2, argument).map((item) => compiler.evaluate(item));
    return (document) => difference(from(document), what(document));
  },
};

function comparison(name: string, answer: (by: number) => Value): Own {
  return (argument, compiler) => {
    const [left, right] = exactly(name, 2, argument).map((item) => compiler.evaluate(item));
    return (document) => answer(compareValues(left(document), right(document)));
  };
}

const list = (argument: Value): Value[] => (Array.isArray(argument) ? (argument as Value[]) : [argument]);

function exactly(name: string, count: number, argument: Value): Value[] {
  const items = list(argument);
  if (items.length !== count)
    throw new MongoError(16020, `Expression ${name} takes exactly ${count} arguments. ${items.length} were passed in.`);
  return items;
}

function conditionParts(argument: Document): Value[] {
  for (const [key, code] of [
    ['if', 17080],
    ['then', 17080],
    ['else', 17082],
  ] as const) {
    if (!(key in argument)) throw new MongoError(code, `Missing '${key}' parameter to $cond`);
  }
  return [argument.if, argument.then, argument.else];
}

function sum(values: readonly Value[]): Value {
  let total: Value = 0;
  let date = false;
  for (const value of values) {
    if (value === undefined || value === null) return null;
    if (value instanceof Date) {
      if (date) throw new MongoError(16612, 'only one date allowed in an $add expression');
      date = true;
      total = arithmetic('add', total, BigInt(value.getTime()));
    } else if (isNumber(value)) total = arithmetic('add', total, value) ?? double(toDouble(total) + toDouble(value));
    else throw new MongoError(14, `$add only supports numeric or date types, not ${typeName(value)}`);
  }
  return date ? new Date(toDouble(total)) : total;
}

function difference(from: Value, what: Value): Value {
  if (from === undefined || from === null || what === undefined || what === null) return null;
  if (from instanceof Date) {
    if (what instanceof Date) return BigInt(from.getTime() - what.getTime());
    if (isNumber(what)) return new Date(from.getTime() - toDouble(what));
  }
  if (!isNumber(from) || !isNumber(what)) throw new MongoError(14, `can't $subtract ${typeName(what)} from ${typeName(from)}`);
  return arithmetic('add', from, arithmetic('multiply', what, -1)) ?? double(toDouble(from) - toDouble(what));
}

/** Truth as the server sees it: all but false, null, missing and zero. */
export function isTruthy(value: Value): boolean {
  if (value === undefined || value === null || value === false) return false;
  return typeof value === 'object' && !(value instanceof BSON.Double) && !(value instanceof BSON.Decimal128)
    ? true
    : !isNumber(value) || toDouble(value) !== 0;
}
