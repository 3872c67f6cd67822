import { DomainError, newId, system, type CommandsPort } from '@letopis/kernel';
import { plainToInstance } from 'class-transformer';
import type { Composition } from '../composition';
import type { Accepted } from './envelope';
import type { Dispatcher } from './dispatcher';

/** How often a command that lost against other processes is sent again: a decision stands behind it and waits. */
const SENDINGS = 20;
/** The longest pause before the second sending, in milliseconds; before each later one it is longer by as much. */
const PAUSE = 10;

/** Commands that decisions need done first. They are the system's, and the aggregate knows by its state what it has done already. */
export const commandsPort = (dispatcher: Dispatcher, { commands }: Composition): CommandsPort => ({
  ask: async ({ type, payload }, { commandId }) => {
    const entry = commands.get(type);
    if (!entry) throw new Error(`a decision asks for the unknown command ${type}`);
    const send = () =>
      dispatcher.execute(plainToInstance(entry.type, payload), {
        commandId: newId(),
        actor: system('commands'),
        correlationId: commandId,
      });
    const { data } = await persistently(send);
    return (data ?? {}) as Readonly<Record<string, unknown>>;
  },
});

async function persistently(send: () => Promise<Accepted>): Promise<Accepted> {
  for (let sending = 1; ; sending++) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'CONCURRENT_CHANGE' || sending === SENDINGS) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE * sending));
    }
  }
}
