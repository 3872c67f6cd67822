import { readerOf } from '@letopis/contexts/identity';
import { membership, organization, type OrganizationEvents } from '@letopis/contexts/organizations';
import { staffMember } from '@letopis/contexts/staff';
import {
  dateIn,
  dayAfter,
  derivedId,
  momentAt,
  MOSCOW,
  saga,
  schedule,
  send,
  startOfDay,
  type Effect,
  type Language,
  type SagaReads,
} from '@letopis/kernel';
import { RequestNotification } from '../notification/notification.commands';
import type { NotableDayRow } from '../projections/notable-days';

/** Where a day begins before it does anywhere else: nobody's morning of it is over yet. */
const EARLIEST = 'Pacific/Kiritimati';
const MORNING = '09:00';
const LEAP_DAY = '02-29';

const isLeap = (year: number) => new Date(Date.UTC(year, 1, 29)).getUTCDate() === 29;

/** `MM-DD` of a date; who was born on the leap day is thought of a day earlier in other years. */
export function daysOf(date: string): readonly string[] {
  const day = date.slice(5);
  return day === '02-28' && !isLeap(Number(date.slice(0, 4))) ? [day, LEAP_DAY] : [day];
}

/**
 * «Знаменательные события»: at nine in the morning of whoever is responsible, what is worth a word that day. One timer of an
 * organization looks who has any; a timer of each reader tells. A timer of the record would leave the birthday of somebody who
 * is erased in the log.
 */
export const notableEventSaga = saga<Pick<OrganizationEvents, 'OrganizationRegisteredAsClient'>>()({
  name: 'NotableEventSaga',
  on: {
    OrganizationRegisteredAsClient: ({ metadata: { occurredAt } }) => [begins(dayAfter(dateIn(EARLIEST, occurredAt)))],
  },
  onTimer: {
    day: async ({ aggregateId: organizationId, dueAt, firedAt }, reads) => {
      const { status } = await reads.state(organization, organizationId);
      if (status === 'archived') return [];
      const last = dateIn(EARLIEST, firedAt);
      const next = begins(dayAfter(last));
      if (status === 'suspended') return [next];
      const effects: Effect[] = [next];
      for (const date of daysFrom(dateIn(EARLIEST, dueAt), last)) {
        const readers = new Set((await told(reads, organizationId, date)).flatMap(({ readers: all }) => all));
        for (const userId of readers) {
          const { timeZone = MOSCOW } = await readerOf(reads, userId);
          effects.push(schedule(`morning:${userId}:${date}`, momentAt(timeZone, date, MORNING), { userId, date }));
        }
      }
      return effects;
    },
    morning: async ({ aggregateId: organizationId, payload }, reads) => {
      const { userId, date } = payload as { userId: string; date: string };
      const { locale } = await readerOf(reads, userId);
      return (await told(reads, organizationId, date))
        .filter(({ readers }) => readers.includes(userId))
        .map(({ row: { recordId, type, name } }) =>
          send(
            RequestNotification,
            {
              notificationId: derivedId('notableEvent', recordId, userId, date),
              organizationId,
              recipient: { userId },
              category: 'notable_event',
              policy: 'user_notification',
              textSite: written(type, name, date, locale),
              link: { type, id: recordId },
              // A company is nobody's personal data.
              about: type === 'company' ? undefined : `${type}:${recordId}`,
            },
            recordId,
          ),
        );
    },
  },
});

/** Days that nobody has looked at because nothing ran; older ones are no news any more. */
const MOST_MISSED = 31;
function daysFrom(first: string, last: string): readonly string[] {
  const days: string[] = [];
  for (let date = first; date <= last; date = dayAfter(date)) days.push(date);
  return days.slice(-MOST_MISSED);
}

const begins = (date: string) => schedule('day', startOfDay(EARLIEST, date));

/** What there is on a date, and who is to be told of it. */
async function told(reads: SagaReads, organizationId: string, date: string) {
  const found: Array<{ row: NotableDayRow; readers: readonly string[] }> = [];
  for (const day of daysOf(date))
    for (const row of await reads.rows<NotableDayRow>('notable_days', { organizationId, day, current: true }))
      found.push({ row, readers: await readersOf(reads, row) });
  return found;
}

/** Who is responsible; the administrators, where nobody is who is still there. */
async function readersOf({ state }: SagaReads, { organizationId, staffId, authorUserId }: NotableDayRow): Promise<readonly string[]> {
  if (staffId !== undefined) {
    const { status, userId } = await state(staffMember, staffId);
    if (status === 'active' && userId !== undefined) return [userId];
  }
  if (authorUserId !== undefined && (await state(membership, `${organizationId}:${authorUserId}`)).status === 'active')
    return [authorUserId];
  return (await state(organization, organizationId)).administrators;
}

const WORDS: Readonly<Record<Language, Readonly<Record<NotableDayRow['type'], string>>>> = {
  ru: { contact: 'День рождения', person: 'День рождения', company: 'День основания' },
  en: { contact: 'Birthday', person: 'Birthday', company: 'Founded on this day' },
};

function written(type: NotableDayRow['type'], name: string, date: string, locale: Language): string {
  const day = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, { day: 'numeric', month: 'long', timeZone: 'UTC' });
  return `${WORDS[locale][type]}: ${name}, ${day.format(new Date(`${date}T00:00:00.000Z`))}`;
}
