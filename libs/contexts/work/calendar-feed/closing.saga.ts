import type { MembershipEvents } from '@letopis/contexts/organizations';
import { saga, send, type SagaReads } from '@letopis/kernel';
import { calendarFeed, calendarFeedOf, RevokeCalendarFeed } from './calendar-feed';

/** Who is no member any more keeps no link: it would open nothing, but nobody has to rely on that. */
export const calendarFeedSaga = saga<MembershipEvents>()({
  name: 'CalendarFeedSaga',
  on: {
    MembershipRevoked: ({ aggregateId }, reads) => {
      const [organizationId = '', userId = ''] = aggregateId.split(':');
      return closed(reads, calendarFeedOf(organizationId, userId));
    },
  },
});

async function closed({ state }: SagaReads, calendarFeedId: string) {
  return (await state(calendarFeed, calendarFeedId)).status === 'open' ? [send(RevokeCalendarFeed, { calendarFeedId })] : [];
}
