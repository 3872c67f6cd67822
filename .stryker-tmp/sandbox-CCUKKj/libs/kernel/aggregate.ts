// @ts-nocheck
import type { Actor } from './actor';
import type { DomainError } from './errors';
import type { EventsOf, Happened } from './event';
import type { Answers, Need, Needs, UniqueKey } from './needs';
import type { Policy, Question } from './policy';
import type { Settings } from './settings';
import { canonical, sha256 } from './keyring';

/** A command: a class with class-validator decorators, shape only. */
export type CommandClass<Command extends object = object> = new () => Command;

/** How one command is taken in. Pure: no I/O, no clock, no invented ids. */
export interface CommandSpec<Command extends object, State, Events, N extends Needs> {
  /** Who may issue it. */
  readonly by: Policy<Command, State>;
  /** Id of the aggregate; by default the command's field `<category>Id`, else an id derived from the command's id. */
  readonly id?: (question: { readonly command: Command; readonly actor: Actor }) => string | Need<string | undefined>;
  /** What the decision must know beyond its own stream. */
  readonly needs?: (
    question: Question<Command, State> & { readonly now: string; readonly commandId: string; readonly settings: Settings },
  ) => N;
  /** What the answer tells besides ids and revision; computed from the recorded events, so that a repeat gets the same. */
  readonly answer?: (events: readonly EventsOf<Events>[], id: string) => object;
  /** May be issued by a person who must change the password or give consent first. */
  readonly whileRestricted?: boolean;
  /** Signs the caller in: the answer names a user and a session, and the edge adds tokens to it. */
  readonly opensSession?: boolean;
  /** The answer must not tell whether the aggregate exists: it holds the command's id and nothing else. */
  readonly concealed?: boolean;
  /** Title for people who read the documentation. */
  readonly summary?: string;
}

/** A command with its specification, as a row of an aggregate. */
export interface CommandRow<Command extends object = never, State = never, Events = never, N extends Needs = Needs> {
  readonly type: CommandClass<Command>;
  readonly spec: CommandSpec<Command, State, Events, N>;
}

/** What a decision is made with besides command and state. */
export interface DecisionContext {
  readonly actor: Actor;
  /** UTC, ISO-8601 with milliseconds. */
  readonly now: string;
  /** Id of the aggregate. */
  readonly id: string;
  readonly commandId: string;
  readonly settings: Settings;
}

/** Events to append, or a refusal that is itself a fact and is recorded. */
export type Decision<Event> = readonly Event[] | RecordedRefusal<Event>;

export interface RecordedRefusal<Event> {
  readonly refusal: DomainError;
  readonly events: readonly Event[];
}

/** Refuses, and records that it did: `return refusedWith(refusal('BAD_CREDENTIALS'), [event('SignInFailed', …)])`. */
export const refusedWith = <Event>(refusal: DomainError, events: readonly Event[]): RecordedRefusal<Event> => ({ refusal, events });

/* eslint-disable @typescript-eslint/no-explicit-any -- rows of different commands meet in one table */
type Rows<State, Events> = Readonly<Record<string, CommandRow<any, State, Events, any>>>;
type CommandOf<Row> = Row extends CommandRow<infer Command, any, any, any> ? Command : never;
type NeedsOf<Row> = Row extends CommandRow<any, any, any, infer N> ? N : never;
/* eslint-enable @typescript-eslint/no-explicit-any */

/** An aggregate: its commands, how it decides on them, and how its events make its state. */
export interface Aggregate<State, Events, Commands extends Rows<State, Events>> {
  /** First part of its streams' names, in camelCase. */
  readonly category: string;
  readonly initialState: State;
  readonly commands: Commands;
  readonly decide: {
    readonly [K in keyof Commands]: (
      command: CommandOf<Commands[K]>,
      state: State,
      context: DecisionContext & Answers<NeedsOf<Commands[K]>>,
    ) => Decision<EventsOf<Events>>;
  };
  readonly evolve: { readonly [K in keyof Events & string]: (state: State, data: Events[K], at: Evolving) => State };
  /** The unique keys that it holds in a state: claimed before the append that adds them, released after the one that drops them. */
  readonly keys?: (state: State, id: string) => readonly UniqueKey[];
  /** The organization that its records belong to, kept with its events. */
  readonly organizationId?: (state: State, id: string) => string | undefined;
  /** Fields of events that are personal data, and whose: they are stored sealed under a key of that person. */
  readonly personal?: {
    readonly [K in keyof Events & string]?: { readonly of: Subject<Events[K]>; readonly fields: readonly (keyof Events[K] & string)[] };
  };
  /** Events that end the life of somebody's personal data: the key of that person is destroyed. */
  readonly erases?: { readonly [K in keyof Events & string]?: Subject<Events[K]> };
  /** How older shapes of an event become the present one, oldest first: an event with n steps is stored as version n + 1. */
  readonly upcasts?: { readonly [K in keyof Events & string]?: readonly Upcast[] };
  /** Names that events had before → their present names. */
  readonly formerly?: Readonly<Record<string, keyof Events & string>>;
  /** To be raised when the fold changes in a helper of it: kept snapshots are folded anew then. A change in `evolve` itself is noticed. */
  readonly foldVersion?: number;
}

/** One step from an older shape of an event's data to the next. */
export interface Upcast {
  /** Fields of the older shape that are personal, where they are others than today. */
  readonly personal?: readonly string[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what was stored once has no type any more
  readonly to: (data: any) => unknown;
}

/** Whose personal data an event tells: a name such as `user:<id>`. */
export type Subject<Data = unknown> = (data: Data, aggregateId: string) => string;

/** Which fields of an event are sealed, and for whom. */
export interface Sealing {
  readonly of: Subject;
  readonly fields: readonly string[];
}

/** When and by whom an event happened, and to which aggregate. */
export interface Evolving {
  readonly id: string;
  readonly occurredAt: string;
  readonly actor: Actor;
}

/** An aggregate whose state is known and whose rows are not: what the runtime handles. */
export interface Definition<State = unknown> {
  readonly category: string;
  readonly initialState: State;
  readonly commands: Readonly<Record<string, AnyCommandRow>>;
  decide(type: string, command: object, state: State, context: DecisionContext & Readonly<Record<string, unknown>>): Decision<Happened>;
  /** The state after an event; events that are not the aggregate's own (the runtime's marks) leave it as it is. */
  evolve(state: State, event: Happened, at: Evolving): State;
  keys(state: State, id: string): readonly UniqueKey[];
  organizationId(state: State, id: string): string | undefined;
  readonly eventTypes: readonly string[];
  /** Event type → what of it is sealed. */
  readonly personal: Readonly<Record<string, Sealing>>;
  /** Event type → whose key it destroys. */
  readonly erases: Readonly<Record<string, Subject>>;
  /** Event type → how older shapes of it become the present one. */
  readonly upcasts: Readonly<Record<string, readonly Upcast[]>>;
  readonly formerly: Readonly<Record<string, string>>;
  /** Names the fold: another one makes other states of the same events. */
  readonly foldVersion: string;
}

/** The version in which events of a type are stored today. */
export const schemaVersionOf = ({ upcasts }: Pick<Definition, 'upcasts'>, type: string): number => 1 + (upcasts[type]?.length ?? 0);

type Deciders<State> = Readonly<Record<string, (command: object, state: State, context: DecisionContext) => Decision<Happened>>>;
type Evolvers<State> = Readonly<Record<string, (state: State, data: unknown, at: Evolving) => State>>;

export interface AnyCommandRow {
  readonly type: CommandClass;
  readonly spec: CommandSpec<object, unknown, unknown, Needs>;
}

/**
 * Fixes state and events of an aggregate; `event` states a fact, `command` makes a row of its commands and `define` the whole.
 * A missing command or event, or a wrong payload, is a type error.
 */
export function aggregate<State, Events>() {
  return {
    /** States a fact: `event('AccessRequestRejected', { decidedBy })`. */
    event: <Type extends keyof Events & string>(type: Type, data: Events[Type]): EventsOf<Pick<Events, Type>> =>
      ({ type, data }) as EventsOf<Pick<Events, Type>>,

    command: <Command extends object, const N extends Needs = Record<never, never>>(
      type: CommandClass<Command>,
      spec: CommandSpec<Command, State, Events, N>,
    ): CommandRow<Command, State, Events, N> => ({ type, spec }),

    define: <const Commands extends Rows<State, Events>>(
      definition: Aggregate<State, Events, Commands>,
    ): Definition<State> & { readonly initialState: State } => {
      const { category, initialState, commands, decide, evolve, keys, organizationId } = definition;
      const { personal = {}, erases = {}, upcasts = {}, formerly = {}, foldVersion = 1 } = definition;
      for (const [name, { type }] of Object.entries(commands)) {
        if (type.name !== name) throw new Error(`${category}: the row ${name} holds the command ${type.name}`);
      }
      // By name now: the types of the rows have done their work.
      const evolvers: object = evolve;
      const deciders: object = decide;
      return {
        category,
        initialState,
        commands: commands as Readonly<Record<string, object>> as Definition['commands'],
        decide: (type, command, state, context) => (deciders as Deciders<State>)[type]!(command, state, context),
        evolve: (state, happened, at) =>
          Object.hasOwn(evolvers, happened.type) ? (evolvers as Evolvers<State>)[happened.type]!(state, happened.data, at) : state,
        keys: (state, id) => keys?.(state, id) ?? [],
        organizationId: (state, id) => organizationId?.(state, id),
        eventTypes: Object.keys(evolve),
        personal: personal as object as Definition['personal'],
        erases: erases as object as Definition['erases'],
        upcasts: upcasts as object as Definition['upcasts'],
        formerly,
        foldVersion: sha256(canonical([foldVersion, initialState, Object.entries(evolve).map(([type, fold]) => [type, String(fold)])])),
      };
    },
  };
}
