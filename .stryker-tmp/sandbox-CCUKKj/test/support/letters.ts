// @ts-nocheck
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readLetter, type ReceivedLetter } from '../../apps/cli/demo/letters';

export { readLetter, type ReceivedLetter };

/** The letters that lie in an outbox, each read once. */
export class Outbox {
  readonly #read = new Map<string, { readonly at: number; readonly letter: ReceivedLetter }>();

  constructor(private readonly folder: string) {}

  /** Reads what has come since the last look. */
  async look(): Promise<void> {
    for (const name of this.files()) {
      if (this.#read.has(name)) continue;
      const file = join(this.folder, name);
      this.#read.set(name, { at: statSync(file).mtimeMs, letter: await readLetter(readFileSync(file)) });
    }
  }

  /** All that have been read, oldest first. */
  get letters(): ReceivedLetter[] {
    return [...this.#read.values()].sort((a, b) => a.at - b.at).map(({ letter }) => letter);
  }

  private files(): string[] {
    try {
      return readdirSync(this.folder).filter((name) => name.endsWith('.eml'));
    } catch {
      return []; // nothing was sent yet
    }
  }
}
