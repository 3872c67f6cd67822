// @ts-nocheck
import type { Db } from 'mongodb';
import { derivedId, system } from '@letopis/kernel';
import type { Clock } from '../clock';
import type { Dispatcher } from '../commands/dispatcher';
import type { Logger } from '../logger';
import { documents, type Projector } from '../projections/projector';
import { FireTimer, timersDue, type TimerRow } from './timer';

/** How often the ticker looks, in milliseconds: a timer is late by no more when nothing else is going on. */
const LOOK = 500;
/** Timers fired between two looks. */
const AT_ONCE = 200;

/** Fires the timers that have come due. */
export class Ticker {
  #timeout: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = true;
  #fired: (lateSeconds: number) => void = () => {};

  constructor(private readonly parts: { db: Db; projector: Projector; dispatcher: Dispatcher; clock: Clock; logger: Logger }) {}

  /** Told of every timer that was fired, and how late. */
  onFired(listener: (lateSeconds: number) => void): void {
    this.#fired = listener;
  }

  start(): void {
    this.#stopped = false;
    const again = async () => {
      await this.look().catch((error: unknown) => this.parts.logger.error({ error: String(error) }, 'timers could not be looked at'));
      if (!this.#stopped) this.#timeout = setTimeout(() => (this.#looking = again()), LOOK);
    };
    this.#looking = again();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timeout);
    await this.#looking;
  }

  /** Fires what is due now, oldest first. A timer that is fired twice is fired once: its command has a derived id. */
  async look(): Promise<number> {
    const { db, projector, dispatcher, clock } = this.parts;
    const due = await documents(db, projector, timersDue.code)
      .find({ dueAt: { $lte: clock.now() } })
      .sort({ dueAt: 1, _id: 1 })
      .limit(AT_ONCE)
      .toArray();
    for (const row of due) {
      const { timerId, dueAt, correlationId } = row as object as TimerRow;
      const command = Object.assign(new FireTimer(), { timerId, dueAt });
      const commandId = derivedId('fire', timerId, dueAt);
      try {
        const { noop, repeated } = await dispatcher.execute(command, { commandId, actor: system('ticker'), correlationId });
        if (!noop && !repeated) this.#fired(Math.max(0, (Date.parse(clock.now()) - Date.parse(dueAt)) / 1_000));
      } catch (error) {
        this.parts.logger.error({ timerId, error: String(error) }, 'a timer could not be fired and will be tried again');
      }
    }
    return due.length;
  }
}
