import { aggregate, derivedId, Id, member, oneOf, personOf, secrets, standingOf, systemOnly, type Actor } from '@letopis/kernel';
import { refusal } from '../errors';

/** A new link to the own calendar; the one before it ends. */
export class IssueCalendarFeed {
  @Id() organizationId: string;
}

export class RevokeCalendarFeed {
  @Id() calendarFeedId: string;
}

export interface CalendarFeedEvents {
  /** Of the secret only a keyed hash is told; where it waits to be fetched once, a reference. */
  CalendarFeedIssued: { organizationId: string; userId: string; staffId?: string; tokenHash: string; secretRef: string };
  CalendarFeedRevoked: Record<never, never>;
}

export interface CalendarFeed {
  readonly status: 'none' | 'open' | 'revoked';
  readonly organizationId: string;
  readonly userId: string;
  readonly staffId?: string;
  readonly tokenHash?: string;
  readonly secretRef?: string;
}

const { command, define, event } = aggregate<CalendarFeed, CalendarFeedEvents>();

/** How long a new link waits to be fetched by the person who asked for it. */
const WAITS_HOURS = 1;
/** What the keyed hash of a link is for. */
export const LINK = 'calendarFeed';

/** A person has one link in an organization. */
export const calendarFeedOf = (organizationId: string, userId: string): string => derivedId('calendarFeed', organizationId, userId);

const userIdOf = (actor: Actor) => (actor.kind === 'user' ? actor.userId : undefined);

export const calendarFeed = define({
  category: 'calendarFeed',
  initialState: { status: 'none', organizationId: '', userId: '' },
  organizationId: ({ organizationId }) => organizationId || undefined,

  commands: {
    IssueCalendarFeed: command(IssueCalendarFeed, {
      id: ({ command: { organizationId }, actor }) => calendarFeedOf(organizationId, userIdOf(actor) ?? 'nobody'),
      by: member<IssueCalendarFeed, CalendarFeed>({ in: ({ command }) => command.organizationId, inside: true }),
      needs: ({ command: { organizationId }, actor }) => ({
        own: standingOf(organizationId, userIdOf(actor)),
        secret: secrets('issue', { name: 'calendarFeed', hours: WAITS_HOURS, keyedFor: LINK }),
      }),
      summary: 'A secret link by which a calendar program reads the own calendar; the link before it ends',
    }),
    RevokeCalendarFeed: command(RevokeCalendarFeed, {
      by: oneOf<RevokeCalendarFeed, CalendarFeed>(
        systemOnly,
        personOf('self', ({ state }) => state.userId),
      ),
      summary: 'The link opens nothing any more',
    }),
  },

  decide: {
    IssueCalendarFeed: ({ organizationId }, _, { own, secret, actor }) => {
      const userId = userIdOf(actor);
      if (userId === undefined) throw refusal('FORBIDDEN');
      const { tokenHash, secretRef } = secret;
      return [event('CalendarFeedIssued', { organizationId, userId, staffId: own.staffId, tokenHash, secretRef })];
    },
    RevokeCalendarFeed: (_, { status }) => {
      if (status === 'none') throw refusal('NOT_FOUND');
      return status === 'revoked' ? [] : [event('CalendarFeedRevoked', {})];
    },
  },

  evolve: {
    CalendarFeedIssued: (_, fields) => ({ ...fields, status: 'open' }),
    CalendarFeedRevoked: ({ organizationId, userId, staffId }) => ({ status: 'revoked', organizationId, userId, staffId }),
  },
});
