import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsISO8601, IsOptional, IsString, IsUUID, Length, Matches } from 'class-validator';

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

const shaped = ({ optional }: Presence, ...decorators: PropertyDecorator[]) => all(...(optional ? [IsOptional()] : []), ...decorators);

/** A UUID. */
export const Id = (presence: Presence = {}) => shaped(presence, IsUUID());

/** An id of a natural key, or a code: letters, digits and `.:_-`. */
export const Code = (presence: Presence = {}) => shaped(presence, IsString(), Length(1, 200), Matches(/^[A-Za-z0-9.:_-]+$/));

/** A text of `least` to `most` characters. */
export const Text = (least: number, most: number, presence: Presence = {}) => shaped(presence, IsString(), Length(least, most));

/** An e-mail address as typed; the decider parses it. */
export const EmailText = (presence: Presence = {}) => shaped(presence, IsString(), Length(3, 254), Matches(/^[^@\s]+@[^@\s]+\.[^@\s]+$/));

/** A secret that a person or a letter brings: never logged, recorded or shown. */
export const SecretText = (presence: Presence = {}) => shaped(presence, IsString(), Length(1, 512));

/** UTC time, ISO-8601. */
export const Time = (presence: Presence = {}) => shaped(presence, IsISO8601({ strict: true }));

/** One of the given words. */
export const OneOf = (words: readonly (string | number)[], presence: Presence = {}) => shaped(presence, IsIn([...words]));

/** Yes or no. */
export const Flag = (presence: Presence = {}) => shaped(presence, IsBoolean());

/** A list of at most `most` codes. */
export const Codes = (most: number, presence: Presence = {}) =>
  shaped(presence, IsString({ each: true }), Length(1, 200, { each: true }), IsArray(), ArrayMaxSize(most));
