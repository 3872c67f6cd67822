import { before, dateIn, ifKnown, MOSCOW, stateIn, type Feed, type FeedReading, type OpenLink } from '@letopis/kernel';
import type { AbsenceRow, CalendarRow } from '../projections/days';
import { calendarFeed, LINK, type CalendarFeed } from './calendar-feed';
import { icalendar, type Entry } from './icalendar';

/** What is longer over is not told any more. */
const KEPT = { days: 180 };
const NAMES = { ru: 'Календарь', en: 'Calendar' } as const;
const AWAY: Readonly<Record<AbsenceRow['type'], { readonly ru: string; readonly en: string }>> = {
  vacation: { ru: 'Отпуск', en: 'Vacation' },
  sick: { ru: 'Больничный', en: 'Sick leave' },
  business_trip: { ru: 'Командировка', en: 'Business trip' },
  day_off: { ru: 'Отгул', en: 'Day off' },
  other: { ru: 'Отсутствие', en: 'Absence' },
};

interface Profile {
  readonly locale?: 'ru' | 'en';
  readonly timeZone?: string;
}

const uid = (id: string) => `${id}@letopis`;

/** An entry of whole days is told by the days that it has where its reader lives; one that ends at midnight does not have that day. */
function appointment(row: CalendarRow, zone: string): Entry {
  const { calendarEventId, title, description, place, startsAt, endsAt, allDay, changedAt, remindBeforeMin } = row;
  const start = dateIn(zone, startsAt);
  const last = dateIn(zone, before(endsAt, { seconds: 1 }));
  const span = allDay ? { start, end: last < start ? start : last } : { start: startsAt, end: endsAt };
  return { uid: uid(calendarEventId), title, description, place, ...span, allDay, changedAt, remindBeforeMin };
}

const absence = ({ absenceId, type, title, from, to, changedAt }: AbsenceRow, locale: 'ru' | 'en'): Entry => ({
  uid: uid(absenceId),
  title: title ? `${AWAY[type][locale]}: ${title}` : AWAY[type][locale],
  start: from,
  end: to,
  allDay: true,
  changedAt,
});

/** The own calendar, what one is invited to and when one is away, for calendar programs. */
export const calendarOfPerson: Feed = {
  code: 'calendar',
  title: { ru: 'Календарь', en: 'Calendar' },
  link: calendarFeed,
  keyedFor: LINK,
  open: (state) => {
    const { status, tokenHash, ...link } = state as CalendarFeed;
    return status === 'open' && tokenHash !== undefined ? { ...link, tokenHash } : undefined;
  },
  reads: ({ organizationId, userId, staffId }: OpenLink, now) => {
    const since = before(now, KEPT);
    const planned = { organizationId, status: 'planned', 'endsAt.gte': since };
    const events: readonly FeedReading[] = [
      { registry: 'calendar', filter: { ...planned, userId } },
      { registry: 'calendar', filter: { ...planned, attendees: userId } },
    ];
    if (staffId === undefined) return events;
    return [...events, { registry: 'absence_chart', filter: { organizationId, staffId, 'to.gte': since.slice(0, 10) } }];
  },
  needs: ({ userId }) => ({ profile: ifKnown(stateIn<Profile>('userProfile', userId)) }),
  contentType: 'text/calendar; charset=utf-8',
  extension: 'ics',
  file: ([own = [], invited = [], away = []], { profile }) => {
    const { locale = 'ru', timeZone = MOSCOW } = (profile as Profile | undefined) ?? {};
    const events = [...own, ...invited] as readonly object[] as readonly CalendarRow[];
    // Who invites themselves has it once.
    const once = new Map(events.map((row) => [row.calendarEventId, row]));
    return icalendar(NAMES[locale], timeZone, [
      ...[...once.values()].map((row) => appointment(row, timeZone)),
      ...(away as readonly object[] as readonly AbsenceRow[]).map((row) => absence(row, locale)),
    ]);
  },
};
