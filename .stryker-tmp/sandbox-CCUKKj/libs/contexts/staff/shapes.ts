// @ts-nocheck
import { MayBeAbsent, Text } from '@letopis/kernel';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsString, Length, Matches, Max, Min, ValidateNested } from 'class-validator';

/** The shapes of this context's fields that no other has. */
const all =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, name) => {
    for (const decorate of decorators) decorate(target, name);
  };
const shaped = (optional: boolean | undefined, ...decorators: PropertyDecorator[]) =>
  all(...(optional ? [MayBeAbsent()] : []), ...decorators);

interface Presence {
  readonly optional?: boolean;
}

/** A list of at most `most` values with fields of their own. */
export const NestedList = (type: () => new () => object, most: number, { optional }: Presence = {}) =>
  shaped(optional, IsArray(), ArrayMaxSize(most), ValidateNested({ each: true }), Type(type));

/** A whole number within bounds. */
export const Whole = (least: number, most: number, { optional }: Presence = {}) => shaped(optional, IsInt(), Min(least), Max(most));

/** A list of at most `most` texts of 1 to `longest` characters. */
export const Texts = (most: number, longest: number, { optional }: Presence = {}) =>
  shaped(optional, IsString({ each: true }), Length(1, longest, { each: true }), IsArray(), ArrayMaxSize(most));

/** The date of a day, `YYYY-MM-DD`. */
export const DateText = () => all(IsString(), Matches(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/));

/** A name in the languages of the product; read in Russian where another is missing. */
export class LocalizedName {
  @Text(1, 255) ru: string;
  @Text(1, 255, { optional: true }) en?: string;
}

/** A longer text in the languages of the product. */
export class LocalizedNote {
  @Text(1, 1_000) ru: string;
  @Text(1, 1_000, { optional: true }) en?: string;
}

export interface LocalizedText {
  readonly ru: string;
  readonly en?: string;
}

/** What was and what is of every field that differs; undefined where none does. */
export function changesOf<Fields extends object>(
  before: Fields,
  wanted: Partial<Fields>,
): { readonly [K in keyof Fields]?: { readonly from?: Fields[K]; readonly to?: Fields[K] } } | undefined {
  const differs = (a: unknown, b: unknown) => JSON.stringify(a ?? null) !== JSON.stringify(b ?? null);
  const changed = (Object.keys(wanted) as (keyof Fields)[]).filter(
    (name) => wanted[name] !== undefined && differs(before[name], wanted[name]),
  );
  if (changed.length === 0) return undefined;
  return Object.fromEntries(changed.map((name) => [name, { from: before[name], to: wanted[name] }])) as ReturnType<
    typeof changesOf<Fields>
  >;
}

/** The fields as the changes leave them. */
export const changed = (changes: Readonly<Record<string, { readonly to?: unknown }>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(changes).map(([name, { to }]) => [name, to]));
