import type { Db } from 'mongodb';
import { Gate, type Recorded, type Saga } from '@letopis/kernel';
import { Reader } from '../events/reader';
import type { EventStore } from '../events/event-store';
import type { Logger } from '../logger';
import { Checkpoints } from '../projections/checkpoints';
import { TrailingCheckpoints } from '../projections/trailing-checkpoints';
import { ForeignMarks } from '../projections/foreign-marks';
import { Mark } from '../projections/mark';
import type { Projector } from '../projections/projector';
import { SAGA_FAILURE, type OperatedStep } from '../operations/saga-failure';
import { concerns, type Effects } from './effects';
import { Givers } from './givers';
import { Listening } from './listening';
import { stepId, WaitingList, type WaitingStep } from './waiting';

export type { WaitingStep } from './waiting';

const CHECKPOINT = 'sagas';
/** Events that may be under way beyond the low mark. */
const UNDER_WAY = 1_000;
/** How long a step may take before the mark goes on without it, in milliseconds. */
const PATIENCE = 5_000;
/** Steps of one saga that are carried out at one time, until one of them takes long. */
const BESIDE = 64;
/** Steps that may take long at one time: with so many of them, others are put on the waiting list before they are tried. */
const MOST_SLOW = 1_000;
/** How often the waiting list is looked at, in milliseconds. */
const LOOK = 500;
const PAGE = 256;

/**
 * Delivers every event to the sagas that it concerns: at least once, in order per saga and stream, across streams side by
 * side. What fails goes to a durable waiting list, later steps of its lane line up behind it, and the mark moves on.
 */
export class SagaRunner {
  /** How far all sagas have come, here or in the process that they run in. */
  readonly mark: Mark;
  readonly #waiting: WaitingList;
  readonly #givers: Givers;
  readonly #checkpoints: Checkpoints;
  readonly #trailing: TrailingCheckpoints;
  readonly #foreign: ForeignMarks;
  readonly #listening = new Map<Saga, Listening>();
  readonly #lanes = new Map<string, Promise<unknown>>();
  /** Lanes that have something on the waiting list. */
  readonly #blocked = new Set<string>();
  /** Lanes whose working off was broken off. */
  readonly #brokenOff = new Set<string>();
  /** Positions under way, oldest first, and whether each is done. */
  #underWay: Array<{ position: number; open: number }> = [];
  #room: () => void = () => {};
  #reader: Reader | undefined;
  #running: Promise<void> = Promise.resolve();
  #retrying: Promise<void> = Promise.resolve();
  #giving: Promise<void> = Promise.resolve();
  #timeout: NodeJS.Timeout | undefined;
  #stopped = true;
  /** Events that are still to be taken with care: what they set off is noted before it is tried. */
  #careful = 0;
  /** The process has ended again and again where it has begun now. */
  #suspicious = false;
  readonly #gates = new Map<string, Gate>();
  /** Steps on the waiting list that are still being carried out. */
  readonly #slow = new Set<string>();

  constructor(
    private readonly parts: {
      store: EventStore;
      db: Db;
      logger: Logger;
      effects: Effects;
      sagas: readonly Saga[];
      /** Where read models are kept or followed: who listens to what is learned from them. */
      projector?: Projector;
      onReader?: (reader: Reader) => void;
      /** How long a step may take before the mark goes on without it, in milliseconds. */
      patience?: number;
      /** How many may take longer at one time. */
      mostSlow?: number;
    },
  ) {
    this.#waiting = new WaitingList(parts);
    this.#givers = new Givers(parts.db);
    this.#checkpoints = new Checkpoints(parts.db);
    this.#trailing = new TrailingCheckpoints(this.#checkpoints, parts.logger, (name) => ({ name, position: this.mark.position }));
    this.#foreign = new ForeignMarks(this.#checkpoints, parts.logger);
    this.mark = new Mark(-1, () => this.#foreign.hurry());
  }

  /** Follows the sagas of another process, until `begin`. */
  async start(): Promise<void> {
    await this.#waiting.prepare();
    this.mark.advance(await this.#checkpoints.read(CHECKPOINT));
    this.#foreign.follow(CHECKPOINT, this.mark);
  }

  async stop(): Promise<void> {
    await this.end();
    await this.#foreign.stop();
  }

  /** Runs the sagas in this process, from where the last one has left off. */
  async begin(): Promise<void> {
    this.#foreign.leave(CHECKPOINT);
    this.#stopped = false;
    this.#underWay = [];
    for (const lane of await this.#waiting.lanes()) {
      this.#blocked.add(lane);
      await this.#waiting.hurryFirst(lane); // the process may have died between the end of one step and the turn of the next
    }
    const from = await this.#checkpoints.read(CHECKPOINT);
    this.mark.advance(from);
    this.#suspicious = await this.#checkpoints.begun(CHECKPOINT, from);
    this.#careful = this.#suspicious ? UNDER_WAY : 0;
    this.#reader = new Reader(this.parts.store, from, this.parts.logger);
    this.parts.onReader?.(this.#reader);
    this.listen(from);
    this.#running = this.run(this.#reader);
    this.#giving = this.give(from);
    this.look();
  }

  /** Lets what is under way come to its end; another process may go on after it. */
  async end(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#timeout);
    this.#room();
    await this.#reader?.stop();
    await this.#running;
    await this.#giving;
    await this.#retrying;
    await Promise.allSettled(this.#lanes.values());
    await this.#trailing.end();
    await this.#checkpoints.ended(CHECKPOINT);
    this.#blocked.clear();
    this.#brokenOff.clear();
    this.#foreign.follow(CHECKPOINT, this.mark);
  }

  /** Steps of a story that are not done: waiting for another try, or parked. */
  waiting(correlationId: string): Promise<readonly WaitingStep[]> {
    return this.#waiting.ofStory(correlationId);
  }

  private async run(reader: Reader): Promise<void> {
    for await (const page of reader.pages(PAGE)) {
      for (const event of page) {
        if (this.#careful > 0) this.#careful--;
        while (this.#underWay.length >= UNDER_WAY && !this.#stopped) await new Promise<void>((resolve) => (this.#room = resolve));
        if (this.#stopped) return;
        this.take(event);
      }
    }
  }

  /** Learns who listens to what, beside the work: until it is known, everything is told. */
  private listen(from: number): void {
    const { db, logger, projector } = this.parts;
    if (!projector) return;
    for (const saga of this.parts.sagas) {
      if (!saga.listens) continue;
      const listening = new Listening({ db, logger, projector }, saga.listens);
      this.#listening.set(saga, listening);
      void listening.learn(from);
    }
  }

  private isListenedTo(saga: Saga, event: Recorded): boolean {
    const listening = this.#listening.get(saga);
    return listening ? listening.passes(event) : saga.listens?.categories.includes(event.category) === true;
  }

  /** Tells sagas that give something new of what happened before they did: up to where they go on, and once. */
  private async give(upTo: number): Promise<void> {
    try {
      const givers = await this.#givers.new(this.parts.sagas);
      if (givers.length === 0) return;
      const { store } = this.parts;
      const types = new Set(givers.flatMap(({ on }) => Object.keys(on)));
      for await (const resolved of upTo < 0 ? [] : store.everything()) {
        if (this.#stopped) return;
        if (!types.has(resolved.event?.type ?? '')) continue;
        const event = await store.open(resolved);
        if (!event) continue;
        if (event.position > upTo) break;
        for (const saga of givers.filter(({ on }) => Object.hasOwn(on, event.type))) {
          const lane = `${saga.name}:${event.stream}`;
          if (!(await this.inLane(lane, () => this.step(saga, event, lane)))) return;
        }
      }
      await this.#givers.have(givers);
    } catch (error) {
      this.parts.logger.error({ error: String(error) }, 'what sagas give could not be given to all; the next start goes on with it');
    }
  }

  private take(event: Recorded): void {
    const entry = { position: event.position, open: 1 };
    this.#underWay.push(entry);
    for (const saga of this.parts.sagas) {
      if (!concerns(saga, event, this.isListenedTo(saga, event))) continue;
      entry.open++;
      const lane = `${saga.name}:${event.stream}`;
      void this.inLane(lane, () => this.step(saga, event, lane)).then((handled) => {
        if (handled) this.done(entry);
      });
    }
    if (event.category === SAGA_FAILURE) {
      entry.open++;
      const { saga, stream } = event.data as OperatedStep;
      const lane = `${saga}:${stream}`;
      void this.inLane(lane, () => this.operate(event, lane)).then((handled) => {
        if (handled) this.done(entry);
      });
    }
    this.done(entry);
  }

  /** Carries out what an operator has decided about a waiting step; false when the runner was stopped before. */
  private async operate({ type, data }: Recorded, lane: string): Promise<boolean> {
    const { saga, eventId } = data as OperatedStep;
    const _id = stepId({ name: saga }, { id: eventId });
    while (!this.#stopped) {
      try {
        if (type === 'SagaStepSkipped') await this.#waiting.remove(_id, lane);
        else await this.#waiting.hurry(_id, lane);
        if (this.#blocked.has(lane)) await this.retryLane(lane);
        return true;
      } catch (error) {
        this.parts.logger.error({ error: String(error), saga }, 'the word of an operator could not be carried out, trying again');
        await new Promise((resolve) => setTimeout(resolve, LOOK));
      }
    }
    return false;
  }

  /** Runs the work after all that was put into the lane before it. */
  private inLane<Answer>(lane: string, work: () => Promise<Answer>): Promise<Answer> {
    const running = (this.#lanes.get(lane) ?? Promise.resolve()).then(work);
    const settled = () => {};
    const tail = running
      .then(settled, settled) // whoever asked for the work hears of its failure; what is behind it goes on
      .finally(() => {
        if (this.#lanes.get(lane) === tail) this.#lanes.delete(lane);
      });
    this.#lanes.set(lane, tail);
    return running;
  }

  /**
   * Does the step or puts it aside: behind others of its lane, because it failed, because it takes long, or, where the process
   * has ended again and again, before it is tried. False when the runner was stopped before, so that the mark stays before it.
   */
  private async step(saga: Saga, event: Recorded, lane: string): Promise<boolean> {
    while (!this.#stopped) {
      try {
        if (this.#blocked.has(lane)) await this.putAside(saga, event, lane, 'behind');
        else if (this.#careful > 0 || this.#slow.size >= (this.parts.mostSlow ?? MOST_SLOW)) await this.putAside(saga, event, lane, 'now');
        else await this.carriedOut(saga, event, lane);
        return true;
      } catch (error) {
        try {
          await this.putAside(saga, event, lane, 'failed', error);
          return true;
        } catch (failure) {
          this.parts.logger.error({ error: String(failure), saga: saga.name }, 'a saga step could not be put aside, trying again');
          await new Promise((resolve) => setTimeout(resolve, LOOK));
        }
      }
    }
    return false;
  }

  /** Carries the step out; one that takes long goes on by itself, on the waiting list, so that it holds up its own lane alone. */
  private async carriedOut(saga: Saga, event: Recorded, lane: string): Promise<void> {
    const _id = stepId(saga, event);
    let reacting!: Promise<void>;
    const isDone = await this.gateOf(saga).pass(() =>
      settles((reacting = this.parts.effects.react(saga, event)), this.parts.patience ?? PATIENCE),
    );
    if (isDone) return reacting;
    this.#slow.add(_id);
    try {
      // Due when the process begins anew, and not while it is being carried out: what waits to be tried comes before.
      await this.putAside(saga, event, lane, 'behind');
    } catch (error) {
      this.parts.logger.warn({ error: String(error), saga: saga.name }, 'a slow saga step could not be put aside, the others wait');
      return reacting.finally(() => this.#slow.delete(_id));
    }
    this.parts.logger.warn({ saga: saga.name, event: event.type, stream: event.stream }, 'a saga step takes long; the others go on');
    void reacting
      .then(() => this.#waiting.remove(_id, lane))
      .catch((error: unknown) => this.#waiting.failed({ _id, saga: saga.name, event }, 1, error))
      .catch((error: unknown) => this.parts.logger.warn({ error: String(error) }, 'the end of a slow saga step could not be noted'))
      .then(() => {
        this.#slow.delete(_id);
        return this.#stopped ? undefined : this.inLane(lane, () => this.retryLane(lane));
      })
      .catch((error: unknown) => this.parts.logger.warn({ error: String(error) }, 'what waits behind a slow saga step is looked at later'));
  }

  private gateOf({ name }: Saga): Gate {
    let gate = this.#gates.get(name);
    if (!gate) this.#gates.set(name, (gate = new Gate(BESIDE)));
    return gate;
  }

  private async putAside(saga: Saga, event: Recorded, lane: string, why: 'behind' | 'now' | 'failed', error?: unknown): Promise<void> {
    await this.#waiting.put(saga, event, lane, why, error);
    // Only now: where that failed, the step is first in its lane still, and must not line up behind itself.
    this.#blocked.add(lane);
  }

  /** Looks for what has come due, again and again. */
  private look(): void {
    const again = async () => {
      await this.retry().catch((error: unknown) =>
        this.parts.logger.error({ error: String(error) }, 'the waiting list could not be worked on'),
      );
      if (!this.#stopped) this.#timeout = setTimeout(() => (this.#retrying = again()), LOOK);
    };
    this.#retrying = again();
  }

  private async retry(): Promise<void> {
    const lanes = new Set([...this.#brokenOff, ...(await this.#waiting.dueLanes())]);
    // Where the process has ended again and again, one at a time: what is innocent must not be counted with what is not.
    if (this.#suspicious) for (const lane of lanes) await this.inLane(lane, () => this.retryLane(lane));
    else await Promise.all([...lanes].map((lane) => this.inLane(lane, () => this.retryLane(lane))));
  }

  /** Works the lane off from its first step on, until it is empty or a step fails again. */
  private async retryLane(lane: string): Promise<void> {
    // The database was away in the middle of it: what is first now may still be marked as behind another.
    if (this.#brokenOff.has(lane)) await this.#waiting.hurryFirst(lane);
    this.#brokenOff.add(lane);
    await this.workOff(lane);
    this.#brokenOff.delete(lane);
  }

  private async workOff(lane: string): Promise<void> {
    while (!this.#stopped) {
      const first = await this.#waiting.first(lane);
      if (!first) {
        this.#blocked.delete(lane);
        return;
      }
      const saga = this.parts.sagas.find(({ name }) => name === first.saga);
      if (!saga || first.parked || first.dueAt > Date.now() || this.#slow.has(first._id)) return;
      const attempts = first.attempts + 1;
      try {
        if (!(await this.#waiting.attempt(first))) throw new Error('the process has ended while the step was tried');
        await this.parts.effects.react(saga, await this.parts.store.reopened(first.event));
      } catch (error) {
        return this.#waiting.failed(first, attempts, error);
      }
      await this.#waiting.remove(first._id, lane);
    }
  }

  private done(entry: { open: number }): void {
    if (--entry.open > 0) return;
    let low: number | undefined;
    while (this.#underWay[0]?.open === 0) low = this.#underWay.shift()!.position;
    if (low === undefined) return;
    this.mark.advance(low);
    this.#room();
    this.#trailing.moved([CHECKPOINT]);
  }
}

/** Whether the work comes to its end, good or bad, within so many milliseconds. */
async function settles(work: Promise<unknown>, millis: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), millis)));
  const settled = () => true as const;
  return Promise.race([work.then(settled, settled), late]).finally(() => clearTimeout(timer));
}
