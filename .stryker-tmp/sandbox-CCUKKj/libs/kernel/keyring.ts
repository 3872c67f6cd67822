// @ts-nocheck
import { createHash, createHmac } from 'node:crypto';

/** A key that wraps other keys. */
export interface WrappingKey {
  /** Absent for the one that follows from the master key. */
  readonly id?: string;
  readonly key: Buffer;
}

/** Keys that lie outside the log: comparison values in it cannot be guessed without them. */
export class Keyring {
  /** The keys of keyed hashes: their purposes are few and written in the program. */
  readonly #macs = new Map<string, Buffer>();

  /** @param added wrapping keys that were added since, the newest last; asked again whenever one is not known */
  constructor(
    private readonly master: Buffer,
    private readonly added: () => readonly Buffer[] = () => [],
  ) {
    if (master.length < 32) throw new Error('the master key must have 32 bytes at least');
  }

  /** A key of 32 bytes for one purpose. */
  key(purpose: string): Buffer {
    return createHmac('sha256', this.master).update(purpose).digest();
  }

  /** The key by which new keys are wrapped: the newest. Hashes go on under the master key, or names in the log would change. */
  wrapping(): WrappingKey {
    const newest = this.added().at(-1);
    return newest ? { id: wrappingId(newest), key: newest } : { key: this.key('subjectKeys') };
  }

  /** The wrapping key of that id, if it is there. */
  wrappedBy(id: string | undefined): Buffer | undefined {
    return id === undefined ? this.key('subjectKeys') : this.added().find((key) => wrappingId(key) === id);
  }

  /** A keyed hash of a text, base64url. */
  mac(purpose: string, text: string): string {
    let key = this.#macs.get(purpose);
    if (!key) this.#macs.set(purpose, (key = this.key(purpose)));
    return createHmac('sha256', key).update(text).digest('base64url');
  }
}

/** What names a wrapping key and tells nothing of it. */
export const wrappingId = (key: Buffer): string => createHash('sha256').update('wrapping key').update(key).digest('hex').slice(0, 16);

/** SHA-256 of a text, base64url: for secrets of 256 random bits, which need no salt. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** JSON with sorted keys and without undefined members: the same value gives the same text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
