import { identity } from '@letopis/contexts/identity';
import type { CompanyDirectoryPort } from '@letopis/kernel';
import { communication } from '@letopis/contexts/communication';
import { crm } from '@letopis/contexts/crm';
import { documents } from '@letopis/contexts/documents';
import { organizations } from '@letopis/contexts/organizations';
import { persons } from '@letopis/contexts/persons';
import { processes } from '@letopis/contexts/processes';
import { staffContext } from '@letopis/contexts/staff';
import { work } from '@letopis/contexts/work';
import { workspaces } from '@letopis/contexts/workspace';
import { secured, startInThread, type LocalServer, type LocalServerKind, type LocalServerOptions } from '@letopis/local';
import {
  Attempts,
  Captchas,
  credentialsPort,
  csvDirectory,
  deliveryPort,
  HostedCaptcha,
  Files,
  httpDirectory,
  mailPort,
  noDirectory,
  noSms,
  noXmpp,
  outbox,
  Presence,
  secretsPort,
  smsGateway,
  smtp,
  Vault,
  xmppClient,
  type CaptchaService,
  type HashingCost,
  type LetterWatch,
  type RunningXmpp,
} from '@letopis/ports';
import { createLogger, Runtime, startServer, StartError, systemClock, type Clock, type Logger, type Ports } from '@letopis/runtime';
import type { INestApplication } from '@nestjs/common';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { bootstrapAdministrator } from './bootstrap';
import { ROLES, type Configuration } from './configuration';
import { sweepFiles } from './files-sweep';
import { releaseOf } from './release';
import { openErasureNotes } from './erasure-notes';
import { openKeyring } from './secrets-file';

/** The contexts that the product is made of. */
export const contexts = [identity, organizations, persons, staffContext, workspaces, communication, work, crm, documents, processes];

export const VERSION = '0.1.0';

/** What tests put in the place of the real thing. */
export interface Substitutes {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly captchaText?: () => string;
  readonly hashing?: HashingCost;
  /** How local servers are started; in a thread of their own by default. */
  readonly startLocal?: (kind: LocalServerKind, options: LocalServerOptions) => Promise<LocalServer>;
}

/** The whole product, running. */
export interface Product {
  readonly url: string;
  readonly runtime: Runtime;
  readonly app: INestApplication;
  /** One-time link of the first administrator, until that person has signed in. */
  readonly adminLink?: string;
  readonly eventStoreUrl: string;
  readonly mongoUrl: string;
  /** Ends calls, sagas and read models in order, then the local servers. */
  stop(): Promise<void>;
}

/** The product without its edge: what answers HTTP stands on it, and the command line where nothing else runs. */
export interface Core {
  readonly runtime: Runtime;
  readonly vault: Vault;
  readonly captchas: CaptchaService;
  readonly files: Files;
  readonly eventStoreUrl: string;
  readonly mongoUrl: string;
  /** Does this, too, when all ends; the last first. */
  onStop(work: () => Promise<unknown> | void): void;
  stop(): Promise<void>;
}

/** Starts everything but the edge: local servers where no real ones are named, and the runtime. @throws StartError */
export async function startCore(configuration: Configuration, substitutes: Substitutes = {}): Promise<Core> {
  const { dataFolder, settings, roles = ROLES } = configuration;
  const clock = substitutes.clock ?? systemClock;
  const logger = substitutes.logger ?? createLogger();
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const { keyring, file: keyFile } = openKeyring(dataFolder, configuration.masterKey);

  const stops: Array<() => Promise<unknown> | void> = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const local = (kind: LocalServerKind) => startOwn(kind, configuration, substitutes.startLocal ?? startInThread, stops);
    const eventStoreUrl = configuration.eventStoreUrl ?? (await local('eventstore'));
    const mongoUrl = configuration.mongoUrl ?? (await local('mongodb'));

    let vault!: Vault;
    let captchas!: CaptchaService;
    let files!: Files;
    const running: { runtime?: Runtime } = {};
    const runtime = await Runtime.start({
      contexts,
      eventStoreUrl,
      mongoUrl,
      settings,
      keyring,
      keyFile,
      erasureNotes: (storeId) => openErasureNotes(dataFolder, storeId),
      clock,
      logger,
      retention: configuration.retention,
      patrol: configuration.patrol,
      release: releaseOf(),
      roles: roles.filter((role) => role !== 'api'),
      ports: async ({ db, composition }): Promise<Ports> => {
        vault = new Vault(db, keyring);
        files = new Files(db);
        captchas = configuration.captcha
          ? new HostedCaptcha(db, keyring, {
              ...configuration.captcha,
              onFailure: (what) => logger.warn({ what }, 'the captcha provider failed'),
            })
          : new Captchas(db, keyring, substitutes.captchaText);
        const attempts = new Attempts(db, keyring);
        const presence = new Presence(db);
        await Promise.all([vault, captchas, attempts, presence, files].map((each) => each.prepare()));
        const counted = (template: string, outcome: Parameters<Runtime['metrics']['letter']>[1]) =>
          running.runtime?.metrics.letter(template, outcome);
        const watch: LetterWatch = {
          sent: (template) => counted(template, 'sent'),
          refused: (template, answer) => {
            counted(template, 'refused');
            logger.warn({ template, answer }, 'a letter was refused for good');
          },
          lost: (template) => {
            counted(template, 'lost');
            logger.warn({ template }, 'a letter was not sent: its reader is gone, or the secret that it brings is over');
          },
        };
        const onRepeat = ({ template }: { template: string }) => counted(template, 'repeated');
        const channel = configuration.smtpUrl ? smtp(configuration.smtpUrl, db, { onRepeat }) : outbox(join(dataFolder, 'outbox'));
        const mail = mailPort({
          channel,
          vault,
          templates: composition.letters,
          from: configuration.mailFrom,
          publicUrl: settings.publicUrl,
          watch,
          file: async (fileId) => {
            const found = await files.open(fileId);
            return found && { mime: found.facts.mime, content: Readable.from(found.bytes()) };
          },
        });
        const xmpp = configuration.xmpp
          ? xmppClient(configuration.xmpp, { onError: (error) => logger.warn({ error }, 'the XMPP server does not answer') })
          : noXmpp;
        if (xmpp !== noXmpp) stops.push(() => (xmpp as RunningXmpp).stop());
        const delivery = deliveryPort({
          mail,
          sms: configuration.sms
            ? smsGateway(configuration.sms, db, { onRepeat: () => running.runtime?.metrics.message('sms', 'repeated') })
            : noSms,
          xmpp,
          onAttempt: (channel, error) => {
            running.runtime?.metrics.message(channel, error === undefined ? 'sent' : 'failed');
            if (error !== undefined) logger.warn({ channel, error }, 'a message was not delivered at this attempt');
          },
        });
        return {
          attempts: { failures: attempts.failures, failed: attempts.failed },
          captcha: { verify: captchas.verify },
          files: { ...files.port },
          credentials: { ...credentialsPort(db, vault, substitutes.hashing) },
          presence: { seen: presence.seen, lastSeen: presence.lastSeen, left: presence.left, ofUser: presence.ofUser },
          secrets: { ...secretsPort(vault, keyring) },
          companyDirectory: { ...directoryOf(configuration, logger) },
          delivery: { ...delivery },
          mail,
        };
      },
    });
    running.runtime = runtime;
    stops.push(() => runtime.stop());
    if (roles.includes('sagas')) stops.push(sweepFiles(runtime, files));
    return { runtime, vault, captchas, files, eventStoreUrl, mongoUrl, onStop: (work) => stops.push(work), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The directory of companies that the configuration names; none knows nobody, and names stay as people type them. */
function directoryOf({ companiesFile, companiesApi }: Configuration, logger: Logger): CompanyDirectoryPort {
  const onFailure = (reason: string) => logger.warn({ reason }, 'the directory of companies did not answer');
  if (companiesApi) return httpDirectory({ ...companiesApi, onFailure });
  return companiesFile ? csvDirectory(companiesFile, onFailure) : noDirectory;
}

/** The two databases alone, for work on them while nothing else runs: local servers where no real ones are named. @throws StartError */
export async function startDatabases(configuration: Configuration, { startLocal = startInThread }: Substitutes = {}) {
  const stops: Array<() => Promise<unknown> | void> = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const eventStoreUrl = configuration.eventStoreUrl ?? (await startOwn('eventstore', configuration, startLocal, stops));
    const mongoUrl = configuration.mongoUrl ?? (await startOwn('mongodb', configuration, startLocal, stops));
    return { eventStoreUrl, mongoUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts everything: local servers where no real ones are named, the runtime, the edge. @throws StartError */
export async function startProduct(configuration: Configuration, substitutes: Substitutes = {}): Promise<Product> {
  const core = await startCore(configuration, substitutes);
  const { runtime, vault, captchas, files, eventStoreUrl, mongoUrl, onStop, stop } = core;
  try {
    // Before anybody can call: the address of the first administrator is not for others to register.
    const answers = (configuration.roles ?? ROLES).includes('api');
    const adminLink = answers ? await bootstrapAdministrator(runtime, vault) : undefined;
    const { port, host, trustProxy, strangersPerMinute } = configuration;
    const edge = { captchas, vault, files, version: VERSION, trustProxy, strangersPerMinute, port, host };
    const server = await startServer({ runtime, ...edge, onlyHealth: !answers }).catch((cause: { code?: string }) => {
      if (cause.code === 'EADDRINUSE') throw new StartError(`PORT: ${host}:${port} is taken by another program`, { cause });
      throw cause;
    });
    onStop(() => server.drain());
    const url = `http://${host === '0.0.0.0' || host === '127.0.0.1' ? 'localhost' : host}:${server.port}`;
    const note = join(configuration.dataFolder, 'run.json');
    if (answers)
      writeFileSync(note, JSON.stringify({ pid: process.pid, url, eventStoreUrl, mongoUrl, adminLink }, null, 2), { mode: 0o600 });
    if (answers) onStop(() => rmSync(note, { force: true }));
    return { url, runtime, app: server.app, adminLink, eventStoreUrl, mongoUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts a local server on a free port of this machine. @throws StartError saying who holds the file, or what is wrong with it */
async function startOwn(
  kind: LocalServerKind,
  { dataFolder, local = {} }: Configuration,
  start: NonNullable<Substitutes['startLocal']>,
  stops: Array<() => Promise<unknown> | void>,
): Promise<string> {
  let options: LocalServerOptions;
  try {
    options = secured(kind, { port: 0, dataFolder }, local);
  } catch (cause) {
    throw new StartError((cause as Error).message, { cause });
  }
  try {
    const server = await start(kind, options);
    stops.push(() => server.close());
    return server.url;
  } catch (cause) {
    throw new StartError(`LETOPIS_DATA: ${(cause as Error).message}`, { cause });
  }
}
