import { randomBytes } from 'node:crypto';
import { ERASED, openBox, sealBox, type Keyring } from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';

interface SubjectKey {
  readonly _id: string;
  /** The key, encrypted under a wrapping key; absent once it was destroyed, and then for ever. */
  readonly wrapped?: string;
  /** Id of the wrapping key; absent where that follows from the master key itself. */
  readonly by?: string;
  readonly destroyedAt?: Date;
}

/** Keys that are kept open in memory. */
const KEPT = 10_000;
/** Keys that are wrapped anew together. */
const TOGETHER = 500;

/** The keys of persons, outside the log: each wrapped, opened when it is needed, and destroyed for good. */
export class SubjectKeys {
  readonly #keys: Collection<SubjectKey>;
  readonly #open = new Map<string, Buffer | typeof ERASED>();

  constructor(
    db: Db,
    private readonly keyring: Keyring,
  ) {
    this.#keys = db.collection<SubjectKey>('_subject_keys');
  }

  /**
   * A person's key, or `ERASED` once it was destroyed; made where there is none and one is to be made.
   * @throws Error when it cannot be had: nothing is told then
   */
  async key(keyId: string, make: boolean): Promise<Buffer | typeof ERASED> {
    const open = this.#open.get(keyId);
    if (open) return open;
    let found = await this.#keys.findOne({ _id: keyId });
    if (!found && make) {
      const { id: by, key } = this.keyring.wrapping();
      const wrapped = sealBox(key, keyId, randomBytes(32).toString('base64'));
      const made = by === undefined ? { wrapped } : { wrapped, by };
      found = await this.#keys.findOneAndUpdate({ _id: keyId }, { $setOnInsert: made }, { upsert: true, returnDocument: 'after' });
    }
    if (!found) throw new Error(`the key ${keyId} of sealed data is missing: the keys belong to another store than the log`);
    const key = found.wrapped === undefined ? ERASED : Buffer.from(this.unwrapped(found), 'base64');
    this.keep(keyId, key);
    return key;
  }

  async state(keyId: string): Promise<'none' | 'kept' | 'destroyed'> {
    const found = await this.#keys.findOne({ _id: keyId });
    if (!found) return 'none';
    return found.wrapped === undefined ? 'destroyed' : 'kept';
  }

  /** Of these keys, those that are not destroyed. */
  async notDestroyed(keyIds: readonly string[]): Promise<readonly string[]> {
    const found = await this.#keys.find({ _id: { $in: [...keyIds] }, destroyedAt: { $exists: true } }).toArray();
    const destroyed = new Set(found.map(({ _id }) => _id));
    return keyIds.filter((keyId) => !destroyed.has(keyId));
  }

  /** Of these keys, those that are there. */
  async kept(keyIds: readonly string[]): Promise<string[]> {
    const found = await this.#keys.find({ _id: { $in: [...keyIds] }, wrapped: { $exists: true } }).toArray();
    return found.map(({ _id }) => _id);
  }

  /** Destroys keys. They stay destroyed. Answers how many were still there. */
  async destroy(keyIds: readonly string[]): Promise<number> {
    if (keyIds.length === 0) return 0;
    const { upsertedCount, modifiedCount } = await this.#keys.bulkWrite(
      keyIds.map((_id) => ({
        updateOne: {
          // One that is destroyed already stays as it is: when it was is not told anew.
          filter: { _id, destroyedAt: { $exists: false } },
          update: { $unset: { wrapped: '', by: '' }, $set: { destroyedAt: new Date() } },
          upsert: true,
        },
      })),
      { ordered: false },
    ).catch((error: unknown) => {
      // An upsert of one that is destroyed already finds its id taken: as it should be.
      const { code, result } = error as { code?: unknown; result?: { upsertedCount: number; modifiedCount: number } };
      if (code !== 11000 || !result) throw error;
      return result;
    }); // prettier-ignore
    for (const keyId of keyIds) this.keep(keyId, ERASED);
    return upsertedCount + modifiedCount;
  }

  /** Lets go of what is open in memory. */
  forget(keyId: string): void {
    this.#open.delete(keyId);
  }

  /** Ids of the wrapping keys (undefined: the one that follows from the master key), and how many keys each wraps. */
  async wrappedBy(): Promise<ReadonlyMap<string | undefined, number>> {
    type Counted = { readonly _id: string | null; readonly count: number };
    const counted = await this.#keys
      .aggregate<Counted>([{ $match: { wrapped: { $exists: true } } }, { $group: { _id: '$by', count: { $sum: 1 } } }])
      .toArray();
    return new Map(counted.map(({ _id, count }) => [_id ?? undefined, count]));
  }

  /**
   * Wraps every key by the newest wrapping key. It may be broken off at any point and begun again: what is done is done,
   * and both wrappings can be opened meanwhile. Answers how many were wrapped anew.
   */
  async rewrap(onProgress: (done: number, total: number) => void = () => {}, signal?: AbortSignal): Promise<number> {
    const newest = this.keyring.wrapping();
    const others = { wrapped: { $exists: true }, by: newest.id === undefined ? { $exists: true } : { $ne: newest.id } };
    const total = await this.#keys.countDocuments(others);
    let done = 0;
    for (;;) {
      signal?.throwIfAborted();
      const page = await this.#keys.find(others).limit(TOGETHER).toArray();
      if (page.length === 0) return done;
      await this.#keys.bulkWrite(
        page.map((found) => {
          const wrapped = sealBox(newest.key, found._id, this.unwrapped(found));
          const update =
            newest.id === undefined ? { $set: { wrapped }, $unset: { by: '' as const } } : { $set: { wrapped, by: newest.id } };
          // Destroyed meanwhile, it stays so: what was read must still be there.
          return { updateOne: { filter: { _id: found._id, wrapped: found.wrapped! }, update } };
        }),
        { ordered: false },
      );
      done += page.length;
      onProgress(done, Math.max(done, total));
    }
  }

  private unwrapped({ _id, wrapped, by }: SubjectKey): string {
    const key = this.keyring.wrappedBy(by);
    if (!key) throw new Error(`the wrapping key ${by} is not in the key file of this process: the keys of sealed data cannot be opened`);
    return openBox(key, _id, wrapped!);
  }

  private keep(keyId: string, key: Buffer | typeof ERASED): void {
    this.#open.delete(keyId);
    this.#open.set(keyId, key);
    if (this.#open.size > KEPT) this.#open.delete(this.#open.keys().next().value!);
  }
}
