import type { Needs } from './needs';
import type { Actor } from './actor';
import type { Verdict } from './policy';
import type { Recorded, RecordedOf } from './event';

/** Text in the languages of the product; Russian is always there. */
export interface Localized {
  readonly ru: string;
  readonly en: string;
}

export type FieldType = 'string' | 'boolean' | 'number' | 'time' | 'day';

/** Fields of a read model that a list may filter and sort by; names are paths in the document. */
export interface ListSpec {
  readonly filters: Readonly<Record<string, FieldType>>;
  /** Filters that are no fields of rows: by them the policy judges whose rows are asked for. */
  readonly asked?: Readonly<Record<string, FieldType>>;
  readonly sorts: readonly string[];
  /** Fields that the text search looks in. */
  readonly search: readonly string[];
  /** `-field` sorts downwards. */
  readonly defaultSort: string;
}

/** A column of an export: the title of one field. */
export type Columns = Readonly<Record<string, Localized>>;

/** Who asks what of a read model. */
export interface Reading {
  readonly actor: Actor;
  /** Filters of the query, typed already. */
  readonly filter: Readonly<Record<string, unknown>>;
  /** UTC; the moment of the question. */
  readonly now?: string;
}

/** What an actor may see: a filter that is added to every query (an empty one: all), or a refusal. */
export type Visible = { readonly only: Readonly<Record<string, unknown>> } | { readonly refused: Verdict };

export const everything: Visible = { only: {} };
export const only = (filter: Readonly<Record<string, unknown>>): Visible => ({ only: filter });
export const refused = (code: Verdict): Visible => ({ refused: code });

/** Pure rule who may see which rows. */
export interface ReadPolicy {
  readonly name: string;
  readonly needs?: (reading: Reading) => Needs;
  readonly see: (reading: Reading, answers: Readonly<Record<string, unknown>>) => Visible;
}

type Fold<Document, Event> = (document: Document | undefined, event: Event) => Document | undefined;
type Key<Event> = (event: Event) => string | readonly string[] | undefined;

/** A side collection of a projection: what it must know of others (organization → name), folded in the same order. */
export interface Side {
  readonly key: Key<Recorded>;
  readonly on: Readonly<Record<string, Fold<Readonly<Record<string, unknown>>, Recorded>>>;
}

/** A read model: a reducer with its key, its joins and its list. */
export interface Projection {
  /** Name under which it is asked for, in snake_case. */
  readonly code: string;
  /** Grows with every change of the reducer: a new version is built beside the old one. */
  readonly version: number;
  readonly title: Localized;
  /** How it is served: as a registry, only as a look-up, or to sagas alone. */
  readonly serves: 'registry' | 'lookup' | 'both' | 'sagas';
  readonly key: Key<Recorded>;
  readonly on: Readonly<Record<string, Fold<Readonly<Record<string, unknown>>, Recorded>>>;
  readonly sides: Readonly<Record<string, Side>>;
  /** Field of the document → what is copied into it from the side document of that id. */
  readonly joins: readonly Join[];
  /** The document with what follows from all its fields, the joined ones as well. */
  readonly derive?: (document: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** Events that change many documents at once: those whose fields are as `where` says. */
  readonly everywhere: Readonly<Record<string, Everywhere>>;
  readonly list: ListSpec;
  readonly policy: ReadPolicy;
  /** Fields that are kept for the machinery and not shown. */
  readonly hidden: readonly string[];
  /** Titles of the fields that an export has, in this order; without them it has all, by their names. */
  readonly columns?: Columns;
  /** Field with the time until which a row is kept: the log lets go of what it was folded from as well. */
  readonly expires?: string;
  /** Who reads it, and what was asked, is recorded before it is answered. */
  readonly readsRecorded?: boolean;
  /** Changes of its rows are told at once, to those who may see them, by the feed. */
  readonly live?: boolean;
  /** What follows from being in one list, where all rows that there are fit into it. */
  readonly listed?: (rows: readonly Readonly<Record<string, unknown>>[]) => readonly Readonly<Record<string, unknown>>[];
}

/** One event for every document that it finds; `where` names fields that the list filters or joins by. */
export interface Everywhere<Document = Readonly<Record<string, unknown>>, Event = Recorded> {
  readonly where: (event: Event) => Readonly<Record<string, string>>;
  readonly fold: (document: Document, event: Event) => Document;
}

export interface Join {
  /**
   * Field of the document that holds the id, or a list of ids: what is joined is a list in the same order then. It may be a
   * field that an earlier join fills.
   */
  readonly by: string;
  readonly side: string;
  /** Field of the side document → field of the document. */
  readonly fields: Readonly<Record<string, string>>;
}

const byAggregate: Key<Recorded> = ({ aggregateId }) => aggregateId;

/** Fixes a read model's document and the events that it may be folded from, then takes it as data. */
export const projection =
  <Document extends object, Events>() =>
  (definition: {
    readonly code: string;
    readonly version: number;
    readonly title: Localized;
    readonly serves?: Projection['serves'];
    readonly key?: (event: RecordedOf<Events, keyof Events & string>) => string | readonly string[] | undefined;
    readonly on: { readonly [K in keyof Events & string]?: Fold<Document, RecordedOf<Events, K>> };
    readonly sides?: Readonly<Record<string, Side>>;
    readonly joins?: readonly Join[];
    readonly derive?: (document: Document) => Document;
    readonly everywhere?: { readonly [K in keyof Events & string]?: Everywhere<Document, RecordedOf<Events, K>> };
    readonly list: ListSpec;
    readonly policy: ReadPolicy;
    readonly hidden?: readonly (keyof Document & string)[];
    readonly columns?: { readonly [K in keyof Document & string]?: Localized };
    readonly expires?: keyof Document & string;
    readonly readsRecorded?: boolean;
    readonly live?: boolean;
    readonly listed?: Projection['listed'];
  }): Projection => ({
    serves: 'registry',
    sides: {},
    joins: [],
    hidden: [],
    ...definition,
    everywhere: (definition.everywhere ?? {}) as object as Projection['everywhere'],
    key: (definition.key ?? byAggregate) as Key<Recorded>,
    on: definition.on as object as Projection['on'],
    derive: definition.derive as object as Projection['derive'],
    columns: definition.columns as Columns | undefined,
  });

/**
 * The document with what its joins bring. `sideOf` answers a side document, or `kept` where what is joined already stays as it is.
 */
export function withJoined(
  document: Readonly<Record<string, unknown>>,
  { by, fields }: Join,
  sideOf: (id: string) => Readonly<Record<string, unknown>> | undefined | typeof kept,
): Readonly<Record<string, unknown>> {
  const ids = document[by];
  const taken = (id: unknown, from: string, present: unknown) => {
    const side = typeof id === 'string' ? sideOf(id) : undefined;
    return side === kept ? present : side?.[from];
  };
  const joined = Object.entries(fields).map(([from, to]) => {
    if (!Array.isArray(ids)) return [to, taken(ids, from, document[to])] as const;
    const present = document[to] as readonly unknown[] | undefined;
    return [to, ids.map((id, at) => taken(id, from, present?.[at]) ?? null)] as const;
  });
  return { ...document, ...Object.fromEntries(joined) };
}

/** What is joined for an id stays as it is. */
export const kept = Symbol('kept');

/** Fixes a side document and its events, then takes the side as data; its documents are by aggregate unless `key` says another id. */
export const side =
  <Document extends object, Events>() =>
  (
    on: { readonly [K in keyof Events & string]?: Fold<Document, RecordedOf<Events, K>> },
    key: (event: RecordedOf<Events, keyof Events & string>) => string | undefined = byAggregate as never,
  ): Side => ({ key: key as Key<Recorded>, on: on as object as Side['on'] });
