// @ts-nocheck
const LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const CYRILLIC = 'ёйцукенгшщзхъфывапролджэячсмитьбю';

const keyboard = (from: string, to: string) => {
  const keys = new Map([...from].map((key, at) => [key, to[at]!]));
  return (text: string) => [...text].map((letter) => keys.get(letter) ?? letter).join('');
};
const toCyrillic = keyboard(LATIN, CYRILLIC);
const toLatin = keyboard(CYRILLIC, LATIN);

/** The form in which texts are compared: NFKC, lower case, ё as е, single spaces. */
export const normalise = (text: string): string => fold(text.normalize('NFKC').toLowerCase());

const fold = (text: string) => text.replaceAll('ё', 'е').replace(/\s+/g, ' ').trim();

/** Words of a normalised text: runs of letters and digits. */
const words = (text: string) => text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

/** Words of the given fields, once each, in order: what a document is found by. */
export const searchWords = (fields: readonly (string | undefined)[]): string[] => [
  ...new Set(fields.flatMap((field) => (field ? words(normalise(field)) : []))),
];

/** A reading of what was typed. */
export interface QueryVariant {
  /** The whole text, for exact and prefix matches of a field. */
  readonly text: string;
  /** Each must be a prefix of some word of the document. */
  readonly words: readonly string[];
}

/**
 * The readings of a typed text: as typed, as if the Russian layout had been on, and as if the Latin one had.
 * All words must match in one and the same reading.
 */
export function queryVariants(typed: string): QueryVariant[] {
  // The keyboard is turned round before ё is folded and punctuation falls away: on these keys are letters.
  const text = typed.normalize('NFKC').toLowerCase();
  const texts = [...new Set([text, toCyrillic(text), toLatin(text)].map(fold))];
  return texts.map((variant) => ({ text: variant, words: words(variant) })).filter((variant) => variant.words.length > 0);
}

/** How well a document's fields answer a reading; lower is better, undefined is not at all. */
export function rank(fields: readonly (string | undefined)[], variants: readonly QueryVariant[]): 0 | 1 | 2 | undefined {
  const normal = fields.flatMap((field) => (field ? [normalise(field)] : []));
  const found = searchWords(normal);
  const matching = variants.filter((variant) => variant.words.every((word) => found.some((candidate) => candidate.startsWith(word))));
  if (matching.length === 0) return undefined;
  if (matching.some(({ text }) => normal.includes(text))) return 0;
  return matching.some(({ text }) => normal.some((field) => field.startsWith(text))) ? 1 : 2;
}
