import type { Collection, Db } from 'mongodb';
import { DomainError, type Recorded, type Saga } from '@letopis/kernel';
import { Reader } from '../events/reader';
import type { EventStore } from '../events/event-store';
import type { Logger } from '../logger';
import { Checkpoints } from '../projections/checkpoints';
import { ForeignMarks } from '../projections/foreign-marks';
import { Mark } from '../projections/mark';
import { SAGA_FAILURE, type OperatedStep } from '../operations/saga-failure';
import { concerns, type Effects } from './effects';
import { BEHIND_ANOTHER, waitingSteps, type WaitingStep } from './waiting';

export type { WaitingStep } from './waiting';

const CHECKPOINT = 'sagas';
/** Events that may be under way beyond the low mark. */
const UNDER_WAY = 1_000;
/** Pauses before a saga step that failed is tried again, in milliseconds; after the last it is parked. */
const RETRIES = [1_000, 5_000, 30_000, 120_000, 600_000];
/** How often the waiting list is looked at, in milliseconds. */
const LOOK = 500;
const PAGE = 256;
/** Waiting steps that are looked at together. */
const AT_ONCE = 100;
/**
 * Delivers every event to the sagas that it concerns: at least once, in order per saga and stream, across streams side by
 * side. What fails goes to a durable waiting list, later steps of its lane line up behind it, and the mark moves on.
 */
export class SagaRunner {
  /** How far all sagas have come, here or in the process that they run in. */
  readonly mark: Mark;
  readonly #waiting: Collection<WaitingStep>;
  readonly #checkpoints: Checkpoints;
  readonly #foreign: ForeignMarks;
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
  #timeout: NodeJS.Timeout | undefined;
  #stopped = true;

  constructor(
    private readonly parts: {
      store: EventStore;
      db: Db;
      logger: Logger;
      effects: Effects;
      sagas: readonly Saga[];
      onReader?: (reader: Reader) => void;
    },
  ) {
    this.#waiting = waitingSteps(parts.db);
    this.#checkpoints = new Checkpoints(parts.db);
    this.#foreign = new ForeignMarks(this.#checkpoints, parts.logger);
    this.mark = new Mark(-1, () => this.#foreign.hurry());
  }

  /** Follows the sagas of another process, until `begin`. */
  async start(): Promise<void> {
    await this.#waiting.createIndexes([{ key: { lane: 1, position: 1 } }, { key: { parked: 1, dueAt: 1 } }, { key: { correlationId: 1 } }]);
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
    for (const lane of await this.#waiting.distinct('lane')) {
      this.#blocked.add(lane);
      await this.hurryFirst(lane); // the process may have died between the end of one step and the turn of the next
    }
    const from = await this.#checkpoints.read(CHECKPOINT);
    this.mark.advance(from);
    this.#reader = new Reader(this.parts.store, from, this.parts.logger);
    this.parts.onReader?.(this.#reader);
    this.#running = this.run(this.#reader);
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
    await this.#retrying;
    await Promise.allSettled(this.#lanes.values());
    await this.#checkpoints.write([CHECKPOINT], this.mark.position);
    this.#blocked.clear();
    this.#brokenOff.clear();
    this.#foreign.follow(CHECKPOINT, this.mark);
  }

  /** Steps of a story that are not done: waiting for another try, or parked. */
  async waiting(correlationId: string): Promise<readonly WaitingStep[]> {
    return this.#waiting.find({ correlationId }).sort({ position: 1 }).limit(100).toArray();
  }

  private async run(reader: Reader): Promise<void> {
    for await (const page of reader.pages(PAGE)) {
      for (const event of page) {
        while (this.#underWay.length >= UNDER_WAY && !this.#stopped) await new Promise<void>((resolve) => (this.#room = resolve));
        if (this.#stopped) return;
        this.take(event);
      }
    }
  }

  private take(event: Recorded): void {
    const entry = { position: event.position, open: 1 };
    this.#underWay.push(entry);
    for (const saga of this.parts.sagas) {
      if (!concerns(saga, event)) continue;
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
    const _id = `${saga}:${eventId}`;
    while (!this.#stopped) {
      try {
        if (type === 'SagaStepSkipped') await this.#waiting.deleteOne({ _id });
        else await this.#waiting.updateOne({ _id, dueAt: { $ne: BEHIND_ANOTHER } }, { $set: { parked: false, dueAt: Date.now() } });
        await this.hurryFirst(lane);
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

  /** Does the step or puts it aside; false when the runner was stopped before either, so that the mark stays before it. */
  private async step(saga: Saga, event: Recorded, lane: string): Promise<boolean> {
    while (!this.#stopped) {
      try {
        if (this.#blocked.has(lane)) await this.putAside(saga, event, lane, 0, BEHIND_ANOTHER, false);
        else await this.parts.effects.react(saga, event);
        return true;
      } catch (error) {
        try {
          await this.putAside(saga, event, lane, 1, Date.now() + RETRIES[0]!, isFinal(error), error);
          return true;
        } catch (failure) {
          this.parts.logger.error({ error: String(failure), saga: saga.name }, 'a saga step could not be put aside, trying again');
          await new Promise((resolve) => setTimeout(resolve, LOOK));
        }
      }
    }
    return false;
  }

  private async putAside(
    saga: Saga,
    event: Recorded,
    lane: string,
    attempts: number,
    dueAt: number,
    parked: boolean,
    error?: unknown,
  ): Promise<void> {
    const step: WaitingStep = {
      _id: `${saga.name}:${event.id}`,
      saga: saga.name,
      lane,
      position: event.position,
      event: await this.parts.store.closed(event),
      correlationId: event.metadata.correlationId,
      attempts,
      dueAt,
      parked,
      since: new Date().toISOString(),
      error: error === undefined ? undefined : briefly(error),
    };
    await this.#waiting.updateOne({ _id: step._id }, { $setOnInsert: step }, { upsert: true });
    // Only now: where that failed, the step is first in its lane still, and must not line up behind itself.
    this.#blocked.add(lane);
    if (error !== undefined)
      this.parts.logger.warn(
        { saga: saga.name, event: event.type, stream: event.stream, correlationId: step.correlationId, parked, error: step.error },
        'a saga step waits',
      );
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
    const due = await this.#waiting
      .find({ parked: false, dueAt: { $lte: Date.now() } })
      .sort({ dueAt: 1, _id: 1 })
      .limit(AT_ONCE)
      .toArray();
    const lanes = new Set([...this.#brokenOff, ...due.map(({ lane }) => lane)]);
    await Promise.all([...lanes].map((lane) => this.inLane(lane, () => this.retryLane(lane))));
  }

  /** Works the lane off from its first step on, until it is empty or a step fails again. */
  private async retryLane(lane: string): Promise<void> {
    // The database was away in the middle of it: what is first now may still be marked as behind another.
    if (this.#brokenOff.has(lane)) await this.hurryFirst(lane);
    this.#brokenOff.add(lane);
    await this.workOff(lane);
    this.#brokenOff.delete(lane);
  }

  private async workOff(lane: string): Promise<void> {
    while (!this.#stopped) {
      const first = await this.first(lane);
      if (!first) {
        this.#blocked.delete(lane);
        return;
      }
      const saga = this.parts.sagas.find(({ name }) => name === first.saga);
      if (!saga || first.parked || first.dueAt > Date.now()) return;
      try {
        await this.parts.effects.react(saga, await this.parts.store.reopened(first.event));
      } catch (error) {
        return this.failedAgain(first, error);
      }
      await this.#waiting.deleteOne({ _id: first._id });
      await this.hurryFirst(lane);
    }
  }

  private async failedAgain({ _id, saga, event, attempts: before }: WaitingStep, error: unknown): Promise<void> {
    const attempts = before + 1;
    const parked = attempts > RETRIES.length || isFinal(error);
    const dueAt = Date.now() + RETRIES[Math.min(attempts, RETRIES.length) - 1]!;
    await this.#waiting.updateOne({ _id }, { $set: { attempts, parked, dueAt, error: briefly(error) } });
    const { correlationId } = event.metadata;
    const about = { saga, event: event.type, stream: event.stream, correlationId, attempts, error: briefly(error) };
    if (parked) this.parts.logger.error(about, 'a saga step is parked and waits for an operator');
    else this.parts.logger.warn(about, 'a saga step failed again');
  }

  /** Makes the first step of a lane due, if it was only waiting for another one. */
  private async hurryFirst(lane: string): Promise<void> {
    const first = await this.first(lane);
    if (first?.dueAt === BEHIND_ANOTHER) await this.#waiting.updateOne({ _id: first._id }, { $set: { dueAt: Date.now() } });
  }

  private async first(lane: string): Promise<WaitingStep | undefined> {
    const [first] = await this.#waiting.find({ lane }).sort({ position: 1 }).limit(1).toArray();
    return first;
  }

  private done(entry: { open: number }): void {
    if (--entry.open > 0) return;
    let low: number | undefined;
    while (this.#underWay[0]?.open === 0) low = this.#underWay.shift()!.position;
    if (low === undefined) return;
    this.mark.advance(low);
    this.#room();
    this.checkpoint();
  }

  #writing = false;

  /** Writes the low mark, one write at a time; a crash before it only brings events again. */
  private checkpoint(): void {
    if (this.#writing) return;
    this.#writing = true;
    const position = this.mark.position;
    void this.#checkpoints
      .write([CHECKPOINT], position)
      .catch((error: unknown) => this.parts.logger.warn({ error: String(error) }, 'the mark of the sagas could not be written'))
      .finally(() => {
        this.#writing = false;
        if (this.mark.position > position && !this.#stopped) this.checkpoint();
      });
  }
}

/** A refusal that will be the same tomorrow: trying again is for outages and lost races. */
const isFinal = (error: unknown) =>
  error instanceof DomainError && error.entry.status < 500 && error.entry.status !== 429 && error.code !== 'CONCURRENT_CHANGE';

/** What may be written down of an error: its kind, and its words without addresses of people. */
function briefly(error: unknown): string {
  if (error instanceof DomainError) return error.code;
  const { name = 'Error', code, message = String(error) } = error as { name?: string; code?: string | number; message?: string };
  return `${name}${code === undefined ? '' : ` ${code}`}: ${message.replace(/[^\s<>"']+@[^\s<>"']+/g, '…@…')}`;
}
