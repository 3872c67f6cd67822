import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

/**
 * The shapes that fields of commands take, each one decorator. They say only what a field looks like; whether its
 * value may be (a check digit, a state, a right) is for the decider.
 */
const all =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, name) => {
    for (const decorate of decorators) decorate(target, name);
  };

/** Whether a field may be left out. */
interface Presence {
  readonly optional?: boolean;
}

/** A field that may be absent is absent, not null: deciders know no third case. */
export const MayBeAbsent = () => ValidateIf((_, value) => value !== undefined);

const shaped = ({ optional }: Presence, ...decorators: PropertyDecorator[]) => all(...(optional ? [MayBeAbsent()] : []), ...decorators);

/** A UUID. */
export const Id = (presence: Presence = {}) => shaped(presence, IsUUID());

/** An id of a natural key, or a code: letters, digits and `.:_-`. */
export const Code = (presence: Presence = {}) => shaped(presence, IsString(), Length(1, 200), Matches(/^[A-Za-z0-9.:_-]+$/));

/** A text of `least` to `most` characters. */
export const Text = (least: number, most: number, presence: Presence = {}) => shaped(presence, IsString(), Length(least, most));

/** An e-mail address as typed, spaces around it and all; the decider parses it. */
export const EmailText = (presence: Presence = {}) =>
  shaped(presence, IsString(), Length(3, 254), Matches(/^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$/));

/** A secret that a person or a letter brings: never logged, recorded or shown. */
export const SecretText = (presence: Presence = {}) => shaped(presence, IsString(), Length(1, 512));

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const inUtc = ({ value }: { value: unknown }) =>
  typeof value === 'string' && MOMENT.test(value) && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : value;

/** A moment with its offset (RFC 3339); deciders get it in UTC with milliseconds, as all times are compared. */
export const Time = (presence: Presence = {}) =>
  shaped(presence, Transform(inUtc), Matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), IsISO8601({ strict: true }));

/** One of the given words. */
export const OneOf = (words: readonly (string | number)[], presence: Presence = {}) => shaped(presence, IsIn([...words]));

/** Yes or no. */
export const Flag = (presence: Presence = {}) => shaped(presence, IsBoolean());

/** A list of at most `most` codes. */
export const Codes = (most: number, presence: Presence = {}) =>
  shaped(presence, IsString({ each: true }), Length(1, 200, { each: true }), IsArray(), ArrayMaxSize(most));

/** A list of at most `most` UUIDs. */
export const Ids = (most: number, presence: Presence = {}) =>
  shaped(presence, IsUUID(undefined, { each: true }), IsArray(), ArrayMaxSize(most));

/** A day of the calendar: `YYYY-MM-DD`. */
export const Day = (presence: Presence = {}) => shaped(presence, Matches(/^\d{4}-\d\d-\d\d$/), IsISO8601({ strict: true }));

/** A value with fields of its own, described by a class as a command is. */
export const Nested = (type: () => new () => object, presence: Presence = {}) => shaped(presence, IsObject(), ValidateNested(), Type(type));

/** A list of at most `most` values with fields of their own. */
export const NestedList = (type: () => new () => object, most: number, presence: Presence = {}) =>
  shaped(presence, IsArray(), ArrayMaxSize(most), ValidateNested({ each: true }), Type(type));

/** A whole number within bounds. */
export const Whole = (least: number, most: number, presence: Presence = {}) => shaped(presence, IsInt(), Min(least), Max(most));

/** A list of at most `most` texts of 1 to `longest` characters. */
export const Texts = (most: number, longest: number, presence: Presence = {}) =>
  shaped(presence, IsString({ each: true }), Length(1, longest, { each: true }), IsArray(), ArrayMaxSize(most));
