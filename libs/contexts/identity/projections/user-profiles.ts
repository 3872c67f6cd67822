import { MOSCOW, projection } from '@letopis/kernel';
import { ownRows } from '../read-policies';
import { changed, CHAT_DEFAULTS, preferences } from '../user-profile/user-profile';
import type { ChatPreferences, Contacts, InterfaceLanguage, UserProfileEvents } from '../user-profile/user-profile.events';
import type { UserEvents } from '../user/user.events';

export interface UserProfileRow extends Contacts, ChatPreferences {
  readonly userId: string;
  readonly locale: InterfaceLanguage;
  readonly timeZone: string;
}

/** «Профиль пользователя»: there from the registration on, gone with the person. */
export const userProfiles = projection<UserProfileRow, UserEvents & UserProfileEvents>()({
  code: 'user_profiles',
  version: 2,
  title: { ru: 'Профили пользователей', en: 'User profiles' },
  on: {
    UserRegistered: (_, { aggregateId: userId, data: { locale } }) => ({ userId, locale, timeZone: MOSCOW, ...CHAT_DEFAULTS }),
    ProfileContactsUpdated: (row, { data: { changes } }) => row && { ...row, ...changed(row, changes) },
    InterfaceLanguageSet: (row, { data: { locale } }) => row && { ...row, locale },
    TimeZoneSet: (row, { data: { timeZone } }) => row && { ...row, timeZone },
    ChatPreferencesSet: (row, { data }) => row && { ...row, ...preferences(data) },
    UserErased: () => undefined,
  },
  list: { filters: { userId: 'string' }, sorts: ['displayName'], search: ['displayName'], defaultSort: 'displayName' },
  policy: ownRows('userId'),
});
