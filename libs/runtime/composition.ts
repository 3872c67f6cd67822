import type {
  AnyCommandRow,
  Authentication,
  CommandClass,
  Context,
  Definition,
  ErrorEntry,
  Feed,
  FileRules,
  LetterTemplate,
  Projection,
  Report,
  Saga,
  Sheet,
} from '@letopis/kernel';
import { sharedErrors } from '@letopis/kernel';

/** A command of some aggregate, found by its name. */
export interface CommandEntry extends AnyCommandRow {
  readonly name: string;
  readonly type: CommandClass;
  readonly of: Definition;
  readonly context: string;
}

/** What contexts bring together: every part by its name. */
export interface Composition {
  readonly commands: ReadonlyMap<string, CommandEntry>;
  readonly aggregates: ReadonlyMap<string, Definition>;
  readonly sagas: readonly Saga[];
  readonly projections: ReadonlyMap<string, Projection>;
  readonly feeds: ReadonlyMap<string, Feed>;
  readonly reports: ReadonlyMap<string, Report>;
  readonly sheets: ReadonlyMap<string, Sheet>;
  readonly errors: Readonly<Record<string, ErrorEntry>>;
  readonly letters: Readonly<Record<string, LetterTemplate>>;
  readonly files: Required<FileRules>;
  readonly authentication: Authentication;
}

/**
 * Puts contexts together.
 * @throws Error naming what two of them define twice, or that nobody says how callers are recognised
 */
export function compose(contexts: readonly Context[]): Composition {
  const commands = new Map<string, CommandEntry>();
  const aggregates = new Map<string, Definition>();
  const projections = new Map<string, Projection>();
  const feeds = new Map<string, Feed>();
  const reports = new Map<string, Report>();
  const sheets = new Map<string, Sheet>();
  const eventTypes = new Map<string, string>();
  const once = <Value>(map: Map<string, Value>, kind: string, name: string, value: Value) => {
    if (map.has(name)) throw new Error(`the ${kind} ${name} is defined twice`);
    map.set(name, value);
  };

  for (const context of contexts) {
    for (const definition of context.aggregates) {
      once(aggregates, 'aggregate', definition.category, definition);
      for (const type of [...definition.eventTypes, ...Object.keys(definition.formerly)])
        once(eventTypes, 'event type', type, definition.category);
      for (const [name, row] of Object.entries(definition.commands)) {
        once(commands, 'command', name, { ...row, name, of: definition, context: context.name });
      }
    }
    for (const projection of context.projections) once(projections, 'projection', projection.code, projection);
    for (const feed of context.feeds) once(feeds, 'feed', feed.code, feed);
    for (const report of context.reports) once(reports, 'report', report.code, report);
    for (const sheet of context.sheets) once(sheets, 'sheet', sheet.code, sheet);
  }

  const sagas = contexts.flatMap((context) => context.sagas);
  const names = new Map<string, Saga>();
  for (const saga of sagas) once(names, 'saga', saga.name, saga);

  const [authentication, another] = contexts.flatMap((context) => context.authentication ?? []);
  if (!authentication || another) throw new Error('exactly one context must say how callers are recognised');

  return {
    commands,
    aggregates,
    sagas,
    projections,
    feeds,
    reports,
    sheets,
    errors: merged('error code', [sharedErrors.entries, ...contexts.map(({ errors }) => errors)]),
    letters: merged(
      'letter',
      contexts.map(({ letters }) => letters),
    ),
    files: {
      readers: merged(
        'rule of files',
        contexts.map(({ files }) => files.readers ?? {}),
      ),
      uploads: merged(
        'kind of upload',
        contexts.map(({ files }) => files.uploads ?? {}),
      ),
    },
    authentication,
  };
}

/** All entries by their names; one name with two meanings is an error, one entry that several catalogues share is not. */
function merged<Entry>(kind: string, catalogues: readonly Readonly<Record<string, Entry>>[]): Readonly<Record<string, Entry>> {
  const all: Record<string, Entry> = {};
  for (const [name, entry] of catalogues.flatMap((catalogue) => Object.entries(catalogue))) {
    if (Object.hasOwn(all, name) && all[name] !== entry) throw new Error(`the ${kind} ${name} is defined twice`);
    all[name] = entry;
  }
  return all;
}
