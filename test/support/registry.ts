import type { Caller } from './world';

type Row = Readonly<Record<string, unknown>> & { readonly id: string };
interface Declared {
  readonly code: string;
  readonly filters: Readonly<Record<string, 'string' | 'boolean' | 'number' | 'time'>>;
  readonly sorts: readonly string[];
  readonly search: readonly string[];
}

const ids = (rows: readonly Row[]) => rows.map(({ id }) => id).sort();
const at = (row: Row, path: string): unknown => path.split('.').reduce((value: unknown, name) => (value as Row | undefined)?.[name], row);
const holds = (value: unknown, wanted: unknown) => (Array.isArray(value) ? value.includes(wanted) : value === wanted);

/**
 * Asks a registry by every filter, sort and search that it declares, and compares with what all its rows tell. At least one
 * row must have a value wherever something is declared, so that nothing is proven on nothing; `empty` names those fields
 * that the story brings no value for.
 */
export async function asDeclared(caller: Caller, code: string, empty: readonly string[] = []): Promise<void> {
  const { items } = (await caller.get('/v1/registries')).body as { items: readonly Declared[] };
  const { filters, sorts, search } = items.find((each) => each.code === code)!;
  const all = (await caller.rows(code, '?limit=200')) as Row[];
  const ask = async (query: string) => (await caller.rows(code, `?limit=200&${query}`)) as Row[];
  const present = (field: string) => all.map((row) => at(row, field)).filter((value) => value !== undefined);
  const proven = new Set<string>();

  for (const [field, type] of Object.entries(filters)) {
    const values = [...new Set(present(field).flat())];
    if (values.length > 0) proven.add(field);
    for (const value of values.slice(0, 5)) {
      const found = await ask(`filter[${field}]=${encodeURIComponent(String(value))}`);
      expect([field, value, ids(found)]).toEqual([field, value, ids(all.filter((row) => holds(at(row, field), value)))]);
      if (type !== 'time' && type !== 'number') continue;
      const since = await ask(`filter[${field}.gte]=${encodeURIComponent(String(value))}`);
      expect(ids(since)).toEqual(ids(all.filter((row) => (at(row, field) as string) >= (value as string))));
    }
    if (type === 'string') expect(await ask(`filter[${field}]=nothing-of-that-name`)).toEqual([]);
  }

  for (const field of sorts) {
    if (present(field).length > 0) proven.add(field);
    for (const [sign, forth] of [
      ['', 1],
      ['-', -1],
    ] as const) {
      const found = await ask(`sort=${sign}${field}`);
      expect(ids(found)).toEqual(ids(all));
      const keys = found.map((row) => at(row, field));
      for (let n = 1; n < keys.length; n++) {
        // Rows without a value come before all others.
        const [one, next] = [keys[n - 1] ?? '', keys[n] ?? ''] as [string, string];
        expect([field, sign, one, next, one === next || (one < next ? 1 : -1) === forth]).toEqual([field, sign, one, next, true]);
      }
    }
  }

  for (const field of search) {
    for (const text of present(field).slice(0, 3) as string[]) {
      proven.add(field);
      const typed = text.slice(0, Math.max(2, Math.ceil(text.length / 2))).trim();
      const found = await ask(`q=${encodeURIComponent(typed.toUpperCase())}`);
      expect(found.map((row) => at(row, field))).toContain(text);
    }
  }
  if (search.length > 0) expect(await ask('q=nothing-of-that-name')).toEqual([]);

  const declared = new Set([...Object.keys(filters), ...sorts, ...search]);
  expect([...declared].filter((field) => !proven.has(field)).sort()).toEqual([...empty].sort());
}
