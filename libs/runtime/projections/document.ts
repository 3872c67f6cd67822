import { normalise, searchWords, type Projection } from '@letopis/kernel';

/** A document of a read model as it is stored. */
export interface Stored {
  readonly _id: string;
  /** Position of the last event that it was folded from. */
  readonly _position: number;
  /** The reducer gave nothing for it: kept a while so that a late repeat does not bring it back. */
  readonly _deleted?: true;
  /** The reducer could not take an event: nothing later is folded until an operator has looked. */
  readonly _parked?: { readonly position: number; readonly error: string };
  readonly _words?: readonly string[];
  readonly _fields?: readonly string[];
  readonly [field: string]: unknown;
}

/** A read model or one of its sides, by the name of its collection. */
export const collectionOf = ({ code, version }: Projection, side?: string): string => `${code}_v${version}${side ? `__${side}` : ''}`;

/** The fields that a reducer sees: those that do not begin with an underscore. */
export function visible(stored: Stored | undefined): Readonly<Record<string, unknown>> | undefined {
  if (!stored || stored._deleted) return undefined;
  return Object.fromEntries(Object.entries(stored).filter(([name]) => !name.startsWith('_')));
}

/** The document with what it is found by. */
export function stored(
  id: string,
  position: number,
  document: Readonly<Record<string, unknown>> | undefined,
  search: readonly string[],
): Stored {
  if (document === undefined) return { _id: id, _position: position, _deleted: true };
  const fields = search.map((name) => document[name]).filter((value): value is string => typeof value === 'string');
  const found = search.length > 0 ? { _words: searchWords(fields), _fields: fields.map(normalise) } : {};
  return { ...document, _id: id, _position: position, ...found };
}
