// @ts-nocheck
import { Aggregator, ProcessingMode } from 'mingo';
import { BSON } from 'mongodb';
import { type Document, has, isDocument, put, type Value } from '../bson/value';
import { badValue, MongoError } from '../errors';
import type { Evaluate, ProjectionContext } from '../query/projection';
import { isRegex } from '../query/regex';
import { isTruthy, ownOperator } from './operators';

/** Names of `$$name` and their values; those of `let` and the system's own. */
export type Variables = Readonly<Record<string, Value>>;

/**
 * Aggregation expressions. Field paths, literals and documents of them are evaluated here and keep BSON types exactly;
 * operators are mingo's, which knows plain JavaScript values, so their arguments are given as such (int64 and doubles as
 * numbers).
 */
export class Expressions implements ProjectionContext {
  readonly #variables: Variables;

  constructor(
    variables: Variables = {},
    readonly now: Date = new Date(),
  ) {
    this.#variables = variables;
  }

  get variables(): Variables {
    return this.#variables;
  }

  with(variables: Variables): Expressions {
    return new Expressions({ ...this.#variables, ...variables }, this.now);
  }

  /** `$expr` in a filter: truth as the server sees it. */
  expression(expression: Value): (document: Document) => boolean {
    const evaluate = this.evaluate(expression);
    return (document) => isTruthy(evaluate(document));
  }

  /** `{ $eq: ['$a', value] }`, alone or below `$and`, with a value that a filter's equality means the same by. */
  equalities(expression: Value): Array<[string, Value]> {
    if (!isDocument(expression)) return [];
    if (Array.isArray(expression.$and)) return expression.$and.flatMap((part: unknown) => this.equalities(part));
    const { $eq: sides } = expression;
    if (!Array.isArray(sides) || sides.length !== 2) return [];
    const [one, other] = sides as Value[];
    const [path, value] = isFieldPath(one) ? [one, other] : [other, one];
    if (!isFieldPath(path) || isFieldPath(value)) return [];
    if (isDocument(value) && Object.keys(value)[0]?.startsWith('$') && !has(value, '$literal')) return [];
    const constant =
      typeof value === 'string' && value.startsWith('$$') && !this.#isOwnVariable(value) ? undefined : this.evaluate(value)({});
    if (constant === undefined || constant === null || Array.isArray(constant) || isDocument(constant) || isRegex(constant)) return [];
    return [[path.slice(1), constant]];
  }

  #isOwnVariable(text: string): boolean {
    return has(this.#variables, text.slice(2).split('.')[0]);
  }

  evaluate(expression: Value): Evaluate {
    if (typeof expression === 'string') return expression.startsWith('$') ? this.#path(expression) : () => expression;
    if (Array.isArray(expression)) {
      const items = expression.map((item: unknown) => this.evaluate(item));
      return (document) => items.map((item) => item(document) ?? null);
    }
    if (!isDocument(expression)) return () => expression;
    const keys = Object.keys(expression);
    if (keys[0]?.startsWith('$')) {
      if (keys.length > 1) throw new MongoError(15983, 'An object representing an expression must have exactly one field');
      if (keys[0] === '$literal' || keys[0] === '$const') return () => expression[keys[0]];
      const own = ownOperator(keys[0], expression[keys[0]], this);
      if (own) return own;
      return this.#operator(expression);
    }
    const fields = keys.map((key) => [key, this.evaluate(expression[key])] as const);
    return (document) => {
      const result: Document = {};
      for (const [key, field] of fields) {
        const value = field(document);
        if (value !== undefined) put(result, key, value);
      }
      return result;
    };
  }

  #path(text: string): Evaluate {
    if (!text.startsWith('$$')) {
      const parts = pathParts(text.slice(1));
      if (parts.length === 1) return (document) => (has(document, parts[0]) ? document[parts[0]] : undefined);
      return (document) => resolve(document, parts, 0);
    }
    const [name, ...parts] = pathParts(text.slice(2));
    switch (name) {
      case 'ROOT':
      case 'CURRENT':
        return (document) => resolve(document, parts, 0);
      case 'REMOVE':
        return () => undefined;
      case 'NOW':
        return () => this.now;
      default:
        if (!has(this.#variables, name)) throw new MongoError(17276, `Use of undefined variable: ${name}`);
        return () => resolve(this.#variables[name], parts, 0);
    }
  }

  #operator(expression: Document): Evaluate {
    checkOperators(expression);
    const fields = new Set<string>();
    const all = !rootFields(expression, fields);
    let current: Document = {};
    const open = () =>
      new Aggregator([{ $replaceWith: { v: forMingo(expression) as Document } }], {
        processingMode: ProcessingMode.CLONE_OFF,
        scriptEnabled: false,
        variables: forMingo({ ...this.#variables, NOW: this.now }) as Document,
      }).stream({ next: () => ({ value: current, done: false }) });
    let stream = open();
    const evaluate: Evaluate = (document) => {
      current = plainParts(document, all ? undefined : fields);
      try {
        return (stream.next().value as Document).v;
      } catch (cause) {
        stream = open();
        throw translated(cause);
      }
    };
    // An operator that does not exist is refused when the query is read, not at its first document.
    try {
      evaluate({});
    } catch (cause) {
      if (cause instanceof MongoError && cause.code === 168) throw cause;
    }
    return evaluate;
  }
}

const isFieldPath = (value: Value): value is string => typeof value === 'string' && /^\$[^$]/.test(value);

/** Refusals of operators that could run code, before anything is evaluated. */
export function checkOperators(expression: Value): void {
  if (Array.isArray(expression)) expression.forEach(checkOperators);
  else if (isDocument(expression)) {
    for (const [key, value] of Object.entries(expression)) {
      if (key === '$function' || key === '$accumulator')
        throw new MongoError(31264, `${key} requires a JavaScript engine, which this server does not have`);
      if (key !== '$literal') checkOperators(value);
    }
  }
}

function translated(cause: unknown): MongoError {
  if (cause instanceof MongoError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const unknown = /'(\$\w+)' is not registered/.exec(text);
  if (unknown) return new MongoError(168, `Unrecognized expression '${unknown[1]}'`);
  return badValue(`PlanExecutor error during aggregation :: caused by :: ${text}`);
}

function pathParts(text: string): string[] {
  if (text === '') throw new MongoError(16872, "'$' by itself is not a valid FieldPath");
  const parts = text.split('.');
  if (parts.some((part) => part === '')) throw new MongoError(15998, 'FieldPath field names may not be empty strings.');
  return parts;
}

/** A field path in an expression: through an array it gives an array of what its documents have. */
function resolve(value: Value, parts: readonly string[], at: number): Value {
  if (at === parts.length) return value;
  if (Array.isArray(value)) {
    const items: Value[] = [];
    for (const item of value) {
      const found = resolve(item, parts, at);
      if (found !== undefined) items.push(found);
    }
    return items;
  }
  return isDocument(value) && has(value, parts[at]) ? resolve(value[parts[at]], parts, at + 1) : undefined;
}

/** Top-level fields that an expression reads; false when it may read any. */
export function rootFields(expression: Value, into: Set<string>): boolean {
  if (typeof expression === 'string') {
    if (expression.startsWith('$$')) {
      const [name, field] = expression.slice(2).split('.');
      if (name !== 'ROOT' && name !== 'CURRENT') return true;
      if (field === undefined) return false;
      into.add(field);
    } else if (expression.startsWith('$')) into.add(expression.slice(1).split('.')[0]);
    return true;
  }
  if (Array.isArray(expression)) return expression.every((item: unknown) => rootFields(item, into));
  if (!isDocument(expression)) return true;
  return Object.entries(expression).every(([key, value]) => {
    if (key === '$literal') return true;
    if (key === '$getField' || key === '$setField') return false;
    return rootFields(value, into);
  });
}

function plainParts(document: Document, fields: ReadonlySet<string> | undefined): Document {
  if (!fields) return forMingo(document) as Document;
  const part: Document = {};
  for (const field of fields) if (has(document, field)) put(part, field, forMingo(document[field]));
  return part;
}

/** A copy in plain JavaScript values: numbers for int64 and doubles, `RegExp` for regular expressions. */
export function forMingo(value: Value): Value {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => forMingo(item));
  if (value instanceof BSON.Double) return value.valueOf();
  if (value instanceof BSON.BSONRegExp) return new RegExp(value.pattern, value.options.replace(/[^imsu]/g, ''));
  if (!isDocument(value)) return value;
  const copy: Document = {};
  for (const key of Object.keys(value)) put(copy, key, forMingo(value[key]));
  return copy;
}

/** Sets a dotted path, making documents on the way and entering arrays element by element, as `$addFields` does. */
export function setPath(holder: Document, parts: readonly string[], at: number, value: Value): void {
  const part = parts[at];
  if (at === parts.length - 1) {
    if (value === undefined) delete holder[part];
    else put(holder, part, value);
    return;
  }
  const next = has(holder, part) ? holder[part] : undefined;
  put(holder, part, intoPath(next, parts, at + 1, value));
}

function intoPath(value: Value, parts: readonly string[], at: number, set: Value): Value {
  if (Array.isArray(value)) return value.map((item: unknown) => intoPath(item, parts, at, set));
  const copy: Document = isDocument(value) ? { ...value } : {};
  setPath(copy, parts, at, set);
  return copy;
}
