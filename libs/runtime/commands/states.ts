import type { Definition, Recorded } from '@letopis/kernel';
import { NOTHING, type EventStore } from '../events/event-store';
import { streamOf } from '../events/stream-name';

/** Where a command's events lie in its stream. */
export interface Landed {
  readonly commandType: string;
  readonly fingerprint: string;
  readonly first: number;
  readonly last: number;
}

/** A stream folded up to a revision. */
export interface Folded<State = unknown> {
  readonly definition: Definition<State>;
  readonly id: string;
  readonly stream: string;
  readonly state: State;
  /** `NOTHING` for a stream that was never written. */
  readonly revision: number;
  readonly position: number;
  /** The newest command ids of the stream, oldest first. */
  readonly commands: ReadonlyMap<string, Landed>;
}

/** Command ids that a folded stream remembers; beyond them the aggregate's state decides. */
const REMEMBERED = 1_000;
/** How old a state may be that rights are judged by, in milliseconds. */
const RECENT = 5_000;
/** Streams that are kept folded. */
const KEPT = 10_000;

/** Folded streams: read from the store, kept in a bounded cache, and brought forward by whatever passes by. */
export class States {
  readonly #kept = new Map<string, Folded>();
  /** When a kept stream was last known to be whole, on this process's own clock. */
  readonly #seenAt = new Map<string, number>();
  /** Streams that are being read, and the revision up to which their events have passed by meanwhile. */
  readonly #reading = new Map<string, { readers: number; passed: number }>();
  /** Until when everything that was written had passed by on the subscription, on the same clock. */
  #feedSeenAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly store: EventStore) {}

  /** The folded stream as this process last saw it, if it is kept. */
  kept<State>(definition: Definition<State>, id: string): Folded<State> | undefined {
    const stream = streamOf(definition.category, id);
    const folded = this.#kept.get(stream);
    if (folded) this.keep(folded);
    return folded as Folded<State> | undefined;
  }

  /** The stream folded to its very end: what is kept and what has come since. */
  fresh<State>(definition: Definition<State>, id: string): Promise<Folded<State>> {
    return this.read(this.kept(definition, id) ?? nothing(definition, id), false);
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
        folded = (await this.store.read(stream, folded.revision + 1)).reduce(fold<State>, folded);
      } while (folded.revision < reading.passed);
      if (evenNothing || folded.revision !== NOTHING) this.keep(folded as Folded, seenAt);
      return folded;
    } finally {
      if (--reading.readers === 0) this.#reading.delete(stream);
    }
  }

  /**
   * The stream as it was within the last five seconds: right for what this process has written, a moment behind for the rest.
   * What is kept counts as seen as long as the subscription, which brings every change of it, is known to be at the end of the
   * log; when that stalls, the stream itself is read.
   */
  async recent<State>(definition: Definition<State>, id: string): Promise<Folded<State>> {
    const kept = this.kept(definition, id);
    const seenAt = Math.max(this.#seenAt.get(streamOf(definition.category, id)) ?? 0, this.#feedSeenAt);
    if (kept && performance.now() - seenAt < RECENT) return kept;
    // A stream that was never written is kept as well here: who is nobody in an organization is asked for at every call.
    return this.read(kept ?? nothing(definition, id), true);
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
    this.keep(next as Folded, performance.now());
    return next;
  }

  /** Brings a kept stream forward by an event that passes by on the subscription. */
  observe(event: Recorded): void {
    const reading = this.#reading.get(event.stream);
    if (reading) reading.passed = Math.max(reading.passed, event.revision);
    const folded = this.#kept.get(event.stream);
    if (!folded || event.revision <= folded.revision) return;
    if (event.revision === folded.revision + 1) this.#kept.set(event.stream, fold(folded, event));
    else this.forget(event.stream);
  }

  private forget(stream: string): void {
    this.#kept.delete(stream);
    this.#seenAt.delete(stream);
  }

  private keep(folded: Folded, seenAt?: number): void {
    if (seenAt !== undefined) this.#seenAt.set(folded.stream, seenAt);
    const present = this.#kept.get(folded.stream);
    this.#kept.delete(folded.stream);
    this.#kept.set(folded.stream, present && present.revision > folded.revision ? present : folded);
    if (this.#kept.size > KEPT) this.forget(this.#kept.keys().next().value!);
  }
}

const nothing = <State>(definition: Definition<State>, id: string): Folded<State> => ({
  definition,
  id,
  stream: streamOf(definition.category, id),
  state: definition.initialState,
  revision: NOTHING,
  position: -1,
  commands: new Map(),
});

function fold<State>(folded: Folded<State>, event: Recorded): Folded<State> {
  const { metadata, revision } = event;
  const commands = folded.commands as Map<string, Landed>;
  const landed = commands.get(metadata.commandId);
  // The map is shared along the chain of folds: ids are only ever added, and an id that is there has happened.
  commands.set(metadata.commandId, {
    commandType: metadata.commandType,
    fingerprint: metadata.fingerprint,
    first: landed?.first ?? revision,
    last: Math.max(landed?.last ?? revision, revision),
  });
  if (commands.size > REMEMBERED) commands.delete(commands.keys().next().value!);
  const { definition, id } = folded;
  return {
    ...folded,
    state: definition.evolve(folded.state, event, { id, occurredAt: metadata.occurredAt, actor: metadata.actor }),
    revision,
    position: event.position,
  };
}
