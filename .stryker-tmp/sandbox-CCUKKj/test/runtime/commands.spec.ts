// @ts-nocheck
import { newId, type Actor } from '@letopis/kernel';
import type { Accepted } from '@letopis/runtime';
import { parseCommand } from '../../libs/runtime/commands/validation';
import { account, bank, Deposit, OpenAccount, SignUp } from '../support/bank';
import { commandSide } from '../support/command-side';
import { startStores, type Stores } from '../support/stores';

const person = (userId: string): Actor => ({ kind: 'user', userId, sessionId: userId });

describe('Commands on one stream', () => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await startStores();
  });
  afterAll(() => stores.stop());
  afterEach(() => jest.restoreAllMocks());

  /** A process that sends commands of the bank. */
  const process = () => {
    const { dispatcher, states, snapshots } = commandSide(stores.store, [bank]);
    const send = (command: object, actor: Actor, commandId = newId()): Promise<Accepted> =>
      dispatcher.execute(command, { commandId, actor, correlationId: commandId });
    return {
      states,
      snapshots,
      dispatcher,
      send,
      signUp: async () => {
        const personId = newId();
        await send(parseCommand(SignUp, { personId }), { kind: 'anonymous' });
        return person(personId);
      },
      open: (accountId: string, by: Actor, commandId?: string) => send(parseCommand(OpenAccount, { accountId, title: 'A' }), by, commandId),
      deposit: (accountId: string, by: Actor, commandId?: string, amount = 1) =>
        send(parseCommand(Deposit, { accountId, amount, comment: 'x' }), by, commandId),
    };
  };

  const opened = async (one = process()) => {
    const owner = await one.signUp();
    const accountId = newId();
    await one.open(accountId, owner);
    return { ...one, owner, accountId };
  };

  test('commands that wait for one stream are written together, in their order, and each has its own answer', async () => {
    const { deposit, accountId, owner, states } = await opened();
    const append = jest.spyOn(stores.store, 'append');
    const answers = await Promise.all(Array.from({ length: 300 }, (_, at) => deposit(accountId, owner, undefined, at + 1)));
    expect(answers.map(({ revision }) => revision)).toEqual(Array.from({ length: 300 }, (_, at) => at + 1));
    const stored = await stores.store.read(`account-${accountId}`, 1);
    expect(stored.map(({ data }) => (data as { amount: number }).amount)).toEqual(Array.from({ length: 300 }, (_, at) => at + 1));
    expect(answers.flatMap(({ eventIds }) => eventIds)).toEqual(stored.map(({ id }) => id));
    expect(append.mock.calls.length).toBeLessThan(30);
    expect(Math.max(...append.mock.calls.map(([, , events]) => events.length))).toBeLessThanOrEqual(64);
    expect((await states.fresh(account, accountId)).state).toMatchObject({ deposits: 300, balance: (300 * 301) / 2 });
  });

  test('one among them that is refused is refused alone', async () => {
    const { deposit, accountId, owner, signUp } = await opened();
    const stranger = await signUp();
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, (_, at) => deposit(accountId, at % 7 === 3 ? stranger : owner)));
    expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(Array.from({ length: 60 }, (_, at) => at % 7 === 3));
    const { reason } = outcomes[3] as PromiseRejectedResult;
    expect(reason).toMatchObject({ code: 'NOT_FOUND' });
    expect(await stores.store.read(`account-${accountId}`)).toHaveLength(
      1 + outcomes.filter(({ status }) => status === 'fulfilled').length,
    );
  });

  test('the same command twice among them has one event and one answer', async () => {
    const { deposit, accountId, owner } = await opened();
    const ids = Array.from({ length: 20 }, newId);
    const answers = await Promise.all([...ids, ...ids].map((commandId) => deposit(accountId, owner, commandId)));
    expect(await stores.store.read(`account-${accountId}`)).toHaveLength(21);
    for (let at = 0; at < 20; at++)
      expect(answers[at + 20]).toMatchObject({ revision: answers[at]!.revision, eventIds: answers[at]!.eventIds });
  });

  test('two processes that write one stream at once lose nothing: every answer has its event, every event its answer', async () => {
    const one = await opened();
    const other = process();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, at) => (at % 2 ? one : other).deposit(one.accountId, one.owner)),
    );
    const accepted = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value.eventIds : []));
    const stored = await stores.store.read(`account-${one.accountId}`, 1);
    expect(stored.map(({ id }) => id).sort()).toEqual([...accepted].sort());
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONCURRENT_CHANGE' });
    expect((await process().states.fresh(account, one.accountId)).state.deposits).toBe(stored.length);
  });

  test('a stream that nobody has read is begun without reading it', async () => {
    const { open, signUp } = process();
    const owner = await signUp();
    await open(newId(), owner);
    const read = jest.spyOn(stores.store, 'read');
    await open(newId(), owner);
    expect(read).not.toHaveBeenCalled();
  });

  test('a stream that was there after all is read: a refusal is a refusal, and a repeat gets the answer of then', async () => {
    const one = await opened();
    const commandId = newId();
    const accountId = newId();
    const first = await one.open(accountId, one.owner, commandId);
    const other = process();
    await other.open(newId(), one.owner); // from now on it expects that accounts are new
    await expect(other.open(one.accountId, one.owner)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await other.open(newId(), one.owner);
    expect(await other.open(accountId, one.owner, commandId)).toEqual({ ...first, repeated: true });
    expect(await stores.store.read(`account-${accountId}`)).toHaveLength(1);
  });

  test('a repeat with another payload is refused, also where the stream was expected to be new', async () => {
    const one = await opened();
    const commandId = newId();
    const accountId = newId();
    await one.open(accountId, one.owner, commandId);
    const other = process();
    await other.open(newId(), one.owner);
    const changed = parseCommand(OpenAccount, { accountId, title: 'B' });
    await expect(other.send(changed, one.owner, commandId)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test('what was appended although its answer was lost is not appended again, and answers as it was recorded', async () => {
    const { deposit, accountId, owner } = await opened();
    const append = stores.store.append.bind(stores.store);
    jest.spyOn(stores.store, 'append').mockImplementationOnce(async (...given) => {
      await append(...given);
      throw Object.assign(new Error('the connection is gone'), { code: 'UNAVAILABLE' });
    });
    const commandId = newId();
    await expect(deposit(accountId, owner, commandId)).rejects.toThrow('the connection is gone');
    const again = await deposit(accountId, owner, commandId);
    const stored = await stores.store.read(`account-${accountId}`, 1);
    expect(stored.map(({ id }) => id)).toEqual(again.eventIds);
  });
});
