/** Field → what it was and what it is. */
export type Changes<Fields> = { readonly [K in keyof Fields]?: { readonly from?: Fields[K]; readonly to?: Fields[K] } };

/**
 * What was and what is of every field that is wanted otherwise; undefined where none is. A wanted `undefined` leaves a field as
 * it is, but takes away one of `clearable`; what stands for «none» (an empty text) is the caller's to say.
 */
export function changesOf<Fields extends object>(
  before: Fields,
  wanted: Partial<Fields>,
  clearable: readonly (keyof Fields)[] = [],
): Changes<Fields> | undefined {
  const differs = (a: unknown, b: unknown) => JSON.stringify(a ?? null) !== JSON.stringify(b ?? null);
  const changed = (Object.keys(wanted) as (keyof Fields)[]).filter(
    (name) => (wanted[name] !== undefined || clearable.includes(name)) && differs(before[name], wanted[name]),
  );
  if (changed.length === 0) return undefined;
  return Object.fromEntries(changed.map((name) => [name, { from: before[name], to: wanted[name] }])) as Changes<Fields>;
}

/** The fields as the changes leave them. */
export const changed = (changes: Readonly<Record<string, { readonly to?: unknown }>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(changes).map(([name, { to }]) => [name, to]));
