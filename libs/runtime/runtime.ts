import { EventStoreDBClient } from '@eventstore/db-client';
import { MongoClient, type Db } from 'mongodb';
import { defineContext, system, type Context, type Keyring, type Projection, type Settings } from '@letopis/kernel';
import { AccessLog, auditAccess, auditAccesses } from './audit/access';
import { Audit } from './audit/audit';
import { readingErrors } from './audit/errors';
import { holdErrors, legalHold, legalHoldSaga } from './audit/legal-hold';
import { Logbook, type Retention } from './audit/logbook';
import { RefusalLog, refusals, refusalsRegistry } from './audit/refusals';
import { stories } from './audit/stories';
import { systemClock, type Clock } from './clock';
import { within } from './deadline';
import { Callers } from './commands/callers';
import { Claims } from './commands/claims';
import { Dispatcher } from './commands/dispatcher';
import { Feed } from './commands/feed';
import { Gate } from './commands/gate';
import { NeedsResolver } from './commands/needs-resolver';
import { Snapshots } from './commands/snapshots';
import { States } from './commands/states';
import { compose, type Composition } from './composition';
import { EventStore } from './events/event-store';
import type { Reader } from './events/reader';
import { destroyAgain, destroyNoted, erasure, ERASURES, keyIdOf, keysPort, Sealer, type ErasureNotes } from './events/sealing';
import { Upcaster } from './events/upcasting';
import { Leases, Shares, type Work } from './leases';
import type { Logger } from './logger';
import { Expiry } from './operations/expiry';
import { checkDatabase, fitDatabase, identify, storeIdentity, WrongDatabase, type Fitted } from './operations/identity';
import type { KeyFile } from './operations/keys';
import { Metrics } from './operations/metrics';
import { commandsPort } from './commands/commands-port';
import { counter, numbersPort } from './numbers/counter';
import { Operations } from './operations/operations';
import type { PatrolOptions } from './operations/patrol';
import { operationErrors, sagaFailure, waitingListPort } from './operations/saga-failure';
import type { Ports } from './ports';
import { documents, Projector } from './projections/projector';
import { Queries } from './projections/queries';
import { Effects } from './sagas/effects';
import { SagaRunner } from './sagas/saga-runner';
import { Ticker } from './timers/ticker';
import { timer, timersDue } from './timers/timer';

/** What the runtime itself brings as a context. */
export const runtimeContext: Context = defineContext({
  name: 'runtime',
  aggregates: [timer, counter, sagaFailure, auditAccess, refusals, legalHold, storeIdentity],
  sagas: [legalHoldSaga],
  projections: [timersDue, stories, auditAccesses, refusalsRegistry],
  errors: { ...operationErrors.entries, ...readingErrors.entries, ...holdErrors.entries },
});

/** Work that processes share: keeping read models, and running sagas and timers. */
export type Role = 'projections' | 'sagas';

export interface RuntimeOptions {
  readonly contexts: readonly Context[];
  readonly eventStoreUrl: string;
  readonly mongoUrl: string;
  readonly settings: Settings;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How read models are looked through all the time; without it they are not. */
  readonly patrol?: PatrolOptions;
  /** Where wrapping keys are added; without it they are as they were given. */
  readonly keyFile?: KeyFile;
  /** Who was erased, outside the databases; without it only the log knows. */
  readonly erasureNotes?: (storeId: string) => ErasureNotes;
  /** How long readings of the audit and refusals are kept. */
  readonly retention?: Retention;
  /** Names the program: states that another one has folded are not gone on from. */
  readonly release?: string;
  /** What of the work behind commands this process takes part in; all of it by default. */
  readonly roles?: readonly Role[];
  /** Makes the ports once the database and the letters are known. */
  readonly ports: (parts: { db: Db; composition: Composition }) => Promise<Ports>;
}

/** A start that cannot be: the message is for the person who started it and names what to change. */
export class StartError extends Error {}

/** How long a database may take to answer at start, in milliseconds. */
const REACHABLE_WITHIN = 10_000;

/** The one runtime of a process: commands, read models, sagas and timers over the two databases. */
export class Runtime {
  private constructor(
    readonly composition: Composition,
    readonly settings: Settings,
    readonly clock: Clock,
    readonly logger: Logger,
    readonly keyring: Keyring,
    readonly db: Db,
    readonly ports: Ports,
    readonly states: States,
    readonly claims: Claims,
    readonly callers: Callers,
    readonly dispatcher: Dispatcher,
    readonly projector: Projector,
    readonly queries: Queries,
    readonly sagas: SagaRunner,
    readonly ticker: Ticker,
    readonly audit: Audit,
    readonly access: AccessLog,
    readonly refusals: RefusalLog,
    readonly operations: Operations,
    readonly metrics: Metrics,
    readonly expiry: Expiry,
    readonly store: EventStore,
    readonly feed: Feed,
    readonly gate: Gate,
    readonly resolver: () => NeedsResolver,
    private readonly reacting: Shares,
    private readonly mongo: MongoClient,
  ) {}

  /** Connects, then starts read models, sagas and timers. @throws StartError */
  static async start(options: RuntimeOptions): Promise<Runtime> {
    const { settings, clock, logger, keyring } = options;
    const composition = compose([runtimeContext, erasure(options.contexts), ...options.contexts]);
    const { store, mongo, db, identity } = await openStores(options.eventStoreUrl, options.mongoUrl, clock);
    const erasureNotes = options.erasureNotes?.(identity.storeId);
    const sealer = new Sealer(db, keyring, composition.aggregates.values(), erasureNotes);
    store.sealWith(sealer);
    // Before anything is read: what comes from copies of an earlier time is not to be told by anybody.
    const back = erasureNotes ? await destroyNoted(erasureNotes, sealer.keys) : [];
    if (back.length > 0) {
      logger.error(
        { subjects: back },
        'persons who were erased were there again: their keys have been destroyed; where the log is older too, erase them again',
      );
    }
    store.upcastWith(new Upcaster(composition.aggregates.values()));
    const ports: Record<string, Ports[string]> = {
      ...(await options.ports({ db, composition })),
      keys: keysPort(sealer),
      waitingList: { ...waitingListPort(db) },
    };

    const states = new States(store, new Snapshots({ store, sealer, logger, release: options.release ?? '' }));
    const claims = new Claims(store, states, composition.aggregates, keyring, clock);
    const callers = new Callers(composition.authentication, states, clock, settings, composition.errors);
    const dispatcher = new Dispatcher({ composition, store, states, claims, callers, ports, keyring, clock, settings });
    // Numbers are given by commands like everything else; the port is there before the first of them is asked for.
    ports.numbers = { ...numbersPort(dispatcher, states) };
    ports.commands = { ...commandsPort(dispatcher, composition) };
    const resolver = () => new NeedsResolver({ states, claims, ports, aggregates: composition.aggregates }, () => '');
    const gate = new Gate({ composition, dispatcher, resolver, clock });
    const feed = new Feed({ store, states, logger });
    const follow = (reader: Reader) => {
      // Whatever is kept was read after this reader had begun: what lay before its beginning has passed by as well.
      feed.passed(reader.taken);
      reader.passing.subscribe((event) => {
        states.observe(event);
        feed.passed(event.position);
        const erased = sealer.erasedBy(event);
        if (erased === undefined) return;
        // Destroyed already, unless the process that erased has died or the keys are those of an older copy.
        sealer.destroy(erased).catch((error: unknown) => logger.error({ error: String(error) }, 'a key could not be destroyed again'));
        states.forgetSubject(keyIdOf(erased));
      });
    };
    const projections: readonly Projection[] = [...composition.projections.values()];
    const { roles = ['projections', 'sagas'] } = options;
    const projector = new Projector({ store, db, logger, onReader: follow, keeps: roles.includes('projections') }, projections);
    const effects = new Effects({ composition, dispatcher, states, claims, ports, clock, settings, db, projector });
    const sagas = new SagaRunner({ store, db, logger, effects, projector, sagas: composition.sagas });
    const ticker = new Ticker({ db, projector, dispatcher, clock, logger });
    const audit = new Audit({ store, db, projector, composition, sagas });
    const logbook = new Logbook(store, clock, options.retention);
    const access = new AccessLog(logbook);
    const refused = new RefusalLog(logbook, logger, () => clock.now());
    const queries = new Queries(db, projector);
    const operations = new Operations({
      composition,
      dispatcher,
      store,
      db,
      projector,
      sagas,
      clock,
      logger,
      states,
      sealer,
      keyring,
      keyFile: options.keyFile,
      identity,
      patrol: options.patrol,
    });
    sealer.onForgotten((subject) => {
      states.forgetSubject(keyIdOf(subject));
      operations
        .forgetErased()
        .catch((error: unknown) => logger.error({ error: String(error) }, 'builds of before could not be taken away'));
    });
    const metrics = new Metrics({
      composition,
      dispatcher,
      store,
      db,
      projector,
      sagas,
      ticker,
      clock,
      refused,
      patrol: operations.patrol,
    });

    const expiry = new Expiry({ db, projector, clock, logger, projections });
    dispatcher.onAppended((events) =>
      effects.promptly(events).catch((error: unknown) => {
        logger.warn({ error: String(error) }, 'a prompt reaction failed; the saga itself will repeat it');
      }),
    );
    await projector.start();
    const again = await destroyAgain(documents(db, projector, ERASURES), sealer.keys, erasureNotes);
    if (again > 0) logger.warn({ keys: again }, 'keys of erased persons were there again and have been destroyed');
    await sagas.start();
    const reacting = new Shares(
      new Leases(db),
      logger,
      roles.includes('sagas')
        ? [
            running('sagas', { begin: () => sagas.begin(), end: () => sagas.end() }),
            running('timers', { begin: async () => ticker.start(), end: () => ticker.stop() }),
          ]
        : [],
    );
    await reacting.start();
    feed.start();
    expiry.start();
    operations.start();
    if (back.length > 0) {
      // Read models come from the same copy, and nothing in the log tells them. Nobody reads them before they are mended.
      await operations.jobs.ended(operations.verify(undefined, true, system('erasure')).id);
      await operations.forgetErased();
    }
    return new Runtime(
      composition, settings, clock, logger, keyring, db, ports, states, claims, callers, dispatcher, projector, queries, sagas, ticker, audit, access, refused, operations, metrics, expiry, store, feed, gate, resolver, reacting, mongo,
    ); // prettier-ignore
  }

  /** Lets what runs come to its end, then lets the databases go. */
  async stop(): Promise<void> {
    await this.operations.stop();
    await this.feed.stop();
    await this.refusals.stop();
    await this.expiry.stop();
    await this.reacting.stop();
    await this.sagas.stop();
    await this.projector.stop();
    await this.store.dispose();
    await this.mongo.close();
  }
}

/** Work that one process at a time does, as a whole. */
const running = (kind: string, { begin, end }: { begin: () => Promise<void>; end: () => Promise<void> }): Work => ({
  kind,
  names: ['all'],
  volunteers: true,
  begin,
  end,
});

/** Both databases, held to each other. @throws StartError */
async function openStores(eventStoreUrl: string, mongoUrl: string, clock: Clock) {
  const store = await connectEventStore(eventStoreUrl);
  let mongo: MongoClient | undefined;
  try {
    mongo = await connectMongo(mongoUrl);
    const db = mongo.db(databaseOf(mongoUrl));
    const identity = await identify(store, clock);
    await checkDatabase(db, identity, await store.end());
    return { store, mongo, db, identity };
  } catch (error) {
    await store.dispose();
    await mongo?.close();
    throw error instanceof WrongDatabase ? new StartError(error.message, { cause: error }) : error;
  }
}

const databaseOf = (url: string) => new URL(url.replace(/^mongodb(\+srv)?:/, 'http:').replace(/,[^/]*/, '')).pathname.slice(1) || 'letopis';

/**
 * Fits the database to the log: read models are dropped, marks are set, and the database is that log's from now on.
 * @throws StartError
 */
export async function fitStores(urls: { eventStoreUrl: string; mongoUrl: string }, sagas: 'end' | 'start'): Promise<Fitted> {
  const store = await connectEventStore(urls.eventStoreUrl);
  let mongo: MongoClient | undefined;
  try {
    mongo = await connectMongo(urls.mongoUrl);
    return await fitDatabase(mongo.db(databaseOf(urls.mongoUrl)), await identify(store, systemClock), await store.head(), sagas);
  } finally {
    await store.dispose();
    await mongo?.close();
  }
}

async function connectEventStore(url: string): Promise<EventStore> {
  let client: EventStoreDBClient;
  try {
    client = EventStoreDBClient.connectionString(url);
  } catch (cause) {
    throw new StartError(`EVENTSTORE_URL is not an EventStoreDB connection string (esdb://host:port?tls=false): ${String(cause)}`, {
      cause,
    });
  }
  const store = new EventStore(client, REACHABLE_WITHIN);
  try {
    await within(store.head(), REACHABLE_WITHIN, 'the event store');
    return store;
  } catch (cause) {
    await store.dispose();
    throw new StartError(`EVENTSTORE_URL: no EventStoreDB answers at ${withoutSecrets(url)}`, { cause });
  }
}

async function connectMongo(url: string): Promise<MongoClient> {
  try {
    const client = new MongoClient(url, {
      serverSelectionTimeoutMS: REACHABLE_WITHIN / 2,
      ignoreUndefined: true,
      writeConcern: { w: 'majority' },
    });
    await client.connect();
    await client.db('admin').command({ ping: 1 });
    return client;
  } catch (cause) {
    throw new StartError(`MONGODB_URL: no MongoDB answers at ${withoutSecrets(url)} (${(cause as Error).message})`, { cause });
  }
}

const withoutSecrets = (url: string) => url.replace(/\/\/[^@/]*@/, '//…@');
