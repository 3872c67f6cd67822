import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaVersionOf, type Definition } from '../aggregate';
import type { Happened } from '../event';

/** One version of an event as it is stored: what later programs must be able to read for ever. */
export interface Golden {
  readonly type: string;
  readonly schemaVersion: number;
  /** Name of each field (`name?` where it may be absent) → the JSON types that its values have. */
  readonly fields: Readonly<Record<string, string>>;
  readonly example: object;
}

export const GOLDEN = join(__dirname, '../../../test/golden');

/** `npm run golden`: what is not known yet is written down instead of being refused. */
const isWriting = () => process.env.GOLDEN === 'write';

export const goldenFile = ({ category }: Pick<Definition, 'category'>, type: string, version: number): string =>
  join(GOLDEN, category, `${type}.v${version}.json`);

const known = new Map<string, Golden | undefined>();

/** The golden record of an event's present version, where there is one. */
export function goldenOf(definition: Pick<Definition, 'category' | 'upcasts'>, type: string): Golden | undefined {
  const file = goldenFile(definition, type, schemaVersionOf(definition, type));
  if (isWriting() || !known.has(file)) known.set(file, existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Golden) : undefined);
  return known.get(file);
}

const typeOf = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

/** What speaks against an event being of the shape that its version has had so far; nothing where it is. */
export function strangeIn({ type, schemaVersion, fields }: Golden, data: unknown): string | undefined {
  const shown = Object.entries(data as Record<string, unknown>).filter(([, value]) => value !== undefined);
  const rule = (name: string) => fields[name] ?? fields[`${name}?`];
  const added = shown.find(([name]) => rule(name) === undefined)?.[0];
  const gone = Object.keys(fields).find((name) => !name.endsWith('?') && !shown.some(([one]) => one === name));
  const other = shown.find(([name, value]) => rule(name) !== undefined && !rule(name)!.split('|').includes(typeOf(value)));
  const what =
    added !== undefined
      ? `has a new field ${added}`
      : gone !== undefined
        ? `has no field ${gone}`
        : other && `has another type in ${other[0]}`;
  return (
    what &&
    `${type} ${what} in version ${schemaVersion}: what is stored already has not. Write an upcast from it, or, if the field may be absent, let \`npm run golden\` say so`
  );
}

/** Holds events that were decided against the golden records of their types. @throws Error for a shape that stored events do not have */
export function holdAgainstGolden(definition: Definition, events: readonly Happened[]): void {
  for (const { type, data } of events) {
    const golden = goldenOf(definition, type);
    if (isWriting()) write(definition, type, data as Record<string, unknown>, golden);
    else if (golden) {
      const strange = strangeIn(golden, data);
      if (strange !== undefined) throw new Error(strange);
    }
  }
}

function write(definition: Definition, type: string, data: Record<string, unknown>, before: Golden | undefined): void {
  const schemaVersion = schemaVersionOf(definition, type);
  const golden = { type, schemaVersion, fields: fieldsOf(data, before?.fields), example: before?.example ?? data };
  const text = `${JSON.stringify(golden, null, 2)}\n`;
  if (before && text === `${JSON.stringify(before, null, 2)}\n`) return;
  mkdirSync(join(GOLDEN, definition.category), { recursive: true });
  writeFileSync(goldenFile(definition, type, schemaVersion), text);
}

function fieldsOf(data: Record<string, unknown>, before?: Golden['fields']): Golden['fields'] {
  const shown = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
  const names = [...new Set([...Object.keys(shown), ...Object.keys(before ?? {}).map((name) => name.replace(/\?$/, ''))])].sort();
  return Object.fromEntries(
    names.map((name) => {
      const rule = before?.[name] ?? before?.[`${name}?`];
      const optional = !(name in shown) || (before !== undefined && !(name in before));
      const types = new Set([...(rule?.split('|') ?? []), ...(name in shown ? [typeOf(shown[name])] : [])]);
      return [optional ? `${name}?` : name, [...types].sort().join('|')];
    }),
  );
}
