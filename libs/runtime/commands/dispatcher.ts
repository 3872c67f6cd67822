import {
  actorId,
  allowedBy,
  derivedId,
  DomainError,
  recordedActor,
  refusal,
  refusalBy,
  type Actor,
  type Decision,
  type EventMetadata,
  type Happened,
  type Recorded,
  type RecordedRefusal,
  type Settings,
  type UniqueKey,
  canonical,
  type Keyring,
} from '@letopis/kernel';
import type { Clock } from '../clock';
import type { CommandEntry, Composition } from '../composition';
import { UNKNOWN_POSITION, type NewEvent } from '../events/codec';
import { NOTHING, WrongRevision, type EventStore } from '../events/event-store';
import type { Ports } from '../ports';
import type { Callers } from './callers';
import type { Claims } from './claims';
import type { Accepted, Envelope } from './envelope';
import { NeedsResolver } from './needs-resolver';
import { streamOf } from '../events/stream-name';
import { type Folded, type Landed, type States } from './states';
import { StreamQueues } from './stream-queues';

/** How often a command is decided anew after a conflict. */
const ATTEMPTS = 5;

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

/**
 * The one way in which anything is decided: find the stream, know a repeat, judge the caller, resolve what the decision
 * needs, decide, claim unique keys, append at exactly the revision that was judged, and decide anew when the stream has
 * moved on.
 *
 * A refusal or no-op that was decided on a kept state is decided again on the fresh one before it is answered.
 */
export class Dispatcher {
  readonly #queues = new StreamQueues();
  #appended: (events: readonly Recorded[]) => Promise<void> = async () => {};
  #watch: CommandWatch = { ended: () => {}, conflict: () => {} };

  constructor(private readonly parts: DispatcherParts) {}

  /** Told of every append before its command is answered. */
  onAppended(listener: (events: readonly Recorded[]) => Promise<void>): void {
    this.#appended = listener;
  }

  watch(watch: CommandWatch): void {
    this.#watch = watch;
  }

  /** Commands that wait or run. */
  get underWay(): number {
    return this.#queues.length;
  }

  /** @throws DomainError with the code of the refusal */
  async execute(command: object, envelope: Envelope): Promise<Accepted> {
    const entry = this.parts.composition.commands.get(command.constructor.name);
    if (!entry) throw refusal('UNKNOWN_COMMAND', { name: command.constructor.name });
    const begun = performance.now();
    const ended = (outcome: string) => this.#watch.ended(entry.name, outcome, (performance.now() - begun) / 1_000);
    try {
      const accepted = await this.executed(entry, command, envelope);
      ended(accepted.repeated ? 'repeated' : accepted.noop ? 'noop' : 'accepted');
      return accepted;
    } catch (error) {
      ended(error instanceof DomainError ? error.code : 'failed');
      throw error;
    }
  }

  private async executed(entry: CommandEntry, command: object, envelope: Envelope): Promise<Accepted> {
    const id = await this.target(entry, command, envelope);
    const stream = streamOf(entry.of.category, id);
    // Ports are asked under an id that nobody else can have: a key that is used again for another command, caller or
    // aggregate must not share what a port has made for the first (a token, a password, a solved captcha).
    const resolver = this.resolver(derivedId('port', envelope.commandId, stream, this.fingerprint(entry, command, envelope)));
    const { accepted, appended } = await this.#queues.run(stream, () => this.decided(entry, command, envelope, id, resolver));
    await this.#appended(appended);
    return accepted;
  }

  /** Id of the aggregate that the command goes to; one that does not exist where it is looked for by a key that nobody holds. */
  private async target({ of, spec }: CommandEntry, command: object, { actor, commandId }: Envelope): Promise<string> {
    const said = spec.id ? spec.id({ command, actor }) : (command as Readonly<Record<string, unknown>>)[`${of.category}Id`];
    const id =
      typeof said === 'object' && said !== null ? await this.resolver(commandId).answer(said as never, this.parts.clock.now()) : said;
    return typeof id === 'string' ? id : derivedId(commandId);
  }

  private async decided(
    entry: CommandEntry,
    command: object,
    envelope: Envelope,
    id: string,
    resolver: NeedsResolver,
  ): Promise<{ accepted: Accepted; appended: readonly Recorded[] }> {
    const { states } = this.parts;
    const fingerprint = this.fingerprint(entry, command, envelope);
    let folded = states.kept(entry.of, id);
    // Of what is judged and decided, what has just been read: the stream itself, and the rights of the caller.
    let freshState = folded === undefined;
    let freshRights = false;
    folded ??= await states.fresh(entry.of, id);
    const again = async () => {
      if (!freshState) folded = await states.fresh(entry.of, id);
      freshState = freshRights = true;
    };

    for (let attempt = 1; attempt <= ATTEMPTS;) {
      const landed = folded.commands.get(envelope.commandId);
      if (landed) return { accepted: await this.repeat(entry, folded, landed, fingerprint, envelope), appended: [] };

      const { expectedRevision } = envelope;
      if (expectedRevision !== undefined && expectedRevision !== folded.revision && freshState) throw refusal('CONCURRENT_CHANGE');

      const now = this.parts.clock.now();
      let outcome: Outcome;
      try {
        outcome = await this.decide(entry, command, envelope, folded, resolver, now, freshRights);
      } catch (error) {
        if ((freshState && freshRights) || !(error instanceof DomainError)) throw error;
        outcome = { events: [], refusal: error, actor: envelope.actor };
      }
      const { refusal: refused } = outcome;
      if (outcome.events.length === 0 && freshState && (freshRights || !refused)) {
        if (refused) throw refused;
        return { accepted: await this.noop(folded, envelope), appended: [] };
      }
      if (outcome.events.length === 0 || (expectedRevision !== undefined && expectedRevision !== folded.revision)) {
        await again();
        continue;
      }

      const events = this.record(entry, folded, outcome, envelope, fingerprint, now);
      const appended = await this.append(folded, events);
      if (appended) {
        if (refused) throw refused;
        return { accepted: this.answer(entry, appended.folded, appended.events, envelope), appended: appended.events };
      }
      attempt++;
      this.#watch.conflict(entry.name);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * attempt));
      freshState = false;
      await again();
    }
    throw refusal('CONCURRENT_CHANGE');
  }

  private async decide(
    { name, of, spec }: CommandEntry,
    command: object,
    envelope: Envelope,
    { state, id }: Folded,
    resolver: NeedsResolver,
    now: string,
    freshRights: boolean,
  ): Promise<Outcome> {
    const { callers, settings } = this.parts;
    const { commandId } = envelope;
    const actor = await callers.present(envelope.actor, freshRights);
    const question = { actor, command, state, id, now };
    const answers = spec.by.needs ? await resolver.resolve(spec.by.needs(question), now, !freshRights) : {};
    const verdict = actor.kind === 'service' ? (actor.commands.includes(name) ? 'allow' : 'FORBIDDEN') : spec.by.judge(question, answers);
    if (verdict !== 'allow') throw this.refused(verdict);
    if (actor.kind === 'user' && actor.restriction && !spec.whileRestricted) throw this.refused(actor.restriction);

    const needs = spec.needs ? await resolver.resolve(spec.needs({ ...question, now, commandId, settings }), now) : {};
    const decision: Decision<Happened> = of.decide(name, command, state, { ...needs, actor, now, id, commandId, settings });
    const { events, refusal } = isRefusal(decision) ? decision : { events: decision, refusal: undefined };
    const rule = actor.kind === 'system' ? undefined : actor.kind === 'service' ? 'service' : allowedBy(spec.by, question, answers);
    return { events: events.map(asStored), refusal, actor, rule };
  }

  private record(entry: CommandEntry, folded: Folded, outcome: Outcome, envelope: Envelope, fingerprint: string, now: string): NewEvent[] {
    const { commandId, correlationId, causationId, reason, traceparent } = envelope;
    const { of, name } = entry;
    const at = { id: folded.id, occurredAt: now, actor: outcome.actor };
    const state = outcome.events.reduce((before: unknown, happened) => of.evolve(before, happened, at), folded.state);
    const metadata: EventMetadata = {
      commandId,
      commandType: name,
      correlationId,
      causationId: causationId ?? commandId,
      actor: recordedActor(outcome.actor),
      organizationId: of.organizationId(state, folded.id),
      occurredAt: now,
      schemaVersion: 1,
      reason,
      allowedBy: outcome.rule,
      fingerprint,
      refusal: outcome.refusal && { code: outcome.refusal.code, params: outcome.refusal.params },
      traceparent,
    };
    return outcome.events.map(({ type, data }, index) => ({ id: derivedId(commandId, folded.stream, index), type, data, metadata }));
  }

  /** Claims new keys, appends, releases dropped ones; undefined when somebody was faster at any of it. */
  private async append(folded: Folded, events: readonly NewEvent[]): Promise<{ folded: Folded; events: readonly Recorded[] } | undefined> {
    const { claims, store, states } = this.parts;
    const { definition, id, stream } = folded;
    const owner = { category: definition.category, id };
    const [{ metadata }] = events as [NewEvent];
    const at = { id, occurredAt: metadata.occurredAt, actor: metadata.actor };
    const after = events.reduce((state: unknown, event) => definition.evolve(state, event, at), folded.state);
    const held = definition.keys(folded.state, id);
    const wanted = definition.keys(after, id);

    for (const key of without(wanted, held)) if (!(await claims.claim(key, owner, metadata))) return undefined;
    const dropped = await Promise.all(without(held, wanted).map((key) => claims.held(key, owner)));
    let appended;
    try {
      appended = await store.append(stream, folded.revision, events);
    } catch (error) {
      if (error instanceof WrongRevision) return undefined;
      throw error;
    }
    for (const claim of dropped) if (claim) await claims.release(claim, metadata);

    const recorded = events.map((event, index) => ({
      ...event,
      stream,
      category: definition.category,
      aggregateId: id,
      revision: folded.revision + 1 + index,
      position: appended.position,
    }));
    return { folded: states.advance(folded, recorded), events: recorded };
  }

  private resolver(askedAs: string): NeedsResolver {
    return new NeedsResolver({ ...this.parts, aggregates: this.parts.composition.aggregates }, askedAs);
  }

  private async repeat(entry: CommandEntry, folded: Folded, landed: Landed, fingerprint: string, envelope: Envelope): Promise<Accepted> {
    if (landed.fingerprint !== fingerprint) throw refusal('IDEMPOTENCY_KEY_REUSED');
    const stored = await this.parts.store.read(folded.stream, landed.first);
    const events = stored.filter(({ metadata }) => metadata.commandId === envelope.commandId);
    const refused = events[0]?.metadata.refusal;
    if (refused) throw this.refused(refused.code, refused.params);
    const position = events.at(-1)!.position;
    const told = position === UNKNOWN_POSITION ? await this.parts.store.head() : position;
    return { ...this.answer(entry, folded, events, envelope), position: told, repeated: true };
  }

  private answer({ spec }: CommandEntry, { id }: Folded, events: readonly Recorded[], { commandId }: Envelope): Accepted {
    const { revision, position } = events.at(-1)!;
    const data = spec.answer?.(events as never, id);
    return { commandId, aggregateId: id, revision, position, eventIds: events.map((event) => event.id), noop: false, data };
  }

  private async noop({ id, revision, position }: Folded, { commandId }: Envelope): Promise<Accepted> {
    const told = revision !== NOTHING && position === UNKNOWN_POSITION ? await this.parts.store.head() : position;
    return { commandId, aggregateId: id, revision, position: told, eventIds: [], noop: true };
  }

  /** A repeat must come from the same actor with the same payload. The system repeats itself by id alone: what it sends is derived. */
  private fingerprint({ name }: CommandEntry, command: object, { actor }: Envelope): string {
    const said = actor.kind === 'system' ? [name] : [name, actorId(actor), command];
    return this.parts.keyring.mac('fingerprint', canonical(said));
  }

  private refused(code: string, params?: Readonly<Record<string, unknown>>): DomainError {
    return refusalBy(this.parts.composition.errors, code, params);
  }
}

interface Outcome {
  readonly events: readonly Happened[];
  readonly refusal?: DomainError;
  readonly actor: Actor;
  /** Name of the rule that allowed it. */
  readonly rule?: string;
}

/** The event as it will be read again: what is undefined is not there. States are folded from nothing else. */
const asStored = ({ type, data }: Happened): Happened => ({ type, data: JSON.parse(JSON.stringify(data)) as unknown });

const isRefusal = (decision: Decision<Happened>): decision is RecordedRefusal<Happened> => 'refusal' in decision;

const without = (keys: readonly UniqueKey[], others: readonly UniqueKey[]) =>
  keys.filter(({ scope, value }) => !others.some((other) => other.scope === scope && other.value === value));
