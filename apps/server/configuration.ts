import { defaultSettings, parseEmail, type Settings } from '@letopis/kernel';
import { localSecurityFrom, type LocalSecurity } from '@letopis/local';
import { CAPTCHA_PROVIDERS, SMS_PROVIDERS, type HostedOptions, type SmsGateway, type XmppAccount } from '@letopis/ports';
import { readFileSync } from 'node:fs';
import { defaultRetention, StartError, type PatrolOptions, type Retention } from '@letopis/runtime';
import { isIP } from 'node:net';
import { resolve } from 'node:path';

/** What a process takes part in: answering HTTP, keeping read models, running sagas and timers. */
export const ROLES = ['api', 'projections', 'sagas'] as const;
export type ProcessRole = (typeof ROLES)[number];

/** Everything that the environment decides. */
export interface Configuration {
  /** All of them when nothing is said. */
  readonly roles?: readonly ProcessRole[];
  readonly port: number;
  readonly host: string;
  /** Folder of everything that is kept beside the two databases. */
  readonly dataFolder: string;
  /** Unset: a local server starts. */
  readonly eventStoreUrl?: string;
  readonly mongoUrl?: string;
  /** Password and TLS of the local servers. */
  readonly local?: LocalSecurity;
  readonly smtpUrl?: string;
  readonly mailFrom: string;
  /** A captcha of a provider in the place of our own. */
  readonly captcha?: Pick<HostedOptions, 'provider' | 'verify' | 'siteKey' | 'secret'>;
  /** A gateway for short messages; without one the channel is off. */
  readonly sms?: SmsGateway;
  /** An account at an XMPP server; without one the channel is off. */
  readonly xmpp?: XmppAccount;
  readonly masterKey?: string;
  readonly companiesFile?: string;
  /** A directory over HTTP, in DaData's format, and the key for it. */
  readonly companiesApi?: { readonly url: string; readonly key: string };
  readonly trustProxy?: string;
  /** Calls that one address may make in a minute without signing in. */
  readonly strangersPerMinute: number;
  /** How long readings of the audit and refusals are kept, in days. */
  readonly retention?: Retention;
  /** How read models are looked through all the time; unset: they are not. */
  readonly patrol?: PatrolOptions;
  readonly settings: Settings;
}

/**
 * The configuration of the environment; `--role` on the command line goes before `LETOPIS_ROLE`.
 * @throws StartError naming the variable that is wrong
 */
export function configurationFrom(env: Readonly<Record<string, string | undefined>>, argv: readonly string[] = []): Configuration {
  const port = whole(env, 'PORT', 3000);
  const host = env.HOST || '127.0.0.1';
  return {
    roles: roles(env, argv),
    port,
    host,
    dataFolder: resolve(env.LETOPIS_DATA || '.letopis'),
    eventStoreUrl: url(env, 'EVENTSTORE_URL', /^(esdb|esdb\+discover|kurrentdb|kurrent):\/\//),
    mongoUrl: url(env, 'MONGODB_URL', /^mongodb(\+srv)?:\/\//),
    local: localSecurity(env),
    smtpUrl: url(env, 'SMTP_URL', /^smtps?:\/\//),
    mailFrom: env.MAIL_FROM || 'Летопись <letopis@localhost>',
    captcha: hostedCaptcha(env),
    sms: smsOf(env),
    xmpp: xmppOf(env),
    masterKey: env.LETOPIS_MASTER_KEY || undefined,
    ...companies(env),
    trustProxy: proxies(env, 'TRUST_PROXY'),
    strangersPerMinute: whole(env, 'STRANGERS_PER_MINUTE', 120),
    patrol: patrolFrom(env),
    retention: {
      auditAccess: whole(env, 'AUDIT_ACCESS_DAYS', defaultRetention.auditAccess),
      refusals: whole(env, 'REFUSALS_DAYS', defaultRetention.refusals),
    },
    settings: {
      ...defaultSettings,
      publicUrl: (env.PUBLIC_URL || `http://localhost:${port}`).replace(/\/$/, ''),
      consentPolicyVersion: env.CONSENT_POLICY_VERSION || defaultSettings.consentPolicyVersion,
      autoAcceptClientRegistration: flag(env, 'AUTO_ACCEPT_CLIENT_REGISTRATION'),
      adminEmail: address(env, 'LETOPIS_ADMIN_EMAIL', defaultSettings.adminEmail),
    },
  };
}

type Env = Readonly<Record<string, string | undefined>>;

function roles(env: Env, argv: readonly string[]): readonly ProcessRole[] {
  const at = argv.findIndex((word) => word === '--role' || word.startsWith('--role='));
  const [, inline] = argv[at]?.split('=') ?? [];
  const text = at >= 0 ? (inline ?? argv[at + 1] ?? '') : env.LETOPIS_ROLE || 'all';
  const named = text === 'all' ? [...ROLES] : text.split(',').map((role) => role.trim());
  const unknown = named.find((role) => !ROLES.some((known) => known === role));
  if (unknown !== undefined) throw new StartError(`LETOPIS_ROLE (--role) is all, or some of ${ROLES.join(', ')}: ${text}`);
  return named as ProcessRole[];
}

function patrolFrom(env: Env): PatrolOptions | undefined {
  const seconds = whole(env, 'VERIFY_EVERY', 5);
  return seconds === 0 ? undefined : { pause: seconds * 1_000, heal: flag(env, 'VERIFY_HEAL') };
}

function localSecurity(env: Env): LocalSecurity {
  try {
    return localSecurityFrom(env);
  } catch (cause) {
    throw new StartError((cause as Error).message, { cause });
  }
}

/** A provider by name, or any other whose «siteverify» is described; half a description is refused. */
function hostedCaptcha(env: Env): Configuration['captcha'] {
  const provider = env.CAPTCHA_PROVIDER;
  if (!provider) return undefined;
  const named = (name: string) => {
    const value = env[name];
    if (!value) throw new StartError(`${name} is missing: CAPTCHA_PROVIDER is ${provider}`);
    return value;
  };
  const known = Object.hasOwn(CAPTCHA_PROVIDERS, provider) ? CAPTCHA_PROVIDERS[provider] : undefined;
  const verifyUrl = url(env, 'CAPTCHA_VERIFY_URL', /^https?:\/\//) ?? known?.url;
  if (!verifyUrl)
    throw new StartError(`CAPTCHA_PROVIDER is none of ${Object.keys(CAPTCHA_PROVIDERS).join(', ')}: CAPTCHA_VERIFY_URL says how to ask it`);
  const method = env.CAPTCHA_VERIFY_METHOD || known?.method || 'POST';
  if (method !== 'POST' && method !== 'GET') throw new StartError(`CAPTCHA_VERIFY_METHOD is neither POST nor GET: ${method}`);
  return {
    provider,
    siteKey: named('CAPTCHA_SITE_KEY'),
    secret: named('CAPTCHA_SECRET'),
    verify: {
      url: verifyUrl,
      method,
      secretField: env.CAPTCHA_SECRET_FIELD || known?.secretField || 'secret',
      answerField: env.CAPTCHA_ANSWER_FIELD || known?.answerField || 'response',
      successField: env.CAPTCHA_SUCCESS_FIELD || known?.successField || 'success',
      successValue: env.CAPTCHA_SUCCESS_VALUE || known?.successValue || 'true',
    },
  };
}

/** `xmpps://letopis%40example.org:password@host:port`; without a domain in the name it is that of the host. */
function xmppOf(env: Env): XmppAccount | undefined {
  const text = url(env, 'XMPP_URL', /^(xmpps?|wss?):\/\/[^@]+:[^@]+@/);
  if (text === undefined) return undefined;
  const { protocol, host, hostname, pathname, username, password } = new URL(text);
  const [name = '', domain = hostname] = decodeURIComponent(username).split('@');
  const path = protocol.startsWith('ws') ? pathname : '';
  return { service: `${protocol}//${host}${path}`, domain, username: name, password: decodeURIComponent(password) };
}

/** A gateway by name, or the file that describes one; `SMS_KEY` is filled in as `{{KEY}}` and stands in no file. */
function smsOf(env: Env): SmsGateway | undefined {
  const named = env.SMS_GATEWAY;
  if (!named) return undefined;
  const known = Object.hasOwn(SMS_PROVIDERS, named) ? SMS_PROVIDERS[named] : undefined;
  const gateway = known ?? described(named);
  if (!env.SMS_KEY && JSON.stringify(gateway).includes('{{KEY}}')) throw new StartError('SMS_KEY is missing: SMS_GATEWAY fills it in');
  return { ...gateway, secrets: { ...gateway.secrets, ...(env.SMS_KEY ? { KEY: env.SMS_KEY } : {}) } };
}

function described(file: string): SmsGateway {
  const names = Object.keys(SMS_PROVIDERS).join(', ');
  let gateway: Partial<SmsGateway>;
  try {
    gateway = JSON.parse(readFileSync(file, 'utf8')) as Partial<SmsGateway>;
  } catch (cause) {
    throw new StartError(`SMS_GATEWAY is neither ${names} nor a JSON file that describes a gateway: ${file}`, { cause });
  }
  const isWhole = ['GET', 'POST', 'PUT'].includes(gateway.method ?? '') && /^https?:\/\//.test(gateway.url ?? '');
  if (!isWhole) throw new StartError(`SMS_GATEWAY: ${file} must say method (GET, POST, PUT) and url of the gateway`);
  return gateway as SmsGateway;
}

function whole(env: Env, name: string, otherwise: number): number {
  const text = env[name];
  if (!text) return otherwise;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new StartError(`${name} is not a whole number from 0 to 65535: ${text}`);
  return number;
}

/** A file of companies, or the address of a service that knows them and the key for it. */
function companies(env: Env): Pick<Configuration, 'companiesFile' | 'companiesApi'> {
  const where = env.COMPANY_DIRECTORY;
  if (!where || !/^https?:\/\//.test(where)) return { companiesFile: where || undefined };
  if (!URL.canParse(where)) throw new StartError(`COMPANY_DIRECTORY is not a URL: ${where}`);
  const key = env.COMPANY_DIRECTORY_KEY;
  if (!key) throw new StartError('COMPANY_DIRECTORY_KEY is missing: a directory over HTTP is asked by key');
  return { companiesApi: { url: where, key } };
}

function address(env: Env, name: string, otherwise: string): string {
  const found = parseEmail(env[name] || otherwise);
  if (!found) throw new StartError(`${name} is not an e-mail address: ${env[name]}`);
  return found;
}

/** Addresses and networks, or express's names for them. `true` would believe everybody and is not taken. */
function proxies(env: Env, name: string): string | undefined {
  const text = env[name];
  if (!text) return undefined;
  for (const part of text.split(',').map((one) => one.trim())) {
    const [ip = '', bits] = part.split('/');
    const known =
      ['loopback', 'linklocal', 'uniquelocal'].includes(part) || (isIP(ip) > 0 && (bits === undefined || /^\d{1,3}$/.test(bits)));
    if (!known) throw new StartError(`${name} is a list of addresses and networks of proxies: ${text}`);
  }
  return text;
}

function flag(env: Env, name: string): boolean {
  const text = env[name] || 'false';
  if (text !== 'true' && text !== 'false') throw new StartError(`${name} is neither true nor false: ${text}`);
  return text === 'true';
}

function url(env: Env, name: string, scheme: RegExp): string | undefined {
  const text = env[name];
  if (!text) return undefined;
  if (!scheme.test(text))
    throw new StartError(`${name} is not a URL of the right kind: it must begin with ${scheme.source.replace(/[\\^()]/g, '')}`);
  return text;
}
