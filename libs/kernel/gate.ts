/** Lets so many through at one time; the others wait in the order in which they came. */
export class Gate {
  #inside = 0;
  readonly #waiting: Array<() => void> = [];

  constructor(private readonly most: number) {}

  /** @throws what the work throws */
  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    // Whoever leaves hands the place over: nobody who comes at that moment is before those who wait.
    if (this.#inside < this.most) this.#inside++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#inside--;
    }
  }
}
