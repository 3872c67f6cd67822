import { Temporal } from 'temporal-polyfill';
import type { Timestamp } from '../time';
import { dayKind } from './production-calendar';

/** From–to by the clock on the wall, `HH:mm`; the end may be `24:00`. */
export interface Interval {
  readonly from: string;
  readonly to: string;
}

/** When work is done: by the week, with dates that are otherwise, and the production calendar where it is followed. */
export interface WorkingHours {
  readonly timeZone: string;
  readonly weekly: readonly { readonly day: number; readonly intervals: readonly Interval[] }[];
  readonly exceptions: readonly { readonly date: string; readonly intervals: readonly Interval[] }[];
  readonly calendar: 'ru' | 'none';
}

/** The most intervals of a day. */
export const MOST_INTERVALS = 5;
/** A schedule that has no working minute in so many days never has one. */
const LONGEST_PAUSE = 800;
const MINUTE = 60_000;
const HOUR = 60;

const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const timeAt = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Whether the intervals of a day are at most five, each ends after it begins, and none overlaps the next. */
export function areIntervals(intervals: readonly Interval[]): boolean {
  const sorted = [...intervals].sort((a, b) => (a.from < b.from ? -1 : 1));
  return (
    intervals.length <= MOST_INTERVALS &&
    intervals.every(({ from, to }) => TIME.test(from) && (TIME.test(to) || to === '24:00') && from < to) &&
    sorted.every(({ from }, at) => at === 0 || sorted[at - 1]!.to <= from)
  );
}

const zones = new Set<string>();
/** Whether it is the name of a time zone that this process knows. */
export function isTimeZone(name: string): boolean {
  if (zones.has(name)) return true;
  try {
    // Names alone: an offset such as +03:00 does not know summer time.
    if (!/^[A-Za-z]/.test(name)) return false;
    new Intl.DateTimeFormat('en', { timeZone: name });
    zones.add(name);
    return true;
  } catch {
    return false;
  }
}

/** The intervals of a date: those of the date itself, or none on a day off, or those of the weekday, an hour less before a holiday. */
export function intervalsOn({ weekly, exceptions, calendar }: WorkingHours, date: string): readonly Interval[] {
  const exception = exceptions.find((each) => each.date === date);
  if (exception) return inOrder(exception.intervals);
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
  const own = (day: number) => inOrder(weekly.find((each) => each.day === day)?.intervals ?? []);
  if (calendar === 'none') return own(weekday);
  switch (dayKind(date)) {
    case 'off':
      return [];
    case 'working':
      return own(weekday);
    case 'shortened':
      // A weekend that is worked has the hours of a Friday where it has none of its own.
      return shortened(own(weekday).length > 0 || weekday < 6 ? own(weekday) : own(5));
  }
}

const inOrder = (intervals: readonly Interval[]) => [...intervals].sort((a, b) => (a.from < b.from ? -1 : 1));

/** Without the last hour of work. */
function shortened(intervals: readonly Interval[]): readonly Interval[] {
  let less = HOUR;
  const kept: Interval[] = [];
  for (const { from, to } of [...intervals].reverse()) {
    const taken = Math.min(less, minuteOf(to) - minuteOf(from));
    less -= taken;
    if (minuteOf(to) - taken > minuteOf(from)) kept.unshift({ from, to: timeAt(minuteOf(to) - taken) });
  }
  return kept;
}

/** Working stretches from a moment on, as milliseconds since the epoch; a clock that is moved shifts them as it does people. */
function* stretches(hours: WorkingHours, from: number): Generator<{ start: number; end: number }> {
  const first = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(hours.timeZone).toPlainDate();
  let idle = 0;
  // The day before, too: its last interval may reach past midnight of the moment's own offset.
  for (let day = first.subtract({ days: 1 }); idle < LONGEST_PAUSE; day = day.add({ days: 1 })) {
    idle++;
    for (const interval of intervalsOn(hours, day.toString())) {
      const start = Math.max(from, at(hours, day, interval.from));
      const end = at(hours, day, interval.to);
      if (end <= start) continue;
      idle = 0;
      yield { start, end };
    }
  }
}

const at = ({ timeZone }: WorkingHours, day: Temporal.PlainDate, time: string) => {
  const [date, clock] = time === '24:00' ? [day.add({ days: 1 }), '00:00'] : [day, time];
  return date.toZonedDateTime({ timeZone, plainTime: clock }).epochMilliseconds;
};

/**
 * The moment when so many working minutes have passed. Without working hours every minute counts (24×7).
 * @returns undefined where the schedule has no working time at all
 */
export function addWorkingMinutes(hours: WorkingHours | undefined, from: Timestamp, minutes: number): Timestamp | undefined {
  let left = minutes * MINUTE;
  if (!hours) return new Date(Date.parse(from) + left).toISOString();
  for (const { start, end } of stretches(hours, Date.parse(from))) {
    if (end - start >= left) return new Date(start + left).toISOString();
    left -= end - start;
  }
  return undefined;
}

/** Working minutes between two moments. */
export function workingMinutesBetween(hours: WorkingHours | undefined, from: Timestamp, to: Timestamp): number {
  const until = Date.parse(to);
  if (!hours) return Math.max(0, until - Date.parse(from)) / MINUTE;
  let passed = 0;
  for (const { start, end } of stretches(hours, Date.parse(from))) {
    if (start >= until) break;
    passed += Math.min(end, until) - start;
  }
  return passed / MINUTE;
}

/** The date (`YYYY-MM-DD`) that a moment has in a zone. */
export const dateIn = (timeZone: string, moment: Timestamp): string =>
  Temporal.Instant.from(moment).toZonedDateTimeISO(timeZone).toPlainDate().toString();

/** The moment at which the clock on the wall shows a time (`HH:mm`) of a day in a zone. */
export const momentAt = (timeZone: string, date: string, time: string): Timestamp =>
  new Date(Temporal.PlainDate.from(date).toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds).toISOString();

/** The day after another one. */
export const dayAfter = (date: string): string => Temporal.PlainDate.from(date).add({ days: 1 }).toString();

/** The moment at which a day begins in a zone. */
export const startOfDay = (timeZone: string, date: string): Timestamp =>
  new Date(Temporal.PlainDate.from(date).toZonedDateTime({ timeZone }).epochMilliseconds).toISOString();
