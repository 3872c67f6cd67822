import { actorId, aggregate, ERASED, parseEmail, parsePhone, personOf, subjectOf, type Actor } from '@letopis/kernel';
import { refusal } from '../errors';
import { SetChatPreferences, SetInterfaceLanguage, SetTimeZone, UpdateProfileContacts } from './user-profile.commands';
import {
  INTERFACE_LANGUAGES,
  type ChatPreferences,
  type ContactChanges,
  type Contacts,
  type InterfaceLanguage,
  type UserProfileEvents,
} from './user-profile.events';

/** What a person tells of the own self. It is there from the registration on; what was never set is undefined. */
export interface UserProfile {
  readonly contacts: Contacts;
  /** Language of the interface and of letters; that of the registration until it is set. */
  readonly locale?: InterfaceLanguage;
  /** IANA name; Moscow until it is set. */
  readonly timeZone?: string;
  readonly chat: ChatPreferences;
}

export const CHAT_DEFAULTS: ChatPreferences = { sendKey: 'ctrl_enter', notificationPrefs: { smsForTasks: false } };

const { command, define, event } = aggregate<UserProfile, UserProfileEvents>();

const self = personOf<object, UserProfile>('self', ({ id }) => id);
const own = ({ actor }: { actor: Actor }) => actorId(actor);

/** «Профиль пользователя»; its id is the user's. */
export const userProfile = define({
  category: 'userProfile',
  initialState: { contacts: {}, chat: CHAT_DEFAULTS },
  personal: {
    ProfileContactsUpdated: { of: (_: object, userId: string) => subjectOf(userId), fields: ['changes'] },
    ChatPreferencesSet: { of: (_: object, userId: string) => subjectOf(userId), fields: ['xmppJid'] },
  },

  commands: {
    UpdateProfileContacts: command(UpdateProfileContacts, { by: self, id: own, summary: 'Name, addresses and phones that others see' }),
    SetInterfaceLanguage: command(SetInterfaceLanguage, { by: self, id: own, summary: 'Language of the interface and of letters' }),
    SetTimeZone: command(SetTimeZone, { by: self, id: own, summary: 'Time zone in which times are told' }),
    SetChatPreferences: command(SetChatPreferences, { by: self, id: own, summary: 'Send key, XMPP address, SMS about tasks' }),
  },

  decide: {
    UpdateProfileContacts: (typed, { contacts }) => {
      const changes = changesOf(contacts, wanted(typed));
      return Object.keys(changes).length === 0 ? [] : [event('ProfileContactsUpdated', { changes })];
    },
    SetInterfaceLanguage: ({ locale: typed }, { locale }) => {
      const language = INTERFACE_LANGUAGES.find((each) => each === typed);
      if (!language) throw refusal('LOCALE_UNKNOWN');
      return language === locale ? [] : [event('InterfaceLanguageSet', { locale: language })];
    },
    SetTimeZone: ({ timeZone: typed }, { timeZone }) => {
      if (!isTimeZone(typed)) throw refusal('TIMEZONE_UNKNOWN');
      return typed === timeZone ? [] : [event('TimeZoneSet', { timeZone: typed })];
    },
    SetChatPreferences: ({ sendKey, xmppJid, notificationPrefs }, { chat }) => {
      const wanted: ChatPreferences = {
        sendKey: sendKey ?? chat.sendKey,
        xmppJid: xmppJid === undefined ? chat.xmppJid : validJid(xmppJid),
        notificationPrefs: notificationPrefs ?? chat.notificationPrefs,
      };
      const isSame =
        wanted.sendKey === chat.sendKey &&
        wanted.xmppJid === chat.xmppJid &&
        wanted.notificationPrefs.smsForTasks === chat.notificationPrefs.smsForTasks;
      return isSame ? [] : [event('ChatPreferencesSet', wanted)];
    },
  },

  evolve: {
    ProfileContactsUpdated: (state, { changes }) => ({ ...state, contacts: changed(state.contacts, changes) }),
    InterfaceLanguageSet: (state, { locale }) => ({ ...state, locale }),
    TimeZoneSet: (state, { timeZone }) => ({ ...state, timeZone }),
    ChatPreferencesSet: (state, chat) => ({ ...state, chat: preferences(chat) }),
  },
});

/** Contacts after a change; of somebody who was erased there are none. */
export function changed(contacts: Contacts, changes: ContactChanges): Contacts {
  if ((changes as unknown) === ERASED) return {};
  return { ...contacts, ...Object.fromEntries(Object.entries(changes).map(([name, { to }]) => [name, to])) };
}

/** Of somebody who was erased there is no address. */
export const preferences = ({ sendKey, xmppJid, notificationPrefs }: ChatPreferences): ChatPreferences => ({
  sendKey,
  xmppJid: xmppJid === ERASED ? undefined : xmppJid,
  notificationPrefs,
});

/** The fields that were typed, as they are kept; empty ones are taken away. */
function wanted({ displayName, contactEmail, phones, messengers }: UpdateProfileContacts): Contacts {
  return {
    ...(displayName === undefined ? {} : { displayName: displayName.trim().replace(/\s+/g, ' ') || undefined }),
    ...(contactEmail === undefined ? {} : { contactEmail: contactEmail === '' ? undefined : validEmail(contactEmail) }),
    ...(phones === undefined ? {} : { phones: list(phones.map(validPhone)) }),
    ...(messengers === undefined ? {} : { messengers: list(messengers.map((each) => each.trim())) }),
  };
}

const list = (texts: readonly string[]) => (texts.length === 0 ? undefined : [...new Set(texts)]);

function validEmail(typed: string): string {
  const address = parseEmail(typed);
  if (!address) throw refusal('EMAIL_INVALID');
  return address;
}

function validPhone(typed: string): string {
  const phone = parsePhone(typed);
  if (!phone) throw refusal('PROFILE_PHONE_INVALID');
  return phone;
}

/** A bare address of RFC 7622, as it is compared: where a client is there is not the person's to say. */
function validJid(typed: string): string | undefined {
  const jid = typed
    .trim()
    .replace(/^xmpp:/i, '')
    .toLowerCase();
  if (jid === '') return undefined;
  if (!/^[^\s@/"&'<>:]{1,127}@[^\s@/"&'<>:]{1,127}$/.test(jid)) throw refusal('XMPP_JID_INVALID');
  return jid;
}

function changesOf(before: Contacts, after: Contacts): ContactChanges {
  const names = Object.keys(after) as (keyof Contacts)[];
  const differing = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(differing.map((name) => [name, { from: before[name], to: after[name] }]));
}

/** Whether the name is one of the IANA database; offsets such as `+03:00` are none. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false; // RangeError: not known
  }
}
