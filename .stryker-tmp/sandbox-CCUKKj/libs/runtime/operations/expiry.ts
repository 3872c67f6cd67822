// @ts-nocheck
import type { Projection } from '@letopis/kernel';
import type { Db } from 'mongodb';
import type { Clock } from '../clock';
import type { Logger } from '../logger';
import type { Stored } from '../projections/document';
import type { Projector } from '../projections/projector';

/** How often rows whose time is over are taken away, in milliseconds. */
const LOOK = 3_600_000;

/**
 * Whether a row's time is over, or is so soon that one build may have it and another not: the log lets go of its events by
 * the clock of the store.
 */
export const isExpired = ({ expires }: Projection, row: Stored | undefined, now: string): boolean => {
  const until = expires === undefined ? undefined : row?.[expires];
  return typeof until === 'string' && Date.parse(until) - MARGIN < Date.parse(now);
};
const MARGIN = 600_000;

/** Takes rows away that the log does not keep either. */
export class Expiry {
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: { db: Db; projector: Projector; clock: Clock; logger: Logger; projections: readonly Projection[] }) {}

  start(): void {
    const sweep = () => {
      this.#sweeping = this.sweep().catch((error: unknown) =>
        this.parts.logger.error({ error: String(error) }, 'rows whose time is over could not be taken away, trying again later'),
      );
    };
    this.#timer = setInterval(sweep, LOOK);
    this.#timer.unref();
    sweep();
  }

  /** Answers how many rows were taken away. */
  async sweep(): Promise<number> {
    const { db, projector, clock, projections } = this.parts;
    let gone = 0;
    for (const { code, expires } of projections) {
      if (expires === undefined) continue;
      const { collection } = projector.kept(code);
      gone += (await db.collection<Stored>(collection).deleteMany({ [expires]: { $lt: clock.now() } })).deletedCount;
    }
    return gone;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }
}
