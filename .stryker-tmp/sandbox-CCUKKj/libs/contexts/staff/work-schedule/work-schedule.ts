// @ts-nocheck
import {
  aggregate,
  areIntervals,
  Id,
  isTimeZone,
  OneOf,
  oneOf,
  staff,
  stateIn,
  systemOnly,
  Text,
  type WorkingHours,
} from '@letopis/kernel';
import { refusal } from '../errors';
import { changed, changesOf, DateText, NestedList, Whole } from '../shapes';
import { departmentsOfSchedule, type Members } from '../rosters';

class HoursBetween {
  @Text(5, 5) from: string;
  @Text(5, 5) to: string;
}

class WeekdayHours {
  @Whole(1, 7) day: number;
  @NestedList(() => HoursBetween, 5) intervals: HoursBetween[];
}

class DateHours {
  @DateText() date: string;
  @NestedList(() => HoursBetween, 5) intervals: HoursBetween[];
}

export class CreateWorkSchedule {
  @Id({ optional: true }) workScheduleId?: string;
  @Id() organizationId: string;
  @Text(1, 100) name: string;
  @Text(1, 60) timeZone: string;
  @NestedList(() => WeekdayHours, 7) weekly: WeekdayHours[];
  @NestedList(() => DateHours, 400, { optional: true }) exceptions?: DateHours[];
  /** Whether days off of the production calendar are days off here; `ru` by default. */
  @OneOf(['ru', 'none'], { optional: true }) calendar?: 'ru' | 'none';
}

export class UpdateWorkSchedule {
  @Id() workScheduleId: string;
  @Text(1, 100, { optional: true }) name?: string;
  @Text(1, 60, { optional: true }) timeZone?: string;
  @NestedList(() => WeekdayHours, 7, { optional: true }) weekly?: WeekdayHours[];
  @NestedList(() => DateHours, 400, { optional: true }) exceptions?: DateHours[];
  @OneOf(['ru', 'none'], { optional: true }) calendar?: 'ru' | 'none';
}

export class ArchiveWorkSchedule {
  @Id() workScheduleId: string;
}

interface ScheduleFields extends WorkingHours {
  readonly name: string;
}
type Changes = { readonly [K in keyof ScheduleFields]?: { readonly from?: ScheduleFields[K]; readonly to?: ScheduleFields[K] } };

export interface WorkScheduleEvents {
  WorkScheduleCreated: ScheduleFields & { organizationId: string };
  WorkScheduleUpdated: { changes: Changes };
  WorkScheduleArchived: Record<never, never>;
}

export type WorkSchedule =
  { readonly status: 'none' } | ({ readonly status: 'active' | 'archived'; readonly organizationId: string } & ScheduleFields);

const { command, define, event } = aggregate<WorkSchedule, WorkScheduleEvents>();

export const workSchedule = define({
  category: 'workSchedule',
  initialState: { status: 'none' },
  organizationId: (state) => (state.status === 'none' ? undefined : state.organizationId),

  commands: {
    CreateWorkSchedule: command(CreateWorkSchedule, {
      by: oneOf<CreateWorkSchedule, WorkSchedule>(
        systemOnly,
        staff('provider.schedules:create', { in: ({ command }) => command.organizationId }),
      ),
      summary: 'Hours in which work is done, with exceptions and days off of the production calendar',
    }),
    UpdateWorkSchedule: command(UpdateWorkSchedule, { by: staff('provider.schedules:edit'), summary: 'Other hours from now on' }),
    ArchiveWorkSchedule: command(ArchiveWorkSchedule, {
      by: staff('provider.schedules:delete'),
      needs: ({ command: { workScheduleId } }) => ({ users: stateIn<Members>('roster', departmentsOfSchedule(workScheduleId)) }),
      summary: 'No department takes the schedule any more',
    }),
  },

  decide: {
    CreateWorkSchedule: ({ organizationId, name, timeZone, weekly, exceptions = [], calendar = 'ru' }, state) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      return [event('WorkScheduleCreated', { organizationId, name, ...valid({ timeZone, weekly, exceptions, calendar }) })];
    },
    UpdateWorkSchedule: ({ name, timeZone, weekly, exceptions, calendar }, state) => {
      const present = active(state);
      const changes = changesOf<ScheduleFields>(present, { name, timeZone, weekly, exceptions, calendar });
      if (!changes) return [];
      valid({ ...present, ...changed(changes) });
      return [event('WorkScheduleUpdated', { changes })];
    },
    ArchiveWorkSchedule: (_, state, { users }) => {
      if (state.status === 'archived') return [];
      active(state);
      if (users.members.length > 0) throw refusal('SCHEDULE_IN_USE');
      return [event('WorkScheduleArchived', {})];
    },
  },

  evolve: {
    WorkScheduleCreated: (_, fields) => ({ status: 'active', ...fields }),
    WorkScheduleUpdated: (state, { changes }) => ({ ...state, ...changed(changes) }) as WorkSchedule,
    WorkScheduleArchived: (state) => (state.status === 'none' ? state : { ...state, status: 'archived' }),
  },
});

const active = (state: WorkSchedule) => {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  if (state.status === 'archived') throw refusal('SCHEDULE_ARCHIVED');
  return state;
};

const distinct = (values: readonly unknown[]) => new Set(values).size === values.length;

function valid({ timeZone, weekly, exceptions, calendar }: WorkingHours): WorkingHours {
  const wrong =
    !isTimeZone(timeZone) ||
    !distinct(weekly.map(({ day }) => day)) ||
    !distinct(exceptions.map(({ date }) => date)) ||
    ![...weekly, ...exceptions].every(({ intervals }) => areIntervals(intervals));
  if (wrong) throw refusal('SCHEDULE_INVALID');
  return { timeZone, weekly, exceptions, calendar };
}

/** The hours of a department's schedule; none (24×7) where there is no schedule. */
export const hoursOf = (state: WorkSchedule | undefined): WorkingHours | undefined =>
  state === undefined || state.status === 'none' ? undefined : state;
