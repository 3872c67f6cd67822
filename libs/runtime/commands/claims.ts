import { derivedId, system, type Definition, type EventMetadata, type UniqueKey, type Keyring, type Recorded } from '@letopis/kernel';
import type { Clock } from '../clock';
import type { NewEvent } from '../events/codec';
import { NOTHING, WrongRevision, type EventStore } from '../events/event-store';
import { partsOf, streamOf } from '../events/stream-name';
import { SharedReads } from '../shared-reads';
import type { Folded, States } from './states';

interface Owner {
  readonly category: string;
  readonly id: string;
}

/** A claim as it was read: its stream and the revision that it stands at. */
export interface HeldClaim {
  readonly stream: string;
  readonly revision: number;
  readonly scope: string;
}

/** A claim whose owner does not hold the key may still be on its way for so long, in milliseconds. */
const UNCONFIRMED = 5_000;
/** Pause between two looks at an unconfirmed claim of somebody else, in milliseconds. */
const LOOK_AGAIN = 50;

/**
 * Unique names across aggregates. A key's stream says who holds it: claimed before the append that adds the key to the
 * owner's state, released after the one that drops it.
 *
 * A claim that its owner's state does not bear out (the process died between claim and append, or before the release) is
 * taken over by the next claimant, but only after the owner's stream has been closed to a late writer: `ClaimAbandoned`
 * goes there at the revision that was judged, so that a late append conflicts and has to claim again.
 */
export class Claims {
  readonly #reads = new SharedReads<Recorded | undefined>();

  constructor(
    private readonly store: EventStore,
    private readonly states: States,
    private readonly aggregates: ReadonlyMap<string, Definition>,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** Id of the aggregate that holds the key in its present state; where `recent` is enough, as this process last saw it. */
  async owner(key: UniqueKey, recent = false): Promise<string | undefined> {
    const owner = recent
      ? (await this.states.recent(heldKey, this.stream(key).slice(HELD_KEY.length))).state.owner
      : ownerIn(await this.newest(this.stream(key)));
    return owner && (await this.holds(owner, key, recent)).held ? owner.id : undefined;
  }

  /**
   * Claims the key for the owner; false when somebody else holds it.
   * @param isNew whether the owner's stream was never written: its keys are new as a rule, and nobody can be releasing one of them
   */
  async claim(key: UniqueKey, owner: Owner, metadata: EventMetadata, isNew = false): Promise<boolean> {
    const stream = this.stream(key);
    const claimed = { type: 'UniqueKeyClaimed', data: { scope: key.scope, owner: streamOf(owner.category, owner.id) } };
    if (isNew && (await this.append(stream, NOTHING, claimed, metadata))) return true;
    // How long is waited is measured here: clocks of two machines may differ.
    const giveUpWaiting = performance.now() + UNCONFIRMED;
    for (;;) {
      const last = await this.store.last(stream);
      const present = ownerIn(last);
      if (present && !same(present, owner)) {
        const { held, folded } = await this.holds(present, key);
        if (held) return false;
        const age = Date.parse(this.clock.now()) - Date.parse(last!.metadata.occurredAt);
        if (age < UNCONFIRMED && performance.now() < giveUpWaiting) {
          await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
          continue;
        }
        if (!(await this.abandon(folded, key, last!.revision, metadata))) continue;
      }
      // A claim of our own is written anew: a release that another process has under way then fails.
      if (await this.append(stream, last?.revision ?? NOTHING, claimed, metadata)) return true;
    }
  }

  /** The owner's claim of a key as it stands now: what a release, after the append that drops the key, may undo. */
  async held(key: UniqueKey, owner: Owner): Promise<HeldClaim | undefined> {
    const stream = this.stream(key);
    const last = await this.store.last(stream);
    const present = ownerIn(last);
    return present && same(present, owner) ? { stream, revision: last!.revision, scope: key.scope } : undefined;
  }

  /** Gives a key back that the owner's state no longer holds; a claim that was written since stays. */
  async release({ stream, revision, scope }: HeldClaim, metadata: EventMetadata): Promise<void> {
    await this.append(stream, revision, { type: 'UniqueKeyReleased', data: { scope } }, metadata);
  }

  private newest(stream: string): Promise<Recorded | undefined> {
    return this.#reads.read(stream, () => this.store.last(stream));
  }

  private async holds(owner: Owner, key: UniqueKey, recent = false): Promise<{ held: boolean; folded: Folded }> {
    const definition = this.aggregates.get(owner.category);
    if (!definition) throw new Error(`a key is held by an aggregate of the unknown category ${owner.category}`);
    const folded = await (recent ? this.states.recent(definition, owner.id) : this.states.fresh(definition, owner.id));
    return { held: definition.keys(folded.state, owner.id).some((held) => held.scope === key.scope && held.value === key.value), folded };
  }

  private abandon({ stream, revision }: Folded, { scope }: UniqueKey, claim: number, metadata: EventMetadata): Promise<boolean> {
    return this.append(stream, revision, { type: 'ClaimAbandoned', data: { scope, claim } }, metadata);
  }

  private async append(
    stream: string,
    expected: number,
    { type, data }: { type: string; data: object },
    metadata: EventMetadata,
  ): Promise<boolean> {
    const event: NewEvent = {
      id: derivedId(metadata.commandId, stream, type, expected),
      type,
      data,
      // A mark of the runtime, not the command's own effect on the owner: it must not look like a repeat of the command.
      metadata: {
        ...metadata,
        commandId: derivedId(metadata.commandId, stream, type, expected),
        commandType: type,
        actor: system('claims'),
      },
    };
    try {
      await this.store.append(stream, expected, [event]);
      return true;
    } catch (error) {
      if (error instanceof WrongRevision) return false;
      throw error;
    }
  }

  private stream({ scope, value }: UniqueKey): string {
    return `uniqueKey-${scope}:${this.keyring.mac('uniqueKey', `${scope}:${value}`)}`;
  }
}

/** Streams of unique keys, kept folded like any other for those who ask who somebody is at every call. */
const HELD_KEY = 'uniqueKey-';
const heldKey: Definition<{ readonly owner?: Owner }> = {
  category: 'uniqueKey',
  initialState: {},
  commands: {},
  decide: () => [],
  evolve: (_, event) => ({ owner: ownerIn(event) }),
  keys: () => [],
  organizationId: () => undefined,
  eventTypes: ['UniqueKeyClaimed', 'UniqueKeyReleased'],
  personal: {},
  erases: {},
  upcasts: {},
  formerly: {},
  foldVersion: '1',
};

const same = (a: Owner, b: Owner) => a.category === b.category && a.id === b.id;

function ownerIn(last: { type: string; data: unknown } | undefined): Owner | undefined {
  if (last?.type !== 'UniqueKeyClaimed') return undefined;
  const { category, aggregateId } = partsOf((last.data as { owner: string }).owner);
  return { category, id: aggregateId };
}
