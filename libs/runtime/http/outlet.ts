import type { Writable } from 'node:stream';

/** Whoever reads has not taken what was sent for too long. */
export class TooSlow extends Error {
  constructor() {
    super('what was sent is not taken');
    this.name = 'TooSlow';
  }
}

/** How long a reader may take for what is on the way, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Sends to a reader no more than is taken: the next piece waits until the one before it has left. One who takes nothing for
 * too long is let go, since what is kept for readers is memory that everybody shares.
 */
export class Outlet {
  constructor(
    private readonly stream: Writable,
    private readonly patience = PATIENCE,
  ) {}

  get isClosed(): boolean {
    return this.stream.destroyed || this.stream.writableEnded;
  }

  /** @throws TooSlow after letting go of the reader */
  async send(text: string): Promise<void> {
    if (this.isClosed || this.stream.write(text)) return;
    let timer: NodeJS.Timeout | undefined;
    let done: () => void = () => {};
    const taken = await new Promise<boolean>((resolve) => {
      done = () => resolve(true);
      this.stream.once('drain', done).once('close', done);
      timer = setTimeout(() => resolve(false), this.patience);
    });
    clearTimeout(timer);
    this.stream.off('drain', done).off('close', done);
    if (taken) return;
    this.stream.destroy();
    throw new TooSlow();
  }
}
