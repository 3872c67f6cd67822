import type { Collection, Db } from 'mongodb';
import { UNKNOWN_POSITION } from '../events/codec';

interface Checkpoint {
  readonly _id: string;
  readonly position: number;
  /** How often it was begun at one place without having come any further. */
  readonly begun?: Times;
  /** How often the event at one place was about to be handled. */
  readonly handling?: Times;
}

interface Times {
  readonly at: number;
  readonly times: number;
}

/** How often the process may end at one place before events are taken there one by one, and at one event before it is passed. */
const MOST_DEATHS = 3;

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
    return new Map(found.map(({ _id, position = UNKNOWN_POSITION }) => [_id, position]));
  }

  /** A checkpoint only ever grows. */
  write(name: string, position: number): Promise<void> {
    return this.writeAll([{ name, position }]);
  }

  /** @see write */
  async writeAll(places: readonly { readonly name: string; readonly position: number }[]): Promise<void> {
    if (places.length === 0) return;
    await this.#collection.bulkWrite(
      places.map(({ name: _id, position }) => ({ updateOne: { filter: { _id }, update: { $max: { position } }, upsert: true } })),
      { ordered: false },
    );
  }

  /**
   * Notes that work begins at this place. Answers whether something there is to be feared: it has begun there several times in
   * a row without an end and without coming further, or with an event ahead that was being handled with care.
   */
  async begun(name: string, position: number): Promise<boolean> {
    const { begun, handling } = await this.count(name, 'begun', position);
    return begun!.times > MOST_DEATHS || (handling !== undefined && handling.at > position);
  }

  /** The work has come to its end by itself. */
  async ended(name: string): Promise<void> {
    await this.#collection.updateOne({ _id: name }, { $unset: { begun: '', handling: '' } });
  }

  /** Notes that the event at this place is about to be handled. False when the process has ended every time that it was. */
  async mayHandle(name: string, position: number): Promise<boolean> {
    const { handling } = await this.count(name, 'handling', position);
    return handling!.times <= MOST_DEATHS;
  }

  private async count(name: string, what: 'begun' | 'handling', at: number): Promise<Checkpoint> {
    const times = { $cond: [{ $eq: [`$${what}.at`, at] }, { $add: [`$${what}.times`, 1] }, 1] };
    const counted = await this.#collection.findOneAndUpdate({ _id: name }, [{ $set: { [what]: { at, times } } }], {
      upsert: true,
      returnDocument: 'after',
    });
    return counted!;
  }

  /** Takes a checkpoint away: what it stood for is no more. */
  async forget(name: string): Promise<void> {
    await this.#collection.deleteOne({ _id: name });
  }
}
