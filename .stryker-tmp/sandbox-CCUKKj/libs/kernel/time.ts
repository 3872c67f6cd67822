/** UTC, ISO-8601 with milliseconds: the only form of time in commands, events and states. */
// @ts-nocheck

export type Timestamp = string;

export interface Span {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

/** Length of a span in milliseconds. */
export const millis = ({ days = 0, hours = 0, minutes = 0, seconds = 0 }: Span): number =>
  (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;

/** The moment a span after another one. */
export const after = (moment: Timestamp, span: Span): Timestamp => new Date(Date.parse(moment) + millis(span)).toISOString();

/** The moment a span before another one. */
export const before = (moment: Timestamp, span: Span): Timestamp => new Date(Date.parse(moment) - millis(span)).toISOString();

/** Whole seconds from one moment to a later one, rounded up; 0 when it has passed. */
export const secondsUntil = (from: Timestamp, to: Timestamp): number => Math.max(0, Math.ceil((Date.parse(to) - Date.parse(from)) / 1_000));
