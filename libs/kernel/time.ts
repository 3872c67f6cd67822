import type { Language } from './errors';

/** UTC, ISO-8601 with milliseconds: the only form of time in commands, events and states. */
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

/** The zone that moments are written in where a reader's is not known. */
export const MOSCOW = 'Europe/Moscow';

/** A moment as people read it: in their language and zone, which is named. */
export function written(moment: Timestamp, { locale, timeZone }: { readonly locale: Language; readonly timeZone: string }): string {
  const named = timeZone === MOSCOW ? {} : { timeZoneName: 'short' as const };
  const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone }).format(new Date(moment));
  const clock = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, { hour: '2-digit', minute: '2-digit', timeZone, ...named });
  const zone = timeZone === MOSCOW ? (locale === 'ru' ? ' (МСК)' : ' (Moscow time)') : '';
  return `${date}, ${clock.format(new Date(moment))}${zone}`;
}
