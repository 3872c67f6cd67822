/** What is otherwise at one place of two values: a JSON Pointer (RFC 6901), and what was and is there. */
// @ts-nocheck

export interface Change {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly from?: unknown;
  readonly to?: unknown;
}

/**
 * Where two plain values differ, in the order of their paths. Objects are compared member by member and lists place by
 * place; what is undefined is not there.
 */
export function differences(from: unknown, to: unknown, path = ''): Change[] {
  if (from === undefined && to === undefined) return [];
  if (from === undefined) return [{ path, kind: 'added', to }];
  if (to === undefined) return [{ path, kind: 'removed', from }];
  const members = membersOf(from, to);
  if (!members) return Object.is(from, to) ? [] : [{ path, kind: 'changed', from, to }];
  return members.flatMap((name) => differences(at(from, name), at(to, name), `${path}/${escaped(name)}`));
}

/** The members to compare one by one, where both are objects or both are lists. */
function membersOf(from: unknown, to: unknown): string[] | undefined {
  if (!isObject(from) || !isObject(to) || Array.isArray(from) !== Array.isArray(to)) return undefined;
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return Array.isArray(from) ? names : names.sort();
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const at = (value: unknown, name: string) => (Object.hasOwn(value as object, name) ? (value as Record<string, unknown>)[name] : undefined);
const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
