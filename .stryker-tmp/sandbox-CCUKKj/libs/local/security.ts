// @ts-nocheck
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { EventStoreOptions, EventStoreTls } from './eventstore';
import type { MongoOptions } from './mongodb';
import type { LocalServerOptions } from './server';
import type { LocalServerKind } from './thread';

/** Who may speak to local servers, and whether others can listen. Nothing set: everybody on this machine may. */
export interface LocalSecurity {
  /** Of MongoDB's user `letopis` (SCRAM-SHA-256), and of EventStoreDB's user `admin` where that is served over TLS. */
  readonly password?: string;
  /** Of EventStoreDB. The local MongoDB protocol has no TLS. */
  readonly tls?: EventStoreTls;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * What `LETOPIS_LOCAL_PASSWORD`, `LETOPIS_LOCAL_TLS_CERT`, `LETOPIS_LOCAL_TLS_KEY` and `LETOPIS_LOCAL_TLS_CA` say.
 * @throws Error naming the variable that is wrong
 */
export function localSecurityFrom(env: Env): LocalSecurity {
  const { LETOPIS_LOCAL_PASSWORD: password, LETOPIS_LOCAL_TLS_CERT: certFile, LETOPIS_LOCAL_TLS_KEY: keyFile } = env;
  const security = { ...(password ? { password } : {}) };
  if (!certFile && !keyFile) return security;
  if (!certFile || !keyFile) throw new Error(`LETOPIS_LOCAL_TLS_${certFile ? 'KEY' : 'CERT'} is missing: TLS needs certificate and key`);
  const certificate = read('LETOPIS_LOCAL_TLS_CERT', certFile, (pem) => new X509Certificate(pem));
  const own = read('LETOPIS_LOCAL_TLS_KEY', keyFile, (pem) => pem.includes('PRIVATE KEY'));
  if (!own) throw new Error(`LETOPIS_LOCAL_TLS_KEY: ${keyFile} holds no private key in PEM`);
  // A certificate that no authority signed is itself what clients know it by.
  const selfSigned = certificate.checkIssued(certificate);
  const caFile = env.LETOPIS_LOCAL_TLS_CA || (selfSigned ? certFile : undefined);
  if (caFile) read('LETOPIS_LOCAL_TLS_CA', caFile, (pem) => new X509Certificate(pem));
  return { ...security, tls: { certFile, keyFile, ...(caFile ? { caFile } : {}) } };
}

/**
 * The options of one kind of server with what of its security that protocol knows. Where no host is given, a server over TLS
 * is reached as `localhost`, which its certificate must name. @throws Error when it does not
 */
export function secured(kind: LocalServerKind, options: LocalServerOptions, { password, tls }: LocalSecurity): LocalServerOptions {
  if (kind === 'mongodb') {
    const mongodb: MongoOptions = { ...options, ...(password ? { password } : {}) };
    return mongodb;
  }
  if (!tls) return options; // clients do not send credentials in clear
  if (options.host === undefined && !new X509Certificate(readFileSync(tls.certFile)).checkHost('localhost')) {
    throw new Error(`LETOPIS_LOCAL_TLS_CERT: ${tls.certFile} does not name localhost, as which the server is reached`);
  }
  const eventstore: EventStoreOptions = {
    host: 'localhost',
    ...options,
    tls,
    ...(password ? { credentials: { username: 'admin', password } } : {}),
  };
  return eventstore;
}

/** An address without user and password, for people and logs. */
export const withoutLogin = (url: string) => url.replace(/\/\/[^@/]*@/, '//');

function read<Value>(variable: string, file: string, parse: (pem: string) => Value): Value {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${variable}: ${file} cannot be used: ${(cause as Error).message}`, { cause });
  }
}
