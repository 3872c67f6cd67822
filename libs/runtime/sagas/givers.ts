import type { Saga } from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';

interface Given {
  /** Name of the saga. */
  readonly _id: string;
  readonly gives: string;
}

/** What sagas have given to everybody who was there before. */
export class Givers {
  readonly #given: Collection<Given>;

  constructor(db: Db) {
    this.#given = db.collection<Given>('_sagas_given');
  }

  /** Those that give something that they have not given to all. */
  async new(sagas: readonly Saga[]): Promise<readonly Saga[]> {
    const givers = sagas.filter(({ gives }) => gives !== undefined);
    const given = new Map((await this.#given.find().toArray()).map(({ _id, gives }) => [_id, gives]));
    return givers.filter(({ name, gives }) => given.get(name) !== gives);
  }

  /** They have. */
  async have(sagas: readonly Saga[]): Promise<void> {
    for (const { name, gives } of sagas) await this.#given.updateOne({ _id: name }, { $set: { gives: gives! } }, { upsert: true });
  }
}
