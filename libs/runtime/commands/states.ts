import type { Definition, Recorded } from '@letopis/kernel';
import { NOTHING, type EventStore } from '../events/event-store';
import { streamOf } from '../events/stream-name';
import { RecentMap } from '../recent-map';
import { SharedReads } from '../shared-reads';
import { SNAPSHOT_EVERY, type Snapshots } from './snapshots';

/** A stream folded up to a revision. */
export interface Folded<State = unknown> {
  readonly definition: Definition<State>;
  readonly id: string;
  readonly stream: string;
  readonly state: State;
  /** `NOTHING` for a stream that was never written. */
  readonly revision: number;
  readonly position: number;
  /** The newest command ids of the stream, oldest first, and the revision of the first event of each. */
  readonly commands: ReadonlyMap<string, number>;
  /** Keys of the persons whose data was folded in. */
  readonly subjects: ReadonlySet<string>;
  /** Revision of the newest snapshot; `NOTHING` where there is none. */
  readonly snapshotAt: number;
}

/** Command ids that a folded stream remembers; beyond them the aggregate's state decides. */
const REMEMBERED = 1_000;
/** How old a state may be that rights are judged by, in milliseconds. */
const RECENT = 5_000;
/** Streams that are kept folded. */
const KEPT = 10_000;

/** Folded streams: read from the store, kept in a bounded cache, and brought forward by whatever passes by. */
export class States {
  readonly #kept = new RecentMap<string, Entry>(KEPT);
  /** Streams that are being read, and the revision up to which their events have passed by meanwhile. */
  readonly #reading = new Map<string, { readers: number; passed: number }>();
  readonly #reads = new SharedReads<Folded<never>>();
  /** Until when everything that was written had passed by on the subscription, on the same clock. */
  #feedSeenAt = Number.NEGATIVE_INFINITY;

  /** @param snapshots without them every stream is folded from its start */
  constructor(
    private readonly store: EventStore,
    private readonly snapshots?: Snapshots,
  ) {}

  /** The folded stream as this process last saw it, if it is kept. */
  kept<State>(definition: Definition<State>, id: string): Folded<State> | undefined {
    return this.#kept.get(streamOf(definition.category, id))?.folded as Folded<State> | undefined;
  }

  /**
   * The stream folded to its very end: what is kept and what has come since. A stream that everybody asks for is read as often as
   * it can be, not as often as it is asked for.
   */
  fresh<State>(definition: Definition<State>, id: string): Promise<Folded<State>> {
    return this.shared(definition, id, false);
  }

  /** Everything that has happened to an aggregate, from its start. */
  events(category: string, id: string): Promise<readonly Recorded[]> {
    return this.store.read(streamOf(category, id));
  }

  /** Reads on from what is kept, together with all who ask the same. */
  private shared<State>(definition: Definition<State>, id: string, evenNothing: boolean): Promise<Folded<State>> {
    const read = () => this.read(this.kept(definition, id) ?? nothing(definition, id), evenNothing) as Promise<Folded<never>>;
    return this.#reads.read(`${evenNothing}:${streamOf(definition.category, id)}`, read) as Promise<Folded<State>>;
  }

  /** Reads on from a fold and keeps it. An event that passes by while the answer is on its way must not be missed by what is kept. */
  private async read<State>(base: Folded<State>, evenNothing: boolean): Promise<Folded<State>> {
    const { stream } = base;
    const reading = this.#reading.get(stream) ?? { readers: 0, passed: NOTHING };
    this.#reading.set(stream, reading);
    reading.readers++;
    try {
      let folded = base;
      let seenAt: number;
      do {
        seenAt = performance.now();
        folded = folded.revision === NOTHING ? await this.fromItsStart(folded) : await this.toItsEnd(folded);
      } while (folded.revision < reading.passed);
      if (evenNothing || folded.revision !== NOTHING) this.keep(folded as Folded, seenAt);
      return folded;
    } finally {
      if (--reading.readers === 0) this.#reading.delete(stream);
    }
  }

  /** The stream as it would be if it had never been written: a guess that an append proves or refutes. */
  unwritten<State>(definition: Definition<State>, id: string): Folded<State> {
    return nothing(definition, id);
  }

  /**
   * The stream as it was within the last five seconds: right for what this process has written, a moment behind for the rest.
   * What is kept counts as seen as long as the subscription, which brings every change of it, is known to be at the end of the
   * log; when that stalls, the stream itself is read.
   */
  async recent<State>(definition: Definition<State>, id: string): Promise<Folded<State>> {
    const kept = this.#kept.get(streamOf(definition.category, id));
    if (kept && performance.now() - Math.max(kept.seenAt, this.#feedSeenAt) < RECENT) return kept.folded as Folded<State>;
    // A stream that was never written is kept as well here: who is nobody in an organization is asked for at every call.
    return this.shared(definition, id, true);
  }

  /** All that was written until then has passed by: kept streams are as they were at that moment, or newer. */
  feedIsAt(moment: number): void {
    this.#feedSeenAt = Math.max(this.#feedSeenAt, moment);
  }

  /** Age of what is kept of streams that this process does not write, in milliseconds. */
  get feedAge(): number {
    return performance.now() - this.#feedSeenAt;
  }

  /** Takes over what this process has just appended. */
  advance<State>(folded: Folded<State>, events: readonly Recorded[]): Folded<State> {
    const next = events.reduce(fold<State>, folded);
    return this.keep(next as Folded, performance.now()) as Folded<State>;
  }

  /** Lets go of every state that data of this person was folded into. */
  forgetSubject(keyId: string): void {
    for (const [stream, { folded }] of this.#kept.entries()) if (folded.subjects.has(keyId)) this.#kept.delete(stream);
  }

  /** Brings a kept stream forward by an event that passes by on the subscription. */
  observe(event: Recorded): void {
    const reading = this.#reading.get(event.stream);
    if (reading) reading.passed = Math.max(reading.passed, event.revision);
    const kept = this.#kept.peek(event.stream);
    if (!kept || event.revision <= kept.folded.revision) return;
    if (event.revision === kept.folded.revision + 1) kept.folded = fold(kept.folded, event);
    else this.#kept.delete(event.stream);
  }

  /** Short streams cost one reading; a long one tells by its first page that a snapshot is worth asking for. */
  private async fromItsStart<State>(base: Folded<State>): Promise<Folded<State>> {
    const { definition, id } = base;
    if (!this.snapshots) return this.toItsEnd(base);
    const page = await this.store.read(base.stream, 0, SNAPSHOT_EVERY);
    if (page.length < SNAPSHOT_EVERY) return page.reduce(fold<State>, base);
    return this.toItsEnd((await this.snapshots.read(definition, id, base.stream)) ?? page.reduce(fold<State>, base));
  }

  private async toItsEnd<State>(base: Folded<State>): Promise<Folded<State>> {
    let folded = base;
    for await (const page of this.store.pages(base.stream, base.revision + 1)) folded = page.reduce(fold<State>, folded);
    return folded;
  }

  private keep(folded: Folded, seenAt: number): Folded {
    const { stream, revision } = folded;
    const present = this.#kept.get(stream);
    if (present && present.folded.revision > revision) return present.folded;
    const newest = this.snapshots?.offer(folded) ? { ...folded, snapshotAt: revision } : folded;
    if (present) Object.assign(present, { folded: newest, seenAt: Math.max(present.seenAt, seenAt) });
    else this.#kept.set(stream, { folded: newest, seenAt });
    return newest;
  }
}

/** A folded stream in the cache, and when it was last known to be whole, on this process's own clock. */
interface Entry {
  folded: Folded;
  seenAt: number;
}

const NOBODY: ReadonlySet<string> = new Set();

const nothing = <State>(definition: Definition<State>, id: string): Folded<State> => ({
  definition,
  id,
  stream: streamOf(definition.category, id),
  state: definition.initialState,
  revision: NOTHING,
  position: -1,
  commands: new Map(),
  subjects: NOBODY,
  snapshotAt: NOTHING,
});

/** A stream that one command has begun with one event, which holds no data of persons: as whoever knows that event sees it. */
export const begunBy = <State>(
  definition: Definition<State>,
  id: string,
  state: State,
  commandId: string,
  position: number,
): Folded<State> => ({
  ...nothing(definition, id),
  state,
  revision: 0,
  position,
  commands: new Map([[commandId, 0]]),
});

function fold<State>(folded: Folded<State>, event: Recorded): Folded<State> {
  const { metadata, revision } = event;
  // Shared along the chain of folds: ids are only ever added, and an id that is there has happened.
  const commands = folded.commands as Map<string, number>;
  if (!commands.has(metadata.commandId)) commands.set(metadata.commandId, revision);
  if (commands.size > REMEMBERED) commands.delete(commands.keys().next().value!);
  const { definition, id } = folded;
  return {
    ...folded,
    state: definition.evolve(folded.state, event, { id, occurredAt: metadata.occurredAt, actor: metadata.actor }),
    revision,
    position: event.position,
    subjects: event.subjects?.some((keyId) => !folded.subjects.has(keyId))
      ? new Set([...folded.subjects, ...event.subjects])
      : folded.subjects,
  };
}
