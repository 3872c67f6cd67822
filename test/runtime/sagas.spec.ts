import { refusal, saga, type Recorded, type Saga } from '@letopis/kernel';
import { silent } from '@letopis/runtime';
import { Collection } from 'mongodb';
import { NOTHING } from '../../libs/runtime/events/event-store';
import type { Effects } from '../../libs/runtime/sagas/effects';
import { SagaRunner, type WaitingStep } from '../../libs/runtime/sagas/saga-runner';
import { AT_ONCE } from '../../libs/runtime/sagas/waiting';
import { sleepy } from '../support/sleepy';
import { newEvent, startStores, type Stores } from '../support/stores';

const counting = saga<{ Counted: { n: number } }>()({ name: 'Counting', on: { Counted: () => [] } });

/** Reactions that a test decides on: what comes is noted, what is thrown is thrown. */
class Reactions {
  readonly done: number[] = [];
  readonly tried: number[] = [];
  fails: (n: number) => Error | undefined = () => undefined;
  /** What a reaction waits for. */
  holds: (n: number) => Promise<void> | undefined = () => undefined;

  async react(_: Saga, { data }: Recorded): Promise<void> {
    const { n } = data as { n: number };
    this.tried.push(n);
    await this.holds(n);
    const failure = this.fails(n);
    if (failure) throw failure;
    this.done.push(n);
  }
}

describe('The runner of sagas', () => {
  let stores: Stores;
  let reactions: Reactions;
  let runner: SagaRunner;
  beforeEach(async () => {
    stores = await startStores();
    reactions = new Reactions();
    runner = start();
    await runner.start();
    await runner.begin();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await runner.stop();
    await stores.stop();
  });

  const start = () =>
    new SagaRunner({ store: stores.store, db: stores.db, logger: silent, effects: reactions as object as Effects, sagas: [counting] });
  const append = (stream: string, ...numbers: number[]) =>
    stores.store.append(
      stream,
      NOTHING,
      numbers.map((n) => newEvent('Counted', { n })),
    );
  const passed = async () => runner.mark.reached(await stores.store.head());
  const waiting = () => stores.db.collection<WaitingStep>('_sagas_waiting').find().sort({ position: 1 }).toArray();
  const until = async (holds: () => boolean | Promise<boolean>) => {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  test('a step that fails waits, later steps of its lane line up behind it, other lanes go on, and then all come in order', async () => {
    let broken = true;
    reactions.fails = (n) => (broken && n < 10 ? new Error('the mail server is away') : undefined);
    await append('a-1', 1, 2, 3);
    await append('b-1', 11, 12);
    await passed();
    expect(reactions.done).toEqual([11, 12]);
    expect(reactions.tried.filter((n) => n < 10)).toEqual([1]);
    expect((await waiting()).map(({ event }) => (event.data as { n: number }).n)).toEqual([1, 2, 3]);
    broken = false;
    await until(async () => (await waiting()).length === 0);
    expect(reactions.done).toEqual([11, 12, 1, 2, 3]);
    await stores.store.append('a-1', 2, [newEvent('Counted', { n: 4 })]);
    await passed();
    expect(reactions.done.at(-1)).toBe(4);
  });

  test('a refusal that will be the same tomorrow is parked at once, a lost race and an outage are not', async () => {
    const refusals = { 1: 'NOT_FOUND', 2: 'CONCURRENT_CHANGE', 3: 'STORE_UNAVAILABLE' } as const;
    reactions.fails = (n) => refusal(refusals[n as 1 | 2 | 3]);
    await append('a-1', 1);
    await append('a-2', 2);
    await append('a-3', 3);
    await passed();
    expect((await waiting()).map(({ parked, error }) => ({ parked, error }))).toEqual([
      { parked: true, error: 'NOT_FOUND' },
      { parked: false, error: 'CONCURRENT_CHANGE' },
      { parked: false, error: 'STORE_UNAVAILABLE' },
    ]);
  });

  test('an outage of a store parks nothing, however long it lasts: what failed by it is done once the store is back', async () => {
    let away = true;
    reactions.fails = () => (away ? refusal('STORE_UNAVAILABLE') : undefined);
    await append('a-1', 1);
    await passed();
    const hurries = () => stores.db.collection<WaitingStep>('_sagas_waiting').updateMany({}, { $set: { dueAt: 0 } });
    await until(async () => {
      await hurries();
      return reactions.tried.length > 8;
    });
    expect((await waiting()).map(({ parked }) => parked)).toEqual([false]);
    away = false;
    await hurries();
    await until(async () => (await waiting()).length === 0);
    expect(reactions.done).toEqual([1]);
  });

  test('after a restart it goes on where it was, with what waits still first in its lane', async () => {
    let broken = true;
    reactions.fails = () => (broken ? new Error('away') : undefined);
    await append('a-1', 1, 2);
    await passed();
    await runner.stop();
    broken = false;
    runner = start();
    await runner.start();
    await runner.begin();
    await until(async () => (await waiting()).length === 0);
    await stores.store.append('a-1', 1, [newEvent('Counted', { n: 3 })]);
    await passed();
    expect(reactions.done).toEqual([1, 2, 3]);
  });

  test('addresses of people do not get into what is written down of an error', async () => {
    reactions.fails = () => new Error('550 no mailbox anna@romashka.ru here');
    await append('a-1', 1);
    await passed();
    expect((await waiting())[0]!.error).toBe('Error: 550 no mailbox …@… here');
  });

  test('a step that could not be put aside because the database was away does not line up behind itself', async () => {
    reactions.fails = () => (reactions.tried.length === 1 ? new Error('away') : undefined);
    const updateOne = jest.spyOn(Collection.prototype, 'updateOne').mockRejectedValueOnce(new Error('MongoDB is away'));
    await append('a-1', 1);
    await passed();
    expect(updateOne).toHaveBeenCalled();
    await until(async () => (await waiting()).length === 0);
    expect(reactions.done).toEqual([1]);
  });

  test('a step whose turn could not be written because the database was away gets it later', async () => {
    let broken = true;
    reactions.fails = () => (broken ? new Error('away') : undefined);
    await append('a-1', 1, 2);
    await passed();
    const { updateOne: written } = Collection.prototype;
    let refused = 0;
    const updateOne = jest.spyOn(Collection.prototype, 'updateOne').mockImplementation(function (this: Collection, ...given) {
      if (reactions.done.length === 0) return written.apply(this, given);
      refused++;
      return Promise.reject(new Error('MongoDB is away'));
    });
    broken = false;
    await until(() => refused > 0);
    updateOne.mockRestore();
    await until(async () => (await waiting()).length === 0);
    expect(reactions.done).toEqual([1, 2]);
  });

  test('a step that takes long holds up its own lane alone, and what is behind it follows in order', async () => {
    await runner.stop();
    const patient = new SagaRunner({ ...stores, logger: silent, effects: reactions as object as Effects, sagas: [counting], patience: 30 });
    await patient.start();
    await patient.begin();
    let goesOn!: () => void;
    reactions.holds = (n) => (n === 1 ? new Promise<void>((resolve) => (goesOn = resolve)) : undefined);
    await append('a-1', 1, 2, 3);
    await append('b-1', 11, 12);
    await patient.mark.reached(await stores.store.head());
    expect(reactions.done).toEqual([11, 12]);
    expect((await waiting()).map(({ event }) => (event.data as { n: number }).n)).toEqual([1, 2, 3]);
    goesOn();
    await until(async () => (await waiting()).length === 0);
    expect(reactions.done).toEqual([11, 12, 1, 2, 3]);
    await append('a-2', 4);
    await until(() => reactions.done.includes(4));
    await patient.stop();
  });

  test('S27 however many steps take long, so many and no more are under way at one time; the others wait on the list, and all are done', async () => {
    await runner.stop();
    const [patience, mostSlow, all] = [5, 4, 2 * AT_ONCE];
    const own = { logger: silent, effects: reactions as object as Effects, sagas: [counting], patience, mostSlow };
    const patient = new SagaRunner({ ...stores, ...own });
    let atOnce = 0;
    let most = 0;
    const held: Array<() => void> = [];
    reactions.holds = () => {
      most = Math.max(most, ++atOnce);
      return new Promise<void>((resolve) => held.push(() => resolve(void atOnce--)));
    };
    await patient.start();
    await patient.begin();
    for (let n = 1; n <= all; n++) {
      await append(`a-${n}`, n);
      await patient.mark.reached(await stores.store.head());
    }
    expect(most).toBeLessThanOrEqual(mostSlow + AT_ONCE);
    expect(await waiting()).toHaveLength(all);
    reactions.holds = () => undefined;
    for (const goesOn of held) goesOn();
    await until(async () => (await waiting()).length === 0);
    expect([...reactions.done].sort((a, b) => a - b)).toEqual(Array.from({ length: all }, (_, at) => at + 1));
    await patient.stop();
  });

  test('a step that ends the process whenever it is tried is parked, and everything else is done', async () => {
    await runner.stop();
    await append('a-1', 1, 2, 666, 3);
    await append('b-1', 11, 12);
    const dead: Array<() => Promise<void>> = [];
    for (let deaths = 0; ; deaths++) {
      const { db, fallAsleep, wakeUp } = sleepy(stores.db);
      const own = new Reactions();
      let died = false;
      let ends!: () => void;
      const end = new Promise<void>((resolve) => (ends = resolve));
      own.holds = (n) => {
        if (n === 666) {
          died = true;
          fallAsleep();
        }
        return died ? end : undefined;
      };
      const process = new SagaRunner({ store: stores.store, db, logger: silent, effects: own as object as Effects, sagas: [counting] });
      await process.start();
      await process.begin();
      dead.push(async () => {
        const stopped = process.stop();
        wakeUp();
        ends();
        await stopped;
      });
      const parked = async () => (await waiting()).some((step) => step.parked);
      await until(async () => died || (await parked()));
      if (died) continue;
      expect(deaths).toBeGreaterThanOrEqual(9); // three at the place, then every attempt that a failing step has
      await until(async () => (await waiting()).length === 2);
      break;
    }
    expect((await waiting()).map(({ event, parked }) => [(event.data as { n: number }).n, parked])).toEqual([
      [666, true],
      [3, false],
    ]);
    for (const buried of dead) await buried();
  }, 60_000);

  test('a saga that is new, or gives something new, is told of all that has happened before, once', async () => {
    const giver = (gives: string) => saga<{ Counted: { n: number } }>()({ name: 'Giving', gives, on: { Counted: () => [] } });
    const started = async (of: Saga) => {
      runner = new SagaRunner({ store: stores.store, db: stores.db, logger: silent, effects: reactions as object as Effects, sagas: [of] });
      await runner.start();
      await runner.begin();
    };
    await append('a-1', 1, 2);
    await append('b-1', 3);
    await passed();
    await runner.stop();
    reactions.done.length = 0;

    let broken = true;
    reactions.fails = (n) => (broken && n === 2 ? new Error('the mail server is away') : undefined);
    await started(giver('roles'));
    await until(() => reactions.done.length === 2);
    broken = false;
    await until(() => reactions.done.length === 3);
    expect(reactions.done).toEqual([1, 3, 2]); // what failed has waited like any other step
    await append('c-1', 4);
    await passed();
    expect(reactions.done).toEqual([1, 3, 2, 4]);
    await runner.stop();

    await started(giver('roles'));
    await passed();
    expect(reactions.done).toEqual([1, 3, 2, 4]);
    await runner.stop();
    await started(giver('roles, folders'));
    await until(() => reactions.done.length === 8);
    expect(reactions.done.slice(4)).toEqual([1, 2, 3, 4]);
  });
});
