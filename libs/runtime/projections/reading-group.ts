import type { Recorded } from '@letopis/kernel';
import { UNKNOWN_POSITION } from '../events/codec';
import { Reader } from '../events/reader';
import type { EventStore } from '../events/event-store';
import type { Logger } from '../logger';

/** Events of one page: many when there is much to catch up with, since a document that many of them touch is written once. */
const PAGE = 8_192;
/** Pause before a page that failed is tried again, in milliseconds. */
const PAUSE = 500;

export interface GroupParts {
  readonly store: EventStore;
  readonly logger: Logger;
  /** Folds a page into the read model of that code; `carefully`: one event, of which it is noted before that it is tried. */
  readonly fold: (code: string, page: readonly Recorded[], carefully?: boolean) => Promise<void>;
  /** Everything up to the position is folded into these. */
  readonly folded: (codes: readonly string[], position: number) => Promise<void>;
  /** This one could not take what the others have taken, and has come so far. */
  readonly failed: (code: string, position: number, error: unknown) => void;
  readonly onReader?: (reader: Reader) => void;
}

/** Read models that are equally far and fed by one reader. One that is behind has a group of its own until it joins another. */
export class ReadingGroup {
  readonly #codes = new Set<string>();
  #position: number;
  #turn: Promise<unknown> = Promise.resolve();
  #reader: Reader | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  /** Events that were taken one by one. */
  #carefully = 0;

  /**
   * @param ahead the group that this one joins, and ends, when it has caught up with it
   * @param carefulUntil something before this place has ended the process again and again: the next page is taken event by event
   */
  constructor(
    private readonly parts: GroupParts,
    position: number,
    codes: Iterable<string>,
    private readonly ahead?: ReadingGroup,
    private readonly carefulUntil = UNKNOWN_POSITION,
  ) {
    this.#position = position;
    for (const code of codes) this.#codes.add(code);
  }

  /** Everything up to it has been read, and folded into all members. */
  get position(): number {
    return this.#position;
  }

  has(code: string): boolean {
    return this.#codes.has(code);
  }

  /** Reads until it is stopped, or has joined the group ahead. */
  start(): Promise<void> {
    this.#running = this.run();
    return this.#running;
  }

  /** Lets a member go, once the page that is being folded is done. */
  leave(code: string): Promise<void> {
    return this.inTurn(async () => {
      this.#codes.delete(code);
      if (this.ahead && this.#codes.size === 0) this.end();
    });
  }

  /** Takes in one that has come so far: what it lacks is read once more, between two pages. */
  join(code: string, from: number): Promise<void> {
    return this.inTurn(async () => {
      for await (const page of this.between(from, this.#position)) await this.parts.fold(code, page);
      this.#codes.add(code);
      await this.parts.folded([code], this.#position);
    });
  }

  async stop(): Promise<void> {
    this.end();
    await this.#running;
    await this.#turn.catch(() => {});
  }

  private end(): void {
    this.#stopped = true;
    void this.#reader?.stop();
  }

  private async run(): Promise<void> {
    while (!this.#stopped) {
      const reader = new Reader(this.parts.store, this.#position, this.parts.logger);
      this.#reader = reader;
      this.parts.onReader?.(reader);
      try {
        let limit = this.ahead?.position;
        if (await this.reached(limit, this.#position)) return await this.joinAhead();
        for await (const page of reader.pages(PAGE)) {
          if (this.#stopped) return;
          limit = this.ahead?.position;
          await this.inTurn(() => this.take(limit === undefined ? page : page.filter(({ position }) => position <= limit!)));
          if (await this.reached(limit, page.at(-1)!.position)) return await this.joinAhead();
        }
      } catch (error) {
        if (this.#stopped) return;
        this.parts.logger.error({ error: String(error), after: this.#position }, 'a page could not be projected, trying again');
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      } finally {
        await reader.stop();
      }
    }
  }

  /** Whether what was read goes as far as the group ahead was, or as far as there is anything. */
  private async reached(limit: number | undefined, position: number): Promise<boolean> {
    if (limit === undefined || this.isCareful) return false;
    // The very event that the other group stands at may be gone by now: then the log ends before it.
    return position >= limit || position >= (await this.parts.store.head());
  }

  /** Members go over to the group ahead, which folds for them what it has done meanwhile. */
  private async joinAhead(): Promise<void> {
    for (const code of [...this.#codes]) {
      await this.ahead!.join(code, this.#position);
      this.#codes.delete(code);
    }
    this.#stopped = true;
  }

  /**
   * Folds the page into every member. One that fails alone goes on from here by itself, so that it holds nobody up; when all
   * fail, the database is away and the page is tried again.
   */
  private async take(page: readonly Recorded[]): Promise<void> {
    if (page.length === 0) return;
    if (!this.isCareful) return this.takeAll(page);
    for (const event of page) {
      if (this.#stopped) return;
      await this.takeAll([event]);
      this.#carefully++;
    }
  }

  private get isCareful(): boolean {
    return this.#position < this.carefulUntil && this.#carefully < PAGE;
  }

  private async takeAll(page: readonly Recorded[]): Promise<void> {
    const codes = [...this.#codes];
    const outcomes = await Promise.allSettled(codes.map((code) => this.parts.fold(code, page, this.isCareful)));
    const failed = codes.filter((_, at) => outcomes[at]!.status === 'rejected');
    const reason = (code: string) => (outcomes[codes.indexOf(code)] as PromiseRejectedResult).reason as unknown;
    if (codes.length > 0 && failed.length === codes.length) throw reason(codes[0]!);
    const before = this.#position;
    this.#position = page.at(-1)!.position;
    for (const code of failed) {
      this.#codes.delete(code);
      this.parts.failed(code, before, reason(code));
    }
    await this.parts.folded([...this.#codes], this.#position);
  }

  private async *between(after: number, upTo: number): AsyncGenerator<readonly Recorded[]> {
    const last = Math.min(upTo, await this.parts.store.head());
    if (after >= last) return;
    const reader = new Reader(this.parts.store, after, this.parts.logger);
    try {
      for await (const page of reader.pages(PAGE)) {
        if (this.#stopped) throw new Error('the process stops');
        yield page.filter(({ position }) => position <= upTo);
        if (page.at(-1)!.position >= last) return;
      }
    } finally {
      await reader.stop();
    }
  }

  private inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const running = this.#turn.catch(() => {}).then(work);
    this.#turn = running;
    return running;
  }
}
