import type { Keyring } from '@letopis/kernel';
import type { SubjectKeys } from '../events/subject-keys';
import { BrokenOff } from './log';
import { operationErrors } from './saga-failure';
import type { OnProgress } from './verify';

/** Where wrapping keys are kept. */
export interface KeyFile {
  /** Adds a key that wraps from now on; answers its id, or undefined where keys come with the configuration. */
  add(): string | undefined;
  /** Lets keys go that are neither the newest nor among those in use; answers their ids. */
  retire(used: readonly string[]): readonly string[];
}

export interface Rotated {
  /** Id of the key that wraps now. */
  readonly wrappedBy?: string;
  readonly rewrapped: number;
}

/** A new key to wrap the keys of persons by, and the end of old ones. */
export class KeyRotation {
  constructor(private readonly parts: { keys: SubjectKeys; keyring: Keyring; file?: KeyFile; signal: AbortSignal }) {}

  /**
   * Goes on with a rotation that was broken off; else adds a key and wraps everything by it. Old keys stay readable: they
   * are let go by `retire`, once every process has seen the new one. @throws BrokenOff
   */
  async rotate(onProgress: OnProgress = () => {}): Promise<Rotated> {
    const { keys, keyring, file, signal } = this.parts;
    const wrapped = await keys.wrappedBy();
    const { id: newest } = keyring.wrapping();
    const underWay = [...wrapped.keys()].some((id) => id !== newest);
    if (!underWay) {
      const added = file?.add();
      if (added === undefined) throw operationErrors.refusal('KEYS_CONFIGURED');
    }
    try {
      const rewrapped = await keys.rewrap(onProgress, signal);
      return { wrappedBy: keyring.wrapping().id, rewrapped };
    } catch (error) {
      if (signal.aborted) throw new BrokenOff();
      throw error;
    }
  }

  /** @throws DomainError KEYS_IN_USE while a rotation is not at its end */
  async retire(): Promise<{ retired: readonly string[] }> {
    const { keys, keyring, file } = this.parts;
    const wrapped = [...(await keys.wrappedBy()).keys()];
    if (wrapped.some((id) => id !== keyring.wrapping().id)) throw operationErrors.refusal('KEYS_IN_USE');
    return { retired: file?.retire(wrapped.filter((id) => id !== undefined)) ?? [] };
  }
}
