import { defineContext, derivedId, newId, system } from '@letopis/kernel';
import { MovableClock, Projector, silent } from '@letopis/runtime';
import { Ticker } from '../../libs/runtime/timers/ticker';
import { CancelTimer, ScheduleTimer, timer, timersDue } from '../../libs/runtime/timers/timer';
import { bank } from '../support/bank';
import { commandSide } from '../support/command-side';
import { startStores, type Stores } from '../support/stores';

const HOUR = 3_600_000;

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
    const { dispatcher } = commandSide(stores.store, [defineContext({ name: 'timers', aggregates: [timer] }), bank], { clock });
    const ticker = new Ticker({ db: stores.db, projector, dispatcher, clock, logger: silent });
    const send = (command: object) => {
      const commandId = newId();
      return dispatcher.execute(command, { commandId, actor: system('test'), correlationId: commandId });
    };
    const set = (key: string, inMillis: number) => {
      const dueAt = new Date(Date.parse(clock.now()) + inMillis).toISOString();
      const timerId = derivedId('timer', 'S', 'o-1', key);
      return send(Object.assign(new ScheduleTimer(), { timerId, dueAt, saga: 'S', owner: 'o-1', key, payload: {} }));
    };
    const cancel = (key: string) => send(Object.assign(new CancelTimer(), { timerId: derivedId('timer', 'S', 'o-1', key) }));
    return { ticker, set, cancel, look: () => looks(ticker) };
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
});
