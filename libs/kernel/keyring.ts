import { createHash, createHmac } from 'node:crypto';

/** Keys that lie outside the log: comparison values in it cannot be guessed without them. */
export class Keyring {
  /** The keys of keyed hashes: their purposes are few and written in the program. */
  readonly #macs = new Map<string, Buffer>();

  constructor(private readonly master: Buffer) {
    if (master.length < 32) throw new Error('the master key must have 32 bytes at least');
  }

  /** A key of 32 bytes for one purpose. */
  key(purpose: string): Buffer {
    return createHmac('sha256', this.master).update(purpose).digest();
  }

  /** A keyed hash of a text, base64url. */
  mac(purpose: string, text: string): string {
    let key = this.#macs.get(purpose);
    if (!key) this.#macs.set(purpose, (key = this.key(purpose)));
    return createHmac('sha256', key).update(text).digest('base64url');
  }
}

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
