/** An event as it lies in the file. */
// @ts-nocheck

export interface StoredEvent {
  position: number;
  streamId: number;
  revision: number;
  /** See `wire/recorded-event`. */
  body: Uint8Array;
}

/**
 * The youngest events, for those who read at the head: a thousand live subscriptions then share one copy of each event
 * instead of asking the file a thousand times. Positions follow one another, so a place is found by subtraction.
 */
export class RecentEvents {
  #events: StoredEvent[] = [];
  #start = 0;
  #bytes = 0;

  constructor(readonly maxBytes: number) {}

  push(event: StoredEvent): void {
    this.#events.push(event);
    this.#bytes += event.body.length;
    while (this.#bytes > this.maxBytes && this.#start < this.#events.length - 1) {
      this.#bytes -= (this.#events[this.#start] as StoredEvent).body.length;
      this.#start++;
    }
    if (this.#start > 1024 && this.#start * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#start);
      this.#start = 0;
    }
  }

  /** Events after `position` up to `last`, at most `limit`; undefined when they begin before what is kept here. */
  after(position: number, last: number, limit: number): StoredEvent[] | undefined {
    const first = this.#events[this.#start];
    if (!first || position + 1 < first.position) return undefined;
    const from = this.#start + position + 1 - first.position;
    return this.#events.slice(from, Math.min(from + limit, this.#start + last + 1 - first.position));
  }

  clear(): void {
    this.#events = [];
    this.#start = 0;
    this.#bytes = 0;
  }
}
