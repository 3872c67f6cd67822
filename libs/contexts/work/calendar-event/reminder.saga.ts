import { RequestNotification } from '@letopis/contexts/communication';
import { readerOf } from '@letopis/contexts/identity';
import { before, cancel, derivedId, saga, schedule, send, type Effect, type SagaReads } from '@letopis/kernel';
import { calendarEvent, type CalendarEventEvents } from './calendar-event';

const TEXT = { ru: 'Скоро: {}', en: 'Soon: {}' } as const;

/** Brings to mind, as long before as wanted, what is in the calendar. */
export const calendarReminderSaga = saga<CalendarEventEvents>()({
  name: 'CalendarReminderSaga',
  on: {
    CalendarEventCreated: ({ data, metadata }) => reminder(data, metadata.occurredAt),
    CalendarEventChanged: async ({ aggregateId, metadata }, { state }) => [
      cancel('remind'),
      ...reminder((await state(calendarEvent, aggregateId)).appointment, metadata.occurredAt),
    ],
    CalendarEventCancelled: () => [cancel('remind')],
  },
  onTimer: {
    remind: async ({ aggregateId, dueAt }, reads) => {
      const { status, appointment, userId, organizationId } = await reads.state(calendarEvent, aggregateId);
      // Moved, or off: the state decides.
      if (status !== 'planned' || remindAt(appointment) !== dueAt) return [];
      const people = [...new Set([userId, ...appointment.attendees])];
      return Promise.all(people.map((who) => told(reads, who, organizationId, aggregateId, appointment.title, dueAt)));
    },
  },
});

const remindAt = ({ startsAt, remindBeforeMin }: { startsAt: string; remindBeforeMin?: number }): string | undefined =>
  remindBeforeMin === undefined ? undefined : before(startsAt, { minutes: remindBeforeMin });

function reminder(appointment: { startsAt: string; remindBeforeMin?: number }, now: string): Effect[] {
  const at = remindAt(appointment);
  return at !== undefined && at > now ? [schedule('remind', at)] : [];
}

async function told(
  reads: SagaReads,
  userId: string,
  organizationId: string,
  eventId: string,
  title: string,
  dueAt: string,
): Promise<Effect> {
  const { locale } = await readerOf(reads, userId);
  return send(RequestNotification, {
    notificationId: derivedId('remind', eventId, userId, dueAt),
    organizationId,
    recipient: { userId },
    category: 'notable_event',
    policy: 'user_notification',
    textSite: TEXT[locale].replace('{}', () => title),
    link: { type: 'calendarEvent', id: eventId },
  });
}
