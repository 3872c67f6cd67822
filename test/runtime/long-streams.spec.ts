import { EventStoreDBClient } from '@eventstore/db-client';
import { newId, type Actor } from '@letopis/kernel';
import { EventStore } from '../../libs/runtime/events/event-store';
import { parseCommand } from '../../libs/runtime/commands/validation';
import { account, bank, Deposit, OpenAccount, SignUp } from '../support/bank';
import { commandSide } from '../support/command-side';
import { newEvent, startStores, type Stores } from '../support/stores';

const EVENTS = 1_200;
/** Where the command that comes again lies: among the newest thousand, which are remembered. */
const PLACE = 301;

describe('A stream of many pages', () => {
  const accountId = newId();
  const stream = `account-${accountId}`;
  const repeated = newId();
  const ownerId = newId();
  const owner: Actor = { kind: 'user', userId: ownerId, sessionId: ownerId };
  let stores: Stores;
  let client: EventStoreDBClient;
  let store: EventStore;
  let asked: jest.SpyInstance;

  const side = () => commandSide(store, [bank]);
  const command = parseCommand(Deposit, { accountId, amount: 1, comment: 'x' });
  const send = (dispatcher: ReturnType<typeof side>['dispatcher'], given: object, commandId = newId(), actor: Actor = owner) =>
    dispatcher.execute(given, { commandId, actor, correlationId: commandId });
  const appended = async (from: number, to: number) => {
    for (let revision = from; revision < to; revision += 100) {
      const events = Array.from({ length: Math.min(100, to - revision) }, () =>
        newEvent('Deposited', { amount: 1, by: ownerId, comment: 'x' }),
      );
      await store.append(stream, revision - 1, events);
    }
  };

  beforeAll(async () => {
    stores = await startStores();
    client = EventStoreDBClient.connectionString(stores.eventStore.url);
    store = new EventStore(client);
    await send(side().dispatcher, parseCommand(SignUp, { personId: ownerId }), newId(), { kind: 'anonymous' });
    await send(side().dispatcher, parseCommand(OpenAccount, { accountId, title: 'Длинный' }));
    await appended(1, PLACE);
    await send(side().dispatcher, command, repeated);
    await appended(PLACE + 1, EVENTS);
  });
  beforeEach(() => {
    asked = jest.spyOn(client, 'readStream');
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await store.dispose();
    await stores.stop();
  });

  /** Where each call to the store began, and how many events it asked for at most. */
  const calls = () => asked.mock.calls.map(([, { fromRevision, maxCount }]) => [Number(fromRevision), maxCount]);

  test('is read whole and in order, by calls that are each for one page', async () => {
    const events = await store.read(stream);
    expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: EVENTS }, (_, at) => at));
    expect(calls()).toEqual([
      [0, 500],
      [500, 500],
      [1_000, 500],
    ]);
  });

  test.each([
    [0, 1, 1],
    [7, 500, 1],
    [7, 501, 2],
    [1_100, 1_000, 1],
    [EVENTS, 10, 1],
  ])('from revision %d on, at most %d events are read with %d calls', async (from, most, times) => {
    const events = await store.read(stream, from, most);
    expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: Math.min(most, EVENTS - from) }, (_, at) => from + at));
    expect(asked).toHaveBeenCalledTimes(times);
  });

  test('is not read further than it is asked for', async () => {
    for await (const page of store.pages(stream)) if (page.length > 0) break;
    expect(calls()).toEqual([[0, 500]]);
  });

  test('is folded page by page', async () => {
    expect((await side().states.fresh(account, accountId)).state).toMatchObject({ deposits: EVENTS - 1, balance: EVENTS - 1 });
    expect(Math.max(...calls().map(([, most]) => most as number))).toBeLessThanOrEqual(500);
  });

  test('a command that is repeated is answered from the few events at its place', async () => {
    const { dispatcher, states } = side();
    await states.fresh(account, accountId);
    asked.mockClear();
    expect(await send(dispatcher, command, repeated)).toMatchObject({ repeated: true, revision: PLACE });
    expect(calls().filter(([from]) => from === PLACE)).toEqual([[PLACE, 64]]);
    expect(asked.mock.calls.filter(([name]) => name === stream)).toHaveLength(1);
  });
});
