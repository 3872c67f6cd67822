import {
  allowedBy,
  derivedId,
  type DomainError,
  newId,
  recordedActor,
  refusalBy,
  schemaVersionOf,
  type Actor,
  type Decision,
  type EventMetadata,
  type Happened,
  type RecordedRefusal,
  type Settings,
} from '@letopis/kernel';
import { holdErrors, holdOn, type LegalHold } from '../audit/legal-hold';
import type { CommandEntry, Composition } from '../composition';
import type { NewEvent } from '../events/codec';
import type { Callers } from './callers';
import type { Envelope } from './envelope';
import type { NeedsResolver } from './needs-resolver';
import type { Folded } from './states';

/** A command on its way: whom it goes to is known, and what makes it a repeat of another. */
export interface Task {
  readonly entry: CommandEntry;
  readonly command: object;
  readonly envelope: Envelope;
  readonly id: string;
  readonly stream: string;
  /** Keyed hash of actor and payload. */
  readonly fingerprint: string;
  readonly resolver: NeedsResolver;
}

/** What was decided: events to append, or a refusal, or both where the refusal is itself a fact; neither is a no-op. */
export interface Outcome {
  readonly events: readonly Happened[];
  readonly refusal?: DomainError;
  readonly actor: Actor;
  /** Name of the rule that allowed it. */
  readonly rule?: string;
}

/** A decision that asks the outside world is not made while others wait for theirs to be written. */
export class NotBesideOthers extends Error {}

export interface HowToDecide {
  readonly now: string;
  /** The rights of the caller are read from their sources, not from what was kept. */
  readonly freshRights: boolean;
  /** Others wait for this decision. @see NotBesideOthers */
  readonly besideOthers?: boolean;
}

/** Judges callers, resolves what decisions need, and lets aggregates decide. */
export class Deciding {
  constructor(private readonly parts: { composition: Composition; callers: Callers; settings: Settings }) {}

  /** @throws DomainError the refusal of the policy or of the aggregate; NotBesideOthers */
  async decide({ entry, command, envelope, resolver }: Task, { state, id }: Folded, how: HowToDecide): Promise<Outcome> {
    const { callers, settings } = this.parts;
    const { commandId } = envelope;
    const { name, of, spec } = entry;
    const { now, freshRights, besideOthers = false } = how;
    const actor = await callers.present(envelope.actor, freshRights);
    const question = { actor, command, state, id, now };
    const answers = spec.by.needs ? await resolver.resolve(spec.by.needs(question), now, !freshRights) : {};
    const verdict = actor.kind === 'service' ? (actor.commands.includes(name) ? 'allow' : 'FORBIDDEN') : spec.by.judge(question, answers);
    if (verdict !== 'allow') throw this.refused(verdict);
    if (actor.kind === 'user' && actor.restriction && !spec.whileRestricted) throw this.refused(actor.restriction);

    const wanted = spec.needs?.({ ...question, commandId, settings }) ?? {};
    if (besideOthers && Object.values(wanted).some(({ kind }) => kind === 'port')) throw new NotBesideOthers();
    const needs = await resolver.resolve(wanted, now, false, !freshRights);
    const decision: Decision<Happened> = of.decide(name, command, state, { ...needs, actor, now, id, commandId, settings });
    const { events, refusal } = isRefusal(decision) ? decision : { events: decision, refusal: undefined };
    await this.unheld(entry, events, id, resolver, now);
    const rule = actor.kind === 'system' ? undefined : actor.kind === 'service' ? 'service' : allowedBy(spec.by, question, answers);
    return { events: events.map(asStored), refusal, actor, rule };
  }

  /** What destroys somebody's key waits while there is a legal hold on it. @throws DomainError LEGAL_HOLD */
  private async unheld({ of }: CommandEntry, events: readonly Happened[], id: string, resolver: NeedsResolver, now: string) {
    for (const { type, data } of events) {
      const subject = Object.hasOwn(of.erases, type) ? of.erases[type]!(data, id) : undefined;
      if (subject === undefined) continue;
      const { status } = (await resolver.answer(holdOn(subject), now)) as LegalHold;
      if (status === 'held') throw holdErrors.refusal('LEGAL_HOLD');
    }
  }

  /**
   * The events of a decision as they are to be stored. Their ids are new with every decision: the server takes two appends
   * with the same ids and expected revision for one, and two decisions of one command may differ.
   */
  record({ entry, envelope, fingerprint }: Task, folded: Folded, outcome: Outcome, now: string): NewEvent[] {
    const { commandId, correlationId, causationId, reason, traceparent } = envelope;
    const { of, name } = entry;
    const { actor, refusal, rule } = outcome;
    const metadata: EventMetadata = {
      commandId,
      commandType: name,
      correlationId,
      causationId: causationId ?? commandId,
      actor: recordedActor(actor),
      organizationId: of.organizationId(stateAfter(folded, outcome.events, { now, actor }), folded.id),
      occurredAt: now,
      schemaVersion: 1,
      reason,
      allowedBy: rule,
      fingerprint,
      refusal: refusal && { code: refusal.code, params: refusal.params },
      traceparent,
    };
    return outcome.events.map(({ type, data }) => {
      const schemaVersion = schemaVersionOf(of, type);
      return { id: newId(), type, data, metadata: schemaVersion === 1 ? metadata : { ...metadata, schemaVersion } };
    });
  }

  private refused(code: string, params?: Readonly<Record<string, unknown>>): DomainError {
    return refusalBy(this.parts.composition.errors, code, params);
  }
}

/** The state once these events have happened. */
export const stateAfter = (
  { definition, id, state }: Folded,
  events: readonly Happened[],
  { now, actor }: { now: string; actor: Actor },
): unknown => events.reduce((before: unknown, happened) => definition.evolve(before, happened, { id, occurredAt: now, actor }), state);

/** The event as it will be read again: what is undefined is not there. States are folded from nothing else. */
const asStored = ({ type, data }: Happened): Happened => ({ type, data: JSON.parse(JSON.stringify(data)) as unknown });

const isRefusal = (decision: Decision<Happened>): decision is RecordedRefusal<Happened> => 'refusal' in decision;

/**
 * The id under which ports are asked for a command. Nobody else can have it: a key that is used again for another command,
 * caller or aggregate must not share what a port has made for the first (a token, a password, a solved captcha).
 */
export const portsAskedAs = (commandId: string, stream: string, fingerprint: string) => derivedId('port', commandId, stream, fingerprint);
