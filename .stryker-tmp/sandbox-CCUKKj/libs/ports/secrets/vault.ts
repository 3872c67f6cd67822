// @ts-nocheck
import { openBox, sealBox, type Keyring } from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';

interface Box {
  readonly _id: string;
  readonly box: string;
  readonly expiresAt: Date;
}

/** One-time secrets at rest: AES-256-GCM under a key that lies outside the database, gone when used or when their time is over. */
export class Vault {
  readonly #boxes: Collection<Box>;
  readonly #key: Buffer;

  constructor(db: Db, keyring: Keyring) {
    this.#boxes = db.collection<Box>('_vault');
    this.#key = keyring.key('vault');
  }

  async prepare(): Promise<void> {
    await this.#boxes.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  }

  /** Keeps what `make` gives under the reference, unless something lies there already; answers what lies there. */
  async putOnce(ref: string, make: () => string, expiresAt: Date): Promise<string> {
    const kept = await this.#boxes.findOneAndUpdate(
      { _id: ref },
      { $setOnInsert: { box: sealBox(this.#key, ref, make()), expiresAt } },
      { upsert: true, returnDocument: 'after' },
    );
    return this.open(kept!);
  }

  /** The secret, if it is there and its time is not over. */
  async get(ref: string, now: string): Promise<string | undefined> {
    const box = await this.#boxes.findOne({ _id: ref });
    return box && box.expiresAt > new Date(now) ? this.open(box) : undefined;
  }

  async destroy(refs: readonly string[]): Promise<void> {
    if (refs.length > 0) await this.#boxes.deleteMany({ _id: { $in: [...refs] } });
  }

  private open({ _id, box }: Box): string {
    return openBox(this.#key, _id, box);
  }
}
