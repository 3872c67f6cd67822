// @ts-nocheck
import type { Collection, Db } from 'mongodb';
import { UNKNOWN_POSITION } from '../events/codec';

interface Checkpoint {
  readonly _id: string;
  readonly position: number;
}

/** How far each consumer of the log has come, durably. */
export class Checkpoints {
  readonly #collection: Collection<Checkpoint>;

  constructor(db: Db) {
    this.#collection = db.collection<Checkpoint>('_checkpoints');
  }

  async read(name: string): Promise<number> {
    return (await this.#collection.findOne({ _id: name }))?.position ?? UNKNOWN_POSITION;
  }

  /** The checkpoints of these names that there are. */
  async all(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const found = await this.#collection.find({ _id: { $in: [...names] } }).toArray();
    return new Map(found.map(({ _id, position }) => [_id, position]));
  }

  /** A checkpoint only ever grows. */
  async write(names: readonly string[], position: number): Promise<void> {
    if (names.length === 0) return;
    await this.#collection.bulkWrite(
      names.map((_id) => ({ updateOne: { filter: { _id }, update: { $max: { position } }, upsert: true } })),
      { ordered: false },
    );
  }

  /** Takes a checkpoint away: what it stood for is no more. */
  async forget(name: string): Promise<void> {
    await this.#collection.deleteOne({ _id: name });
  }
}
