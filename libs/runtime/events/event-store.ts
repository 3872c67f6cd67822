import {
  ANY,
  BACKWARDS,
  END,
  FORWARDS,
  jsonEvent,
  NO_STREAM,
  START,
  StreamNotFoundError,
  streamNameFilter,
  WrongExpectedVersionError,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type EventStoreDBClient,
  type Position,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { refusal, type Recorded } from '@letopis/kernel';
import type { Sealer } from './sealing';
import { UnknownShape, upcast, Upcaster } from './upcasting';
import { within } from '../deadline';
import { partsOf, SNAPSHOT_PREFIX } from './stream-name';
import { decode, encode, UNKNOWN_POSITION, type NewEvent } from './codec';

/** The stream has moved on since it was read. */
export class WrongRevision extends Error {
  constructor(readonly stream: string) {
    super(`${stream} is not at the expected revision`);
  }
}

/** The revision of a stream that was never written. */
export const NOTHING = -1;

export interface Appended {
  /** Revision of the last event. */
  readonly revision: number;
  /** Position of the last event. */
  readonly position: number;
}

/** Events that were read with one call, and where those after them begin; undefined at the end of the stream. */
export interface StreamPage {
  readonly events: readonly Recorded[];
  readonly next?: number;
}

/** How long one call to the store may take, in milliseconds. */
const DEADLINE = 10_000;
/** Events of a stream that are read with one call. */
const STREAM_PAGE = 500;
/** Records of the end of the log that are read together, to find the newest of ours among those of the system. */
const HEAD_PAGE = 64;
/** How long the client may take to let go of its streams, in milliseconds. */
const LETTING_GO = 200;
/** How often an append is sent again, unchanged, after a time-out or a lost connection. */
const SENDINGS = 3;
/** Streams with a limit that are remembered. */
const MOST_LIMITED = 10_000;

/** The event store, by its official client: every call with a deadline of its own, outages as `STORE_UNAVAILABLE`. */
export class EventStore {
  #sealer: Sealer | undefined;
  /** Streams whose `$maxAge` this process has set. */
  readonly #limited = new Set<string>();
  #upcaster = new Upcaster([]);

  constructor(
    private readonly client: EventStoreDBClient,
    private readonly deadline = DEADLINE,
  ) {}

  /** From now on personal fields are stored sealed and read open. */
  sealWith(sealer: Sealer): void {
    this.#sealer = sealer;
  }

  /** From now on events of older programs are read in the names and shapes of today. */
  upcastWith(upcaster: Upcaster): void {
    this.#upcaster = upcaster;
  }

  /**
   * The event of a read or a subscription as it is handled: open, and in the shape of today.
   * @throws when a key cannot be had, or the shape is of a newer program: nothing is told then
   */
  async open(resolved: ResolvedEvent | AllStreamResolvedEvent): Promise<Recorded | undefined> {
    const stored = decode(resolved);
    if (!stored) return undefined;
    const event = this.#upcaster.named(stored);
    const shape = this.#upcaster.shape(event);
    const open = this.#sealer ? await this.#sealer.open(event, shape?.personal) : event;
    return shape ? upcast(open, shape) : open;
  }

  /** An event as it may be kept elsewhere: its personal fields closed. */
  async closed(event: Recorded): Promise<Recorded> {
    return this.#sealer ? { ...event, ...(await this.#sealer.seal(event, event.aggregateId)) } : event;
  }

  /** The same, open again; what was erased meanwhile reads so. */
  async reopened(event: Recorded): Promise<Recorded> {
    return this.#sealer ? this.#sealer.open(event) : event;
  }

  /** Keys of the persons whose data an event is stored sealed with. */
  subjectsOf(event: Pick<NewEvent, 'type' | 'data'>, aggregateId: string): readonly string[] | undefined {
    return this.#sealer?.subjectsOf(event, aggregateId);
  }

  /**
   * Appends at exactly the expected revision (`NOTHING` for a stream that must not exist).
   *
   * After a time-out or a lost connection the same append goes out again unchanged: the server knows a repeat by its
   * event ids and its expected revision, so an answer that was lost does no harm.
   * @throws WrongRevision, DomainError STORE_UNAVAILABLE
   */
  async append(stream: string, expected: number, events: readonly NewEvent[]): Promise<Appended> {
    const aggregateId = partsOf(stream).aggregateId;
    const sealed = this.#sealer ? await Promise.all(events.map((event) => this.#sealer!.seal(event, aggregateId))) : events;
    const encoded = sealed.map(encode);
    for (let sending = 1; ; sending++) {
      try {
        const { nextExpectedRevision, position } = await this.within(
          this.client.appendToStream(stream, encoded, { expectedRevision: expected === NOTHING ? NO_STREAM : BigInt(expected) }),
        );
        return { revision: Number(nextExpectedRevision), position: position ? Number(position.commit) : UNKNOWN_POSITION };
      } catch (error) {
        if (error instanceof WrongExpectedVersionError) throw new WrongRevision(stream);
        if (sending === SENDINGS) throw unavailable(error);
      }
    }
  }

  /**
   * Appends wherever the stream ends, and lets what is in it go after so many seconds (`$maxAge`). For what is noted, not
   * decided: nobody has judged the stream before, and an event that goes out twice counts twice after a lost connection.
   * @throws DomainError STORE_UNAVAILABLE
   */
  async note(stream: string, events: readonly NewEvent[], maxAge: number): Promise<Appended> {
    const aggregateId = partsOf(stream).aggregateId;
    const sealed = this.#sealer ? await Promise.all(events.map((event) => this.#sealer!.seal(event, aggregateId))) : events;
    try {
      if (!this.#limited.has(stream)) {
        await this.within(this.client.setStreamMetadata(stream, { maxAge }));
        if (this.#limited.size >= MOST_LIMITED) this.#limited.clear();
        this.#limited.add(stream);
      }
      const { nextExpectedRevision, position } = await this.within(
        this.client.appendToStream(stream, sealed.map(encode), { expectedRevision: ANY }),
      );
      return { revision: Number(nextExpectedRevision), position: position ? Number(position.commit) : UNKNOWN_POSITION };
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** The events of a stream from a revision on, oldest first, at most so many; none when there is no such stream. */
  async read(stream: string, fromRevision = 0, maxCount = Infinity): Promise<Recorded[]> {
    const events: Recorded[] = [];
    for await (const page of this.pages(stream, fromRevision, Math.min(maxCount, STREAM_PAGE))) {
      events.push(...page.slice(0, maxCount - events.length));
      if (events.length >= maxCount) break;
    }
    return events;
  }

  /**
   * The events of a stream from a revision on, oldest first, a page at a time: every page is a call with a deadline of its own,
   * made when it is asked for, so that a long stream is neither held in memory nor too long to be read.
   */
  async *pages(stream: string, fromRevision = 0, size = STREAM_PAGE): AsyncGenerator<readonly Recorded[]> {
    for (let from: number | undefined = fromRevision; from !== undefined;) {
      const { events, next }: StreamPage = await this.page(stream, from, size);
      if (events.length > 0) yield events;
      from = next;
    }
  }

  /** One call for so many events of a stream. */
  protected page(stream: string, fromRevision: number, size: number): Promise<StreamPage> {
    const options = { direction: FORWARDS, fromRevision: BigInt(fromRevision), maxCount: size } as const;
    return this.reading<StreamPage>(
      async () => {
        const events: Recorded[] = [];
        let found = 0;
        let last = NOTHING;
        for await (const resolved of this.client.readStream(stream, options)) {
          found++;
          last = Number(resolved.event?.revision ?? last);
          const event = await this.open(resolved);
          if (event) events.push(event);
        }
        return { events, next: found < size ? undefined : last + 1 };
      },
      { events: [] },
    );
  }

  /** The newest event of a stream. */
  async last(stream: string): Promise<Recorded | undefined> {
    return this.reading(async () => {
      for await (const resolved of this.client.readStream(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 }))
        return this.open(resolved);
      return undefined;
    }, undefined);
  }

  /** Data of the newest entry of a stream that is no part of the history. */
  async lastRaw(stream: string): Promise<unknown> {
    return this.reading(async () => {
      for await (const { event } of this.client.readStream(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 }))
        return event?.data;
      return undefined;
    }, undefined);
  }

  /** Writes an entry to a stream that is no part of the history and keeps its newest one only. */
  async keepOnly(stream: string, id: string, type: string, data: object): Promise<void> {
    const { nextExpectedRevision } = await this.within(
      this.client.appendToStream(stream, jsonEvent({ id, type, data: data as Record<string, unknown> }), { expectedRevision: ANY }),
    );
    if (nextExpectedRevision === 0n) await this.within(this.client.setStreamMetadata(stream, { maxCount: 1 }));
  }

  /** The newest position of the log that holds an event of ours; `UNKNOWN_POSITION` when there is none. */
  async head(): Promise<number> {
    return this.reading(async () => {
      let from: typeof END | Position = END;
      for (;;) {
        const page: AllStreamResolvedEvent[] = [];
        for await (const resolved of this.client.readAll({ direction: BACKWARDS, fromPosition: from, maxCount: HEAD_PAGE })) {
          page.push(resolved);
        }
        const newest = page.map(decode).find((event) => event !== undefined);
        if (newest) return newest.position;
        const oldest: Position | undefined = page.at(-1)?.event?.position;
        if (page.length < HEAD_PAGE || !oldest) return UNKNOWN_POSITION;
        from = oldest;
      }
    }, UNKNOWN_POSITION);
  }

  /** The position of the last record of the log, whoever wrote it; `UNKNOWN_POSITION` for an empty one. */
  async end(): Promise<number> {
    return this.reading(async () => {
      for await (const { event, commitPosition } of this.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 })) {
        return Number(event?.position?.commit ?? commitPosition ?? UNKNOWN_POSITION);
      }
      return UNKNOWN_POSITION;
    }, UNKNOWN_POSITION);
  }

  /** The log after a position, system records and snapshots left out, live once it has caught up. */
  subscribe(afterPosition: number): AllStreamSubscription {
    const position = BigInt(afterPosition);
    return this.client.subscribeToAll({
      fromPosition: afterPosition === UNKNOWN_POSITION ? START : { commit: position, prepare: position },
      filter: streamNameFilter({ regex: `^(?!\\$|${SNAPSHOT_PREFIX})` }),
    });
  }

  /** The whole log, oldest first, system records too. */
  everything(): AsyncIterable<AllStreamResolvedEvent> {
    return this.client.readAll({ direction: FORWARDS, fromPosition: START });
  }

  /** Cancels whatever is open. The client waits for each stream to end, and one that nobody reads any more never does: so not for long. */
  async dispose(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const long = new Promise<void>((resolve) => (timer = setTimeout(resolve, LETTING_GO)));
    await Promise.race([this.client.dispose(), long]).finally(() => clearTimeout(timer));
  }

  private async reading<Answer>(read: () => Promise<Answer>, none: Answer): Promise<Answer> {
    for (let reading = 1; ; reading++) {
      try {
        return await this.within(read());
      } catch (error) {
        if (error instanceof StreamNotFoundError) return none;
        if (error instanceof UnknownShape) throw error;
        if (reading === SENDINGS) throw unavailable(error);
      }
    }
  }

  private within<Answer>(call: Promise<Answer>): Promise<Answer> {
    return within(call, this.deadline, 'the event store');
  }
}

function unavailable(cause: unknown): Error {
  return Object.assign(refusal('STORE_UNAVAILABLE'), { cause });
}
