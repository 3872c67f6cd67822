import { userGroup } from '@letopis/contexts/staff';
import {
  aggregate,
  changed,
  changesOf,
  Code,
  Flag,
  Id,
  Ids,
  ifKnown,
  MayBeAbsent,
  oneOf,
  personOf,
  staff,
  stateIn,
  stateOf,
  systemOnly,
  Text,
  Time,
  type Changes,
  type Policy,
  type Question,
} from '@letopis/kernel';
import { IsInt, Max, Min } from 'class-validator';
import { refusal } from '../errors';

/** Types that every organization has; a calendar of another type has an owner of the organization's own making. */
export const PERSONAL = 'user';
export const OF_GROUP = 'group';
export const OF_COMPANY = 'company';

class EventFields {
  @Text(0, 4_000, { optional: true }) description?: string;
  @Flag({ optional: true }) allDay?: boolean;
  @Text(0, 255, { optional: true }) place?: string;
  /** Users who are told as well. */
  @Ids(200, { optional: true }) attendees?: string[];
  @MayBeAbsent() @IsInt() @Min(0) @Max(40_320) remindBeforeMin?: number;
}

export class CreateCalendarEvent extends EventFields {
  @Id({ optional: true }) calendarEventId?: string;
  @Id() organizationId: string;
  /** Whose it is; without one, the caller's. */
  @Id({ optional: true }) userId?: string;
  @Code({ optional: true }) calendarType?: string;
  @Id({ optional: true }) ownerId?: string;
  @Text(1, 255) title: string;
  @Time() startsAt: string;
  @Time() endsAt: string;
}

export class ChangeCalendarEvent extends EventFields {
  @Id() calendarEventId: string;
  @Text(1, 255, { optional: true }) title?: string;
  @Time({ optional: true }) startsAt?: string;
  @Time({ optional: true }) endsAt?: string;
}

export class CancelCalendarEvent {
  @Id() calendarEventId: string;
  @Text(1, 500, { optional: true }) reason?: string;
}

export interface Appointment {
  readonly title: string;
  readonly description?: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly allDay: boolean;
  readonly place?: string;
  readonly attendees: readonly string[];
  readonly remindBeforeMin?: number;
}

export interface CalendarEventEvents {
  CalendarEventCreated: Appointment & { organizationId: string; userId: string; calendarType: string; ownerId?: string };
  CalendarEventChanged: { changes: Changes<Appointment> };
  CalendarEventCancelled: { reason?: string };
}

export interface CalendarEvent {
  readonly status: 'none' | 'planned' | 'cancelled';
  readonly organizationId: string;
  readonly userId: string;
  readonly calendarType: string;
  readonly appointment: Appointment;
}

const noAppointment: Appointment = { title: '', startsAt: '', endsAt: '', allDay: false, attendees: [] };

const { command, define, event } = aggregate<CalendarEvent, CalendarEventEvents>();

/** A member who puts something into the own calendar, or changes what is there. */
const own: Policy<object, CalendarEvent> = personOf<object, CalendarEvent>('self', ({ state }) => state.userId);
const ownNew: Policy<CreateCalendarEvent, CalendarEvent> = {
  name: 'self',
  needs: ({ actor, command: { organizationId } }) => ({
    membership: ifKnown(
      stateIn<{ readonly status: string }>('membership', actor.kind === 'user' ? `${organizationId}:${actor.userId}` : undefined),
    ),
  }),
  judge: ({ actor, command: { userId, calendarType = PERSONAL } }, { membership }) => {
    if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
    if (actor.kind !== 'user') return 'FORBIDDEN';
    if ((membership as { status?: string } | undefined)?.status !== 'active') return 'NOT_FOUND';
    return calendarType === PERSONAL && (userId ?? actor.userId) === actor.userId ? 'allow' : 'FORBIDDEN';
  },
};
const within = { in: ({ command: { organizationId } }: Question<CreateCalendarEvent, CalendarEvent>) => organizationId };

export const calendarEvent = define({
  category: 'calendarEvent',
  initialState: { status: 'none', organizationId: '', userId: '', calendarType: PERSONAL, appointment: noAppointment },
  organizationId: ({ organizationId }) => organizationId || undefined,

  commands: {
    CreateCalendarEvent: command(CreateCalendarEvent, {
      by: oneOf<CreateCalendarEvent, CalendarEvent>(systemOnly, ownNew, staff('calendar.events:create', within)),
      needs: ({ command: { organizationId, ownerId, userId, calendarType }, actor }) => ({
        group: ifKnown(stateOf(userGroup, calendarType === OF_GROUP ? ownerId : undefined)),
        whose: ifKnown(
          stateIn<{ readonly status: string }>('membership', `${organizationId}:${userId ?? (actor.kind === 'user' ? actor.userId : '')}`),
        ),
      }),
      summary: 'Into the own calendar, that of another, of a group or of the company',
    }),
    ChangeCalendarEvent: command(ChangeCalendarEvent, {
      by: oneOf<ChangeCalendarEvent, CalendarEvent>(systemOnly, own, staff('calendar.events:edit_all')),
      summary: 'Another time, place, company',
    }),
    CancelCalendarEvent: command(CancelCalendarEvent, {
      by: oneOf<CancelCalendarEvent, CalendarEvent>(systemOnly, own, staff('calendar.events:delete')),
      summary: 'It does not take place',
    }),
  },

  decide: {
    CreateCalendarEvent: (
      { calendarEventId: _, organizationId, userId, calendarType = PERSONAL, ownerId, ...fields },
      state,
      { group, whose, actor },
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (calendarType === PERSONAL && ownerId !== undefined) throw refusal('CALENDAR_OWNER_NOT_APPLICABLE');
      if (calendarType !== PERSONAL && ownerId === undefined) throw refusal('CALENDAR_OWNER_REQUIRED');
      if (calendarType === OF_GROUP && (group?.status !== 'active' || group.organizationId !== organizationId)) throw refusal('NOT_FOUND');
      if (calendarType === OF_COMPANY && ownerId !== organizationId) throw refusal('NOT_FOUND');
      const owner = userId ?? (actor.kind === 'user' ? actor.userId : undefined);
      if (owner === undefined || whose?.status !== 'active') throw refusal('NOT_FOUND');
      const appointment = { ...noAppointment, ...known(fields) };
      inOrder(appointment);
      return [event('CalendarEventCreated', { organizationId, userId: owner, calendarType, ownerId, ...appointment })];
    },
    ChangeCalendarEvent: ({ calendarEventId: _, ...fields }, state) => {
      planned(state);
      const wanted = known(fields);
      const changes = changesOf(state.appointment, wanted, Object.keys(wanted) as (keyof Appointment)[]);
      if (!changes) return [];
      inOrder(changedBy(state.appointment, changes));
      return [event('CalendarEventChanged', { changes })];
    },
    CancelCalendarEvent: ({ reason }, state) => {
      if (state.status === 'cancelled') return [];
      planned(state);
      return [event('CalendarEventCancelled', { reason })];
    },
  },

  evolve: {
    CalendarEventCreated: (_, { organizationId, userId, calendarType, ownerId: __, ...appointment }) => ({
      status: 'planned',
      organizationId,
      userId,
      calendarType,
      appointment,
    }),
    CalendarEventChanged: (state, { changes }) => ({ ...state, appointment: changedBy(state.appointment, changes) }),
    CalendarEventCancelled: (state) => ({ ...state, status: 'cancelled' }),
  },
});

/** The fields that were given; an empty text takes one away, and nobody is invited twice. */
const known = <Fields extends Partial<Appointment>>({ attendees, ...fields }: Fields): Partial<Appointment> => ({
  ...Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value === '' ? undefined : value]])),
  ),
  ...(attendees === undefined ? {} : { attendees: [...new Set(attendees)] }),
});
export const changedBy = (before: Appointment, changes: Changes<Appointment>): Appointment => ({
  ...before,
  ...changed(changes),
});
const planned = ({ status }: CalendarEvent) => {
  if (status === 'none') throw refusal('NOT_FOUND');
  if (status === 'cancelled') throw refusal('INVALID_STATE', { status: 'Отменено' });
};
const inOrder = ({ startsAt, endsAt, allDay }: Appointment) => {
  if (allDay ? startsAt > endsAt : startsAt >= endsAt) throw refusal('PERIOD_INVALID');
};
