/** Where all time comes from. */
export interface Clock {
  /** UTC, ISO-8601 with milliseconds. */
  now(): string;
}

export const systemClock: Clock = { now: () => new Date().toISOString() };

/** A clock that a test moves; between moves it runs on. */
export class MovableClock implements Clock {
  #ahead = 0;
  #held?: number;

  now(): string {
    return new Date(this.#held ?? Date.now() + this.#ahead).toISOString();
  }

  /** Moves by so many milliseconds. */
  move(millis: number): void {
    if (this.#held === undefined) this.#ahead += millis;
    else this.#held += millis;
  }

  /** Stands still at the present moment, and goes on only when it is moved: for what must hold to the second. */
  hold(): void {
    this.#held ??= Date.now() + this.#ahead;
  }

  /** Goes on by itself from where it stands. */
  release(): void {
    if (this.#held === undefined) return;
    this.#ahead = this.#held - Date.now();
    this.#held = undefined;
  }
}
