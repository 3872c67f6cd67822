// @ts-nocheck
import type { Actor } from '@letopis/kernel';

/** What surrounds a command: who sends it, why, and as part of which story. */
export interface Envelope {
  /** The idempotency key. */
  readonly commandId: string;
  readonly actor: Actor;
  readonly correlationId: string;
  /** Id of the event that caused it; the command's own where a caller from outside did. */
  readonly causationId?: string;
  /** Why, in the words of the actor. */
  readonly reason?: string;
  /** The revision that the caller has seen; a stream that has moved on since is refused. */
  readonly expectedRevision?: number;
  readonly traceparent?: string;
}

/** What an accepted command answers. */
export interface Accepted {
  readonly commandId: string;
  readonly aggregateId: string;
  readonly revision: number;
  /** The consistency token: a read model that has passed it shows the command's effect. */
  readonly position: number;
  readonly eventIds: readonly string[];
  readonly noop: boolean;
  readonly data?: object;
  /** The command had been accepted before; this is the answer of then. */
  readonly repeated?: boolean;
}

const envelopes = new WeakMap<object, Envelope>();

/** Puts a command into its envelope, to be executed on the CommandBus. */
export function envelop<Command extends object>(command: Command, envelope: Envelope): Command {
  envelopes.set(command, envelope);
  return command;
}

/** The envelope of a command. @throws Error for a bare command: nobody would have said who acts */
export function envelopeOf(command: object): Envelope {
  const envelope = envelopes.get(command);
  if (!envelope) throw new Error(`${command.constructor.name} came without an envelope`);
  return envelope;
}
