/** Where all time comes from. */
// @ts-nocheck

export interface Clock {
  /** UTC, ISO-8601 with milliseconds. */
  now(): string;
}

export const systemClock: Clock = { now: () => new Date().toISOString() };

/** A clock that a test moves; between moves it runs on. */
export class MovableClock implements Clock {
  #ahead = 0;

  now(): string {
    return new Date(Date.now() + this.#ahead).toISOString();
  }

  /** Moves by so many milliseconds. */
  move(millis: number): void {
    this.#ahead += millis;
  }
}
