import { workSchedule, type WorkScheduleEvents } from '@letopis/contexts/staff';
import { derivedId, type Actor } from '@letopis/kernel';
import { facts, stream, type Stream } from '../../../kernel/testing';
import { World } from '../../../kernel/testing/streams';
import { departmentId, inSales, lena, romashka, sales, staffIdOf, viktor, works } from '../work.fixtures';
import { productionCalendar, type WorkingDay } from './production-calendar';

const scheduleId = derivedId('schedule');
const staffId = staffIdOf(viktor);
const schedule = (calendar: 'ru' | 'none'): Stream =>
  stream(
    workSchedule,
    scheduleId,
    facts<WorkScheduleEvents>()('WorkScheduleCreated', {
      organizationId: romashka,
      name: 'Будни',
      timeZone: 'Europe/Moscow',
      weekly: [1, 2, 3, 4, 5].map((day) => ({ day, intervals: [{ from: '10:00', to: '16:00' }] })),
      exceptions: [{ date: '2026-03-03', intervals: [{ from: '10:00', to: '11:00' }] }],
      calendar,
    }),
  );
const scheduled = sales({ type: 'DepartmentUpdated', data: { changes: { scheduleId: { to: scheduleId } } } });
const asked = { staffId, month: '2026-03' };

interface Present {
  readonly streams?: readonly Stream[];
  readonly absences?: readonly object[];
  readonly events?: readonly object[];
  readonly actor?: Actor;
}
const days = ({ streams = [works(viktor, 'viktor', inSales), sales()], absences = [], events = [], actor = lena }: Present = {}) => {
  const answers = new World(streams).resolve(productionCalendar.needs!(asked), {});
  return productionCalendar.rows({ asked, actor, answers, rows: [absences, events] as never }) as readonly object[] as WorkingDay[];
};
const on = (date: string, present?: Present) => days(present).find((each) => each.date === date)!;

describe('R025 The production calendar of a staff member', () => {
  test('has every day of the month, once and in order', () => {
    const dates = days().map(({ date }) => date);
    expect(dates).toHaveLength(31);
    expect([...new Set(dates)].sort()).toEqual(dates);
    expect([dates[0], dates.at(-1)]).toEqual(['2026-03-01', '2026-03-31']);
  });

  test('without a schedule a working day has eight hours, by the production calendar', () => {
    expect(on('2026-03-02')).toEqual({ staffId, date: '2026-03-02', kind: 'working', workingMinutes: 480, events: [] });
    expect(on('2026-03-07')).toMatchObject({ kind: 'off', workingMinutes: 0 });
    // Moved by the decree of the year.
    expect(on('2026-03-09')).toMatchObject({ kind: 'off', workingMinutes: 0 });
  });

  test('with one it has the hours of the schedule and its exceptions', () => {
    const streams = [works(viktor, 'viktor', inSales), scheduled, schedule('ru')];
    expect([on('2026-03-02', { streams }).workingMinutes, on('2026-03-03', { streams }).workingMinutes]).toEqual([360, 60]);
    expect(on('2026-03-09', { streams })).toMatchObject({ kind: 'off', workingMinutes: 0 });
    // A schedule that does not follow the production calendar works on its days off.
    const own = [works(viktor, 'viktor', inSales), scheduled, schedule('none')];
    expect(on('2026-03-09', { streams: own })).toMatchObject({ kind: 'working', workingMinutes: 360 });
  });

  test('has no working time from the first to the last day of an absence', () => {
    const absence = { absenceId: departmentId, type: 'vacation', from: '2026-03-03', to: '2026-03-04', title: 'Алтай' };
    const minutes = ['02', '03', '04', '05'].map((day) => on(`2026-03-${day}`, { absences: [absence] }).workingMinutes);
    expect(minutes).toEqual([480, 0, 0, 480]);
    expect(on('2026-03-03', { absences: [absence] }).absence).toEqual({ absenceId: departmentId, type: 'vacation', title: 'Алтай' });
  });

  test('tells what takes place on the days on which it does, where the work is', () => {
    const event = (startsAt: string, endsAt: string) => ({
      calendarEventId: departmentId,
      title: 'Смена',
      startsAt,
      endsAt,
      allDay: false,
    });
    const dates = (one: object) =>
      days({ events: [one] })
        .filter(({ events }) => events.length > 0)
        .map(({ date }) => date);
    // 23:00 in Moscow to 01:00 of the next day, and to midnight sharp.
    expect(dates(event('2026-03-02T20:00:00.000Z', '2026-03-02T22:00:00.000Z'))).toEqual(['2026-03-02', '2026-03-03']);
    expect(dates(event('2026-03-02T20:00:00.000Z', '2026-03-02T21:00:00.000Z'))).toEqual(['2026-03-02']);
    expect(dates(event('2026-02-27T09:00:00.000Z', '2026-03-01T09:00:00.000Z'))).toEqual(['2026-03-01']);
  });

  test('is not there for whoever works elsewhere, nor of nobody', () => {
    const elsewhere = { ...lena, organizationId: departmentId };
    expect(() => days({ actor: elsewhere })).toThrow('NOT_FOUND');
    expect(() => days({ streams: [] })).toThrow('NOT_FOUND');
  });
});
