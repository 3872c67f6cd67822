// @ts-nocheck
import { refusal } from '@letopis/kernel';

/** How long a question is held against a mark that has not come so far, in milliseconds. */
export const LONGEST_WAIT = 5_000;

/** How far something has come in the log, and those who wait for it. */
export class Mark {
  #position: number;
  #movedAt = Date.now();
  #waiting: Array<{ position: number; resolve: () => void }> = [];

  /** @param onWait told when somebody begins to wait: whoever moves the mark by looking may look at once */
  constructor(
    position: number,
    private readonly onWait: () => void = () => {},
  ) {
    this.#position = position;
  }

  /** Whether somebody waits for it to move. */
  get isAwaited(): boolean {
    return this.#waiting.length > 0;
  }

  get position(): number {
    return this.#position;
  }

  /** When it last moved or was seen to be up to date, in milliseconds since the epoch. */
  get movedAt(): number {
    return this.#movedAt;
  }

  advance(position: number): void {
    this.#movedAt = Date.now();
    if (position <= this.#position) return;
    this.#position = position;
    const passed = this.#waiting.filter((waiter) => waiter.position <= position);
    this.#waiting = this.#waiting.filter((waiter) => waiter.position > position);
    for (const { resolve } of passed) resolve();
  }

  /** Resolves when the mark has passed the position. @throws DomainError PROJECTION_LAG after `most` milliseconds */
  async reached(position: number, most = LONGEST_WAIT): Promise<void> {
    if (position <= this.#position) return;
    let timer: NodeJS.Timeout | undefined;
    const passed = new Promise<void>((resolve, reject) => {
      const waiter = { position, resolve };
      this.#waiting.push(waiter);
      this.onWait();
      timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
        reject(refusal('PROJECTION_LAG'));
      }, most);
    });
    await passed.finally(() => clearTimeout(timer));
  }
}
