import type { Db } from 'mongodb';
import { derivedId, system } from '@letopis/kernel';
import type { Clock } from '../clock';
import type { Dispatcher } from '../commands/dispatcher';
import type { Logger } from '../logger';
import { documents, type Projector } from '../projections/projector';
import { FireTimer, timersDue, type TimerRow } from './timer';

/** How often the ticker looks, in milliseconds: a timer is late by no more when nothing else is going on. */
const LOOK = 500;
/** Timers that are read together, and how many of them are fired side by side. */
const PAGE = 500;
const BESIDE = 32;

/** Fires the timers that have come due. */
export class Ticker {
  #timeout: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = true;
  /** Of the newest event that a firing has given. */
  #position = -1;
  #fired: (lateSeconds: number) => void = () => {};

  constructor(private readonly parts: { db: Db; projector: Projector; dispatcher: Dispatcher; clock: Clock; logger: Logger }) {}

  /** Told of every timer that was fired, and how late. */
  onFired(listener: (lateSeconds: number) => void): void {
    this.#fired = listener;
  }

  start(): void {
    this.#stopped = false;
    const again = async () => {
      const fired = await this.look().catch((error: unknown) => {
        this.parts.logger.error({ error: String(error) }, 'timers could not be looked at');
        return 0;
      });
      // Where there was so much, there is more; unless nothing could be fired, which is not tried again at once.
      if (!this.#stopped) this.#timeout = setTimeout(() => (this.#looking = again()), fired === PAGE ? 0 : LOOK);
    };
    this.#looking = again();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timeout);
    await this.#looking;
  }

  /**
   * Fires what is due now, the oldest first, side by side: they are of different streams. A timer that is fired twice is
   * fired once: its command has a derived id. Answers how many were fired, or had been.
   */
  async look(): Promise<number> {
    const { db, projector, clock } = this.parts;
    const due = await documents(db, projector, timersDue.code)
      .find({ dueAt: { $lte: clock.now() } })
      .sort({ dueAt: 1, _id: 1 })
      .limit(PAGE)
      .toArray();
    let fired = 0;
    const lane = async () => {
      for (let row = due.shift(); row && !this.#stopped; row = due.shift()) if (await this.fire(row as object as TimerRow)) fired++;
    };
    await Promise.all(Array.from({ length: BESIDE }, lane));
    // Whoever looks again must not see what was fired just now.
    if (fired === PAGE)
      await projector
        .mark(timersDue.code)
        .reached(this.#position)
        .catch(() => {});
    return fired;
  }

  private async fire({ timerId, dueAt, correlationId }: TimerRow): Promise<boolean> {
    const { dispatcher, clock, logger } = this.parts;
    const command = Object.assign(new FireTimer(), { timerId, dueAt });
    const commandId = derivedId('fire', timerId, dueAt);
    try {
      const { noop, repeated, position } = await dispatcher.execute(command, { commandId, actor: system('ticker'), correlationId });
      if (!noop && !repeated) this.#fired(Math.max(0, (Date.parse(clock.now()) - Date.parse(dueAt)) / 1_000));
      this.#position = Math.max(this.#position, position);
      return true;
    } catch (error) {
      logger.error({ timerId, error: String(error) }, 'a timer could not be fired and will be tried again');
      return false;
    }
  }
}
