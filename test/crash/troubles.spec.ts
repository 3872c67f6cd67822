import { EventStoreDBClient } from '@eventstore/db-client';
import {
  aggregate,
  defaultSettings,
  defineContext,
  everything,
  Id,
  newId,
  projection,
  saga,
  schedule,
  send,
  systemOnly,
  type Actor,
  type Recorded,
} from '@letopis/kernel';
import { Projector, silent, systemClock } from '@letopis/runtime';
import { parseCommand } from '../../libs/runtime/commands/validation';
import { EventStore, NOTHING } from '../../libs/runtime/events/event-store';
import { Effects, type EffectParts } from '../../libs/runtime/sagas/effects';
import { SagaRunner } from '../../libs/runtime/sagas/saga-runner';
import { timer } from '../../libs/runtime/timers/timer';
import { accounts, bank, Deposit, OpenAccount, SignUp, type AccountRow } from '../support/bank';
import { commandSide } from '../support/command-side';
import { seeded } from '../support/seeded';
import { newEvent, startStores, type Stores } from '../support/stores';

class Thank {
  @Id() thanksId: string;
}
const gratitude = aggregate<{ count: number }, { Thanked: Record<never, never> }>();
const thanks = gratitude.define({
  category: 'thanks',
  initialState: { count: 0 },
  commands: { Thank: gratitude.command(Thank, { by: systemOnly }) },
  decide: { Thank: () => [gratitude.event('Thanked', {})] },
  evolve: { Thanked: ({ count }) => ({ count: count + 1 }) },
});
/** Every deposit is thanked for once, and brings a timer. */
const thanking = saga<{ Deposited: { amount: number } }>()({
  name: 'Thanking',
  on: { Deposited: ({ aggregateId }) => [send(Thank, { thanksId: aggregateId }), schedule('remember', '2100-01-01T00:00:00.000Z')] },
});
const thankful = defineContext({ name: 'thankful', aggregates: [thanks, timer], sagas: [thanking] });

describe('Troubles between a process and its stores', () => {
  let stores: Stores;
  let opened: EventStore[];
  beforeEach(async () => {
    stores = await startStores();
    opened = [];
  });
  afterEach(async () => {
    stores.eventStore.faults.answerAfterMs = 0;
    await Promise.all(opened.map((store) => store.dispose()));
    await stores.stop();
  });

  /** A process with a connection of its own. */
  const starts = (deadline?: number) => {
    const store = new EventStore(EventStoreDBClient.connectionString(stores.eventStore.url), deadline);
    opened.push(store);
    const side = commandSide(store, [bank, thankful]);
    const execute = (command: object, actor: Actor, commandId = newId()) =>
      side.dispatcher.execute(command, { commandId, actor, correlationId: commandId });
    const deposit = (accountId: string, owner: Actor, amount: number, commandId: string) =>
      execute(parseCommand(Deposit, { accountId, amount, comment: 'x' }), owner, commandId);
    return { ...side, store, execute, deposit };
  };
  const account = async () => {
    const [personId, accountId] = [newId(), newId()];
    const owner: Actor = { kind: 'user', userId: personId, sessionId: personId };
    const { execute } = starts();
    await execute(parseCommand(SignUp, { personId }), { kind: 'anonymous' });
    await execute(parseCommand(OpenAccount, { accountId, title: 'A' }), owner);
    return { owner, accountId };
  };
  /** As a caller does it: the same command goes out until there is an answer. */
  const answered = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!['STORE_UNAVAILABLE', 'CONCURRENT_CHANGE', 'BUSY'].includes((error as { code: string }).code)) throw error;
      }
    }
  };
  const deposits = async (accountId: string) => {
    const events = await stores.store.read(`account-${accountId}`, 1);
    return events.map(({ id, data, metadata }) => ({ id, amount: (data as { amount: number }).amount, commandId: metadata.commandId }));
  };

  test('20 writers on one stream in two processes: no update is lost, none is there twice', async () => {
    const { owner, accountId } = await account();
    const processes = [starts(), starts()];
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      const acknowledged: string[] = [];
      for (let at = 0; at < 10; at++) {
        const commandId = newId();
        acknowledged.push(...(await answered(() => processes[writer % 2]!.deposit(accountId, owner, writer + 1, commandId))).eventIds);
      }
      return acknowledged;
    });
    const acknowledged = (await Promise.all(writers)).flat();
    const stored = await deposits(accountId);
    expect(stored.map(({ id }) => id).sort()).toEqual(acknowledged.sort());
    expect(stored.reduce((sum, { amount }) => sum + amount, 0)).toBe((10 * 20 * 21) / 2);
  });

  test('connections that are cut at any moment lose no command and double none', async () => {
    const { owner, accountId } = await account();
    const process = starts();
    const random = seeded(7);
    let cuts = 0;
    const cutting = setInterval(() => {
      if (random() < 0.5) return;
      stores.eventStore.cutConnections();
      cuts++;
    }, 15);
    const acknowledged: string[] = [];
    try {
      for (let at = 0; at < 60; at++) {
        const commandId = newId();
        acknowledged.push(...(await answered(() => process.deposit(accountId, owner, 1, commandId))).eventIds);
      }
    } finally {
      clearInterval(cutting);
    }
    expect(cuts).toBeGreaterThan(0);
    expect((await answered(() => deposits(accountId))).map(({ id }) => id)).toEqual(acknowledged);
  });

  test('a store that is slower than the deadline loses no command and doubles none', async () => {
    const { owner, accountId } = await account();
    const process = starts(300);
    const ids = Array.from({ length: 12 }, () => newId());
    stores.eventStore.faults.answerAfterMs = 350;
    const hurried = setInterval(() => {
      stores.eventStore.faults.answerAfterMs = stores.eventStore.faults.answerAfterMs === 0 ? 350 : 0;
    }, 700);
    try {
      const answers = await Promise.all(ids.map((commandId) => answered(() => process.deposit(accountId, owner, 1, commandId))));
      const stored = await deposits(accountId);
      expect(stored.map(({ commandId }) => commandId).sort()).toEqual([...ids].sort());
      expect(stored.map(({ id }) => id).sort()).toEqual(answers.flatMap(({ eventIds }) => eventIds).sort());
    } finally {
      clearInterval(hurried);
    }
  });

  test('bursts of 300 events in one append pass through read models and sagas with nothing skipped and nothing out of order', async () => {
    stores.eventStore.faults.dropLiveAllOver = 100;
    const seen = new Map<string, number[]>();
    const effects = {
      react: async (_: object, { stream, data }: Recorded) => {
        seen.set(stream, [...(seen.get(stream) ?? []), (data as { amount: number }).amount]);
      },
    };
    const counted = projection<AccountRow, { Deposited: { amount: number } }>()({
      ...{ code: 'counted', version: 1, title: accounts.title, list: accounts.list, policy: { name: 'all', see: () => everything } },
      on: {
        Deposited: (row, { aggregateId, data: { amount } }) => ({ ...row!, accountId: aggregateId, balance: (row?.balance ?? 0) + amount }),
      },
    });
    const projector = new Projector({ store: stores.store, db: stores.db, logger: silent }, [counted]);
    const sagas = new SagaRunner({
      store: stores.store,
      db: stores.db,
      logger: silent,
      effects: effects as object as Effects,
      sagas: [thanking],
    });
    await projector.start();
    await sagas.start();
    await sagas.begin();
    try {
      const burst = Array.from({ length: 300 }, (_, at) => at + 1);
      const streams = ['account-a', 'account-b', 'account-c'];
      for (let round = 0; round < 3; round++) {
        for (const stream of streams) {
          const events = burst.map((amount) => newEvent('Deposited', { amount: round * 300 + amount }));
          await stores.store.append(stream, round === 0 ? NOTHING : round * 300 - 1, events);
        }
      }
      const head = await stores.store.head();
      await Promise.all([projector.mark('counted').reached(head, 15_000), sagas.mark.reached(head, 15_000)]);
      const all = Array.from({ length: 900 }, (_, at) => at + 1);
      expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(streams.map((stream) => [stream, all])));
      const rows = await stores.db.collection<AccountRow>(projector.collection('counted')).find().toArray();
      expect(rows.map(({ balance }) => balance)).toEqual(streams.map(() => (900 * 901) / 2));
    } finally {
      await sagas.stop();
      await projector.stop();
    }
  });

  test('events that are delivered to a saga many times and in any order have each effect once', async () => {
    const { owner, accountId } = await account();
    const process = starts();
    for (let at = 0; at < 10; at++) await process.deposit(accountId, owner, 1, newId());
    const events = await stores.store.read(`account-${accountId}`, 1);
    const random = seeded(11);
    const deliveries = Array.from({ length: 4 }, () => events)
      .flat()
      .map((event) => ({ event, at: random() }))
      .sort((a, b) => a.at - b.at);
    // Two processes that both take themselves for the owner of the sagas.
    const owners = [starts(), starts()].map(
      ({ dispatcher, states, composition, store }) =>
        new Effects({
          composition,
          dispatcher,
          states,
          db: stores.db,
          ports: {},
          clock: systemClock,
          settings: defaultSettings,
          store,
        } as object as EffectParts),
    );
    await Promise.all(
      deliveries.map(async ({ event }, at) => {
        for (;;) {
          try {
            return await owners[at % 2]!.react(thanking, event);
          } catch (error) {
            if ((error as { code: string }).code !== 'CONCURRENT_CHANGE') throw error; // tried again, as from the waiting list
          }
        }
      }),
    );
    expect(await stores.store.read(`thanks-${accountId}`)).toHaveLength(10);
    const scheduled: Recorded[] = [];
    for await (const resolved of stores.store.everything()) {
      const event = await stores.store.open(resolved);
      if (event?.category === 'timer') scheduled.push(event);
    }
    expect(scheduled).toHaveLength(10);
    expect(scheduled.map(({ metadata }) => metadata.commandId)).toEqual([...new Set(scheduled.map(({ metadata }) => metadata.commandId))]);
  });
});
