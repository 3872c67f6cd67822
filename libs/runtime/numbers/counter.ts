import { aggregate, Code, derivedId, system, systemOnly, type NumbersPort } from '@letopis/kernel';
import type { Dispatcher } from '../commands/dispatcher';
import { persistently } from '../commands/persistently';
import type { States } from '../commands/states';

export class AllocateNumber {
  @Code() counterId: string;
  @Code() forId: string;
}

interface CounterEvents {
  NumberAllocated: { forId: string; number: number };
}

interface Counter {
  readonly last: number;
  /** The newest numbers by what they were given to; older ones are known by their commands' ids. */
  readonly given: readonly { readonly forId: string; readonly number: number }[];
}

const REMEMBERED = 1_000;

const { command, define, event } = aggregate<Counter, CounterEvents>();

/** Human numbers of one kind in one organization, one after another. */
export const counter = define({
  category: 'counter',
  initialState: { last: 0, given: [] },
  organizationId: (_, id) => id.split(':')[0],
  commands: {
    AllocateNumber: command(AllocateNumber, {
      by: systemOnly,
      answer: ([allocated]) => (allocated ? { number: allocated.data.number } : {}),
    }),
  },
  decide: {
    AllocateNumber: ({ forId }, { last, given }) =>
      given.some((each) => each.forId === forId) ? [] : [event('NumberAllocated', { forId, number: last + 1 })],
  },
  evolve: {
    NumberAllocated: ({ given }, { forId, number }) => ({ last: number, given: [...given, { forId, number }].slice(-REMEMBERED) }),
  },
});

/** Numbers as decisions need them. The same thing asks again and gets its number again, also after a crash. */
export const numbersPort = (dispatcher: Dispatcher, states: States): NumbersPort => ({
  allocate: async ({ organizationId, kind, forId }) => {
    const counterId = `${organizationId}:${kind}`;
    const commandId = derivedId('number', counterId, forId);
    const envelope = { commandId, actor: system('numbers'), correlationId: commandId };
    const { data } = await persistently(() => dispatcher.execute(Object.assign(new AllocateNumber(), { counterId, forId }), envelope));
    const { number } = (data ?? {}) as { number?: number };
    if (number !== undefined) return number;
    // It had one already: the answer tells of no event.
    const { state } = await states.fresh(counter, counterId);
    return state.given.find((each) => each.forId === forId)!.number;
  },
});
