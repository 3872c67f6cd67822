/**
 * Reads of the same thing, shared by those who asked before the read began. So each of them sees all that was written before it
 * asked, and however many ask at once there are two reads at a time: the one that is under way and the one after it.
 */
export class SharedReads<Answer> {
  readonly #underWay = new Map<string, Promise<Answer>>();
  readonly #next = new Map<string, Promise<Answer>>();

  /** @param begin begins the read; a read that fails fails for all who share it */
  read(key: string, begin: () => Promise<Answer>): Promise<Answer> {
    const next = this.#next.get(key);
    if (next) return next;
    const underWay = this.#underWay.get(key);
    if (!underWay) return this.begun(key, begin);
    const over = () => {
      this.#next.delete(key);
      return this.begun(key, begin);
    };
    const following = underWay.then(over, over);
    this.#next.set(key, following);
    return following;
  }

  private begun(key: string, begin: () => Promise<Answer>): Promise<Answer> {
    const underWay: Promise<Answer> = begin().finally(() => {
      if (this.#underWay.get(key) === underWay) this.#underWay.delete(key);
    });
    this.#underWay.set(key, underWay);
    return underWay;
  }
}
