import type { CommandClass, Definition } from './aggregate';
import type { Recorded, RecordedOf } from './event';
import type { Need } from './needs';
import type { Settings } from './settings';
import type { Timestamp } from './time';

/** Something that a saga wants done. Its id follows from saga, event, type, target and key, never from its place in a list. */
export type Effect = CommandEffect | PortEffect | ScheduleEffect | CancelEffect;

interface Keyed {
  /** Tells apart two effects of one type on one target. */
  readonly key?: string;
}

export interface CommandEffect extends Keyed {
  readonly kind: 'command';
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What is done where the command is refused (or there is none of that name), in the place of it and of all that comes after it. */
  readonly refused?: (code: string) => readonly Effect[];
  /** What comes after it is done all the same. */
  readonly goesOn?: boolean;
}

export interface PortEffect extends Keyed {
  readonly kind: 'port';
  readonly port: string;
  readonly method: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ScheduleEffect extends Keyed {
  readonly kind: 'schedule';
  readonly key: string;
  readonly dueAt: Timestamp;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Stream that the timer belongs to; by default the event's own. */
  readonly owner?: string;
}

export interface CancelEffect extends Keyed {
  readonly kind: 'cancel';
  readonly key: string;
  readonly owner?: string;
}

/** Sends a command as the system. `undefined` fields of the payload are left out. */
export const send = <Command extends object>(type: CommandClass<Command>, payload: Partial<Command>, key?: string): CommandEffect => ({
  kind: 'command',
  type: type.name,
  payload: payload as Readonly<Record<string, unknown>>,
  key,
});

/** A command whose refusal is no failure of the saga: what is done then is done in the place of the rest. */
export const attempt = (effect: CommandEffect, refused: (code: string) => readonly Effect[]): CommandEffect => ({ ...effect, refused });

/** A command whose refusal is passed over: what is to be done about it is done, and the rest as well. */
export const passOver = (effect: CommandEffect, refused: (code: string) => readonly Effect[] = () => []): CommandEffect => ({
  ...effect,
  refused,
  goesOn: true,
});

/** Asks a port to do something: it must take the effect's id as its idempotency key. */
export const call = (port: string, method: string, input: object, key?: string): PortEffect => ({
  kind: 'port',
  port,
  method,
  input: input as Readonly<Record<string, unknown>>,
  key,
});

/** Sets the timer `key` of the owner; setting it again moves it. */
export const schedule = (key: string, dueAt: Timestamp, payload: object = {}, owner?: string): ScheduleEffect => ({
  kind: 'schedule',
  key,
  dueAt,
  payload: payload as Readonly<Record<string, unknown>>,
  owner,
});

/** Takes back the timer `key` of the owner, if it is set. */
export const cancel = (key: string, owner?: string): CancelEffect => ({ kind: 'cancel', key, owner });

/** What a saga may read. Every answer is at least as new as the event that is handled. */
export interface SagaReads {
  /** The state of an aggregate, from its stream. */
  state<State>(of: Definition<State>, id: string): Promise<State>;
  /** Everything that has happened to an aggregate so far, from its start. */
  events(category: string, id: string): Promise<readonly Recorded[]>;
  /** Rows of a read model of the saga's own context. */
  rows<Row>(projection: string, filter: Readonly<Record<string, unknown>>): Promise<readonly Row[]>;
  /** What a port answers at the moment; for what is deliberately not in the log. */
  ask<Answer>(need: Need<Answer>): Promise<Answer>;
  /** The id of the aggregate that holds a unique key at present. */
  owner(scope: string, value: string): Promise<string | undefined>;
  /** What the process was configured with for this context. */
  readonly settings: Settings;
}

/** A timer of the saga that has come due. */
export interface FiredTimer {
  readonly key: string;
  /** Stream that the timer belongs to, and its two parts. */
  readonly owner: string;
  readonly category: string;
  readonly aggregateId: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly dueAt: Timestamp;
  /** When it was fired: later than it was due where nothing ran meanwhile. */
  readonly firedAt: Timestamp;
}

type Reaction<Event> = (event: Event, reads: SagaReads) => readonly Effect[] | Promise<readonly Effect[]>;

/** A saga: events and its own timers in, effects out. Delivered at least once, in order per stream. */
export interface Saga {
  readonly name: string;
  /**
   * Reactions whose commands are sent before the caller of the causing command has its answer. The saga's own delivery
   * comes after them with the same effect ids and finds them done; if they fail, it is the one that repeats them.
   */
  readonly promptly: Readonly<Record<string, Reaction<Recorded>>>;
  readonly on: Readonly<Record<string, Reaction<Recorded>>>;
  readonly onTimer: Readonly<Record<string, Reaction<FiredTimer>>>;
  /**
   * Names what the saga gives to everybody there is: seeds. When it is new, or names others than before, `on` is told once more
   * of all that has happened before it; effects have the ids that they would have had then, so what was given is not given twice.
   */
  readonly gives?: string;
  /** Whatever happens to aggregates of some categories: for sagas that are told by data what to listen to. */
  readonly hears?: { readonly categories: readonly string[]; readonly react: Reaction<Recorded> };
  readonly listens?: Listens;
}

/**
 * What happens in streams that the saga's own records listen to. That a stream is listened to is itself an event, which comes
 * before all that is to be heard: what nobody listens to costs nothing.
 */
export interface Listens {
  /** What the streams belong to. */
  readonly categories: readonly string[];
  /** Streams that are listened to from this event on. */
  readonly begins: (event: Recorded) => readonly string[];
  /** The read model of who listens: rows that do so still, and the field of the streams. */
  readonly listeners: { readonly rows: string; readonly filter: Readonly<Record<string, unknown>>; readonly field: string };
  /** Told of all that is listened to, perhaps of more. */
  readonly react: Reaction<Recorded>;
}

/** What a saga does about an event of a category that it hears or listens to. */
export const heardBy = ({ hears, listens }: Pick<Saga, 'hears' | 'listens'>, { category }: Recorded): Reaction<Recorded> | undefined =>
  [hears, listens].find((each) => each?.categories.includes(category))?.react;

/** Fixes the events that a saga may listen to, then takes the saga as data. */
export const saga =
  <Events>() =>
  (definition: {
    readonly name: string;
    readonly promptly?: { readonly [K in keyof Events & string]?: Reaction<RecordedOf<Events, K>> };
    readonly on?: { readonly [K in keyof Events & string]?: Reaction<RecordedOf<Events, K>> };
    readonly onTimer?: Readonly<Record<string, Reaction<FiredTimer>>>;
    readonly gives?: string;
    readonly hears?: Saga['hears'];
    readonly listens?: Listens;
  }): Saga => ({
    name: definition.name,
    promptly: (definition.promptly ?? {}) as object as Saga['promptly'],
    on: (definition.on ?? {}) as object as Saga['on'],
    onTimer: definition.onTimer ?? {},
    gives: definition.gives,
    hears: definition.hears,
    listens: definition.listens,
  });
