import { only, projection, refused, type ReadPolicy } from '@letopis/kernel';
import type { CalendarFeedEvents } from '../calendar-feed/calendar-feed';

export interface CalendarFeedRow {
  readonly calendarFeedId: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly status: 'open' | 'revoked';
  readonly issuedAt: string;
}

const own: ReadPolicy = {
  name: 'self',
  see: ({ actor }) => (actor.kind === 'user' ? only({ userId: actor.userId }) : refused('FORBIDDEN')),
};

/** The own links to calendars; what is secret of them is not told. */
export const calendarFeeds = projection<CalendarFeedRow, CalendarFeedEvents>()({
  code: 'calendar_feeds',
  version: 1,
  title: { ru: 'Ссылки на календарь', en: 'Calendar links' },
  on: {
    CalendarFeedIssued: (_, { aggregateId, data: { organizationId, userId }, metadata: { occurredAt } }) => ({
      calendarFeedId: aggregateId,
      organizationId,
      userId,
      status: 'open',
      issuedAt: occurredAt,
    }),
    CalendarFeedRevoked: (row) => row && { ...row, status: 'revoked' },
  },
  list: { filters: { organizationId: 'string', status: 'string' }, sorts: ['issuedAt'], search: [], defaultSort: '-issuedAt' },
  policy: own,
});
