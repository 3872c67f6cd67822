export const INTERFACE_LANGUAGES = ['ru', 'en'] as const;
export type InterfaceLanguage = (typeof INTERFACE_LANGUAGES)[number];

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
}
