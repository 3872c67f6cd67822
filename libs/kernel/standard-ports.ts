import { port, type PortMethod } from './needs';

/** Tests that a person, not a machine, fills in a form. A challenge can be answered once. */
export interface CaptchaPort {
  verify: PortMethod<{ captchaId?: string; answer?: string }, boolean>;
}

/** Passwords: their hashes are kept here, events only name a version. */
export interface CredentialsPort {
  /** Makes and keeps a password of 16 unambiguous characters; the plain one lies in the vault under `secretRef`. */
  generate: PortMethod<{ userId: string }, { credentialVersion: string; secretRef: string }>;
  /** Keeps the hash of a password as a new version. */
  set: PortMethod<{ userId: string; password: string }, { credentialVersion: string }>;
  /** Keeps the hash of the password that lies in the vault. */
  setFromVault: PortMethod<{ userId: string; secretRef: string }, { credentialVersion: string }>;
  /** Whether the password is that of the version. Costs the same when there is none. */
  verify: PortMethod<{ userId: string; credentialVersion?: string; password: string }, boolean>;
}

/** One-time secrets: the plain one lies encrypted in the vault until it is used or its time is over, events hold the hash. */
export interface SecretsPort {
  /** `keyedFor`: the hash is keyed for that purpose, so that only who has the key can check a secret against it. */
  issue: PortMethod<{ name: string; hours: number; keyedFor?: string }, { tokenHash: string; secretRef: string }>;
  matches: PortMethod<{ token: string; tokenHash?: string }, boolean>;
  /** Puts a password into the vault for the letter and the account: the typed one, unless it is weak, or a made-up one. */
  keepPassword: PortMethod<{ password?: string; weak: boolean }, { secretRef: string } | undefined>;
}

/** What a file was found to be by its content. */
export interface FileFacts {
  readonly fileId: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  readonly sha256: string;
  /** Of pictures, in pixels. */
  readonly width?: number;
  readonly height?: number;
  /** The user who brought it. */
  readonly uploadedBy: string;
}

/** A record that a file belongs to. */
export interface FileOwner {
  readonly category: string;
  readonly id: string;
}

/** Files that people have uploaded; bytes stay outside the log, events name them. */
export interface FilesPort {
  describe: PortMethod<{ fileId: string }, FileFacts | undefined>;
  /**
   * Keeps the file for a record that is about to name it; what it is, unless another record has it. Who names it within a
   * quarter of an hour has it for good, by what the saga of the record says afterwards.
   */
  take: PortMethod<{ fileId: string; owner: FileOwner }, FileFacts | undefined>;
}

/** Other aggregates that do something first so that a decision can be made: give a number, keep a place. */
export interface CommandsPort {
  /**
   * Sends the command as the system, and answers what the command answers. It may be sent again for one decision: the aggregate
   * knows by its state what it has done already; then nothing is answered, and what it has given is read from there.
   */
  ask: PortMethod<{ type: string; payload: object }, Readonly<Record<string, unknown>>>;
}

/** Human numbers: the same `forId` always gets the same number of its counter; gaps are possible. */
export interface NumbersPort {
  allocate: PortMethod<{ organizationId: string; kind: string; forId: string }, number>;
}

/** Failures to sign in to addresses that nobody has; of accounts they are events. Kept for days, by keyed hash of the address. */
export interface AttemptsPort {
  /** When they were, oldest first; those before the one of the same id. */
  failures: PortMethod<{ address: string }, readonly string[]>;
  /** Notes one more. */
  failed: PortMethod<{ address: string }, void>;
}

/** When sessions were last used: outside the log, since a heart-beat is no event. */
export interface PresencePort {
  /** `at`: when it was used, where that is not now. */
  seen: PortMethod<{ sessionId: string; userId?: string; at?: string }, void>;
  lastSeen: PortMethod<{ sessionId: string }, string | undefined>;
  /** The session is over. */
  left: PortMethod<{ sessionId: string }, void>;
  /** How many sessions a person has open, and when any of them was used last. */
  ofUser: PortMethod<{ userId: string }, { sessions: number; lastActivityAt?: string }>;
}

/** A channel that reaches beyond the service's own pages. */
export type OutwardChannel = 'email' | 'sms' | 'xmpp';

/** How one attempt to deliver ended. What failed for good is not tried again. */
export type DeliveryOutcome =
  | { readonly outcome: 'sent'; readonly providerId?: string }
  | { readonly outcome: 'failed'; readonly error: string; readonly permanent: boolean };

/** Messages to people over channels outside; whatever goes wrong there is an answer, never thrown. */
export interface DeliveryPort {
  /** What there is for a person at this moment: a gateway for SMS, a connected XMPP client. */
  available: PortMethod<{ jid?: string }, { sms: boolean; xmpp: boolean }>;
  /** Tries once. By the same `deliveryId` the same message goes out once, as far as the channel can tell. */
  send: PortMethod<{ deliveryId: string; channel: OutwardChannel; to: string; text: string; letter?: Letter }, DeliveryOutcome>;
}

/** Official data of companies by INN. `undefined`: not known, or not to be had at the moment. */
export interface CompanyDirectoryPort {
  lookup: PortMethod<{ inn: string; kpp?: string }, CompanyDetails | undefined>;
}

export const companyDirectory = port<CompanyDirectoryPort>('companyDirectory');
export const attempts = port<AttemptsPort>('attempts');
export const captcha = port<CaptchaPort>('captcha');
export const credentials = port<CredentialsPort>('credentials');
export const delivery = port<DeliveryPort>('delivery');
export const presence = port<PresencePort>('presence');
export const secrets = port<SecretsPort>('secrets');
export const commands = port<CommandsPort>('commands');
export const files = port<FilesPort>('files');
export const numbers = port<NumbersPort>('numbers');

/** What a saga gives to the port `mail` to deliver: texts by template, secrets by reference. */
export interface Letter {
  readonly template: string;
  readonly to: string;
  readonly locale: 'ru' | 'en';
  /** IANA name of the reader's time zone; Moscow where it is not known. */
  readonly timeZone?: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Name in the template → reference into the vault; destroyed when the letter has been delivered. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Files that go with it. */
  readonly attachments?: readonly { readonly fileId: string; readonly name: string }[];
}

/** What the port `companyDirectory` knows of a company. */
export interface CompanyDetails {
  readonly fullName?: string;
  readonly shortName?: string;
  readonly kpp?: string;
  readonly ogrn?: string;
  readonly legalAddress?: string;
}
