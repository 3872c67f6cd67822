// @ts-nocheck
import type { Logger } from '../logger';
import type { Checkpoints } from './checkpoints';
import type { Mark } from './mark';

/** How often marks that other processes move are looked at: while somebody waits for one, and otherwise, in milliseconds. */
const AWAITED = 10;
const AT_REST = 500;

/** Follows what other processes do by the checkpoints that they write. */
export class ForeignMarks {
  /** Name of the checkpoint → the mark that follows it. */
  readonly #marks = new Map<string, Mark>();
  #timeout: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;

  /** @param alongside whatever else is to be looked at with them */
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly logger: Logger,
    private readonly alongside: () => Promise<void> = async () => {},
  ) {}

  /** From now on the mark follows the checkpoint. */
  follow(checkpoint: string, mark: Mark): void {
    this.#marks.set(checkpoint, mark);
    this.hurry();
  }

  /** From now on this process moves the mark itself. */
  leave(checkpoint: string): void {
    this.#marks.delete(checkpoint);
  }

  /** Looks at once, unless it does so anyway. */
  hurry(): void {
    if (this.#looking || this.#stopped) return;
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(() => this.again(), AWAITED);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timeout);
    await this.#looking;
  }

  private again(): void {
    this.#looking = this.look()
      .catch((error: unknown) => this.logger.warn({ error: String(error) }, 'the marks of other processes could not be read'))
      .finally(() => {
        this.#looking = undefined;
        if (this.#stopped || this.#marks.size === 0) return;
        const pause = [...this.#marks.values()].some(({ isAwaited }) => isAwaited) ? AWAITED : AT_REST;
        this.#timeout = setTimeout(() => this.again(), pause);
      });
  }

  private async look(): Promise<void> {
    if (this.#marks.size === 0) return;
    await this.alongside();
    for (const [name, position] of await this.checkpoints.all([...this.#marks.keys()])) this.#marks.get(name)?.advance(position);
  }
}
