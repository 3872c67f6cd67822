import {
  department,
  hoursOf,
  staffMember,
  workSchedule,
  type Department,
  type StaffMember,
  type WorkSchedule,
} from '@letopis/contexts/staff';
import {
  dateIn,
  dayKind,
  followedBy,
  startOfDay,
  stateOf,
  workingMinutesBetween,
  type DayKind,
  type FeedReading,
  type Need,
  type Report,
  type WorkingHours,
  MOSCOW,
} from '@letopis/kernel';
import { Temporal } from 'temporal-polyfill';
import { refusal } from '../errors';
import type { AbsenceRow, CalendarRow } from './days';

/** One day of somebody's work. */
export interface WorkingDay {
  readonly staffId: string;
  readonly date: string;
  readonly kind: DayKind;
  /** Of the schedule, by the production calendar; none on a day of absence. */
  readonly workingMinutes: number;
  readonly absence?: {
    readonly absenceId: string;
    readonly type: AbsenceRow['type'];
    readonly title?: string;
    readonly deputyStaffId?: string;
  };
  readonly events: readonly Pick<CalendarRow, 'calendarEventId' | 'title' | 'startsAt' | 'endsAt' | 'allDay'>[];
}

/** Of a department without a schedule: an eight-hour day, as the Labour Code has it for a week of forty hours. */
const BY_THE_CODE: WorkingHours = {
  timeZone: MOSCOW,
  weekly: [1, 2, 3, 4, 5].map((day) => ({
    day,
    intervals: [
      { from: '09:00', to: '13:00' },
      { from: '14:00', to: '18:00' },
    ],
  })),
  exceptions: [],
  calendar: 'ru',
};

/** The hours of the first of the departments that keeps a schedule. */
const hoursOfStaff = (staffId: string): Need<{ person: StaffMember; hours: WorkingHours }> =>
  followedBy(
    { person: stateOf(staffMember, staffId) },
    ({ person }) => Object.fromEntries((person as StaffMember).departmentIds.map((id) => [`department:${id}`, stateOf(department, id)])),
    (answers) => {
      const { departmentIds } = answers.person as StaffMember;
      const scheduled = departmentIds.map((id) => (answers[`department:${id}`] as Department).scheduleId).find((id) => id !== undefined);
      return { schedule: stateOf(workSchedule, scheduled) };
    },
    ({ person, schedule }) => ({ person: person as StaffMember, hours: hoursOf(schedule as WorkSchedule) ?? BY_THE_CODE }),
  );

const daysOf = (month: string): readonly string[] => {
  const first = Temporal.PlainYearMonth.from(month);
  return Array.from({ length: first.daysInMonth }, (_, at) => first.toPlainDate({ day: at + 1 }).toString());
};
const dayAfter = (date: string) => Temporal.PlainDate.from(date).add({ days: 1 }).toString();

/** «Производственный календарь» of a staff member: the days of a month by schedule, days off, absences and what takes place. */
export const productionCalendar: Report = {
  code: 'production_calendar',
  title: { ru: 'Производственный календарь', en: 'Production calendar' },
  asked: { staffId: 'id', month: 'month' },
  needs: ({ staffId = '' }) => ({ of: hoursOfStaff(staffId) }),
  reads: ({ staffId = '', month = '' }, { of }) => {
    const { person, hours } = of as { person: StaffMember; hours: WorkingHours };
    const days = daysOf(month);
    const [first = '', last = ''] = [days[0], days.at(-1)];
    const { organizationId, userId } = person;
    const within = { 'startsAt.lt': startOfDay(hours.timeZone, dayAfter(last)), 'endsAt.gt': startOfDay(hours.timeZone, first) };
    const readings: readonly FeedReading[] = [
      { registry: 'absence_chart', filter: { organizationId, staffId, 'from.lte': last, 'to.gte': first } },
      { registry: 'calendar', filter: { organizationId, status: 'planned', userId: userId ?? 'nobody', ...within } },
    ];
    return readings;
  },
  rows: ({ asked: { staffId = '', month = '' }, actor, rows: [absences = [], events = []], answers }) => {
    const { person, hours } = answers.of as { person: StaffMember; hours: WorkingHours };
    const isForeign = actor.kind === 'user' && actor.organizationId !== undefined && actor.organizationId !== person.organizationId;
    if (person.status === 'none' || isForeign) throw refusal('NOT_FOUND');
    const away = absences as readonly object[] as readonly AbsenceRow[];
    const planned = events as readonly object[] as readonly CalendarRow[];
    return daysOf(month).map((date) => ({ ...dayOf({ staffId, date, hours, away, planned }) }));
  },
};

function dayOf({
  staffId,
  date,
  hours,
  away,
  planned,
}: {
  staffId: string;
  date: string;
  hours: WorkingHours;
  away: readonly AbsenceRow[];
  planned: readonly CalendarRow[];
}): WorkingDay {
  const { timeZone } = hours;
  const minutes = workingMinutesBetween(hours, startOfDay(timeZone, date), startOfDay(timeZone, dayAfter(date)));
  const absent = away.find(({ from, to }) => from <= date && date <= to);
  const lasts = ({ startsAt, endsAt }: CalendarRow) =>
    dateIn(timeZone, startsAt) <= date && startOfDay(timeZone, date) < (endsAt > startsAt ? endsAt : startOfDay(timeZone, dayAfter(date)));
  return {
    staffId,
    date,
    // A schedule that does not follow the production calendar says by its hours what is a day off.
    kind: hours.calendar === 'ru' ? dayKind(date) : minutes > 0 ? 'working' : 'off',
    workingMinutes: absent ? 0 : minutes,
    ...(absent ? { absence: pick(absent) } : {}),
    events: planned
      .filter(lasts)
      .map(({ calendarEventId, title, startsAt, endsAt, allDay }) => ({ calendarEventId, title, startsAt, endsAt, allDay })),
  };
}

const pick = ({ absenceId, type, title, deputyStaffId }: AbsenceRow) => ({ absenceId, type, title, deputyStaffId });
