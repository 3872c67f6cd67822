/** What an installation decides for the contexts; plain data, the same for every process of it. */
// @ts-nocheck

export interface Settings {
  /** Where people reach the service, without a slash at the end: letters link there. */
  readonly publicUrl: string;
  /** Version of the consent text that is in force. */
  readonly consentPolicyVersion: string;
  /** Client registrations are accepted without a person. */
  readonly autoAcceptClientRegistration: boolean;
  /** E-mail of the first administrator of the service. */
  readonly adminEmail: string;
}

export const defaultSettings: Settings = {
  publicUrl: 'http://localhost:3000',
  consentPolicyVersion: '2026-01',
  autoAcceptClientRegistration: false,
  adminEmail: 'admin@letopis.local',
};
