import { refusal, type Actor, type Recorded } from '@letopis/kernel';
import type { Db } from 'mongodb';
import type { EventStore } from '../events/event-store';
import { visible } from '../projections/document';
import { documents, type Projector } from '../projections/projector';
import { LONGEST_WAIT } from '../projections/mark';
import type { SagaRunner } from '../sagas/saga-runner';
import { stories, type StoryRow } from './stories';

/** One entry of a record's history. */
export interface HistoryEntry {
  readonly revision: number;
  readonly at: string;
  readonly type: string;
  readonly data: unknown;
  readonly command: string;
  readonly actor: Actor;
  readonly reason?: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly eventId: string;
}

export interface Story {
  readonly correlationId: string;
  readonly settled: boolean;
  /** A read model that has passed it shows the whole story. */
  readonly token: number;
  /** Saga steps that are to be tried again, or wait for an operator. */
  readonly waiting: readonly { readonly saga: string; readonly event: string; readonly parked: boolean; readonly error?: string }[];
  readonly events: readonly StoryRow[];
}

const MOST_EVENTS = 10_000;

/** Answers who did what and when, from the streams themselves and from the read model of stories. */
export class Audit {
  constructor(private readonly parts: { store: EventStore; db: Db; projector: Projector; sagas?: SagaRunner }) {}

  /** The history of a record, oldest first. @throws DomainError NOT_FOUND */
  async history(stream: string): Promise<HistoryEntry[]> {
    const events = await this.parts.store.read(stream);
    if (events.length === 0) throw refusal('NOT_FOUND');
    return events.map(entry);
  }

  /**
   * The story of a correlation id; `settled` waits until every saga has passed all of it and nothing that they did is
   * missing. What is to be tried again, and timers of the future, are not waited for; the former are named.
   * @throws DomainError PROJECTION_LAG when it takes longer than allowed
   */
  async story(correlationId: string, { settled = false, after = -1 } = {}): Promise<Story> {
    const { projector, sagas, store } = this.parts;
    const mark = projector.mark(stories.code);
    const deadline = Date.now() + LONGEST_WAIT;
    const left = () => Math.max(1, deadline - Date.now());
    await mark.reached(after, left());
    let events = await this.events(correlationId);
    if (settled && sagas) {
      for (let target = Math.max(after, last(events)); ; target = last(events)) {
        await sagas.mark.reached(target, left());
        // Whatever the sagas have appended for it lies at or before the present end of the log.
        await mark.reached(await store.head(), left());
        events = await this.events(correlationId);
        if (last(events) <= target) break;
      }
    }
    const waiting = (await sagas?.waiting(correlationId)) ?? [];
    return {
      correlationId,
      settled,
      token: Math.max(after, last(events)),
      waiting: waiting.map(({ saga, event, parked, error }) => ({ saga, event: event.type, parked, error })),
      events,
    };
  }

  private async events(correlationId: string): Promise<StoryRow[]> {
    const { db, projector } = this.parts;
    const found = await documents(db, projector, stories.code)
      .find({ correlationId })
      .sort({ correlationId: 1, _id: 1 })
      .limit(MOST_EVENTS)
      .toArray();
    return found
      .map((document) => visible(document) as object as StoryRow)
      .sort((a, b) => a.position - b.position || a.revision - b.revision);
  }
}

const last = (events: readonly StoryRow[]) => events.at(-1)?.position ?? -1;

const entry = ({ revision, type, data, metadata, id }: Recorded): HistoryEntry => ({
  revision,
  at: metadata.occurredAt,
  type,
  data,
  command: metadata.commandType,
  actor: metadata.actor,
  reason: metadata.reason,
  correlationId: metadata.correlationId,
  causationId: metadata.causationId,
  eventId: id,
});
