// @ts-nocheck
import type { Recorded } from '@letopis/kernel';
import type { EventStore } from '../events/event-store';
import { Reader } from '../events/reader';
import type { Logger } from '../logger';

/** Events of one page. */
const PAGE = 512;

/** An operation was broken off: the process stops. */
export class BrokenOff extends Error {
  constructor() {
    super('broken off: the process stops');
  }
}

export interface LogParts {
  readonly store: EventStore;
  readonly logger: Logger;
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

/** The log after a position and up to another one, both of events of ours, a bounded page at a time. @throws BrokenOff */
export async function* logUpTo({ store, logger, signal }: LogParts, after: number, upTo: number): AsyncGenerator<Recorded[]> {
  // The last event may be gone (a stream with a limit): then what is there ends earlier.
  const last = Math.min(upTo, await store.head());
  if (after >= last) return;
  const reader = new Reader(store, after, logger);
  const stop = () => void reader.stop();
  signal.addEventListener('abort', stop);
  try {
    for await (const page of reader.pages(PAGE)) {
      if (signal.aborted) break;
      const wanted = page.filter(({ position }) => position <= upTo);
      if (wanted.length > 0) yield wanted;
      if (page.at(-1)!.position >= last) return;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await reader.stop();
  }
  throw new BrokenOff();
}
