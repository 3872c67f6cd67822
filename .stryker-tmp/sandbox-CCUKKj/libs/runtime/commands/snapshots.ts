// @ts-nocheck
import { newId, sha256, type Definition } from '@letopis/kernel';
import type { EventStore } from '../events/event-store';
import type { Sealer } from '../events/sealing';
import { SNAPSHOT_PREFIX } from '../events/stream-name';
import type { Logger } from '../logger';
import type { Folded } from './states';

/** Events after which a stream gets a snapshot, or another one. */
export const SNAPSHOT_EVERY = 200;
/** Persons whose data a snapshot may hold; beyond it the stream is folded from its start. */
const MOST_SUBJECTS = 50;
/** Snapshots that may wait to be written; what comes on top is left for the next occasion. */
const MOST_UNDER_WAY = 16;

const TYPE = 'Snapshot';

interface Stored {
  /** Of the fold that made it: another one ignores it. */
  readonly fold: string;
  readonly revision: number;
  readonly position: number;
  /** Command ids and the revisions of their first events, oldest first. */
  readonly commands: readonly (readonly [string, number])[];
  /** The state; sealed under the keys of all whose data it may hold. */
  readonly state?: unknown;
  readonly subjects?: readonly string[];
  readonly sealed?: string;
}

/**
 * Folded states kept in the store, `snapshot-<stream>`, so that a long stream is not folded from its start again.
 * A snapshot is never needed: one of another fold, of erased persons or of a broken store is passed over.
 */
export class Snapshots {
  readonly #underWay = new Set<string>();
  readonly #refused = new Set<string>();

  /** @param release names the program: a state that another one has folded is not taken */
  constructor(private readonly parts: { store: EventStore; sealer?: Sealer; logger: Logger; release: string }) {}

  /** The newest state of the stream that this program may go on from. */
  async read<State>(definition: Definition<State>, id: string, stream: string): Promise<Folded<State> | undefined> {
    try {
      const stored = (await this.parts.store.lastRaw(streamOf(stream))) as Stored | undefined;
      if (!stored || stored.fold !== this.fold(definition as Definition)) return undefined;
      const { revision, position, commands, subjects = [] } = stored;
      const state = subjects.length === 0 ? stored.state : await this.opened(stream, subjects, stored.sealed!);
      if (state === undefined) return undefined;
      return {
        definition,
        id,
        stream,
        state: state as State,
        revision,
        position,
        commands: new Map(commands),
        subjects: new Set(subjects),
        snapshotAt: revision,
      };
    } catch (error) {
      this.parts.logger.warn({ stream, error: String(error) }, 'a snapshot could not be read; the stream is folded from its start');
      return undefined;
    }
  }

  /** Writes a snapshot in the background, if the stream has come far enough since the last one. */
  offer(folded: Folded): boolean {
    const { stream, revision, snapshotAt, definition, subjects } = folded;
    if (revision - snapshotAt < SNAPSHOT_EVERY || subjects.size > MOST_SUBJECTS) return false;
    if (this.#underWay.has(stream) || this.#underWay.size >= MOST_UNDER_WAY || this.#refused.has(definition.category)) return false;
    if (!isPlain(folded.state)) {
      this.#refused.add(definition.category);
      this.parts.logger.error({ category: definition.category }, 'states of this aggregate are not plain data: it gets no snapshots');
      return false;
    }
    this.#underWay.add(stream);
    void this.write(folded)
      .catch((error: unknown) => this.parts.logger.warn({ stream, error: String(error) }, 'a snapshot could not be written'))
      .finally(() => this.#underWay.delete(stream));
    return true;
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  private async write({ stream, definition, state, revision, position, commands, subjects: found }: Folded): Promise<void> {
    const subjects = [...found].sort();
    const common = { fold: this.fold(definition), revision, position, commands: [...commands] };
    const own = streamOf(stream);
    if (subjects.length === 0) return this.parts.store.keepOnly(own, newId(), TYPE, { ...common, state } satisfies Stored);
    const sealed = await this.parts.sealer?.sealTogether(subjects, own, JSON.stringify(state));
    if (sealed) await this.parts.store.keepOnly(own, newId(), TYPE, { ...common, subjects, sealed } satisfies Stored);
  }

  private async opened(stream: string, subjects: readonly string[], sealed: string): Promise<unknown> {
    const text = await this.parts.sealer?.openTogether(subjects, streamOf(stream), sealed);
    return text === undefined ? undefined : JSON.parse(text);
  }

  private fold({ foldVersion }: Definition): string {
    return sha256(`${this.parts.release}:${foldVersion}`);
  }
}

const streamOf = (stream: string) => `${SNAPSHOT_PREFIX}${stream}`;

/** Whether a value is the same after it was written as JSON and read again. */
export function isPlain(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isPlain);
  if (typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== null) return false;
  // A member that is undefined is not there when it is read again, which no fold may tell apart.
  return Object.values(value).every((member) => member === undefined || isPlain(member));
}
