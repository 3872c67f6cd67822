import type { Definition } from './aggregate';
import type { Needs } from './needs';
import type { Localized } from './projection';

/** Whose a link is that opens something, and what its secret must hash to. */
export interface OpenLink {
  readonly userId: string;
  readonly organizationId: string;
  /** The own account on the staff, where there is one. */
  readonly staffId?: string;
  readonly tokenHash: string;
  /** Where in the vault the secret waits to be fetched once. */
  readonly secretRef?: string;
}

type Row = Readonly<Record<string, unknown>>;

/** Rows of a registry, filtered as in a question to its list. */
export interface FeedReading {
  readonly registry: string;
  readonly filter: Readonly<Record<string, string>>;
  /** Who may not read the registry at all reads no rows of it; else the refusal is that of the whole. */
  readonly whereSeen?: boolean;
}

/**
 * What programs read by a secret link that cannot sign in: rows of registries, those that the owner of the link may see at the
 * moment, as one file. Pure, as all of a context; the edge finds the link, checks its secret and reads.
 */
export interface Feed {
  /** Part of its address: `/v1/feeds/<code>/<link>.<secret>`. */
  readonly code: string;
  readonly title: Localized;
  /** The aggregate of its links, and what the keyed hashes of their secrets are for. */
  readonly link: Definition;
  readonly keyedFor: string;
  /** Undefined for a link that opens nothing, or no more. */
  readonly open: (state: unknown) => OpenLink | undefined;
  readonly reads: (link: OpenLink, now: string) => readonly FeedReading[];
  /** What else the file is made of. */
  readonly needs?: (link: OpenLink) => Needs;
  readonly contentType: string;
  readonly extension: string;
  /** @param rows of each reading, in their order */
  readonly file: (rows: readonly (readonly Row[])[], answers: Readonly<Record<string, unknown>>) => string;
}
