// @ts-nocheck
import type { StoredEvent } from '../store/recent-events';
import type { Consumer } from './consumer';

/** An event on its way to a consumer of a group. */
export interface Message {
  /** Id of the event itself, of the link where it is one: what consumers answer with. */
  readonly id: string;
  readonly event: StoredEvent;
  /** Its place in the source; undefined for one that comes out of the parked ones. */
  readonly cursor: number | undefined;
  retryCount: number;
  consumer?: Consumer;
  /** When it will have timed out. */
  deadline: number;
}
