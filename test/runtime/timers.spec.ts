import { defineContext, derivedId, newId, refusal, system } from '@letopis/kernel';
import { MovableClock, Projector, silent } from '@letopis/runtime';
import { Ticker } from '../../libs/runtime/timers/ticker';
import { CancelTimer, ScheduleTimer, timer, timersDue } from '../../libs/runtime/timers/timer';
import { bank } from '../support/bank';
import { commandSide } from '../support/command-side';
import { startStores, type Stores } from '../support/stores';

const HOUR = 3_600_000;
const payload = { 'a.b': [1, null, 'ы\u0000'], $c: { d: false } };

describe('Timers', () => {
  let stores: Stores;
  let projector: Projector;
  let clock: MovableClock;
  beforeEach(async () => {
    stores = await startStores();
    clock = new MovableClock();
    projector = new Projector({ ...stores, logger: silent }, [timersDue]);
    await projector.start();
  });
  afterEach(async () => {
    await projector.stop();
    await stores.stop();
  });

  /** A process that fires timers; it looks when it is told to. */
  const process = () => {
    const { dispatcher, states } = commandSide(stores.store, [defineContext({ name: 'timers', aggregates: [timer] }), bank], { clock });
    const ticker = new Ticker({ db: stores.db, projector, dispatcher, clock, logger: silent });
    const send = (command: object, commandId = newId()) => {
      return dispatcher.execute(command, { commandId, actor: system('test'), correlationId: commandId });
    };
    const set = (key: string, inMillis: number, commandId?: string) => {
      const dueAt = new Date(Date.parse(clock.now()) + inMillis).toISOString();
      const timerId = derivedId('timer', 'S', 'o-1', key);
      return send(Object.assign(new ScheduleTimer(), { timerId, dueAt, saga: 'S', owner: 'o-1', key, payload }), commandId);
    };
    const cancel = (key: string) => send(Object.assign(new CancelTimer(), { timerId: derivedId('timer', 'S', 'o-1', key) }));
    return { ticker, states, set, cancel, look: () => looks(ticker) };
  };
  /** Looks until nothing is due, with the read model as new as the log. */
  const looks = async (...tickers: Ticker[]) => {
    for (const ticker of tickers) ticker.start();
    for (;;) {
      await projector.mark('timers_due').reached(await stores.store.head(), 15_000);
      const due = { dueAt: { $lte: clock.now() }, _deleted: { $exists: false } };
      if ((await stores.db.collection(projector.collection('timers_due')).countDocuments(due)) === 0) break;
      await Promise.all(tickers.map((ticker) => ticker.look()));
    }
    await Promise.all(tickers.map((ticker) => ticker.stop()));
  };
  const fired = async () => {
    const keys: string[] = [];
    const head = await stores.store.head();
    for await (const resolved of stores.store.subscribe(-1)) {
      const event = (await stores.store.open(resolved))!;
      if (event.type === 'TimerFired') keys.push((event.data as { key: string }).key);
      if (event.position === head) break;
    }
    return keys;
  };

  test('that come due together are fired once each, also by two processes that look at once', async () => {
    const [one, other] = [process(), process()];
    const keys = Array.from({ length: 520 }, (_, at) => `k${at}`);
    await Promise.all(keys.map((key) => one.set(key, HOUR)));
    clock.move(HOUR);
    await looks(one.ticker, other.ticker);
    expect((await fired()).sort()).toEqual([...keys].sort());
  });

  test('are not fired before their time, and survive the process that set them', async () => {
    await process().set('k', HOUR);
    clock.move(HOUR - 1_000);
    const { look } = process();
    await look();
    expect(await fired()).toEqual([]);
    clock.move(1_000);
    await look();
    expect(await fired()).toEqual(['k']);
  });

  test('that are set again are moved, and that are cancelled are gone', async () => {
    const { set, cancel, look } = process();
    await set('moved', HOUR);
    await set('moved', 3 * HOUR);
    await set('gone', HOUR);
    await cancel('gone');
    clock.move(2 * HOUR);
    await look();
    expect(await fired()).toEqual([]);
    clock.move(HOUR);
    await look();
    expect(await fired()).toEqual(['moved']);
  });

  /** So many timers that are due and stand in the read model. */
  const due = async (count: number, named = 'k') => {
    const { set } = process();
    await Promise.all(Array.from({ length: count }, (_, at) => set(`${named}${at}`, HOUR)));
    await projector.mark('timers_due').reached(await stores.store.head(), 15_000);
    clock.move(HOUR);
  };

  test('that were set once are fired without their streams being read, with what they are to tell', async () => {
    await process().set('k', HOUR);
    clock.move(HOUR);
    const read = jest.spyOn(stores.store, 'read');
    await projector.mark('timers_due').reached(await stores.store.head(), 15_000);
    const { ticker, states } = process();
    await ticker.look();
    expect(read).not.toHaveBeenCalled();
    const id = derivedId('timer', 'S', 'o-1', 'k');
    expect(states.kept(timer, id)).toBeUndefined(); // a crowd of them would drive out what others need
    const [, event] = await stores.store.read(`timer-${id}`);
    expect(event).toMatchObject({ type: 'TimerFired', revision: 1, data: { saga: 'S', owner: 'o-1', key: 'k', payload } });
  });

  test('that an old row tells of are fired once, and not at all where they were moved meanwhile', async () => {
    const one = process();
    const { set } = one;
    await set('fired', HOUR);
    await set('moved', HOUR);
    await projector.mark('timers_due').reached(await stores.store.head(), 15_000);
    await projector.stop();
    await set('moved', 3 * HOUR);
    clock.move(HOUR);
    for (const { ticker } of [one, process(), one, process()]) await ticker.look();
    expect(await fired()).toEqual(['fired']);
  });

  test('that have fired are not set again by a repeat of the command that had set them', async () => {
    const commandId = newId();
    await process().set('k', HOUR, commandId);
    const { set, look } = process();
    clock.move(HOUR);
    await look();
    expect(await set('k', 0, commandId)).toMatchObject({ repeated: true });
    expect(await set('k', -HOUR, commandId)).toMatchObject({ repeated: true });
    await look();
    expect(await fired()).toEqual(['k']);
  });

  test('that come due in a crowd leave room for whoever else wants something decided', async () => {
    await due(100);
    const { ticker, set } = process();
    const append = stores.store.append.bind(stores.store);
    const others = { begin: () => {}, done: Promise.resolve<unknown>(undefined) };
    const begins = new Promise<void>((resolve) => (others.begin = resolve));
    let [underWay, most] = [0, 0];
    jest.spyOn(stores.store, 'append').mockImplementation(async (...call) => {
      if (call[2].some(({ type }) => type === 'TimerScheduled')) await begins;
      else most = Math.max(most, ++underWay);
      return append(...call).finally(() => underWay--);
    });
    others.done = set('of somebody else', HOUR);
    await ticker.look();
    expect(await fired()).toHaveLength(100);
    expect(most).toBe(8);

    others.begin();
    await others.done;
    jest.restoreAllMocks();
  });

  test('are left alone by one look while the store is away, and fired by the next', async () => {
    await due(100);
    const { ticker } = process();
    const append = jest.spyOn(stores.store, 'append').mockRejectedValue(refusal('STORE_UNAVAILABLE'));
    await ticker.look();
    expect(append.mock.calls.length).toBeLessThanOrEqual(64);
    append.mockRestore();
    await ticker.look();
    expect(await fired()).toHaveLength(100);
  });
});
