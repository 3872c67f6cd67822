import { refusal, type Actor, type Definition, type Recorded } from '@letopis/kernel';
import type { Db } from 'mongodb';
import type { Composition } from '../composition';
import { NOTHING, type EventStore } from '../events/event-store';
import { streamOf } from '../events/stream-name';
import { visible } from '../projections/document';
import { documents, type Projector } from '../projections/projector';
import { LONGEST_WAIT } from '../projections/mark';
import type { SagaRunner } from '../sagas/saga-runner';
import { causesOf, effectsTree, treesOf, type StoryNode } from './causes';
import { differences, type Change } from './diff';
import { upTo, type Moment } from './moments';
import { stories, type StoryRow } from './stories';
import { named, shownTo } from './withheld';

/** One entry of a record's history. */
export interface HistoryEntry {
  readonly revision: number;
  readonly at: string;
  readonly type: string;
  readonly data: unknown;
  readonly command: string;
  readonly actor: Partial<Actor>;
  readonly reason?: string;
  /** Name of the rule that allowed it. */
  readonly allowedBy?: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly eventId: string;
}

/** A part of a history. */
export interface HistoryPage {
  readonly items: readonly HistoryEntry[];
  /** The revision behind which the next page begins; absent on the last one. */
  readonly next?: number;
}

/** A record as it was. */
export interface StateThen {
  readonly category: string;
  readonly id: string;
  /** Revision and time of the last event that it was folded from; -1 where it had not begun. */
  readonly revision: number;
  readonly at?: string;
  readonly state: unknown;
}

export interface StatesBetween {
  readonly from: Omit<StateThen, 'state'>;
  readonly to: Omit<StateThen, 'state'>;
  readonly changes: readonly Change[];
  /** What happened in between, oldest first. */
  readonly events: readonly HistoryEntry[];
}

/** An event that a reader may not see: that there is one is all that is told. */
export interface Hidden {
  readonly hidden: true;
}

export interface Why {
  readonly event: HistoryEntry & { readonly stream: string; readonly position: number };
  readonly command: {
    readonly id: string;
    readonly type: string;
    readonly summary?: string;
    /** Name of the rule that allowed it, as recorded with the event. */
    readonly allowedBy?: string;
    /** The rule of the command as it stands today. */
    readonly rule?: string;
  };
  readonly reason?: string;
  /** Nearest first, up to what a caller from outside did. */
  readonly causes: readonly (StoryRow | Hidden)[];
  readonly effects: readonly (StoryNode | Hidden)[];
}

export interface Story {
  readonly correlationId: string;
  /** It was waited for, and nothing of it is left to be done. */
  readonly settled: boolean;
  /** A read model that has passed it shows the whole story. The end of the log: it tells nothing of the story itself. */
  readonly token: number;
  /** Saga steps that are to be tried again, or wait for an operator. */
  readonly waiting: readonly { readonly saga: string; readonly event: string; readonly parked: boolean; readonly error?: string }[];
  readonly events: readonly StoryRow[];
  /** The same events, each in the one that caused it. */
  readonly tree: readonly StoryNode[];
}

/** Who reads: auditors see from where somebody acted, others only what belongs to their organization. */
export interface Reader {
  readonly forAuditor: boolean;
}

const MOST_EVENTS = 10_000;
/** Entries of a history that are told at once. */
export const MOST_ENTRIES = 1_000;

/** Answers who did what and when, from the streams themselves and from the read model of stories. */
export class Audit {
  constructor(private readonly parts: { store: EventStore; db: Db; projector: Projector; composition: Composition; sagas?: SagaRunner }) {}

  /**
   * The history of a record, oldest first. Only auditors learn from where and in which session somebody acted.
   * @param after the revision behind which the page begins
   * @throws DomainError NOT_FOUND
   */
  async history(stream: string, reader: Reader, { after = NOTHING, limit = MOST_ENTRIES } = {}): Promise<HistoryPage> {
    const found = await this.parts.store.read(stream, after + 1, limit + 1);
    if (found.length === 0 && after === NOTHING) throw refusal('NOT_FOUND');
    const items = found.slice(0, limit).map((event) => entryOf(event, reader));
    return found.length > limit ? { items, next: items.at(-1)!.revision } : { items };
  }

  /** The record folded up to a moment. @throws DomainError NOT_FOUND */
  async state(definition: Definition, id: string, moment: Moment, reader: Reader): Promise<StateThen> {
    let folded = definition.initialState as unknown;
    let last: Recorded | undefined;
    let isThere = false;
    for await (const page of this.parts.store.pages(streamOf(definition.category, id))) {
      const then = upTo(page, moment);
      folded = then.reduce(
        (before, event) => definition.evolve(before, event, { id, occurredAt: event.metadata.occurredAt, actor: event.metadata.actor }),
        folded,
      );
      last = then.at(-1) ?? last;
      isThere = true;
      if (then.length < page.length) break;
    }
    if (!isThere) throw refusal('NOT_FOUND');
    // As it would be told: what is undefined is not there.
    const state = shownTo(JSON.parse(JSON.stringify(folded ?? null)), reader);
    return { category: definition.category, id, revision: last?.revision ?? NOTHING, at: last?.metadata.occurredAt, state };
  }

  /** What is otherwise at one moment than at another, and what happened in between. @throws DomainError NOT_FOUND */
  async diff(definition: Definition, id: string, from: Moment, to: Moment, reader: Reader): Promise<StatesBetween> {
    const { state: before, ...earlier } = await this.state(definition, id, from, reader);
    const { state: then, ...later } = await this.state(definition, id, to, reader);
    const count = Math.max(0, later.revision - earlier.revision);
    const between = count === 0 ? [] : await this.parts.store.read(streamOf(definition.category, id), earlier.revision + 1, count);
    return { from: earlier, to: later, changes: differences(before, then), events: between.map((event) => entryOf(event, reader)) };
  }

  /** Where an event lies. @throws DomainError NOT_FOUND */
  async find(eventId: string): Promise<StoryRow> {
    const { db, projector, store } = this.parts;
    await projector.mark(stories.code).reached(await store.head());
    const found = await documents(db, projector, stories.code).findOne({ _id: eventId });
    if (!found) throw refusal('NOT_FOUND');
    return visible(found) as object as StoryRow;
  }

  /**
   * Why an event happened: by which command of whom, allowed by what, caused by what, and what came of it. Of events of
   * other organizations only auditors learn more than that there are some.
   */
  async why(row: StoryRow, reader: Reader): Promise<Why> {
    const [event] = await this.parts.store.read(row.stream, row.revision, 1);
    if (event?.id !== row.eventId) throw refusal('NOT_FOUND');
    const rows = await this.events(row.correlationId);
    const { metadata, stream, position } = event;
    const spec = this.parts.composition.commands.get(metadata.commandType)?.spec;
    const may = (other: StoryRow) =>
      reader.forAuditor || (other.organizationId !== undefined && other.organizationId === row.organizationId);
    return {
      event: { ...entryOf(event, reader), stream, position: Math.max(position, row.position) },
      command: {
        id: metadata.commandId,
        type: metadata.commandType,
        summary: spec?.summary,
        allowedBy: metadata.allowedBy,
        rule: spec?.by.name,
      },
      reason: metadata.reason,
      causes: causesOf(rows, row.eventId).map((cause) => (may(cause) ? cause : HIDDEN)),
      effects: masked(effectsTree(rows, row.eventId), may),
    };
  }

  /**
   * The story of a correlation id; `settled` waits until every saga has passed all of it and nothing that they did is
   * missing. What is to be tried again, and timers of the future, are not waited for: with one of the former, which are
   * named, the story is not settled.
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
    const events = await this.events(correlationId);
    return {
      correlationId,
      settled: settled && waiting.length === 0,
      token: head,
      waiting: waiting.map(({ saga, event, parked, error }) => ({ saga, event: event.type, parked, error })),
      events,
      tree: treesOf(events),
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

const HIDDEN: Hidden = { hidden: true };

const masked = (nodes: readonly StoryNode[], may: (row: StoryRow) => boolean): readonly (StoryNode | Hidden)[] =>
  nodes.map((node) => (may(node) ? { ...node, effects: masked(node.effects, may) as readonly StoryNode[] } : HIDDEN));

/** An entry of a history, as the reader may see it. */
export const entryOf = ({ revision, type, data, metadata, id }: Recorded, reader: Reader): HistoryEntry => ({
  revision,
  at: metadata.occurredAt,
  type,
  data: shownTo(data, reader),
  command: metadata.commandType,
  actor: reader.forAuditor ? metadata.actor : named(metadata.actor),
  reason: metadata.reason,
  allowedBy: metadata.allowedBy,
  correlationId: metadata.correlationId,
  causationId: metadata.causationId,
  eventId: id,
});
