// @ts-nocheck
import type { EventLog } from '../store/log';
import type { StoredEvent } from '../store/recent-events';
import { StreamView } from '../store/stream-view';
import type { Streams } from '../store/streams';
import { compileFilter, type FilterSpec } from '../streams/filter';
import { ALL } from './settings';

/** A page, and how far the source has been looked through with it. */
export interface SourcePage {
  events: StoredEvent[];
  reached: number;
}

/** Where a group's events come from. A cursor is a revision, or for `$all` a position. */
export interface Source {
  /** Cursor of the last event there is. */
  last(): number;
  /** Events after the cursor; undefined at the end. */
  after(cursor: number, limit: number): SourcePage | undefined;
  cursorOf(event: StoredEvent): number;
  /** A cursor as `SubscriptionInfo` says it. */
  text(cursor: number): string;
}

export function sourceOf(name: string, filter: FilterSpec | undefined, log: EventLog, streams: Streams): Source {
  return name === ALL ? allSource(log, filter) : streamSource(new StreamView(name, log, streams));
}

function streamSource(view: StreamView): Source {
  return {
    last: () => view.last,
    after(cursor, limit) {
      if (view.condition !== 'found') return undefined;
      const page = view.forward(cursor + 1, limit);
      return page && { events: page.events, reached: page.next - 1 };
    },
    cursorOf: (event) => event.revision,
    text: (cursor) => String(cursor),
  };
}

function allSource(log: EventLog, spec: FilterSpec | undefined): Source {
  const filter = spec && compileFilter(spec);
  return {
    last: () => log.head,
    after(cursor, limit) {
      const page = log.forward(cursor, limit);
      const last = page.at(-1);
      return last && { events: filter ? page.filter((event) => filter.matches(event.body)) : page, reached: last.position };
    },
    cursorOf: (event) => event.position,
    text: (cursor) => `C:${cursor}/P:${cursor}`,
  };
}
