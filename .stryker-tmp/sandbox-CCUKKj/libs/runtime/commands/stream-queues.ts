// @ts-nocheck
import { refusal } from '@letopis/kernel';

/** Commands that may wait for one stream. */
const WAITING = 1_000;

/** What waits for a stream, oldest first. Whoever has the turn may take more of it, and put back what was not done. */
export type Behind<Item> = Item[];

/** One queue per stream, so that commands of this process on one stream do not make each other conflict. */
export class StreamQueues<Item> {
  readonly #queues = new Map<string, Behind<Item>>();

  /** @param turn does the first that waits, and whatever it takes of those behind; it never throws */
  constructor(private readonly turn: (first: Item, behind: Behind<Item>) => Promise<void>) {}

  /** Lines up. @throws DomainError BUSY when too much waits already */
  push(stream: string, item: Item): void {
    const queue = this.#queues.get(stream);
    if (queue && queue.length >= WAITING) throw refusal('BUSY');
    if (queue) queue.push(item);
    else void this.work(stream, [item]);
  }

  private async work(stream: string, queue: Behind<Item>): Promise<void> {
    this.#queues.set(stream, queue);
    for (let first = queue.shift(); first !== undefined; first = queue.shift()) await this.turn(first, queue);
    this.#queues.delete(stream);
  }
}
