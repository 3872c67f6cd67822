/** When a channel is left alone, and for how long. */
export interface CircuitOptions {
  /** Failures one after another that open it. */
  readonly after?: number;
  /** Milliseconds that it stays open; then one attempt is let through. */
  readonly rest?: number;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
}

/** Who is asked while the circuit is open: nobody. */
export class CircuitOpen extends Error {
  constructor() {
    super('the channel has failed again and again and is left alone for a while');
    this.name = 'CircuitOpen';
  }
}

/** Leaves a service alone that fails again and again: what waits for it fails at once and not after a time-out each. */
export class Circuit {
  readonly #after: number;
  readonly #rest: number;
  readonly #clock: () => number;
  #failures = 0;
  #openUntil = -Infinity;

  constructor({ after = 5, rest = 30_000, clock = () => performance.now() }: CircuitOptions = {}) {
    this.#after = after;
    this.#rest = rest;
    this.#clock = clock;
  }

  /** @throws CircuitOpen without doing the work; else what the work throws */
  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    const now = this.#clock();
    if (now < this.#openUntil) throw new CircuitOpen();
    // The others wait for how this attempt ends.
    if (this.#failures >= this.#after) this.#openUntil = now + this.#rest;
    try {
      const result = await work();
      this.#failures = 0;
      this.#openUntil = -Infinity;
      return result;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures >= this.#after) this.#openUntil = this.#clock() + this.#rest;
      throw error;
    }
  }
}
