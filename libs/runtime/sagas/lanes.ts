/** Work in lanes: one after another in each, side by side across them. */
export class Lanes {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Runs the work after all that was put into the lane before it. @throws what the work throws */
  run<Answer>(lane: string, work: () => Promise<Answer>): Promise<Answer> {
    const running = (this.#tails.get(lane) ?? Promise.resolve()).then(work);
    const settled = () => {};
    const tail = running
      .then(settled, settled) // whoever asked for the work hears of its failure; what is behind it goes on
      .finally(() => {
        if (this.#tails.get(lane) === tail) this.#tails.delete(lane);
      });
    this.#tails.set(lane, tail);
    return running;
  }

  /** Resolves when what is in them now has come to its end. */
  async empty(): Promise<void> {
    await Promise.allSettled(this.#tails.values());
  }
}
