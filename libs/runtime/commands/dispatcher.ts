import {
  actorId,
  canonical,
  derivedId,
  DomainError,
  refusal,
  type Keyring,
  type Recorded,
  type Settings,
  type UniqueKey,
} from '@letopis/kernel';
import type { Clock } from '../clock';
import type { CommandEntry, Composition } from '../composition';
import type { NewEvent } from '../events/codec';
import { NOTHING, WrongRevision, type EventStore } from '../events/event-store';
import { streamOf } from '../events/stream-name';
import type { Ports } from '../ports';
import { Answers } from './answers';
import type { Callers } from './callers';
import type { Claims } from './claims';
import { Deciding, portsAskedAs, type Outcome, type Task } from './deciding';
import type { Accepted, Envelope } from './envelope';
import { NeedsResolver } from './needs-resolver';
import { type Folded, type States } from './states';
import { within } from '../scope';
import { StreamQueues, type Behind } from './stream-queues';
import { keysChangedBy, unwrittenAfter } from './unwritten';

/** How often a command is decided anew after a conflict. */
const ATTEMPTS = 5;
/** Half of the longest pause after the first conflict, in milliseconds; each following one may be twice as long, so that nobody is always second. */
const PAUSE = 5;
/** Events that commands of one stream may share an append with: a server drops live subscriptions that a larger one outruns. */
const TOGETHER = 64;
/** How long a decision waits for those behind it to be made as well, in milliseconds. */
const GATHERING = 5;

export interface DispatcherParts {
  readonly composition: Composition;
  readonly store: EventStore;
  readonly states: States;
  readonly claims: Claims;
  readonly callers: Callers;
  readonly ports: Ports;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly settings: Settings;
}

/** Told how commands go, for those who count. */
export interface CommandWatch {
  /** @param outcome `accepted`, `noop`, `repeated`, the code of the refusal, or `failed` */
  ended(command: string, outcome: string, seconds: number): void;
  /** A stream had moved on: the command is decided anew. */
  conflict(command: string): void;
}

/** An accepted command and the events that it has appended now. */
interface Done {
  readonly accepted: Accepted;
  readonly appended: readonly Recorded[];
}

/** A task in the queue of its stream, and where its answer goes. */
interface Waiting extends Task {
  /** The stream as the caller knows it. */
  readonly seen: Folded | undefined;
  readonly done: (done: Done) => void;
  readonly failed: (error: unknown) => void;
}

/** A task that was decided on what is not written yet: its events are written together with those before it, or it is decided again. */
interface Mate {
  readonly task: Waiting;
  readonly events: readonly NewEvent[];
}

/**
 * The one way in which anything is decided: find the stream, know a repeat, judge the caller, resolve what the decision
 * needs, decide, claim unique keys, append at exactly the revision that was judged, and decide anew when the stream has
 * moved on.
 *
 * A refusal or no-op that was decided on a kept state is decided again on the fresh one before it is answered. Commands
 * that wait behind another one of their stream are decided on top of it and written with it in one append.
 */
export class Dispatcher {
  readonly #deciding: Deciding;
  readonly #answers: Answers;
  readonly #queues: StreamQueues<Waiting>;
  /** Commands that have lately begun a stream: the next one of its kind is decided without reading the stream first. */
  readonly #beginners = new Set<string>();
  #underWay = 0;
  #appended: (events: readonly Recorded[]) => Promise<void> = async () => {};
  #watch: CommandWatch = { ended: () => {}, conflict: () => {} };

  constructor(private readonly parts: DispatcherParts) {
    this.#deciding = new Deciding(parts);
    this.#answers = new Answers(parts);
    this.#queues = new StreamQueues((first, behind) => this.decided(first, behind).then(first.done, first.failed));
  }

  /** Told of every append before its command is answered. */
  onAppended(listener: (events: readonly Recorded[]) => Promise<void>): void {
    this.#appended = listener;
  }

  watch(watch: CommandWatch): void {
    this.#watch = watch;
  }

  /** Commands that wait or run. */
  get underWay(): number {
    return this.#underWay;
  }

  /**
   * @param seen the stream as the caller knows it, whole up to a revision: spares the reading of one that is not kept. Like
   * what is kept it may be old: an append proves it, and whatever else is decided on it is decided again on the stream itself
   * @throws DomainError with the code of the refusal
   */
  async execute(command: object, envelope: Envelope, seen?: Folded): Promise<Accepted> {
    const entry = this.parts.composition.commands.get(command.constructor.name);
    if (!entry) throw refusal('UNKNOWN_COMMAND', { name: command.constructor.name });
    const begun = performance.now();
    this.#underWay++;
    const ended = (outcome: string) => this.#watch.ended(entry.name, outcome, (performance.now() - begun) / 1_000);
    try {
      const scope = { command: entry.name, correlationId: envelope.correlationId };
      const accepted = await within(scope, () => this.executed(entry, command, envelope, seen));
      ended(accepted.repeated ? 'repeated' : accepted.noop ? 'noop' : 'accepted');
      return accepted;
    } catch (error) {
      ended(error instanceof DomainError ? error.code : 'failed');
      throw error;
    } finally {
      this.#underWay--;
    }
  }

  private async executed(entry: CommandEntry, command: object, envelope: Envelope, seen?: Folded): Promise<Accepted> {
    const id = await this.target(entry, command, envelope);
    const stream = streamOf(entry.of.category, id);
    const fingerprint = this.fingerprint(entry, command, envelope);
    const resolver = this.resolver(() => portsAskedAs(envelope.commandId, stream, fingerprint));
    const task = { entry, command, envelope, id, stream, fingerprint, resolver, seen };
    const { accepted, appended } = await new Promise<Done>((done, failed) => this.#queues.push(stream, { ...task, done, failed }));
    await this.#appended(appended);
    return accepted;
  }

  /** Id of the aggregate that the command goes to; one that does not exist where it is looked for by a key that nobody holds. */
  private async target({ of, spec }: CommandEntry, command: object, { actor, commandId }: Envelope): Promise<string> {
    const said = spec.id ? spec.id({ command, actor }) : (command as Readonly<Record<string, unknown>>)[`${of.category}Id`];
    const id =
      typeof said === 'object' && said !== null ? await this.resolver(() => commandId).answer(said as never, this.parts.clock.now()) : said;
    return typeof id === 'string' ? id : derivedId(commandId);
  }

  private async decided(task: Waiting, behind: Behind<Waiting>): Promise<Done> {
    const { states, clock } = this.parts;
    const { entry, envelope, id } = task;
    const { expectedRevision } = envelope;
    const kept = states.kept(entry.of, id) ?? task.seen;
    // A guess that the append proves; where it is wrong, the stream is read after all.
    let guessed = kept === undefined && this.#beginners.has(entry.name);
    // Of what is judged and decided, what has just been read: the stream itself, and the rights of the caller.
    let freshState = kept === undefined && !guessed;
    let freshRights = false;
    let folded = kept ?? (guessed ? states.unwritten(entry.of, id) : await states.fresh(entry.of, id));
    const readAnew = async () => {
      if (!freshState) folded = await states.fresh(entry.of, id);
      if (guessed && folded.revision !== NOTHING) this.#beginners.delete(entry.name);
      guessed = false;
      freshState = true;
    };
    const again = async () => {
      await readAnew();
      freshRights = true;
    };

    for (let attempt = 1; attempt <= ATTEMPTS;) {
      const landed = folded.commands.get(envelope.commandId);
      if (landed !== undefined) return { accepted: await this.#answers.repeated(task, folded, landed), appended: [] };
      if (expectedRevision !== undefined && expectedRevision !== folded.revision && freshState) throw refusal('CONCURRENT_CHANGE');

      const now = clock.now();
      let outcome: Outcome;
      try {
        outcome = await this.#deciding.decide(task, folded, { now, freshRights });
      } catch (error) {
        if ((freshState && freshRights) || !(error instanceof DomainError)) throw error;
        outcome = { events: [], refusal: error, actor: envelope.actor };
      }
      const { refusal: refused } = outcome;
      if (outcome.events.length === 0 && freshState && (freshRights || !refused)) {
        if (refused) throw refused;
        return { accepted: await this.#answers.noop(folded, envelope), appended: [] };
      }
      if (outcome.events.length === 0 || (expectedRevision !== undefined && expectedRevision !== folded.revision)) {
        await again();
        continue;
      }

      const events = this.#deciding.record(task, folded, outcome, now);
      const { wanted, dropped } = keysChangedBy(folded, events);
      if (guessed && wanted.length > 0) {
        await readAnew(); // a key is not claimed on a guess
        continue;
      }
      const mates = await this.mates(task, folded, events, behind);
      const appended = await this.append(folded, events, mates, { wanted, dropped }, folded !== task.seen);
      if (appended) {
        if (folded.revision === NOTHING && wanted.length === 0) this.#beginners.add(entry.name);
        if (refused) throw refused;
        return { accepted: this.#answers.accepted(task, appended), appended };
      }
      behind.unshift(...mates.map((mate) => mate.task));
      attempt++;
      this.#watch.conflict(entry.name);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE * 2 ** attempt));
      freshState = false;
      await again();
    }
    throw refusal('CONCURRENT_CHANGE');
  }

  /**
   * Decides those who wait behind, each on top of the one before it, as far as they simply want events: whoever is refused,
   * repeats, changes nothing, claims a key or asks the outside world has a turn of its own.
   */
  private async mates(first: Waiting, base: Folded, events: readonly NewEvent[], behind: Behind<Waiting>): Promise<Mate[]> {
    const mates: Mate[] = [];
    const commandIds = new Set([first.envelope.commandId]);
    const until = performance.now() + GATHERING;
    let ahead = unwrittenAfter(base, events);
    let room = TOGETHER - events.length;
    while (behind.length > 0 && room > 0 && performance.now() < until) {
      const [task] = behind as [Waiting];
      const { commandId, expectedRevision } = task.envelope;
      if (commandIds.has(commandId) || base.commands.has(commandId)) break;
      if (expectedRevision !== undefined && expectedRevision !== ahead.revision) break;
      const now = this.parts.clock.now();
      const outcome = await this.#deciding.decide(task, ahead, { now, freshRights: false, besideOthers: true }).catch(() => undefined);
      if (!outcome || outcome.events.length === 0 || outcome.refusal || outcome.events.length > room) break;
      const own = this.#deciding.record(task, ahead, outcome, now);
      const { wanted, dropped } = keysChangedBy(ahead, own);
      if (wanted.length + dropped.length > 0) break;
      behind.shift();
      mates.push({ task, events: own });
      commandIds.add(commandId);
      ahead = unwrittenAfter(ahead, own);
      room -= own.length;
    }
    return mates;
  }

  /** Claims new keys, appends, releases dropped ones, answers the mates; undefined when somebody was faster at any of it. */
  private async append(
    folded: Folded,
    events: readonly NewEvent[],
    mates: readonly Mate[],
    keys: { readonly wanted: readonly UniqueKey[]; readonly dropped: readonly UniqueKey[] },
    keep: boolean,
  ): Promise<readonly Recorded[] | undefined> {
    const { claims, store, states } = this.parts;
    const { definition, id, stream } = folded;
    const owner = { category: definition.category, id };
    const [{ metadata }] = events as [NewEvent];
    for (const key of keys.wanted) if (!(await claims.claim(key, owner, metadata, folded.revision === NOTHING))) return undefined;
    const dropped = await Promise.all(keys.dropped.map((key) => claims.held(key, owner)));
    const all = [...events, ...mates.flatMap((mate) => mate.events)];
    let position: number;
    try {
      ({ position } = await store.append(stream, folded.revision, all));
    } catch (error) {
      if (error instanceof WrongRevision) return undefined;
      throw error;
    }
    for (const claim of dropped) if (claim) await claims.release(claim, metadata);

    const recorded = all.map((event, index): Recorded => {
      const subjects = store.subjectsOf(event, id);
      return {
        ...event,
        stream,
        category: definition.category,
        aggregateId: id,
        revision: folded.revision + 1 + index,
        position,
        ...(subjects ? { subjects } : {}),
      };
    });
    // What was decided on the knowledge of the caller is not kept: a crowd of those would drive out what others need.
    if (keep) states.advance(folded, recorded);
    let from = events.length;
    for (const mate of mates) {
      const appended = recorded.slice(from, (from += mate.events.length));
      mate.task.done({ accepted: this.#answers.accepted(mate.task, appended), appended });
    }
    return recorded.slice(0, events.length);
  }

  private resolver(askedAs: () => string): NeedsResolver {
    return new NeedsResolver({ ...this.parts, aggregates: this.parts.composition.aggregates }, askedAs);
  }

  /** A repeat must come from the same actor with the same payload. The system repeats itself by id alone: what it sends is derived. */
  private fingerprint({ name }: CommandEntry, command: object, { actor }: Envelope): string {
    const said = actor.kind === 'system' ? [name] : [name, actorId(actor), command];
    return this.parts.keyring.mac('fingerprint', canonical(said));
  }
}
