import { Gate, type Recorded, type Saga } from '@letopis/kernel';
import type { Db } from 'mongodb';
import type { EventStore } from '../events/event-store';
import type { Logger } from '../logger';
import type { OperatedStep } from '../operations/saga-failure';
import type { Effects } from './effects';
import type { Lanes } from './lanes';
import { stepId, WaitingList, type WaitingStep } from './waiting';

/** How long a step may take before the mark goes on without it, in milliseconds. */
const PATIENCE = 5_000;
/** Steps of one saga that are carried out at one time, until one of them takes long. */
const BESIDE = 64;
/** Steps that may take long at one time: with so many of them, others are put on the waiting list before they are tried. */
const MOST_SLOW = 1_000;
/** How often the waiting list is looked at, in milliseconds. */
const LOOK = 500;

export interface StepParts {
  readonly store: EventStore;
  readonly db: Db;
  readonly logger: Logger;
  readonly effects: Effects;
  readonly sagas: readonly Saga[];
  /** How long a step may take before the mark goes on without it, in milliseconds. */
  readonly patience?: number;
  /** How many may take longer at one time. */
  readonly mostSlow?: number;
}

/**
 * Steps of sagas, each in the lane of its saga and stream: carried out, or put on the durable waiting list, behind which later
 * steps of the lane line up, and tried again from there.
 */
export class Steps {
  readonly #waiting: WaitingList;
  /** Lanes that have something on the waiting list. */
  readonly #blocked = new Set<string>();
  /** Lanes whose working off was broken off. */
  readonly #brokenOff = new Set<string>();
  /** Steps on the waiting list that are still being carried out. */
  readonly #slow = new Set<string>();
  readonly #gates = new Map<string, Gate>();
  #retrying: Promise<void> = Promise.resolve();
  #timeout: NodeJS.Timeout | undefined;
  #stopped = true;
  /** Events that are still to be taken with care: what they set off is noted before it is tried. */
  #careful = 0;
  /** The process has ended again and again where it has begun now: what waits is tried one at a time. */
  #suspicious = false;

  constructor(
    private readonly parts: StepParts,
    private readonly lanes: Lanes,
  ) {
    this.#waiting = new WaitingList(parts);
  }

  prepare(): Promise<void> {
    return this.#waiting.prepare();
  }

  /** Steps of a story that are not done: waiting for another try, or parked. */
  ofStory(correlationId: string): Promise<readonly WaitingStep[]> {
    return this.#waiting.ofStory(correlationId);
  }

  /** Knows what waits, before anything new is taken. */
  async begin(): Promise<void> {
    this.#stopped = false;
    for (const lane of await this.#waiting.lanes()) {
      this.#blocked.add(lane);
      await this.#waiting.hurryFirst(lane); // the process may have died between the end of one step and the turn of the next
    }
  }

  /** Goes on with what waits. @param careful so many events are to be taken with care, since one of them may end the process */
  goOn(careful: number): void {
    this.#careful = careful;
    this.#suspicious = careful > 0;
    this.look();
  }

  /** Another event of the log is taken. */
  taken(): void {
    if (this.#careful > 0) this.#careful--;
  }

  /** Begins nothing new. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timeout);
  }

  /** Resolves when what was begun has come to its end. */
  async ended(): Promise<void> {
    await this.#retrying;
    await this.lanes.empty();
    this.#blocked.clear();
    this.#brokenOff.clear();
  }

  /** Carries out what an operator has decided about a waiting step; false when the runner was stopped before. */
  async operate({ type, data }: Recorded, lane: string): Promise<boolean> {
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

  /**
   * Does the step or puts it aside: behind others of its lane, because it failed, because it takes long, or, where the process
   * has ended again and again, before it is tried. False when the runner was stopped before, so that the mark stays before it.
   */
  async step(saga: Saga, event: Recorded, lane: string): Promise<boolean> {
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
        return this.#stopped ? undefined : this.lanes.run(lane, () => this.retryLane(lane));
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
    if (this.#suspicious) for (const lane of lanes) await this.lanes.run(lane, () => this.retryLane(lane));
    else await Promise.all([...lanes].map((lane) => this.lanes.run(lane, () => this.retryLane(lane))));
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
}

/** Whether the work comes to its end, good or bad, within so many milliseconds. */
async function settles(work: Promise<unknown>, millis: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), millis)));
  const settled = () => true as const;
  return Promise.race([work.then(settled, settled), late]).finally(() => clearTimeout(timer));
}
