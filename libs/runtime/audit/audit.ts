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
  readonly actor: Partial<Actor>;
  readonly reason?: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly eventId: string;
}

export interface Story {
  readonly correlationId: string;
  readonly settled: boolean;
  /** A read model that has passed it shows the whole story. The end of the log: it tells nothing of the story itself. */
  readonly token: number;
  /** Saga steps that are to be tried again, or wait for an operator. */
  readonly waiting: readonly { readonly saga: string; readonly event: string; readonly parked: boolean; readonly error?: string }[];
  readonly events: readonly StoryRow[];
}

const MOST_EVENTS = 10_000;

/** Answers who did what and when, from the streams themselves and from the read model of stories. */
export class Audit {
  constructor(private readonly parts: { store: EventStore; db: Db; projector: Projector; sagas?: SagaRunner }) {}

  /**
   * The history of a record, oldest first. Only auditors learn from where and in which session somebody acted.
   * @throws DomainError NOT_FOUND
   */
  async history(stream: string, { forAuditor }: { forAuditor: boolean }): Promise<HistoryEntry[]> {
    const events = await this.parts.store.read(stream);
    if (events.length === 0) throw refusal('NOT_FOUND');
    return events.map((event) => entry(event, forAuditor));
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
    let head = Math.max(after, await store.head());
    await mark.reached(head, left());
    if (settled && sagas) {
      for (let target = Math.max(after, await this.last(correlationId)); ; target = await this.last(correlationId)) {
        await sagas.mark.reached(target, left());
        // Whatever the sagas have appended for it lies at or before the present end of the log.
        head = Math.max(head, await store.head());
        await mark.reached(head, left());
        if ((await this.last(correlationId)) <= target) break;
      }
    }
    const waiting = (await sagas?.waiting(correlationId)) ?? [];
    return {
      correlationId,
      settled,
      token: head,
      waiting: waiting.map(({ saga, event, parked, error }) => ({ saga, event: event.type, parked, error })),
      events: await this.events(correlationId),
    };
  }

  private async events(correlationId: string): Promise<StoryRow[]> {
    const { db, projector } = this.parts;
    const found = await documents(db, projector, stories.code)
      .find({ correlationId })
      .sort({ position: 1, _id: 1 })
      .limit(MOST_EVENTS)
      .toArray();
    return found
      .map((document) => visible(document) as object as StoryRow)
      .sort((a, b) => a.position - b.position || a.revision - b.revision);
  }

  /** Position of the newest event of a story. */
  private async last(correlationId: string): Promise<number> {
    const { db, projector } = this.parts;
    const [last] = await documents(db, projector, stories.code).find({ correlationId }).sort({ position: -1, _id: -1 }).limit(1).toArray();
    return last?._position ?? -1;
  }
}

const entry = ({ revision, type, data, metadata, id }: Recorded, forAuditor: boolean): HistoryEntry => ({
  revision,
  at: metadata.occurredAt,
  type,
  data: without(data as Fields, forAuditor ? KEPT_BACK : [...KEPT_BACK, ...WHENCE]),
  command: metadata.commandType,
  actor: forAuditor ? metadata.actor : named(metadata.actor),
  reason: metadata.reason,
  correlationId: metadata.correlationId,
  causationId: metadata.causationId,
  eventId: id,
});

type Fields = Readonly<Record<string, unknown>>;

/** Hashes of secrets and references to them: they say nothing to a reader and are nobody's business. */
const KEPT_BACK = ['tokenHash', 'secretRef', 'passwordRef', 'credentialVersion', 'credential'];
/** Where somebody was. */
const WHENCE = ['ip', 'userAgent', 'sessionId'];

const without = (data: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));

const named = (actor: Actor): Partial<Actor> => {
  const { kind, userId, serviceId, name } = actor as { kind: Actor['kind']; userId?: string; serviceId?: string; name?: string };
  return { kind, userId, serviceId, name } as Partial<Actor>;
};
