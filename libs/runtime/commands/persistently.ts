import { DomainError } from '@letopis/kernel';

/** How often a command that lost against other processes is sent again: somebody else's decision stands behind it and waits. */
const SENDINGS = 20;
/** The longest pause before the second sending, in milliseconds; before each later one it is longer by as much. */
const PAUSE = 10;

/**
 * Sends what was decided anew in vain, since other processes were faster each time, again after a while.
 * @throws what the sending throws; CONCURRENT_CHANGE when others are faster for seconds
 */
export async function persistently<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  for (let sending = 1; ; sending++) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'CONCURRENT_CHANGE' || sending === SENDINGS) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE * sending));
    }
  }
}
