/**
 * The production calendar of Russia: days off of the Labour Code (article 112) with the transfers that the government decrees
 * for each year. Years without a decree here follow the code alone: a holiday on a weekend moves to the next working day,
 * the weekends of the January holidays are left where they are.
 */
// @ts-nocheck

interface Decree {
  /** Weekdays that are days off because a day off was moved to them. */
  readonly off: readonly string[];
  /** Weekends that are worked because their day off was moved. */
  readonly worked: readonly string[];
}

/** Month-day of the holidays. */
const HOLIDAYS = [
  ...['01-01', '01-02', '01-03', '01-04', '01-05', '01-06', '01-07', '01-08'],
  ...['02-23', '03-08', '05-01', '05-09', '06-12', '11-04'],
];

/** By year: Decree of the Government of 4 October 2024, No. 1335, and of 24 September 2025, No. 1466. */
const DECREES: Readonly<Record<number, Decree>> = {
  2025: { off: ['05-02', '05-08', '06-13', '11-03', '12-31'], worked: ['11-01'] },
  2026: { off: ['01-09', '03-09', '05-11', '12-31'], worked: [] },
};

export type DayKind = 'working' | 'off' | 'shortened';

const years = new Map<number, ReadonlyMap<string, DayKind>>();

/** What a date (`YYYY-MM-DD`) is by the production calendar; a shortened day is an hour shorter, for it comes before a holiday. */
export function dayKind(date: string): DayKind {
  const year = Number(date.slice(0, 4));
  let days = years.get(year);
  if (!days) years.set(year, (days = daysOf(year)));
  return days.get(date)!;
}

/** Whether the transfers of a year are known, or follow from the code alone. */
export const isDecreed = (year: number): boolean => year in DECREES;

const DAY = 86_400_000;
const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10);
const isWeekend = (date: string) => [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());

function daysOf(year: number): ReadonlyMap<string, DayKind> {
  const dates: string[] = [];
  for (let time = Date.UTC(year, 0, 1); new Date(time).getUTCFullYear() === year; time += DAY) dates.push(dateOf(time));
  const holidays = new Set(HOLIDAYS.map((day) => `${year}-${day}`));
  const { off, worked } = DECREES[year] ?? byTheCode(dates, holidays);
  const free = new Set([...holidays, ...off.map((day) => `${year}-${day}`)]);
  const extra = new Set(worked.map((day) => `${year}-${day}`));
  const isOff = (date: string) => free.has(date) || (isWeekend(date) && !extra.has(date));
  return new Map(
    dates.map((date) => {
      if (isOff(date)) return [date, 'off'];
      const next = dateOf(Date.parse(date) + DAY);
      // The eve of the year's first day belongs to the next year's holidays.
      return [date, holidays.has(next) || next.endsWith('-01-01') || extra.has(date) ? 'shortened' : 'working'];
    }),
  );
}

function byTheCode(dates: readonly string[], holidays: ReadonlySet<string>): Decree {
  const off = new Set<string>();
  for (const holiday of [...holidays].filter((date) => isWeekend(date) && !date.slice(5).startsWith('01-'))) {
    const next = dates.find((date) => date > holiday && !isWeekend(date) && !holidays.has(date) && !off.has(date.slice(5)));
    if (next) off.add(next.slice(5));
  }
  return { off: [...off], worked: [] };
}
