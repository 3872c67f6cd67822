// @ts-nocheck
import { BSON } from 'mongodb';
import { compareValues, equalValues } from '../bson/compare';
import { badValue, failedToParse, MongoError, typeMismatch } from '../errors';
import { clone, type Document, has, isDocument, isNumber, toDouble, toInteger, typeName, type Value } from '../bson/value';
import { compileFilter, type FilterContext, isOperators } from '../query/filter';
import { sortKey } from '../query/execute';
import { parseSort } from '../query/planner';
import { isRegex } from '../query/regex';
import { shellText } from '../storage/shell-text';
import { arithmetic, bitwise, isWhole } from './numbers';

/** What an operator does at the place that its path names: gives the new value, or `KEEP` / `REMOVE`. */
export type Apply = (current: Value, document: Document, path: string) => Value | typeof KEEP | typeof REMOVE;

export const KEEP = Symbol('keep');
export const REMOVE = Symbol('remove');

export interface Operator {
  apply: Apply;
  /** Whether missing documents on the way are made. */
  creates: boolean;
  onlyOnInsert?: boolean;
}

const idOf = (document: Document) => `{_id: ${shellText(document._id)}}`;
const creating = (apply: Apply): Operator => ({ apply, creates: true });

/** Compiles one operator for one path. Throws with the server's codes and texts for wrong operands. */
export function compileOperator(name: string, path: string, operand: Value, context: FilterContext, now: () => Date): Operator {
  switch (name) {
    case '$set':
      return creating(() => clone(operand));
    case '$setOnInsert':
      return { ...creating(() => clone(operand)), onlyOnInsert: true };
    case '$unset':
      return { apply: (current) => (current === undefined ? KEEP : REMOVE), creates: false };
    case '$inc':
    case '$mul':
      return creating(numeric(name, path, operand));
    case '$min':
      return creating((current) => (current === undefined || compareValues(operand, current) < 0 ? clone(operand) : KEEP));
    case '$max':
      return creating((current) => (current === undefined || compareValues(operand, current) > 0 ? clone(operand) : KEEP));
    case '$currentDate':
      return creating(currentDate(operand, now));
    case '$push':
      return creating(push(operand));
    case '$addToSet':
      return creating(addToSet(operand));
    case '$pop':
      return { apply: pop(operand), creates: false };
    case '$pull':
      return { apply: pull(operand, context), creates: false };
    case '$pullAll':
      return { apply: pullAll(operand), creates: false };
    case '$bit':
      return creating(bit(operand));
    default:
      throw failedToParse(`Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`);
  }
}

function numeric(name: '$inc' | '$mul', path: string, operand: Value): Apply {
  const verb = name === '$inc' ? 'increment' : 'multiply';
  if (!isNumber(operand)) throw typeMismatch(`Cannot ${verb} with non-numeric argument: {${path}: ${shellText(operand)}}`);
  return (current, document) => {
    if (current === undefined) return name === '$inc' ? operand : arithmetic('multiply', operand, 0);
    if (!isNumber(current)) {
      throw typeMismatch(
        `Cannot apply ${name} to a value of non-numeric type. ${idOf(document)} has the field '${path.split('.').pop()}' of non-numeric type ${typeName(current)}`,
      );
    }
    const result = arithmetic(name === '$inc' ? 'add' : 'multiply', current, operand);
    if (result === undefined)
      throw badValue(
        `Failed to apply ${name} operations to current value ((NumberLong)${shellText(current)}) for document ${idOf(document)}`,
      );
    return result;
  };
}

function currentDate(operand: Value, now: () => Date): Apply {
  const type = isDocument(operand) ? operand.$type : 'date';
  if (typeof operand !== 'boolean' && !isDocument(operand))
    throw badValue(
      `${typeName(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  if (type !== 'date' && type !== 'timestamp')
    throw badValue("The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}");
  return () => (type === 'date' ? now() : new BSON.Timestamp({ t: Math.floor(now().getTime() / 1000), i: 1 }));
}

function push(operand: Value): Apply {
  const each = isDocument(operand) && has(operand, '$each') ? operand : undefined;
  if (isDocument(operand) && !each) {
    const stray = Object.keys(operand).find((key) => key.startsWith('$'));
    if (stray)
      throw new MongoError(
        52,
        `The dollar ($) prefixed field '${stray}' in '${stray}' is not allowed in the context of an update's replacement document.`,
      );
  }
  if (each && !Array.isArray(each.$each))
    throw badValue(`The argument to $each in $push must be an array but it was of type: ${typeName(each.$each)}`);
  const unknown = each && Object.keys(each).find((key) => !['$each', '$position', '$slice', '$sort'].includes(key));
  if (unknown) throw badValue(`Unrecognized clause in $push: ${unknown}`);
  const items = (each ? each.$each : [operand]) as Value[];
  const position = each && has(each, '$position') ? wholeClause(each.$position, '$position') : undefined;
  const slice = each && has(each, '$slice') ? wholeClause(each.$slice, '$slice') : undefined;
  const order = each && has(each, '$sort') ? pushOrder(each.$sort) : undefined;
  return (current, document, path) => {
    if (current !== undefined && !Array.isArray(current)) {
      throw badValue(`The field '${path}' must be an array but is of type ${typeName(current)} in document ${idOf(document)}`);
    }
    const array = [...((current as Value[] | undefined) ?? [])];
    const at =
      position === undefined ? array.length : position < 0 ? Math.max(0, array.length + position) : Math.min(position, array.length);
    array.splice(at, 0, ...items.map((item) => clone(item)));
    if (order) array.sort(order);
    if (slice === undefined) return array;
    return slice >= 0 ? array.slice(0, slice) : array.slice(slice);
  };
}

function wholeClause(value: Value, name: string): number {
  const number = toInteger(value);
  if (number === undefined) throw badValue(`The value for ${name} must be an integer value but was given type: ${typeName(value)}`);
  return number;
}

function pushOrder(spec: Value): (a: Value, b: Value) => number {
  if (isNumber(spec)) {
    const direction = toDouble(spec);
    if (direction !== 1 && direction !== -1) throw badValue('The $sort element value must be either 1 or -1');
    return (a, b) => compareValues(a, b) * direction;
  }
  const sort = parseSort(spec);
  const keyOf = (value: Value) => sortKey(isDocument(value) ? value : {}, sort);
  return (a, b) => {
    const x = keyOf(a);
    const y = keyOf(b);
    return x < y ? -1 : x > y ? 1 : 0;
  };
}

function addToSet(operand: Value): Apply {
  const each = isDocument(operand) && has(operand, '$each') ? operand.$each : undefined;
  if (each !== undefined && !Array.isArray(each))
    throw typeMismatch(`The argument to $each in $addToSet must be an array but it was of type ${typeName(each)}`);
  const items = (each ?? [operand]) as Value[];
  return (current, _document, path) => {
    if (current !== undefined && !Array.isArray(current)) {
      throw badValue(
        `Cannot apply $addToSet to non-array field. Field named '${path.split('.').pop()}' has non-array type ${typeName(current)}`,
      );
    }
    const array = [...((current as Value[] | undefined) ?? [])];
    for (const item of items) if (!array.some((other) => equalValues(other, item))) array.push(clone(item));
    return current !== undefined && array.length === (current as Value[]).length ? KEEP : array;
  };
}

function pop(operand: Value): Apply {
  const direction = toDouble(operand);
  if (direction !== 1 && direction !== -1) throw failedToParse(`$pop expects 1 or -1, found: ${shellText(operand)}`);
  return (current, _document, path) => {
    if (current === undefined) return KEEP;
    if (!Array.isArray(current)) throw typeMismatch(`Path '${path}' contains an element of non-array type '${typeName(current)}'`);
    if (current.length === 0) return KEEP;
    return direction === 1 ? current.slice(0, -1) : current.slice(1);
  };
}

function pull(operand: Value, context: FilterContext): Apply {
  const test = pulled(operand, context);
  return (current) => {
    if (current === undefined) return KEEP;
    if (!Array.isArray(current)) throw badValue('Cannot apply $pull to a non-array value');
    const rest = current.filter((item: unknown) => !test(item));
    return rest.length === current.length ? KEEP : rest;
  };
}

function pulled(operand: Value, context: FilterContext): (item: Value) => boolean {
  if (isOperators(operand) || isRegex(operand)) {
    const matcher = compileFilter({ v: operand }, context);
    return (item) => matcher.matches({ v: item });
  }
  if (isDocument(operand)) {
    const matcher = compileFilter(operand, context);
    return (item) => isDocument(item) && matcher.matches(item);
  }
  return (item) => equalValues(item, operand);
}

function pullAll(operand: Value): Apply {
  if (!Array.isArray(operand)) throw badValue(`$pullAll requires an array argument but was given a ${typeName(operand)}`);
  return (current) => {
    if (current === undefined) return KEEP;
    if (!Array.isArray(current)) throw badValue('Cannot apply $pull to a non-array value');
    const rest = current.filter((item: unknown) => !operand.some((other: unknown) => equalValues(other, item)));
    return rest.length === current.length ? KEEP : rest;
  };
}

function bit(operand: Value): Apply {
  if (!isDocument(operand))
    throw badValue(
      `The $bit modifier is not compatible with a ${typeName(operand)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    );
  const steps = Object.entries(operand);
  for (const [name, value] of steps) {
    if (!['and', 'or', 'xor'].includes(name))
      throw badValue(
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${name}: ${shellText(value)}}`,
      );
    if (!isWhole(value))
      throw badValue(
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(value)}' is not supported here: {${name}: ${shellText(value)}}`,
      );
  }
  return (current, document) => {
    if (current !== undefined && !isWhole(current))
      throw badValue(
        `Cannot apply $bit to a value of non-integral type.${idOf(document)} has the field of non-integer type ${typeName(current)}`,
      );
    return steps.reduce<Value>((value, [name, mask]) => bitwise(name, value, mask), current ?? 0);
  };
}
