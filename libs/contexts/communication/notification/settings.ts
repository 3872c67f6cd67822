import { actorId, aggregate, personOf, type Actor } from '@letopis/kernel';
import { ChangeNotificationSettings, MarkAllRead } from './notification.commands';
import type { NotificationSettingsEvents } from './notification.events';
import { CATEGORIES, type Category } from './routing';

/** What somebody wants to be told how, and until when everything was read at once. Its id is the user's. */
export interface NotificationSettings {
  readonly withoutEmail: readonly Category[];
  readonly readUntil: Readonly<Partial<Record<Category, string>>>;
}

const { command, define, event } = aggregate<NotificationSettings, NotificationSettingsEvents>();
const self = personOf<object, NotificationSettings>('self', ({ id }) => id);
const own = ({ actor }: { actor: Actor }) => actorId(actor);

export const notificationSettings = define({
  category: 'notificationSettings',
  initialState: { withoutEmail: [], readUntil: {} },
  commands: {
    ChangeNotificationSettings: command(ChangeNotificationSettings, {
      by: self,
      id: own,
      summary: 'Which messages bring no e-mail beside the site',
    }),
    MarkAllRead: command(MarkAllRead, { by: self, id: own, summary: 'All messages of a tab are read, or of all tabs' }),
  },
  decide: {
    ChangeNotificationSettings: ({ withoutEmail }, state) => {
      const wanted = CATEGORIES.filter((each) => withoutEmail.includes(each));
      return wanted.join() === state.withoutEmail.join() ? [] : [event('NotificationSettingsChanged', { withoutEmail: wanted })];
    },
    MarkAllRead: ({ category }) => [event('AllNotificationsRead', { category })],
  },
  evolve: {
    NotificationSettingsChanged: (state, { withoutEmail }) => ({ ...state, withoutEmail }),
    AllNotificationsRead: (state, { category }, { occurredAt }) => ({
      ...state,
      readUntil: { ...state.readUntil, ...Object.fromEntries((category ? [category] : CATEGORIES).map((each) => [each, occurredAt])) },
    }),
  },
});
