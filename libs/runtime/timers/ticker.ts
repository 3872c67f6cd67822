import type { Db } from 'mongodb';
import { derivedId, system } from '@letopis/kernel';
import type { Clock } from '../clock';
import type { Dispatcher } from '../commands/dispatcher';
import { begunBy } from '../commands/states';
import type { Logger } from '../logger';
import { isOutage } from '../outage';
import type { Stored } from '../projections/document';
import { documents, type Projector } from '../projections/projector';
import { FireTimer, scheduled, timer, timersDue, type TimerRow } from './timer';

/** How often the ticker looks, in milliseconds: a timer is late by no more when nothing else is going on. */
const LOOK = 500;
/** Timers that are read together. */
const PAGE = 500;
/** How many are fired side by side, and how many while anybody else wants something decided: a crowd of timers is to hold up nobody. */
const BESIDE = 64;
const BESIDE_OTHERS = 8;

/** Fires the timers that have come due. */
export class Ticker {
  #timeout: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;
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
      await this.look().catch((error: unknown) => {
        this.parts.logger.error({ error: String(error) }, 'timers could not be looked at');
      });
      if (!this.#stopped) this.#timeout = setTimeout(() => (this.#running = again()), LOOK);
    };
    this.#running = again();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timeout);
    await this.#running;
    await this.#looking;
  }

  /**
   * Fires what is due now, all of it, the oldest first, side by side: they are of different streams. A timer that is fired
   * twice is fired once: its command has a derived id. What cannot be fired is left for the next look; while the store is
   * away, so is everything.
   */
  look(): Promise<void> {
    const looked = this.#looking.then(() => this.fireAll());
    this.#looking = looked.catch(() => {}); // whoever has asked hears of it
    return looked;
  }

  private async fireAll(): Promise<void> {
    if (this.#stopped) return;
    const { db, projector, clock, dispatcher } = this.parts;
    const due = documents(db, projector, timersDue.code).find(
      { dueAt: { $lte: clock.now() } },
      { sort: { dueAt: 1, _id: 1 }, batchSize: PAGE },
    );
    let begun = 0;
    let underWay = 0;
    let isAway = false;
    let freed = () => {};
    const oneIsDone = () => new Promise<void>((resolve) => (freed = resolve));
    const room = () => (dispatcher.underWay > underWay ? BESIDE_OTHERS : BESIDE);
    try {
      for await (const row of due) {
        while (underWay >= room()) await oneIsDone();
        if (this.#stopped || isAway) break;
        begun++;
        underWay++;
        void this.fire(row as object as TimerRow & Stored).then((away) => {
          isAway ||= away;
          underWay--;
          freed();
        });
      }
    } finally {
      while (underWay > 0) await oneIsDone();
    }
    // Whoever looks again must not see so much that was fired just now; a few do no harm.
    if (begun >= PAGE && !this.#stopped)
      await projector
        .mark(timersDue.code)
        .reached(this.#position)
        .catch(() => {});
  }

  /** Whether nothing can be fired at present. */
  private async fire(row: TimerRow & Stored): Promise<boolean> {
    const { dispatcher, clock, logger } = this.parts;
    const { timerId, dueAt, correlationId } = row;
    const command = Object.assign(new FireTimer(), { timerId, dueAt });
    const commandId = derivedId('fire', timerId, dueAt);
    try {
      const envelope = { commandId, actor: system('ticker'), correlationId };
      const { noop, repeated, position } = await dispatcher.execute(command, envelope, asSet(row));
      if (!noop && !repeated) this.#fired(Math.max(0, (Date.parse(clock.now()) - Date.parse(dueAt)) / 1_000));
      this.#position = Math.max(this.#position, position);
      return false;
    } catch (error) {
      logger.error({ timerId, error: String(error) }, 'a timer could not be fired and will be tried again');
      return isOutage(error);
    }
  }
}

/** The stream of a timer that was set once: its row has all that is in it, so it need not be read. */
const asSet = ({ setOnce, _position, ...row }: TimerRow & Stored) =>
  setOnce && begunBy(timer, row.timerId, scheduled(row, setOnce.payload), setOnce.commandId, _position);
