import type { Logger } from '../logger';
import type { EventStore } from '../events/event-store';
import { Mark } from '../projections/mark';
import type { States } from './states';

/** How often the subscription is held against the end of the log, in milliseconds. */
const LOOK = 1_000;

/**
 * Says how old kept states may be: when every event up to the end of the log, as it was at a moment, has passed by, they are
 * as they were at that moment or newer. Rights are judged by them without asking the store; a subscription that stalls lets
 * their age grow, and older ones are read anew, or nobody is let in.
 */
export class Feed {
  readonly #mark = new Mark(-1);
  #timeout: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(private readonly parts: { store: EventStore; states: States; logger: Logger }) {}

  /** An event of the subscription has passed by. */
  passed(position: number): void {
    this.#mark.advance(position);
  }

  /**
   * Resolves when everything up to the position has passed by: whoever brings it as a consistency token is judged by rights
   * that are at least as new. @throws DomainError PROJECTION_LAG
   */
  reached(position: number): Promise<void> {
    return this.#mark.reached(position);
  }

  start(): void {
    const again = async () => {
      await this.look().catch((error: unknown) => this.parts.logger.warn({ error: String(error) }, 'the age of kept states is not known'));
      if (!this.#stopped) this.#timeout = setTimeout(() => (this.#looking = again()), LOOK);
    };
    this.#looking = again();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timeout);
    await this.#looking;
  }

  /** Waits, no longer than a look may take, until what is in the log now has passed by. */
  async look(): Promise<void> {
    const moment = performance.now();
    await this.#mark.reached(await this.parts.store.head(), LOOK);
    this.parts.states.feedIsAt(moment);
  }
}
