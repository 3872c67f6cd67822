// @ts-nocheck
import fc from 'fast-check';
import { after } from '../time';
import { dayKind, isDecreed } from './production-calendar';
import {
  addWorkingMinutes,
  areIntervals,
  intervalsOn,
  isTimeZone,
  workingMinutesBetween,
  type Interval,
  type WorkingHours,
} from './working-time';

const days = (year: number) =>
  Array.from({ length: 366 }, (_, day) => new Date(Date.UTC(year, 0, 1 + day)).toISOString().slice(0, 10)).filter((date) =>
    date.startsWith(String(year)),
  );
const nineToSix: WorkingHours = {
  timeZone: 'Europe/Moscow',
  weekly: [1, 2, 3, 4, 5].map((day) => ({ day, intervals: [{ from: '09:00', to: '18:00' }] })),
  exceptions: [],
  calendar: 'ru',
};

describe('The production calendar of Russia', () => {
  test.each([
    [2025, 247, 4],
    [2026, 247, 4],
  ])('R070 of %i has %i working days, %i of them shorter by an hour: 1,972 hours of a week of forty', (year, working, shorter) => {
    const kinds = days(year).map(dayKind);
    expect(kinds.filter((kind) => kind !== 'off')).toHaveLength(working);
    expect(kinds.filter((kind) => kind === 'shortened')).toHaveLength(shorter);
    expect(working * 8 - shorter).toBe(1_972);
    expect(isDecreed(year)).toBe(true);
  });

  test.each([
    ['2026-01-09', 'off'],
    ['2026-01-12', 'working'],
    ['2026-03-09', 'off'],
    ['2026-05-08', 'shortened'],
    ['2026-05-11', 'off'],
    ['2026-12-31', 'off'],
    ['2025-11-01', 'shortened'],
    ['2025-11-03', 'off'],
  ])('R070 %s is %s', (date, kind) => expect(dayKind(date)).toBe(kind));

  test('a year without a decree follows the code: a holiday on a weekend moves to the next working day', () => {
    expect(isDecreed(2027)).toBe(false);
    // 1 and 9 May 2027 are a Saturday and a Sunday.
    expect(['2027-05-03', '2027-05-10', '2027-05-04'].map(dayKind)).toEqual(['off', 'off', 'working']);
  });
});

describe('Working time', () => {
  test.each([
    ['within the day', '2026-03-02T06:00:00.000Z', 480, '2026-03-02T14:00:00.000Z'],
    ['over the night', '2026-03-02T13:00:00.000Z', 180, '2026-03-03T07:00:00.000Z'],
    ['over a weekend with a moved holiday', '2026-03-06T14:00:00.000Z', 120, '2026-03-10T07:00:00.000Z'],
    ['over the January holidays', '2025-12-30T15:00:00.000Z', 60, '2026-01-12T07:00:00.000Z'],
    ['before a holiday an hour less', '2026-05-08T13:00:00.000Z', 120, '2026-05-12T07:00:00.000Z'],
    ['from a moment outside', '2026-03-01T00:00:00.000Z', 1, '2026-03-02T06:01:00.000Z'],
  ])('R070 an answer is due %s', (_, from, minutes, due) => expect(addWorkingMinutes(nineToSix, from, minutes)).toBe(due));

  test('without a schedule every minute counts', () => {
    expect(addWorkingMinutes(undefined, '2026-01-03T00:00:00.000Z', 480)).toBe('2026-01-03T08:00:00.000Z');
    expect(workingMinutesBetween(undefined, '2026-01-03T00:00:00.000Z', '2026-01-03T01:00:00.000Z')).toBe(60);
  });

  test('a date of its own beats the calendar and the week', () => {
    const hours = { ...nineToSix, exceptions: [{ date: '2026-01-09', intervals: [{ from: '10:00', to: '12:00' }] }] };
    expect(intervalsOn(hours, '2026-01-09')).toEqual([{ from: '10:00', to: '12:00' }]);
    expect(intervalsOn(nineToSix, '2026-01-09')).toEqual([]);
    expect(intervalsOn({ ...nineToSix, calendar: 'none' }, '2026-01-09')).toEqual([{ from: '09:00', to: '18:00' }]);
  });

  test('a Saturday that is worked instead of another day has the hours of a Friday', () =>
    expect(intervalsOn(nineToSix, '2025-11-01')).toEqual([{ from: '09:00', to: '17:00' }]));

  test('where clocks are moved a night shift is as long as it is lived', () => {
    const night: WorkingHours = {
      timeZone: 'Europe/Berlin',
      weekly: [{ day: 7, intervals: [{ from: '00:00', to: '06:00' }] }],
      exceptions: [],
      calendar: 'none',
    };
    expect(workingMinutesBetween(night, '2026-03-28T12:00:00.000Z', '2026-03-29T12:00:00.000Z')).toBe(5 * 60);
    expect(workingMinutesBetween(night, '2026-10-24T12:00:00.000Z', '2026-10-25T12:00:00.000Z')).toBe(7 * 60);
  });

  test('a schedule without working time never comes to an end', () =>
    expect(addWorkingMinutes({ ...nineToSix, weekly: [] }, '2026-03-02T06:00:00.000Z', 1)).toBeUndefined());

  test.each<[Interval[], boolean]>([
    [
      [
        { from: '09:00', to: '13:00' },
        { from: '14:00', to: '24:00' },
      ],
      true,
    ],
    [
      [
        { from: '14:00', to: '18:00' },
        { from: '09:00', to: '14:00' },
      ],
      true,
    ],
    [[], true],
    [[{ from: '09:00', to: '09:00' }], false],
    [[{ from: '18:00', to: '09:00' }], false],
    [
      [
        { from: '09:00', to: '13:00' },
        { from: '12:59', to: '18:00' },
      ],
      false,
    ],
    [[{ from: '9:00', to: '13:00' }], false],
    [[{ from: '09:00', to: '24:01' }], false],
    [Array.from({ length: 6 }, (_, at) => ({ from: `0${at}:00`, to: `0${at}:30` })), false],
  ])('intervals %j are %s', (intervals, right) => expect(areIntervals(intervals)).toBe(right));

  test.each([
    ['Europe/Moscow', true],
    ['Asia/Yekaterinburg', true],
    ['UTC', true],
    ['+03:00', false],
    ['Mars/Olympus', false],
    ['', false],
  ])('«%s» is a time zone: %s', (name, is) => expect(isTimeZone(name)).toBe(is));

  const moment = fc
    .integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 0, 1) })
    .map((at) => new Date(Math.floor(at / 60_000) * 60_000).toISOString());
  const hoursOf: fc.Arbitrary<WorkingHours> = fc.record({
    timeZone: fc.constantFrom('Europe/Moscow', 'Europe/Berlin', 'America/New_York', 'UTC', 'Asia/Kolkata'),
    weekly: fc.uniqueArray(
      fc.record({
        day: fc.integer({ min: 1, max: 7 }),
        intervals: fc.uniqueArray(fc.integer({ min: 0, max: 47 }), { minLength: 2, maxLength: 8 }).map((halves) => {
          const sorted = [...halves].sort((a, b) => a - b);
          const time = (half: number) => `${String(half >> 1).padStart(2, '0')}:${half % 2 ? '30' : '00'}`;
          return Array.from({ length: sorted.length >> 1 }, (_, at) => ({ from: time(sorted[2 * at]!), to: time(sorted[2 * at + 1]!) }));
        }),
      }),
      { minLength: 1, maxLength: 7, selector: ({ day }) => day },
    ),
    exceptions: fc.constant([]),
    calendar: fc.constantFrom('ru', 'none'),
  });

  test('between a moment and the one when so many minutes have passed lie exactly so many', () => {
    fc.assert(
      fc.property(hoursOf, moment, fc.integer({ min: 1, max: 3_000 }), (hours, from, minutes) => {
        const due = addWorkingMinutes(hours, from, minutes);
        // Saturdays and Sundays alone are never worked by the production calendar.
        if (due === undefined) return hours.calendar === 'ru' && hours.weekly.every(({ day }) => day > 5);
        return due > from && workingMinutesBetween(hours, from, due) === minutes;
      }),
      { numRuns: 60 },
    );
  });

  test('later asked is never due earlier, and parts add up', () => {
    fc.assert(
      fc.property(hoursOf, moment, fc.nat(600), fc.integer({ min: 1, max: 600 }), (hours, from, apart, minutes) => {
        const later = after(from, { minutes: apart });
        const [due, dueLater] = [from, later].map((at) => addWorkingMinutes(hours, at, minutes));
        if (due === undefined || dueLater === undefined) return true;
        const whole = workingMinutesBetween(hours, from, dueLater);
        return due <= dueLater && workingMinutesBetween(hours, from, later) + workingMinutesBetween(hours, later, dueLater) === whole;
      }),
      { numRuns: 60 },
    );
  });
});
