const ALONE = ['author', 'responsible', 'previous_responsible', 'client', 'performer', 'administrators'];
const WITH = ['field', 'param', 'staff', 'role', 'department', 'department_head', 'group', 'email', 'phone'];

export interface Recipient {
  readonly kind: string;
  readonly of: string;
}

/** `role:accountant` as kind and what it is of. */
export function recipientOf(expr: string): Recipient {
  const colon = expr.indexOf(':');
  return colon < 0 ? { kind: expr, of: '' } : { kind: expr.slice(0, colon), of: expr.slice(colon + 1) };
}

/** Why a value names nobody; undefined for one that may. Placeholders are taken: they are known when the step runs. */
export function recipientProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must name a recipient, such as author, param:KEY or role:CODE';
  if (value.startsWith('{{') || ALONE.includes(value)) return undefined;
  const { kind, of } = recipientOf(value);
  if (!WITH.includes(kind)) return `«${value}» is not a recipient: known are ${[...ALONE, ...WITH.map((each) => `${each}:…`)].join(', ')}`;
  return of === '' ? `«${value}» does not say of what` : undefined;
}

/** Staff members whom a value names: an id, `{ staffId }`, or a list of either. */
export const staffIdsIn = (value: unknown): readonly string[] =>
  [value].flat().flatMap((each: unknown) => {
    const id: unknown = typeof each === 'object' && each !== null ? (each as { staffId?: unknown }).staffId : each;
    return typeof id === 'string' ? [id] : [];
  });
