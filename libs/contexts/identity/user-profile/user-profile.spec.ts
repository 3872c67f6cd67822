import { ERASED } from '@letopis/kernel';
import { facts, fold, given, issue, rows, stream } from '../../../kernel/testing';
import { active, admin, anna, anonymous, boris, EMAIL, sagas, told } from '../identity.fixtures';
import { userProfiles } from '../projections/user-profiles';
import { user } from '../user/user';
import { SetInterfaceLanguage, SetTimeZone, UpdateProfileContacts } from './user-profile.commands';
import type { UserProfileEvents } from './user-profile.events';
import { userProfile } from './user-profile';

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

  const COMMANDS = {
    UpdateProfileContacts: issue(UpdateProfileContacts, { displayName: 'Анна' }),
    SetInterfaceLanguage: issue(SetInterfaceLanguage, { locale: 'en' }),
    SetTimeZone: issue(SetTimeZone, { timeZone: 'UTC' }),
  };
  const BY = `
| Command               | anonymous         | anna  | boris     | admin     | system    |
| UpdateProfileContacts | NOT_AUTHENTICATED | allow | NOT_FOUND | NOT_FOUND | NOT_FOUND |
| SetInterfaceLanguage  | NOT_AUTHENTICATED | allow | NOT_FOUND | NOT_FOUND | NOT_FOUND |
| SetTimeZone           | NOT_AUTHENTICATED | allow | NOT_FOUND | NOT_FOUND | NOT_FOUND |
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
    const erased = [fact('ProfileContactsUpdated', { changes }), fact('ProfileContactsUpdated', { changes: ERASED as never })];
    expect(fold(userProfile, userId, erased)).toEqual({ contacts: {} });
  });

  test('the registry shows it from the registration on, and no more once the person is erased', () => {
    const account = stream(user, userId, ...active);
    const row = { userId, locale: 'ru', timeZone: 'Europe/Moscow' };
    given(userProfiles, account).thenDocument(userId, row);
    const profile = stream(
      userProfile,
      userId,
      fact('ProfileContactsUpdated', { changes: { displayName: { to: 'Анна' }, phones: { to: ['+79161234567'] } } }),
      fact('ProfileContactsUpdated', { changes: { phones: { from: ['+79161234567'] } } }),
      fact('InterfaceLanguageSet', { locale: 'en' }),
      fact('TimeZoneSet', { timeZone: 'UTC' }),
    );
    given(userProfiles, account, profile).thenDocument(userId, { ...row, displayName: 'Анна', locale: 'en', timeZone: 'UTC' });
    given(userProfiles, account, profile, stream(user, userId, told('UserErased', {}))).thenNoDocument(userId);
    expect(JSON.stringify(row)).not.toContain(EMAIL);
  });
});
