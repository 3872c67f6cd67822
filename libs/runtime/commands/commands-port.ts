import { newId, system, type CommandsPort } from '@letopis/kernel';
import { plainToInstance } from 'class-transformer';
import type { Composition } from '../composition';
import type { Dispatcher } from './dispatcher';
import { persistently } from './persistently';

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
