import { ERASED } from '@letopis/kernel';
import { facts, fold, given, issue, rows, stream } from '../../../kernel/testing';
import { active, admin, anna, anonymous, boris, EMAIL, sagas, told } from '../identity.fixtures';
import { userProfiles } from '../projections/user-profiles';
import { user } from '../user/user';
import { SetChatPreferences, SetInterfaceLanguage, SetTimeZone, UpdateProfileContacts } from './user-profile.commands';
import type { UserProfileEvents } from './user-profile.events';
import { CHAT_DEFAULTS, userProfile } from './user-profile';

const { userId } = anna;
const fact = facts<UserProfileEvents>();
const self = { actor: anna };

describe('The profile of a user', () => {
  test('contacts are changed field by field, as they are kept; the same again changes nothing', () => {
    const update = issue(UpdateProfileContacts, {
      displayName: '  Анна   Соколова ',
      contactEmail: ' anna@work.ru ',
      phones: ['8 916 123-45-67', '+7 (916) 123 45 67'],
    });
    const updated = fact('ProfileContactsUpdated', {
      changes: { displayName: { to: 'Анна Соколова' }, contactEmail: { to: 'anna@work.ru' }, phones: { to: ['+79161234567'] } },
    });
    given(userProfile).when(update, self).then(updated);
    given(userProfile, updated).when(update, self).thenNothing();
    given(userProfile, updated)
      .when(issue(UpdateProfileContacts, { contactEmail: '', phones: [], messengers: ['@anna'] }), self)
      .then(
        fact('ProfileContactsUpdated', {
          changes: { contactEmail: { from: 'anna@work.ru' }, phones: { from: ['+79161234567'] }, messengers: { to: ['@anna'] } },
        }),
      );
    given(userProfile).when(issue(UpdateProfileContacts), self).thenNothing();
  });

  test('what is no address or no number is refused', () => {
    given(userProfile)
      .when(issue(UpdateProfileContacts, { contactEmail: 'anna' }), self)
      .thenRefused('EMAIL_INVALID');
    given(userProfile)
      .when(issue(UpdateProfileContacts, { phones: ['12'] }), self)
      .thenRefused('PROFILE_PHONE_INVALID');
  });

  test.each(['ru', 'en'] as const)('D59 the language may be «%s»', (locale) => {
    const set = fact('InterfaceLanguageSet', { locale });
    given(userProfile).when(issue(SetInterfaceLanguage, { locale }), self).then(set);
    given(userProfile, set).when(issue(SetInterfaceLanguage, { locale }), self).thenNothing();
  });

  test('D59 a language that the product does not speak is refused', () => {
    given(userProfile)
      .when(issue(SetInterfaceLanguage, { locale: 'de' }), self)
      .thenRefused('LOCALE_UNKNOWN');
  });

  test.each(['Europe/Moscow', 'Asia/Yekaterinburg', 'UTC'])('D60 the zone may be %s', (timeZone) => {
    const set = fact('TimeZoneSet', { timeZone });
    given(userProfile).when(issue(SetTimeZone, { timeZone }), self).then(set);
    given(userProfile, set).when(issue(SetTimeZone, { timeZone }), self).thenNothing();
  });

  test.each(['Europe/Nowhere', '+03:00', 'Moscow time'])('D60 «%s» is no zone', (timeZone) => {
    given(userProfile).when(issue(SetTimeZone, { timeZone }), self).thenRefused('TIMEZONE_UNKNOWN');
  });

  test('R121 sends by Ctrl+Enter until the person wants Enter; what is left out stays, and the same again changes nothing', () => {
    const enter = fact('ChatPreferencesSet', { ...CHAT_DEFAULTS, sendKey: 'enter' });
    given(userProfile)
      .when(issue(SetChatPreferences, { sendKey: 'enter' }), self)
      .then(enter);
    given(userProfile, enter)
      .when(issue(SetChatPreferences, { sendKey: 'enter' }), self)
      .thenNothing();
    given(userProfile, enter).when(issue(SetChatPreferences), self).thenNothing();
    given(userProfile)
      .when(issue(SetChatPreferences, { sendKey: 'ctrl_enter' }), self)
      .thenNothing();
    const both = fact('ChatPreferencesSet', { sendKey: 'enter', xmppJid: undefined, notificationPrefs: { smsForTasks: true } });
    given(userProfile, enter)
      .when(issue(SetChatPreferences, { notificationPrefs: { smsForTasks: true } }), self)
      .then(both);
  });

  test('R122 an XMPP address is kept bare and as it is compared, and taken away by an empty one', () => {
    const set = fact('ChatPreferencesSet', { ...CHAT_DEFAULTS, xmppJid: 'anna@jabber.romashka.ru' });
    for (const xmppJid of ['anna@jabber.romashka.ru', ' xmpp:Anna@Jabber.Romashka.ru '])
      given(userProfile).when(issue(SetChatPreferences, { xmppJid }), self).then(set);
    given(userProfile, set)
      .when(issue(SetChatPreferences, { xmppJid: '' }), self)
      .then(fact('ChatPreferencesSet', { ...CHAT_DEFAULTS, xmppJid: undefined }));
    for (const xmppJid of ['anna', 'anna@home/phone', 'a b@home', '@home', 'anna@', '"<a>"@home'])
      given(userProfile).when(issue(SetChatPreferences, { xmppJid }), self).thenRefused('XMPP_JID_INVALID');
  });

  const COMMANDS = {
    SetChatPreferences: issue(SetChatPreferences, { sendKey: 'enter' }),
    UpdateProfileContacts: issue(UpdateProfileContacts, { displayName: 'Анна' }),
    SetInterfaceLanguage: issue(SetInterfaceLanguage, { locale: 'en' }),
    SetTimeZone: issue(SetTimeZone, { timeZone: 'UTC' }),
  };
  const BY = `
| Command               | anonymous         | anna  | boris     | admin     | system    |
| UpdateProfileContacts | NOT_AUTHENTICATED | allow | NOT_FOUND | NOT_FOUND | NOT_FOUND |
| SetInterfaceLanguage  | NOT_AUTHENTICATED | allow | NOT_FOUND | NOT_FOUND | NOT_FOUND |
| SetTimeZone           | NOT_AUTHENTICATED | allow | NOT_FOUND | NOT_FOUND | NOT_FOUND |
| SetChatPreferences    | NOT_AUTHENTICATED | allow | NOT_FOUND | NOT_FOUND | NOT_FOUND |
`;
  const actors = { anonymous, anna, boris, admin, system: sagas };
  test.each(rows(BY).map((row) => [row.Command!, row] as const))('%s is for the person alone', (name, { Command: _, ...verdicts }) => {
    const command = COMMANDS[name as keyof typeof COMMANDS];
    const judged = Object.entries(actors).map(([who, actor]) => [who, given(userProfile).when(command, { actor, id: userId }).verdict]);
    expect(Object.fromEntries(judged)).toEqual(verdicts);
    expect(Object.keys(userProfile.commands).sort()).toEqual(Object.keys(COMMANDS).sort());
  });

  test('of somebody who was erased nothing is left', () => {
    const changes = { displayName: { to: 'Анна' } };
    const erased = [
      fact('ProfileContactsUpdated', { changes }),
      fact('ProfileContactsUpdated', { changes: ERASED as never }),
      fact('ChatPreferencesSet', { ...CHAT_DEFAULTS, xmppJid: ERASED }),
    ];
    expect(fold(userProfile, userId, erased)).toEqual({ contacts: {}, chat: { ...CHAT_DEFAULTS, xmppJid: undefined } });
  });

  test('the registry shows it from the registration on, and no more once the person is erased', () => {
    const account = stream(user, userId, ...active);
    const row = { userId, locale: 'ru', timeZone: 'Europe/Moscow', ...CHAT_DEFAULTS };
    given(userProfiles, account).thenDocument(userId, row);
    const profile = stream(
      userProfile,
      userId,
      fact('ProfileContactsUpdated', { changes: { displayName: { to: 'Анна' }, phones: { to: ['+79161234567'] } } }),
      fact('ProfileContactsUpdated', { changes: { phones: { from: ['+79161234567'] } } }),
      fact('InterfaceLanguageSet', { locale: 'en' }),
      fact('TimeZoneSet', { timeZone: 'UTC' }),
      fact('ChatPreferencesSet', { ...CHAT_DEFAULTS, sendKey: 'enter' }),
    );
    given(userProfiles, account, profile).thenDocument(userId, {
      ...row,
      displayName: 'Анна',
      locale: 'en',
      timeZone: 'UTC',
      sendKey: 'enter',
    });
    given(userProfiles, account, profile, stream(user, userId, told('UserErased', {}))).thenNoDocument(userId);
    expect(JSON.stringify(row)).not.toContain(EMAIL);
  });
});
