import type { Actor } from './actor';
import type { Language } from './errors';
import type { FeedReading } from './feed';
import type { Needs } from './needs';
import type { Localized } from './projection';

type Row = Readonly<Record<string, unknown>>;

/** What a sheet is made of once everything is there. */
export interface SheetFound {
  readonly id: string;
  readonly locale: Language;
  readonly caller: Actor;
  readonly now: string;
  /** Rows of each reading, in their order. */
  readonly rows: readonly (readonly Row[])[];
  readonly answers: Readonly<Record<string, unknown>>;
}

/**
 * A page to be printed about one record. What it tells are rows of registries, as the caller may see them at the moment; names
 * and the like come from states. Pure, as all of a context: the edge reads, fills the template in and sends it.
 */
export interface Sheet {
  /** Part of its address: `/v1/sheets/<code>/<id>`. */
  readonly code: string;
  readonly title: Localized;
  /** What it is known from what to read. */
  readonly needs?: (id: string) => Needs;
  readonly reads: (id: string, answers: Readonly<Record<string, unknown>>) => readonly FeedReading[];
  /** What else is told of what the caller sees: names of those whom the rows name by id. */
  readonly names?: (rows: readonly (readonly Row[])[]) => Needs;
  /** @throws DomainError NOT_FOUND where there is no such record for the caller */
  readonly fill: (found: SheetFound) => Row & { readonly title: string };
  /** The body in handlebars; `{{time at}}` is a moment. Whatever is filled in is escaped. */
  readonly template: string;
  /** What of the look the frame does not bring. */
  readonly style?: string;
}

/** Where a sheet about a record is read. */
export const sheetAddress = (code: string, id: string): string => `/v1/sheets/${code}/${id}`;
