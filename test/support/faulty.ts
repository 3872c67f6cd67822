import { EventStoreDBClient } from '@eventstore/db-client';
import { EventStore } from '../../libs/runtime/events/event-store';

/**
 * Where a process dies at a step: before it, so that nothing of it has happened, or right after it, so that nobody has heard
 * of it. Or it only hangs before the step, and goes on when it is woken.
 */
export type Moment = 'before' | 'after' | 'hangs';

/**
 * The event store of a process that dies at its n-th append: nothing that it wanted from then on happens, and none of its
 * calls ever comes back.
 */
export class DyingStore extends EventStore {
  /** Streams of the appends that went out, in their order. */
  readonly appends: string[] = [];
  #dead = false;
  #died: () => void = () => {};
  /** Resolves when the process has died. */
  readonly death = new Promise<void>((resolve) => (this.#died = resolve));
  #wake: () => void = () => {};
  readonly #woken = new Promise<void>((resolve) => (this.#wake = resolve));

  /** @param dies the number of the append, from 0; never where it is undefined */
  constructor(
    url: string,
    private readonly dies?: number,
    private readonly moment: Moment = 'before',
  ) {
    super(EventStoreDBClient.connectionString(url));
  }

  override async append(...given: Parameters<EventStore['append']>): ReturnType<EventStore['append']> {
    const number = this.appends.push(given[0]) - 1;
    if (number === this.dies && this.moment === 'before') this.die();
    if (number === this.dies && this.moment === 'hangs') {
      this.#died();
      await this.#woken;
    }
    const appended = await this.alive(super.append(...given));
    if (number === this.dies && this.moment === 'after') this.die();
    return this.alive(Promise.resolve(appended));
  }

  /** A process that hangs goes on, as if nothing had been. */
  wake(): void {
    this.#wake();
  }

  protected override page(...given: Parameters<EventStore['page']>): ReturnType<EventStore['page']> {
    return this.alive(super.page(...given));
  }

  override last(...given: Parameters<EventStore['last']>): ReturnType<EventStore['last']> {
    return this.alive(super.last(...given));
  }

  private die(): void {
    this.#dead = true;
    this.#died();
  }

  private alive<Answer>(call: Promise<Answer>): Promise<Answer> {
    return this.#dead ? new Promise(() => {}) : call.then((answer) => (this.#dead ? new Promise<Answer>(() => {}) : answer));
  }
}
