import { actorId, derivedId, DomainError, type Actor, type Keyring, type Projection } from '@letopis/kernel';
import type { Db } from 'mongodb';
import type { Clock } from '../clock';
import type { Accepted } from '../commands/envelope';
import type { Dispatcher } from '../commands/dispatcher';
import type { LegalHold } from '../audit/legal-hold';
import { replay, type Wanted } from '../audit/replay';
import type { States } from '../commands/states';
import type { Composition } from '../composition';
import type { EventStore } from '../events/event-store';
import { keyIdOf, type Sealer } from '../events/sealing';
import type { Logger } from '../logger';
import { sideOf, type Stored } from '../projections/document';
import { documents, type Projector } from '../projections/projector';
import type { SagaRunner } from '../sagas/saga-runner';
import { BEHIND_ANOTHER, waitingSteps } from '../sagas/waiting';
import { timersDue, type TimerRow } from '../timers/timer';
import { AsOf } from './as-of';
import type { Identity } from './identity';
import { KeyRotation, type KeyFile } from './keys';
import { dropLeftovers } from './leftovers';
import { Jobs, type Job } from './jobs';
import { Patrol, type PatrolOptions } from './patrol';
import { Rebuilder } from './rebuild';
import { Refolder, type Place } from './refold';
import { operationErrors, RetrySagaStep, sagaFailureId, SkipSagaStep } from './saga-failure';
import { Verifier } from './verify';

/** A saga step on the waiting list, without the data of its event. */
export interface WaitingView {
  readonly saga: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly stream: string;
  readonly correlationId: string;
  readonly attempts: number;
  readonly state: 'parked' | 'waiting' | 'behind another';
  readonly since?: string;
  readonly error?: string;
  /** Record of what operators did about it: `/v1/audit/records/sagaFailure/<id>`. */
  readonly failureId: string;
}

/** A document that could not take an event, and everything that waits behind that event. */
export interface ParkedDocument extends Place {
  readonly position: number;
  readonly error: string;
}

/** Who asks for something to be done, and under which ids. */
export interface Asked {
  readonly actor: Actor;
  /** Idempotency key of the call: what is done in it derives its ids from this. */
  readonly commandId: string;
  readonly correlationId: string;
}

interface Parts {
  readonly composition: Composition;
  readonly dispatcher: Dispatcher;
  readonly store: EventStore;
  readonly db: Db;
  readonly projector: Projector;
  readonly sagas: SagaRunner;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly states: States;
  readonly sealer: Sealer;
  readonly keyring: Keyring;
  readonly keyFile?: KeyFile;
  readonly identity: Identity;
  /** Without it nobody looks through the read models but who asks for it. */
  readonly patrol?: PatrolOptions;
}

/** Rows of a list that is told at once. */
const MOST = 1_000;

/** What operators may see and do: the same for the edge and for the command line. */
export class Operations {
  readonly jobs: Jobs;
  readonly asOf: AsOf;
  readonly patrol: Patrol;
  readonly #refolder: Refolder;
  readonly #verifier: Verifier;
  readonly #rebuilder: Rebuilder;
  readonly #keys: KeyRotation;
  #forgetting: Promise<void> = Promise.resolve();
  #forgetNext: Promise<void> | undefined;

  constructor(private readonly parts: Parts) {
    this.jobs = new Jobs(parts.logger, () => parts.clock.now());
    const { store, db, projector, logger } = parts;
    const given = { store, db, projector, logger, signal: this.jobs.signal, now: () => parts.clock.now() };
    this.#refolder = new Refolder(given);
    this.#verifier = new Verifier(given, this.#refolder);
    this.#rebuilder = new Rebuilder(given);
    this.#keys = new KeyRotation({ keys: parts.sealer.keys, keyring: parts.keyring, file: parts.keyFile, signal: this.jobs.signal });
    const projections = this.projections();
    const { clock, patrol = { pause: 0, heal: false } } = parts;
    this.patrol = new Patrol({ db, projector, logger, clock, refolder: this.#refolder, projections }, patrol);
    this.asOf = new AsOf({ ...given, refolder: this.#refolder, clock: parts.clock });
  }

  start(): void {
    this.asOf.start();
    if (this.parts.patrol) this.patrol.start();
  }

  /** Somebody was erased: whatever is not folded any more is let go, it would not hear of that. */
  forgetErased(): Promise<void> {
    // One after the other, and once for all who were erased while the one before was going on.
    this.#forgetNext ??= this.#forgetting.then(async () => {
      this.#forgetNext = undefined;
      await this.asOf.forget();
      await dropLeftovers(this.parts.db, this.parts.projector, this.projections());
    });
    this.#forgetting = this.#forgetNext.catch(() => {}); // whoever asked hears of it
    return this.#forgetNext;
  }

  async stop(): Promise<void> {
    await this.patrol.stop();
    await this.jobs.stop();
    await this.asOf.stop();
    await this.#forgetting;
  }

  /** The log between two moments (times or positions), as auditors see it. @throws BrokenOff, DomainError BAD_QUERY */
  async *replay(from: string | undefined, to: string | undefined, wanted: Omit<Wanted, 'after' | 'upTo'>, signal?: AbortSignal) {
    const { store, logger } = this.parts;
    const after = from === undefined ? -1 : await this.asOf.position(from, 'from');
    const upTo = to === undefined ? await store.head() : await this.asOf.position(to, 'to');
    const ends = signal ? AbortSignal.any([signal, this.jobs.signal]) : this.jobs.signal;
    yield* replay({ store, logger, signal: ends }, { ...wanted, after, upTo });
  }

  /**
   * Steps of sagas that wait, in the order of the log: those of one saga, or all.
   * @throws DomainError UNKNOWN_SAGA where neither the program has such a saga nor a step of it waits
   */
  async waiting(saga?: string): Promise<WaitingView[]> {
    const found = await waitingSteps(this.parts.db)
      .find(saga === undefined ? {} : { saga })
      .sort({ position: 1, _id: 1 })
      .limit(MOST)
      .toArray();
    if (saga !== undefined && found.length === 0 && !this.parts.composition.sagas.some(({ name }) => name === saga)) {
      throw operationErrors.refusal('UNKNOWN_SAGA', { name: saga });
    }
    return found.map(({ saga: name, event, correlationId, attempts, dueAt, parked, since, error }) => ({
      saga: name,
      eventId: event.id,
      eventType: event.type,
      stream: event.stream,
      correlationId,
      attempts,
      state: parked ? 'parked' : dueAt === BEHIND_ANOTHER ? 'behind another' : 'waiting',
      since,
      error,
      failureId: sagaFailureId(name, event.id),
    }));
  }

  /** @throws DomainError STEP_NOT_WAITING */
  retry(saga: string, eventId: string, asked: Asked): Promise<Accepted> {
    return this.parts.dispatcher.execute(Object.assign(new RetrySagaStep(), { saga, eventId }), asked);
  }

  /** @throws DomainError STEP_NOT_WAITING */
  skip(saga: string, eventId: string, reason: string, asked: Asked): Promise<Accepted> {
    return this.parts.dispatcher.execute(Object.assign(new SkipSagaStep(), { saga, eventId, reason }), asked);
  }

  /** Tries every step of a saga (or of all) that has failed again; those behind them follow by themselves. */
  async retryAll(saga: string | undefined, asked: Asked): Promise<{ retried: number; position: number }> {
    let position = -1;
    let retried = 0;
    const failed = (await this.waiting(saga)).filter(({ state }) => state !== 'behind another');
    for (const step of failed) {
      const commandId = derivedId(asked.commandId, step.failureId);
      try {
        position = Math.max(position, (await this.retry(step.saga, step.eventId, { ...asked, commandId })).position);
        retried++;
      } catch (error) {
        // Its own turn has come since it was looked at: nothing is left to try, and the others want to be.
        if (!(error instanceof DomainError) || error.code !== 'STEP_NOT_WAITING') throw error;
      }
    }
    return { retried, position };
  }

  /** Documents of read models and their sides that could not take an event. */
  async parkedDocuments(): Promise<ParkedDocument[]> {
    const { db, projector } = this.parts;
    const parked: ParkedDocument[] = [];
    for (const projection of this.projections()) {
      const { collection } = projector.kept(projection.code);
      for (const side of [undefined, ...Object.keys(projection.sides)]) {
        const found = await db
          .collection<Stored>(side === undefined ? collection : sideOf(collection, side))
          .find({ '_parked.position': { $gte: 0 } })
          .limit(MOST)
          .toArray();
        for (const { _id, _parked } of found) parked.push({ projection: projection.code, side, key: _id, ..._parked! });
      }
    }
    return parked;
  }

  /** Folds one document anew. @throws DomainError UNKNOWN_PROJECTION */
  async refold(place: Place): Promise<{ parked: boolean }> {
    const projection = this.projection(place.projection);
    if (place.side !== undefined && !Object.hasOwn(projection.sides, place.side)) {
      throw operationErrors.refusal('UNKNOWN_PROJECTION', { name: `${place.projection}/${place.side}` });
    }
    return this.#refolder.refold(place);
  }

  /** @throws DomainError UNKNOWN_PROJECTION, OPERATION_RUNNING */
  verify(code: string | undefined, heal: boolean, actor: Actor): Job {
    const projections = code === undefined ? this.projections() : [this.projection(code)];
    return this.begin('verify', projections, actor, (onProgress) => this.#verifier.verify(projections, { heal, onProgress }));
  }

  /** @throws DomainError UNKNOWN_PROJECTION, OPERATION_RUNNING */
  rebuild(code: string, actor: Actor): Job {
    const projection = this.projection(code);
    return this.begin('rebuild', [projection], actor, (onProgress) => this.#rebuilder.rebuild(projection, onProgress));
  }

  /** @throws DomainError UNKNOWN_PROJECTION, OPERATION_RUNNING */
  rollback(code: string, actor: Actor): Job {
    const projection = this.projection(code);
    return this.begin('rollback', [projection], actor, (onProgress) => this.#rebuilder.rollback(projection, onProgress));
  }

  /** Wraps the keys of persons by a new key. @throws DomainError OPERATION_RUNNING */
  rotateKeys(actor: Actor): Job {
    return this.begin('rotate', [], actor, (onProgress) => this.#keys.rotate(onProgress));
  }

  /** @throws DomainError KEYS_IN_USE */
  retireKeys(): Promise<{ retired: readonly string[] }> {
    return this.#keys.retire();
  }

  /** What is kept of somebody: the key that opens the personal data, and whether it may be destroyed. */
  async subject(subject: string): Promise<{ subject: string; key: 'none' | 'kept' | 'destroyed'; hold: LegalHold }> {
    const { sealer, states, composition } = this.parts;
    const { state } = await states.fresh(composition.aggregates.get('legalHold')!, subject);
    return { subject, key: await sealer.keys.state(keyIdOf(subject)), hold: state as LegalHold };
  }

  /** The next timers, and how many each saga has. */
  async timers(limit: number): Promise<{ total: number; sagas: object; next: readonly TimerRow[] }> {
    const { db, projector } = this.parts;
    const rows = documents(db, projector, timersDue.code);
    const set = { _deleted: { $exists: false } };
    const counted = await rows
      .aggregate<{ _id: string; count: number }>([{ $match: set }, { $group: { _id: '$saga', count: { $sum: 1 } } }])
      .toArray();
    const next = await rows.find(set).sort({ dueAt: 1, _id: 1 }).limit(limit).toArray();
    return {
      total: counted.reduce((sum, { count }) => sum + count, 0),
      sagas: Object.fromEntries(counted.map(({ _id, count }) => [_id, count])),
      next: next.map((row) => {
        const { timerId, saga, owner, key, dueAt, correlationId } = row as object as TimerRow;
        return { timerId, saga, owner, key, dueAt, correlationId };
      }),
    };
  }

  /** Which log this is, how long it is, how far everything has come, and how much there is of it. */
  async info(): Promise<object> {
    const { store, db, projector, sagas, dispatcher } = this.parts;
    const head = await store.head();
    const projections = [];
    for (const { code, version } of this.projections()) {
      const kept = projector.kept(code);
      const live = projector.collection(code);
      projections.push({
        code,
        version,
        collection: live,
        ...(kept.collection === live ? {} : { building: kept.collection }),
        previous: await projector.builds.previous(code),
        position: projector.mark(code).position,
        documents: await db.collection(live).estimatedDocumentCount(),
      });
    }
    return {
      store: this.parts.identity,
      head,
      sagas: {
        position: sagas.mark.position,
        parked: await waitingSteps(db).countDocuments({ parked: true }),
        waiting: await waitingSteps(db).countDocuments({ parked: false }),
      },
      timers: await documents(db, projector, timersDue.code).countDocuments({ _deleted: { $exists: false } }),
      commandsUnderWay: dispatcher.underWay,
      projections,
    };
  }

  private projections(): readonly Projection[] {
    return [...this.parts.composition.projections.values()];
  }

  private projection(code: string): Projection {
    const projection = this.parts.composition.projections.get(code);
    if (!projection) throw operationErrors.refusal('UNKNOWN_PROJECTION', { name: code });
    return projection;
  }

  private begin(kind: Job['kind'], projections: readonly Projection[], actor: Actor, work: Parameters<Jobs['begin']>[1]): Job {
    return this.jobs.begin({ kind, projections: projections.map(({ code }) => code), startedBy: actorId(actor) }, work);
  }
}
