import type { Logger } from '../logger';
import type { Checkpoints } from './checkpoints';

/**
 * Checkpoints that have moved are written so many milliseconds later, all together: soon where another process follows them,
 * else only so that a death does not bring much again; after a failure it takes longer.
 */
const FOLLOWED = 20;
const ALONE = 250;
const PAUSE = 1_000;

/** How far a consumer of the log has come, and under which name that is noted. */
export interface Place {
  readonly name: string;
  readonly position: number;
}

/**
 * Writes checkpoints behind the work, one write at a time, so that nobody waits for them. A death in between only brings events
 * again, and those who have handled them know it.
 */
export class TrailingCheckpoints {
  readonly #moved = new Set<string>();
  #timeout: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /**
   * @param placeOf where a consumer stands at present; undefined for one that is not to be noted any more
   * @param isFollowed whether other processes wait to see them move
   */
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly logger: Logger,
    private readonly placeOf: (consumer: string) => Place | undefined,
    private readonly isFollowed: () => boolean,
  ) {}

  /** These have come further. */
  moved(consumers: readonly string[]): void {
    for (const consumer of consumers) this.#moved.add(consumer);
    if (this.#moved.size > 0) this.later(this.isFollowed() ? FOLLOWED : ALONE);
  }

  /** Writes what has moved, behind a write that is under way. @throws what the database says; it is tried again then */
  flush(): Promise<void> {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    const flushed = this.#writing.then(() => this.write());
    this.#writing = flushed.catch(() => {}); // whoever asked hears of it
    return flushed;
  }

  /** Writes what has moved and no more after that. */
  async end(): Promise<void> {
    await this.flush().finally(() => clearTimeout(this.#timeout));
  }

  private later(millis: number): void {
    this.#timeout ??= setTimeout(() => {
      this.flush().catch((error: unknown) => {
        this.logger.warn({ error: String(error) }, 'checkpoints could not be written, trying again');
        this.later(PAUSE);
      });
    }, millis);
  }

  private async write(): Promise<void> {
    const consumers = [...this.#moved];
    this.#moved.clear();
    const places = consumers.map(this.placeOf).filter((place) => place !== undefined);
    try {
      await this.checkpoints.writeAll(places);
    } catch (error) {
      for (const consumer of consumers) this.#moved.add(consumer);
      throw error;
    }
  }
}
