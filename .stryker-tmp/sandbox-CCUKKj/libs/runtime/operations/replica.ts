// @ts-nocheck
import type { Projection, Recorded } from '@letopis/kernel';
import type { Db } from 'mongodb';
import { UNKNOWN_POSITION } from '../events/codec';
import { sideOf } from '../projections/document';
import { foldPage } from '../projections/folding';
import { logUpTo, type LogParts } from './log';

/** A read model that is folded apart from the live one, into collections of its own. Nothing but documents comes of it. */
export class Replica {
  #position: number;

  constructor(
    private readonly parts: LogParts & { readonly db: Db },
    readonly projection: Projection,
    readonly collection: string,
    position = UNKNOWN_POSITION,
  ) {
    this.#position = position;
  }

  /** Position of the last event that was folded. */
  get position(): number {
    return this.#position;
  }

  /** Folds the log up to a position. @throws BrokenOff */
  async catchUp(upTo: number, onPage: (position: number) => void = () => {}): Promise<void> {
    for await (const page of logUpTo(this.parts, this.#position, upTo)) {
      await this.take(page);
      onPage(this.#position);
    }
    this.#position = Math.max(this.#position, upTo);
  }

  /** Folds one page; of what is there already nothing is folded twice. */
  async take(page: readonly Recorded[]): Promise<void> {
    const ahead = page.filter(({ position }) => position > this.#position);
    if (ahead.length === 0) return;
    await foldPage(this.parts.db, this.projection, ahead, this.collection);
    this.#position = ahead.at(-1)!.position;
  }

  /** Lets its collections go. */
  async drop(): Promise<void> {
    await dropBuild(this.parts.db, this.projection, this.collection);
  }
}

/** Drops the collection of a build and those of its sides. */
export async function dropBuild(db: Db, projection: Projection, collection: string): Promise<void> {
  const names = [collection, ...Object.keys(projection.sides).map((side) => sideOf(collection, side))];
  for (const name of names) await db.collection(name).drop();
}
