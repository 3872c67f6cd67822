// @ts-nocheck
import { createChallenge, verifySolution } from 'altcha-lib/v1';
import { after, newId, type CaptchaPort, type Keyring } from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';
import { picture, pictureText } from './picture';

/** A picture to be read, or work to be done by the visitor's machine (ALTCHA). */
export type CaptchaKind = 'picture' | 'work';

/** What issues challenges and judges answers. */
export interface CaptchaService extends CaptchaPort {
  readonly kinds: readonly string[];
  issue(kind: string, now: string): Promise<Challenge>;
  prepare(): Promise<void>;
}

export interface Challenge {
  readonly captchaId: string;
  readonly kind: CaptchaKind | 'hosted';
  readonly expiresAt: string;
  /** PNG, base64; for a picture. */
  readonly image?: string;
  /** ALTCHA's challenge; for work. The answer is ALTCHA's payload. */
  readonly challenge?: object;
  /** Whose widget it is and its public key; for a hosted one. */
  readonly provider?: string;
  readonly siteKey?: string;
}

interface Kept {
  readonly _id: string;
  readonly kind: CaptchaKind;
  /** Keyed hash of the right text, or ALTCHA's own challenge value. */
  readonly expected: string;
  readonly expiresAt: Date;
  /** The command that it was used for, and how that went: asked again by the same command, it answers the same. */
  readonly usedBy?: string;
  readonly right?: boolean;
}

const LIFE = { minutes: 10 };
const WORK = 50_000;

/** Captchas of our own. A challenge can be answered once: a wrong answer burns it. */
export class Captchas implements CaptchaService {
  readonly kinds = ['picture', 'work'] as const;
  readonly #kept: Collection<Kept>;
  readonly #hmacKey: string;

  constructor(
    db: Db,
    private readonly keyring: Keyring,
    private readonly textOf: () => string = pictureText,
  ) {
    this.#kept = db.collection<Kept>('_captchas');
    this.#hmacKey = keyring.key('altcha').toString('hex');
  }

  async prepare(): Promise<void> {
    await this.#kept.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  }

  async issue(kind: string, now: string): Promise<Challenge> {
    const captchaId = newId();
    const expiresAt = after(now, LIFE);
    if (kind === 'work') {
      const challenge = await createChallenge({ hmacKey: this.#hmacKey, maxNumber: WORK });
      await this.#kept.insertOne({ _id: captchaId, kind, expected: challenge.challenge, expiresAt: new Date(expiresAt) });
      return { captchaId, kind, expiresAt, challenge };
    }
    const text = this.textOf();
    await this.#kept.insertOne({
      _id: captchaId,
      kind: 'picture',
      expected: this.textHash(captchaId, text),
      expiresAt: new Date(expiresAt),
    });
    return { captchaId, kind: 'picture', expiresAt, image: picture(text).toString('base64') };
  }

  verify: CaptchaPort['verify'] = async ({ captchaId, answer }, { commandId, now }) => {
    if (!captchaId || !answer) return false;
    const kept = await this.#kept.findOne({ _id: captchaId });
    if (!kept) return false;
    if (kept.usedBy !== undefined) return kept.usedBy === commandId && kept.right === true;
    const right = kept.expiresAt > new Date(now) && (await this.isRight(kept, answer));
    const taken = await this.#kept.findOneAndUpdate(
      { _id: captchaId, usedBy: { $exists: false } },
      { $set: { usedBy: commandId, right } },
      { returnDocument: 'after' },
    );
    return taken !== null && right;
  };

  private async isRight({ _id, kind, expected }: Kept, answer: string): Promise<boolean> {
    if (kind === 'picture') return this.textHash(_id, answer) === expected;
    try {
      const { challenge } = JSON.parse(Buffer.from(answer, 'base64').toString()) as { challenge?: unknown };
      return challenge === expected && (await verifySolution(answer, this.#hmacKey));
    } catch {
      return false; // whatever was sent is no solution
    }
  }

  private textHash(captchaId: string, text: string): string {
    return this.keyring.mac('captcha', `${captchaId}:${text.trim().toUpperCase()}`);
  }
}
