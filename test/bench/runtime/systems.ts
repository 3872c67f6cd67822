import { ANY, EventStoreDBClient, jsonEvent, NO_STREAM, WrongExpectedVersionError, type EventData } from '@eventstore/db-client';
import { actorId, defaultSettings, newId, type Actor, type EventMetadata, type Happened } from '@letopis/kernel';
import { systemClock, type Envelope } from '@letopis/runtime';
import type { Dispatcher } from '../../../libs/runtime/commands/dispatcher';
import { parseCommand } from '../../../libs/runtime/commands/validation';
import { EventStore } from '../../../libs/runtime/events/event-store';
import { account, bank, COMMENT, Deposit, OpenAccount, SignUp, type Account } from '../../support/bank';
import { commandSide } from '../../support/command-side';
import { BARE } from './measure';

/** One of the systems beside each other, connected: it carries out commands on accounts and loads them. */
export interface Client {
  open(accountId: string, commandId: string): Promise<unknown>;
  deposit(accountId: string, commandId: string): Promise<unknown>;
  /** Deposits of the account, folded from its stream; nothing is kept from the time before. */
  load(accountId: string): Promise<number>;
  close(): Promise<void>;
}

export interface System {
  readonly name: string;
  /** What it does for a command, where that is less than the others do. */
  readonly does: string;
  connect(url: string): Promise<Client>;
}

/** Who owns the accounts that are not opened by a signed-in person. */
const ownerId = newId();
export const OWNER: Actor = { kind: 'user', userId: ownerId, sessionId: ownerId };
const FINGERPRINT = 'f'.repeat(43);

/** Metadata of the same size as the runtime writes, so that all systems store the same bytes. */
export const metadata = (commandType: string, commandId: string): EventMetadata => ({
  commandId,
  commandType,
  correlationId: commandId,
  causationId: commandId,
  actor: OWNER,
  occurredAt: systemClock.now(),
  schemaVersion: 1,
  fingerprint: FINGERPRINT,
});

export const streamOf = (accountId: string) => `account-${accountId}`;
export const opened = { type: 'AccountOpened', data: { ownerUserId: actorId(OWNER), title: 'Bench' } };
export const deposited = { type: 'Deposited', data: { amount: 1, by: actorId(OWNER), comment: COMMENT } };

/** The event as the official client takes it. */
export const encoded = ({ type, data }: Happened, commandId: string): EventData =>
  jsonEvent({ type, data: data as Record<string, unknown>, metadata: { ...metadata(type, commandId) } as Record<string, unknown> });

const openCommand = (accountId: string) => ({ accountId, title: 'Bench' });
const depositCommand = (accountId: string) => ({ accountId, amount: 1, comment: COMMENT });

/** Appends and reads, nothing else: the rate that no system over this client can pass. */
export const bare: System = {
  name: BARE,
  does: '',
  async connect(url) {
    const client = EventStoreDBClient.connectionString(url);
    return {
      open: (id, commandId) => client.appendToStream(streamOf(id), encoded(opened, commandId), { expectedRevision: NO_STREAM }),
      deposit: (id, commandId) => client.appendToStream(streamOf(id), encoded(deposited, commandId), { expectedRevision: ANY }),
      async load(id) {
        let events = 0;
        for await (const { event } of client.readStream(streamOf(id))) if (event) events++;
        return events - 1;
      },
      close: () => client.dispose(),
    };
  },
};

/** A part of a payload's way that the loop and the peers share with the runtime: the decider itself. */
export function decided(type: 'OpenAccount' | 'Deposit', command: object, state: Account, id: string, commandId: string): Happened[] {
  const decision = account.decide(type, command, state, {
    actor: OWNER,
    now: systemClock.now(),
    id,
    commandId,
    settings: defaultSettings,
  });
  if ('refusal' in decision) throw decision.refusal;
  return [...decision];
}

export const evolved = (state: Account, event: Happened): Account =>
  account.evolve(state, event, { id: '', occurredAt: '', actor: OWNER }) as Account;

/** How often the loop decides anew, as the runtime does. */
const ATTEMPTS = 5;

/** What every introduction shows: read the stream, fold, decide, append at the revision that was read, begin anew on a conflict. */
const textbook: System = {
  name: 'textbook loop',
  does: 'no validation, no authorization, no idempotency',
  async connect(url) {
    const client = EventStoreDBClient.connectionString(url);
    const read = async (id: string) => {
      let state = account.initialState as Account;
      let revision: bigint | typeof NO_STREAM = NO_STREAM;
      try {
        for await (const { event } of client.readStream(streamOf(id))) {
          if (!event) continue;
          state = evolved(state, event as Happened);
          revision = event.revision;
        }
      } catch (error) {
        if ((error as { type?: string }).type !== 'stream-not-found') throw error;
      }
      return { state, revision };
    };
    const execute = async (type: 'OpenAccount' | 'Deposit', command: object, id: string, commandId: string) => {
      for (let attempt = 1; ; attempt++) {
        const { state, revision } = await read(id);
        const events = decided(type, command, state, id, commandId).map((event) => encoded(event, commandId));
        try {
          return await client.appendToStream(streamOf(id), events, { expectedRevision: revision });
        } catch (error) {
          if (!(error instanceof WrongExpectedVersionError) || attempt === ATTEMPTS) throw error;
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * attempt));
        }
      }
    };
    return {
      open: (id, commandId) => execute('OpenAccount', openCommand(id), id, commandId),
      deposit: (id, commandId) => execute('Deposit', depositCommand(id), id, commandId),
      load: async (id) => (await read(id)).state.deposits,
      close: () => client.dispose(),
    };
  },
};

/** The runtime's commands without HTTP: payload in, recorded answer out. Read models and sagas do not run beside it. */
export const letopis: System = {
  name: 'letopis',
  does: '',
  async connect(url) {
    const store = new EventStore(EventStoreDBClient.connectionString(url));
    const { dispatcher } = commandSide(store, [bank]);
    return {
      ...(await commandsOf(dispatcher)),
      load: async (id) => (await commandSide(store, [bank]).states.fresh(account, id)).state.deposits,
      close: () => store.dispose(),
    };
  },
};

/** Commands of the signed-in owner of the bench's accounts. */
export async function commandsOf(dispatcher: Dispatcher): Promise<Pick<Client, 'open' | 'deposit'>> {
  const envelope = (commandId: string, actor: Actor): Envelope => ({ commandId, actor, correlationId: commandId });
  await dispatcher
    .execute(parseCommand(SignUp, { personId: ownerId }), envelope(newId(), { kind: 'anonymous' }))
    .catch((error: { code?: string }) => {
      if (error.code !== 'ALREADY_EXISTS') throw error;
    });
  return {
    open: (id, commandId) => dispatcher.execute(parseCommand(OpenAccount, openCommand(id)), envelope(commandId, OWNER)),
    deposit: (id, commandId) => dispatcher.execute(parseCommand(Deposit, depositCommand(id)), envelope(commandId, OWNER)),
  };
}

/** What is measured without a peer: ours first. */
export const own = (): readonly System[] => [letopis, bare, textbook];
