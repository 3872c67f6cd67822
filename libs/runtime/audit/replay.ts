import { actorId, type Recorded } from '@letopis/kernel';
import { logUpTo, type LogParts } from '../operations/log';
import { entryOf, type HistoryEntry } from './audit';

/** What of the log is wanted: all of it where nothing is said. */
export interface Wanted {
  /** Position after which it begins, and the last one; see `AsOf.position` for times. */
  readonly after: number;
  readonly upTo: number;
  readonly categories?: readonly string[];
  readonly types?: readonly string[];
  readonly organizationId?: string;
  readonly actorId?: string;
}

/** An event as the log has it, in the shape of today. */
export interface Replayed extends HistoryEntry {
  readonly position: number;
  readonly stream: string;
  readonly organizationId?: string;
}

/**
 * What has happened, in the order of the log, as an auditor may see it: a page at a time, so that no length of the log is
 * held at once. @throws BrokenOff when the reading is ended before its end
 */
export async function* replay(log: LogParts, wanted: Wanted): AsyncGenerator<readonly Replayed[]> {
  for await (const page of logUpTo(log, wanted.after, wanted.upTo)) {
    const events = page.filter((event) => isWanted(wanted, event));
    if (events.length > 0) yield events.map(replayed);
  }
}

const isWanted = ({ categories, types, organizationId, actorId: actor }: Wanted, { category, type, metadata }: Recorded): boolean =>
  (categories?.includes(category) ?? true) &&
  (types?.includes(type) ?? true) &&
  (organizationId === undefined || metadata.organizationId === organizationId) &&
  (actor === undefined || actorId(metadata.actor) === actor);

const replayed = (event: Recorded): Replayed => ({
  position: event.position,
  stream: event.stream,
  organizationId: event.metadata.organizationId,
  ...entryOf(event, { forAuditor: true }),
});
