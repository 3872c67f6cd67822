export const INTERFACE_LANGUAGES = ['ru', 'en'] as const;
export type InterfaceLanguage = (typeof INTERFACE_LANGUAGES)[number];

export const SEND_KEYS = ['ctrl_enter', 'enter'] as const;
export type SendKey = (typeof SEND_KEYS)[number];

/** How a person chats and is told. */
export interface ChatPreferences {
  readonly sendKey: SendKey;
  readonly xmppJid?: string;
  /** Messages about tasks come as SMS as well. */
  readonly notificationPrefs: { readonly smsForTasks: boolean };
}

/** How others reach a person. */
export interface Contacts {
  readonly displayName?: string;
  readonly contactEmail?: string;
  readonly phones?: readonly string[];
  readonly messengers?: readonly string[];
}

export type ContactChanges = { readonly [K in keyof Contacts]?: { readonly from?: Contacts[K]; readonly to?: Contacts[K] } };

export interface UserProfileEvents {
  ProfileContactsUpdated: { changes: ContactChanges };
  InterfaceLanguageSet: { locale: InterfaceLanguage };
  TimeZoneSet: { timeZone: string };
  /** All of them, as they are from now on. */
  ChatPreferencesSet: ChatPreferences;
}
