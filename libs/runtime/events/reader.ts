import { Subject, type Observable } from 'rxjs';
import type { Recorded } from '@letopis/kernel';
import type { Logger } from '../logger';
import type { EventStore } from './event-store';

/** Pause before a subscription is opened again after an error, in milliseconds; grows up to the last one. */
const PAUSES = [10, 50, 200, 1_000, 5_000];

/**
 * One catch-up subscription to the whole log. Events come in pages: what has arrived while the page before was handled.
 *
 * A drop («consumer too slow» is normal when a burst outruns a live subscription) is answered by resubscribing after
 * the last event taken, so nothing is skipped and nothing comes twice.
 */
export class Reader {
  #taken: number;
  #buffer: Recorded[] = [];
  #wake: () => void = () => {};
  #resume: (() => void) | undefined;
  #stopped = false;
  #failures = 0;
  #subscription: { unsubscribe(): Promise<void> } | undefined;
  readonly #passing = new Subject<Recorded>();

  constructor(
    private readonly store: EventStore,
    after: number,
    private readonly logger: Logger,
    /** Events taken and not yet handled; beyond it the subscription pauses. */
    private readonly room = 16_384,
  ) {
    this.#taken = after;
  }

  /** Every event as it arrives, before it is handled. */
  get passing(): Observable<Recorded> {
    return this.#passing.asObservable();
  }

  /** Position of the last event that was taken from the store. */
  get taken(): number {
    return this.#taken;
  }

  /** Pages until `stop()`; a page is at most `most` events and is never empty. */
  async *pages(most: number): AsyncGenerator<Recorded[]> {
    const taking = this.take();
    while (!this.#stopped || this.#buffer.length > 0) {
      if (this.#buffer.length === 0) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const page = this.#buffer.splice(0, most);
      if (this.#buffer.length < this.room / 2) this.#resume?.();
      yield page;
    }
    await taking;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#buffer.length = 0;
    this.#wake();
    this.#resume?.();
    await this.#subscription?.unsubscribe().catch(() => {});
  }

  private async take(): Promise<void> {
    while (!this.#stopped) {
      try {
        const subscription = this.store.subscribe(this.#taken);
        this.#subscription = subscription;
        for await (const resolved of subscription) {
          if (this.#stopped) break;
          const event = await this.store.open(resolved);
          if (!event) continue;
          this.#failures = 0;
          this.#taken = event.position;
          this.#buffer.push(event);
          this.#passing.next(event);
          this.#wake();
          if (this.#buffer.length >= this.room) await new Promise<void>((resolve) => (this.#resume = resolve));
        }
      } catch (error) {
        if (this.#stopped) break;
        this.logger.warn({ error: String(error), after: this.#taken }, 'subscription dropped, opening it again');
      }
      if (this.#stopped) break;
      const pause = PAUSES[Math.min(this.#failures++, PAUSES.length - 1)]!;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    this.#passing.complete();
    this.#wake();
  }
}
