import type { Expr } from './definition';

/** What placeholders look into: `subject`, `process`, `params`, `document`, `event`, `steps`. */
export type Scope = Readonly<Record<string, unknown>>;

// Without spaces of their own: two ways to read one space would make a long row of them last for ever.
const PLACEHOLDER = /\{\{([^{}]+)\}\}/g;
const WHOLE = /^\{\{([^{}]+)\}\}$/;

/** The value at a path of names; undefined where there is none. */
export function valueAt(scope: unknown, path: string): unknown {
  let value = scope;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** The paths that an expression looks up. */
export function placeholdersIn(expr: unknown): readonly string[] {
  if (typeof expr === 'string') return [...expr.matchAll(PLACEHOLDER)].map(([, path]) => path!.trim());
  if (typeof expr !== 'object' || expr === null) return [];
  return Object.values(expr).flatMap(placeholdersIn);
}

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0);

const printed = (value: unknown): string => {
  if (isEmpty(value) && value !== false) return '';
  if (Array.isArray(value)) return value.map(printed).join(', ');
  if (typeof value === 'object') {
    const { ru, name } = value as { ru?: unknown; name?: unknown };
    return printed(ru ?? name ?? JSON.stringify(value));
  }
  return String(value as string | number | boolean);
};

const same = (one: unknown, other: unknown): boolean =>
  Array.isArray(one) && Array.isArray(other)
    ? one.length === other.length && one.every((value, at) => same(value, other[at]))
    : (one ?? null) === (other ?? null);

const operations: Readonly<Record<string, (values: readonly unknown[]) => unknown>> = {
  eq: ([one, other]) => same(one, other),
  ne: ([one, other]) => !same(one, other),
  gt: ([one, other]) => compared(one, other) > 0,
  lt: ([one, other]) => compared(one, other) < 0,
  in: ([one, many]) => Array.isArray(many) && many.some((each) => same(one, each)),
  and: (values) => values.every((value) => !isEmpty(value)),
  or: (values) => values.some((value) => !isEmpty(value)),
  not: ([value]) => isEmpty(value),
  empty: ([value]) => isEmpty(value),
};

function compared(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : Number(one > other);
  return Number.NaN;
}

/** The value of an expression. Text that is one placeholder keeps the type of what it finds; inside of other text it is printed. */
export function evaluate(expr: Expr | undefined, scope: Scope): unknown {
  if (typeof expr === 'string') {
    const whole = WHOLE.exec(expr);
    if (whole) return valueAt(scope, whole[1]!.trim());
    return expr.replace(PLACEHOLDER, (_, path: string) => printed(valueAt(scope, path.trim())));
  }
  if (typeof expr !== 'object' || expr === null) return expr;
  if (Array.isArray(expr)) return (expr as readonly Expr[]).map((each) => evaluate(each, scope));
  const entries = Object.entries(expr as Readonly<Record<string, Expr>>);
  const [name, operand] = entries.length === 1 ? entries[0]! : [''];
  if (Object.hasOwn(operations, name)) {
    const values = Array.isArray(operand) ? (operand as readonly Expr[]).map((each) => evaluate(each, scope)) : [evaluate(operand, scope)];
    return operations[name]!(values);
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, evaluate(value, scope)]));
}

/** Whether a condition holds; one that is not there does. */
export const holds = (expr: Expr | undefined, scope: Scope): boolean => expr === undefined || !isEmpty(evaluate(expr, scope));

/** Text for people: an expression, printed. */
export const text = (expr: Expr | undefined, scope: Scope): string => printed(evaluate(expr, scope));

/** The placeholders of an expression that find nothing. */
export const unresolvedIn = (expr: unknown, scope: Scope): readonly string[] =>
  placeholdersIn(expr).filter((path) => valueAt(scope, path) === undefined);
