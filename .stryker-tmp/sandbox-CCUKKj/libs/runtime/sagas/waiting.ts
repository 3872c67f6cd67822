// @ts-nocheck
import type { Recorded } from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';

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
