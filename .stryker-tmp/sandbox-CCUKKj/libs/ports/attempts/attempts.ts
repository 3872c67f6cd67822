// @ts-nocheck
import { after, type AttemptsPort, type Keyring } from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';

interface Kept {
  /** Keyed hash of the address: what strangers type is nobody's to read. */
  readonly _id: string;
  readonly failed: readonly { readonly id: string; readonly at: string }[];
  readonly expiresAt: Date;
}

/** Longer than the longest lock with the time in which failures count. */
const KEPT = { days: 2 };
/** Enough for locks that have grown to a day. */
const MOST = 60;

/** Failures to sign in to addresses that nobody has: forgotten after two days without one. */
export class Attempts implements AttemptsPort {
  readonly #kept: Collection<Kept>;

  constructor(
    db: Db,
    private readonly keyring: Keyring,
  ) {
    this.#kept = db.collection<Kept>('_attempts');
  }

  async prepare(): Promise<void> {
    await this.#kept.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  }

  failures: AttemptsPort['failures'] = async ({ address }, { commandId, now }) => {
    const kept = await this.#kept.findOne({ _id: this.hash(address) });
    if (!kept || kept.expiresAt <= new Date(now)) return [];
    const own = kept.failed.findIndex(({ id }) => id === commandId);
    return kept.failed.slice(0, own < 0 ? undefined : own).map(({ at }) => at);
  };

  failed: AttemptsPort['failed'] = async ({ address }, { commandId, now }) => {
    const _id = this.hash(address);
    const expiresAt = new Date(after(now, KEPT));
    const one = { id: commandId, at: now };
    const kept = await this.#kept.findOne({ _id });
    if (kept && kept.expiresAt <= new Date(now)) await this.#kept.deleteOne({ _id, expiresAt: kept.expiresAt });
    if (kept?.failed.some(({ id }) => id === commandId)) return;
    await this.#kept.updateOne({ _id }, { $push: { failed: { $each: [one], $slice: -MOST } }, $set: { expiresAt } }, { upsert: true });
  };

  private hash(address: string): string {
    return this.keyring.mac('attempts', address);
  }
}
