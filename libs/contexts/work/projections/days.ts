import { personSide } from '@letopis/contexts/persons';
import { departmentSide, staffSide, type StaffMemberEvents } from '@letopis/contexts/staff';
import { changed, projection, side, staffSees } from '@letopis/kernel';
import type { AbsencesEvents, AbsenceType } from '../absences/absences';
import { changedBy, type Appointment, type CalendarEventEvents } from '../calendar-event/calendar-event';
import { calendarSees } from '../reading';
import type { Spent, TimeSheetEvents } from '../time-sheet/time-sheet';

export interface AbsenceRow {
  readonly absenceId: string;
  readonly organizationId: string;
  readonly staffId: string;
  readonly staffName?: string;
  readonly departmentIds?: readonly string[];
  readonly type: AbsenceType;
  readonly from: string;
  readonly to: string;
  readonly title?: string;
  readonly deputyStaffId?: string;
  readonly deputyName?: string;
  readonly changedAt: string;
}

/** In which departments somebody works. */
export const placesSide = side<{ departmentIds: readonly string[] }, StaffMemberEvents>()({
  StaffMemberCreated: () => ({ departmentIds: [] }),
  StaffAddedToDepartment: (known, { data: { departmentId } }) => ({ departmentIds: [...(known?.departmentIds ?? []), departmentId] }),
  StaffRemovedFromDepartment: (known, { data: { departmentId } }) => ({
    departmentIds: (known?.departmentIds ?? []).filter((one) => one !== departmentId),
  }),
});

/** «График отсутствий»: who is away when, and who stands in. A period is asked for by `from` and `to`. */
export const absenceChart = projection<AbsenceRow, AbsencesEvents>()({
  code: 'absence_chart',
  version: 2,
  title: { ru: 'График отсутствий', en: 'Absences' },
  key: ({ data }) => data.absenceId,
  on: {
    AbsenceAdded: (_, { aggregateId, data, metadata }) => ({ staffId: aggregateId, ...data, changedAt: metadata.occurredAt }),
    AbsenceChanged: (row, { data: { changes }, metadata }) => row && { ...row, ...changed(changes), changedAt: metadata.occurredAt },
    AbsenceCancelled: () => undefined,
  },
  sides: { staff: staffSide, places: placesSide, departments: departmentSide },
  joins: [
    { by: 'staffId', side: 'staff', fields: { displayName: 'staffName' } },
    { by: 'staffId', side: 'places', fields: { departmentIds: 'departmentIds' } },
    { by: 'deputyStaffId', side: 'staff', fields: { displayName: 'deputyName' } },
  ],
  list: {
    filters: {
      organizationId: 'string',
      staffId: 'string',
      departmentIds: 'string',
      deputyStaffId: 'string',
      type: 'string',
      from: 'day',
      to: 'day',
    },
    sorts: ['from', 'to', 'staffName'],
    search: ['staffName', 'title'],
    defaultSort: 'from',
  },
  policy: staffSees('calendar.absences:view'),
});

export interface CalendarRow extends Appointment {
  readonly calendarEventId: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly calendarType: string;
  readonly ownerId?: string;
  readonly status: 'planned' | 'cancelled';
  readonly changedAt: string;
}

/** The calendars of people, groups and the company. */
export const calendar = projection<CalendarRow, CalendarEventEvents>()({
  code: 'calendar',
  version: 2,
  title: { ru: 'Календарь', en: 'Calendar' },
  on: {
    CalendarEventCreated: (_, { aggregateId, data, metadata }) => ({
      calendarEventId: aggregateId,
      ...data,
      status: 'planned',
      changedAt: metadata.occurredAt,
    }),
    CalendarEventChanged: (row, { data: { changes }, metadata }) =>
      row && { ...row, ...changedBy(row, changes), changedAt: metadata.occurredAt },
    CalendarEventCancelled: (row, { metadata }) => row && { ...row, status: 'cancelled', changedAt: metadata.occurredAt },
  },
  list: {
    filters: {
      organizationId: 'string',
      userId: 'string',
      attendees: 'string',
      calendarType: 'string',
      ownerId: 'string',
      status: 'string',
      startsAt: 'time',
      endsAt: 'time',
    },
    sorts: ['startsAt', 'title'],
    search: ['title', 'place'],
    defaultSort: 'startsAt',
  },
  policy: calendarSees,
});

export interface TimeRow extends Spent {
  readonly entryId: string;
  readonly organizationId: string;
  readonly personId: string;
  readonly personName?: string;
}

/** «Трудозатраты», entry by entry. */
export const timeEntries = projection<TimeRow, TimeSheetEvents>()({
  code: 'time_sheet',
  version: 1,
  title: { ru: 'Трудозатраты', en: 'Time costs' },
  key: ({ data }) => data.entryId,
  on: {
    TimeLogged: (_, { data }) => data,
    TimeCorrected: (row, { data: { changes } }) => row && { ...row, ...changed(changes) },
    TimeRemoved: () => undefined,
  },
  sides: { persons: personSide },
  joins: [{ by: 'personId', side: 'persons', fields: { fullName: 'personName' } }],
  list: {
    filters: {
      organizationId: 'string',
      personId: 'string',
      date: 'day',
      'subject.type': 'string',
      'subject.id': 'string',
      minutes: 'number',
    },
    sorts: ['date', 'personName', 'minutes'],
    search: ['personName', 'comment'],
    defaultSort: '-date',
  },
  policy: staffSees('calendar.time:view'),
});

export interface TimeTotalRow {
  readonly organizationId: string;
  readonly personId: string;
  readonly personName?: string;
  /** `YYYY-MM`. */
  readonly month: string;
  readonly minutes: number;
  readonly days: Readonly<Record<string, number>>;
}

const adding = (row: TimeTotalRow | undefined, date: string, minutes: number): TimeTotalRow | undefined =>
  row && { ...row, minutes: row.minutes + minutes, days: { ...row.days, [date]: (row.days[date] ?? 0) + minutes } };

/** Totals by person and month, with those of each day. */
export const timeTotals = projection<TimeTotalRow, TimeSheetEvents>()({
  code: 'time_totals',
  version: 1,
  title: { ru: 'Трудозатраты по месяцам', en: 'Time costs by month' },
  on: {
    TimeLogged: (row, { data: { organizationId, personId, date, minutes } }) =>
      adding(row ?? { organizationId, personId, month: date.slice(0, 7), minutes: 0, days: {} }, date, minutes),
    TimeCorrected: (row, { data: { date, changes } }) =>
      changes.minutes ? adding(row, date, (changes.minutes.to ?? 0) - (changes.minutes.from ?? 0)) : row,
    TimeRemoved: (row, { data: { date, minutes } }) => adding(row, date, -minutes),
  },
  sides: { persons: personSide },
  joins: [{ by: 'personId', side: 'persons', fields: { fullName: 'personName' } }],
  list: {
    filters: { organizationId: 'string', personId: 'string', month: 'string', minutes: 'number' },
    sorts: ['month', 'personName', 'minutes'],
    search: ['personName'],
    defaultSort: '-month',
  },
  policy: staffSees('calendar.time:view'),
});
