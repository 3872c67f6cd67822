import type { Actor } from './actor';
import type { FeedReading } from './feed';
import type { Needs } from './needs';
import type { Localized } from './projection';

type Row = Readonly<Record<string, unknown>>;
export type Asked = Readonly<Record<string, string>>;

/** What a report is made of once everything is there. */
export interface Found {
  readonly asked: Asked;
  readonly actor: Actor;
  /** Rows of each reading, in their order. */
  readonly rows: readonly (readonly Row[])[];
  readonly answers: Readonly<Record<string, unknown>>;
}

/**
 * What is computed when it is asked for, since it has no end of its own: the days of a month, of which no event tells. It reads
 * registries as the caller may see them, and states; pure, as all of a context.
 */
export interface Report {
  /** Part of its address: `/v1/analytics/<code>`. */
  readonly code: string;
  readonly title: Localized;
  /** Filters that a question names, all of them, and what each looks like. */
  readonly asked: Readonly<Record<string, 'id' | 'month'>>;
  readonly needs?: (asked: Asked) => Needs;
  readonly reads: (asked: Asked, answers: Readonly<Record<string, unknown>>) => readonly FeedReading[];
  /** @throws DomainError where what was asked about is not there for the caller */
  readonly rows: (found: Found) => readonly Row[];
}
