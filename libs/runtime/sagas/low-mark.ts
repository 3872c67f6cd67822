/** An event under way: how much of what it sets off is not done. */
export interface UnderWay {
  readonly position: number;
  open: number;
}

/** The place before which everything is done, though what comes after it is done in any order; so many events may be beyond it. */
export class LowMark {
  /** Oldest first. */
  #underWay: UnderWay[] = [];
  #room: () => void = () => {};

  /** @param moved told of every new place */
  constructor(
    private readonly most: number,
    private readonly moved: (position: number) => void,
  ) {}

  /** Forgets what is under way: it will come again. */
  reset(): void {
    this.#underWay = [];
  }

  /** Resolves when there is room for another event, or somebody lets it go. */
  async room(isLetGo: () => boolean): Promise<void> {
    while (this.#underWay.length >= this.most && !isLetGo()) await new Promise<void>((resolve) => (this.#room = resolve));
  }

  letGo(): void {
    this.#room();
  }

  /** An event begins, with one thing to be done; whatever more it sets off is added to `open`. */
  enter(position: number): UnderWay {
    const entry = { position, open: 1 };
    this.#underWay.push(entry);
    return entry;
  }

  /** One thing that the event has set off is done. */
  done(entry: UnderWay): void {
    if (--entry.open > 0) return;
    let low: number | undefined;
    while (this.#underWay[0]?.open === 0) low = this.#underWay.shift()!.position;
    if (low === undefined) return;
    this.moved(low);
    this.#room();
  }
}
