// @ts-nocheck
import type { Actor } from './actor';

/** What an aggregate says of its events: their types and the data of each. */
export type EventsOf<Events> = { [K in keyof Events & string]: Happened<K, Events[K]> }[keyof Events & string];

/** A fact as a decider states it; the runtime adds id, stream, revision and metadata. */
export interface Happened<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** What is kept beside the data of every event. */
export interface EventMetadata {
  readonly commandId: string;
  readonly commandType: string;
  readonly correlationId: string;
  /** Id of the event that caused the command, or the command's own id where a caller from outside did. */
  readonly causationId: string;
  readonly actor: Actor;
  readonly organizationId?: string;
  /** UTC, ISO-8601 with milliseconds. */
  readonly occurredAt: string;
  readonly schemaVersion: number;
  /** Why, in the words of the actor. */
  readonly reason?: string;
  /** The rule that allowed it, by the name that documentation gives it; the system is allowed what it does. */
  readonly allowedBy?: string;
  /** Keyed hash of actor and payload: a repeat of the command must bring the same. */
  readonly fingerprint: string;
  /** Code and parameters of the answer, where the command was refused and the refusal itself is a fact. */
  readonly refusal?: { readonly code: string; readonly params?: Readonly<Record<string, unknown>> };
  readonly traceparent?: string;
}

/** An event as it was recorded. */
export interface Recorded<Type extends string = string, Data = unknown> extends Happened<Type, Data> {
  readonly id: string;
  readonly stream: string;
  readonly category: string;
  readonly aggregateId: string;
  /** Place in the stream, from 0. */
  readonly revision: number;
  /** Place in the whole log; grows, with gaps. */
  readonly position: number;
  readonly metadata: EventMetadata;
  /** Keys of the persons whose sealed fields were opened to read it; absent when there were none. */
  readonly subjects?: readonly string[];
}

/** Every recorded event of a map, for handlers that take one by its type. */
export type RecordedOf<Events, Type extends keyof Events & string> = Type extends keyof Events & string
  ? Recorded<Type, Events[Type]>
  : never;
