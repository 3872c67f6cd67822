import { DomainError, type Recorded, type Saga } from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';
import type { EventStore } from '../events/event-store';
import type { Logger } from '../logger';
import { isOutage } from '../outage';

/** Pauses before a saga step that failed is tried again, in milliseconds; after the last it is parked. */
const RETRIES = [1_000, 5_000, 30_000, 120_000, 600_000];
/** Pause before a step that failed because a store was away is tried again, in milliseconds: that is not held against it. */
const OUTAGE = 2_000;
/** Waiting steps that are looked at together. */
export const AT_ONCE = 100;

/** A saga step that waits: to be tried again at `dueAt`, behind another step of its lane, or parked for an operator. */
export interface WaitingStep {
  /** Saga and event. */
  readonly _id: string;
  readonly saga: string;
  /** Saga and stream: steps of one lane are done in order. */
  readonly lane: string;
  readonly position: number;
  /** Its personal fields are closed. */
  readonly event: Recorded;
  readonly correlationId: string;
  readonly attempts: number;
  readonly dueAt: number;
  readonly parked: boolean;
  /** Since when it waits, UTC; a step of an older list does not say. */
  readonly since?: string;
  readonly error?: string;
}

/** Due time of a step that waits for the one before it in its lane. */
export const BEHIND_ANOTHER = Number.MAX_SAFE_INTEGER;

/** The durable waiting list of all sagas. */
export const waitingSteps = (db: Db): Collection<WaitingStep> => db.collection<WaitingStep>('_sagas_waiting');

/** What has failed, or waits behind what has failed, and when it is to be tried again. */
export class WaitingList {
  readonly #steps: Collection<WaitingStep>;

  constructor(private readonly parts: { readonly db: Db; readonly store: EventStore; readonly logger: Logger }) {
    this.#steps = waitingSteps(parts.db);
  }

  async prepare(): Promise<void> {
    await this.#steps.createIndexes([{ key: { lane: 1, position: 1 } }, { key: { parked: 1, dueAt: 1 } }, { key: { correlationId: 1 } }]);
  }

  /** Lanes that have something on the list. */
  lanes(): Promise<string[]> {
    return this.#steps.distinct('lane');
  }

  /** Lanes in which something has come due. */
  async dueLanes(): Promise<ReadonlySet<string>> {
    const due = await this.#steps
      .find({ parked: false, dueAt: { $lte: Date.now() } })
      .sort({ dueAt: 1, _id: 1 })
      .limit(AT_ONCE)
      .toArray();
    return new Set(due.map(({ lane }) => lane));
  }

  /** Steps of a story. */
  ofStory(correlationId: string): Promise<WaitingStep[]> {
    return this.#steps.find({ correlationId }).sort({ position: 1 }).limit(100).toArray();
  }

  /** The step of the lane that is first in turn. */
  async first(lane: string): Promise<WaitingStep | undefined> {
    const [first] = await this.#steps.find({ lane }).sort({ position: 1 }).limit(1).toArray();
    return first;
  }

  /** Puts a step on the list, unless it is there; behind the others of its lane, to be tried at once, or after it has failed. */
  async put(saga: Saga, event: Recorded, lane: string, why: 'behind' | 'now' | 'failed', error?: unknown): Promise<void> {
    const parked = why === 'failed' && isFinal(error);
    const step: WaitingStep = {
      _id: stepId(saga, event),
      saga: saga.name,
      lane,
      position: event.position,
      event: await this.parts.store.closed(event),
      correlationId: event.metadata.correlationId,
      attempts: why === 'failed' ? 1 : 0,
      dueAt: { behind: BEHIND_ANOTHER, now: Date.now(), failed: Date.now() + RETRIES[0]! }[why],
      parked,
      since: new Date().toISOString(),
      error: error === undefined ? undefined : briefly(error),
    };
    await this.#steps.updateOne({ _id: step._id }, { $setOnInsert: step }, { upsert: true });
    if (error !== undefined)
      this.parts.logger.warn(
        { saga: saga.name, event: event.type, stream: event.stream, correlationId: step.correlationId, parked, error: step.error },
        'a saga step waits',
      );
  }

  /** Counts an attempt before it is made: a step that ends the process must not be tried for ever. False when it has been too often. */
  async attempt({ _id, attempts }: WaitingStep): Promise<boolean> {
    await this.#steps.updateOne({ _id }, { $set: { attempts: attempts + 1 } });
    return attempts <= RETRIES.length;
  }

  /** The step has failed, at this attempt: it is tried again later, or parked. */
  async failed({ _id, saga, event }: Pick<WaitingStep, '_id' | 'saga' | 'event'>, attempts: number, error: unknown): Promise<void> {
    const away = isOutage(error);
    const parked = !away && (attempts > RETRIES.length || isFinal(error));
    const dueAt = Date.now() + (away ? OUTAGE : RETRIES[Math.min(attempts, RETRIES.length) - 1]!);
    const counted = away ? attempts - 1 : attempts;
    await this.#steps.updateOne({ _id }, { $set: { attempts: counted, parked, dueAt, error: briefly(error) } });
    const { correlationId } = event.metadata;
    const about = { saga, event: event.type, stream: event.stream, correlationId, attempts: counted, error: briefly(error) };
    if (parked) this.parts.logger.error(about, 'a saga step is parked and waits for an operator');
    else this.parts.logger.warn(about, 'a saga step failed again');
  }

  /** The step is done, or given up; the one behind it is in turn. */
  async remove(_id: string, lane: string): Promise<void> {
    await this.#steps.deleteOne({ _id });
    await this.hurryFirst(lane);
  }

  /** An operator wants a step to be tried once more, now. */
  async hurry(_id: string, lane: string): Promise<void> {
    const due = { $set: { parked: false, dueAt: Date.now() }, $min: { attempts: RETRIES.length } };
    await this.#steps.updateOne({ _id, dueAt: { $ne: BEHIND_ANOTHER } }, due);
    await this.hurryFirst(lane);
  }

  /** Makes the first step of a lane due, if it was only waiting for another one. */
  async hurryFirst(lane: string): Promise<void> {
    const first = await this.first(lane);
    if (first?.dueAt === BEHIND_ANOTHER) await this.#steps.updateOne({ _id: first._id }, { $set: { dueAt: Date.now() } });
  }
}

export const stepId = ({ name }: Pick<Saga, 'name'>, { id }: Pick<Recorded, 'id'>): string => `${name}:${id}`;

/** A refusal that will be the same tomorrow: trying again is for outages and lost races. */
const isFinal = (error: unknown) =>
  error instanceof DomainError && error.entry.status < 500 && error.entry.status !== 429 && error.code !== 'CONCURRENT_CHANGE';

/** What may be written down of an error: its kind, and its words without addresses of people. */
function briefly(error: unknown): string {
  if (error instanceof DomainError) return error.code;
  const { name = 'Error', code, message = String(error) } = error as { name?: string; code?: string | number; message?: string };
  return `${name}${code === undefined ? '' : ` ${code}`}: ${message.replace(/[^\s<>"']+@[^\s<>"']+/g, '…@…')}`;
}
