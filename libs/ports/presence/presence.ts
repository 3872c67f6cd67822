import { after, type PresencePort } from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';

interface Kept {
  /** The session. */
  readonly _id: string;
  readonly userId?: string;
  readonly at: string;
  readonly expiresAt: Date;
  readonly left?: true;
}

/** Longer than any session lasts. */
const KEPT = { days: 8 };
const MOST_SESSIONS = 100;

/** When sessions were last used. A heart-beat is no event: only the last one is kept, and goes with its session. */
export class Presence implements PresencePort {
  readonly #kept: Collection<Kept>;

  constructor(db: Db) {
    this.#kept = db.collection<Kept>('_presence');
  }

  async prepare(): Promise<void> {
    await this.#kept.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
    await this.#kept.createIndex({ userId: 1 });
  }

  seen: PresencePort['seen'] = async ({ sessionId, userId, at }, asked) => {
    const now = at ?? asked.now;
    // Two processes may tell of one session at once: the later moment stays.
    const later = { at: now, expiresAt: new Date(after(now, KEPT)), ...(userId === undefined ? {} : { userId }) };
    const { matchedCount } = await this.#kept.updateOne({ _id: sessionId, at: { $lt: now } }, { $set: later });
    if (matchedCount === 0) await this.#kept.updateOne({ _id: sessionId }, { $setOnInsert: later }, { upsert: true });
  };

  lastSeen: PresencePort['lastSeen'] = async ({ sessionId }) => (await this.#kept.findOne({ _id: sessionId }))?.at;

  left: PresencePort['left'] = async ({ sessionId }) => {
    // Marked and not deleted: a call that was under way when it ended would bring it back.
    await this.#kept.updateOne({ _id: sessionId }, { $set: { left: true } });
  };

  ofUser: PresencePort['ofUser'] = async ({ userId }) => {
    const sessions = await this.#kept
      .find({ userId, left: { $exists: false } })
      .sort({ at: -1 })
      .limit(MOST_SESSIONS)
      .toArray();
    return { sessions: sessions.length, ...(sessions[0] ? { lastActivityAt: sessions[0].at } : {}) };
  };
}
