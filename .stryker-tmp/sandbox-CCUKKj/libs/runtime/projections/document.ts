// @ts-nocheck
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
  /** The streams that it was folded from; absent when they are too many or not known: the log tells then. */
  readonly _streams?: readonly string[];
  readonly _words?: readonly string[];
  readonly _fields?: readonly string[];
  readonly [field: string]: unknown;
}

/** A read model or one of its sides, by the name of its collection. */
export const collectionOf = ({ code, version }: Pick<Projection, 'code' | 'version'>, side?: string): string =>
  side ? sideOf(`${code}_v${version}`, side) : `${code}_v${version}`;

/** The collection of a side beside the collection of its read model. */
export const sideOf = (collection: string, side: string): string => `${collection}__${side}`;

/** Streams that a document remembers. */
const MOST_STREAMS = 1_000;

/** The streams of a document once an event of that stream is folded into it. */
export function streamsWith(present: Stored | undefined, stream: string): readonly string[] | undefined {
  if (!present) return [stream];
  const { _streams: known } = present;
  if (!known || known.includes(stream)) return known;
  return known.length < MOST_STREAMS ? [...known, stream] : undefined;
}

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
  streams: readonly string[] | undefined,
): Stored {
  const from = streams ? { _streams: streams } : {};
  if (document === undefined) return { _id: id, _position: position, _deleted: true, ...from };
  const fields = search.flatMap((name) => document[name]).filter((value): value is string => typeof value === 'string');
  const found = search.length > 0 ? { _words: searchWords(fields), _fields: fields.map(normalise) } : {};
  return { ...document, _id: id, _position: position, ...from, ...found };
}
