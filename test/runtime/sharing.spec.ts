import { everything, projection, type Projection, type Recorded } from '@letopis/kernel';
import { collectionOf, Projector, silent } from '@letopis/runtime';
import { NOTHING } from '../../libs/runtime/events/event-store';
import { sleepy } from '../support/sleepy';
import { newEvent, startStores, type Stores } from '../support/stores';

const CODES = ['odd', 'even', 'low', 'high'];

/** Read models that each count the visits of every guest. */
const counting = (code: string): Projection =>
  projection<{ visits: number }, { Visited: object }>()({
    code,
    version: 1,
    title: { ru: code, en: code },
    on: { Visited: (row, _) => ({ visits: (row?.visits ?? 0) + 1 }) },
    list: { filters: {}, sorts: ['visits'], search: [], defaultSort: 'visits' },
    policy: { name: 'all', see: () => everything },
  });
const projections = CODES.map(counting);
const LEASE = 400;

describe('Read models that several processes keep', () => {
  let stores: Stores;
  let running: Projector[];
  beforeEach(async () => {
    stores = await startStores();
    running = [];
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(running.map((one) => one.stop()));
    await stores.stop();
  });

  /** A process of its own, as far as the read models are concerned. */
  const starts = async ({ keeps = true, db = stores.db } = {}) => {
    const projector = new Projector({ store: stores.store, db, logger: silent, keeps, lease: LEASE }, projections);
    await projector.start();
    running.push(projector);
    return projector;
  };
  const stops = async (projector: Projector) => {
    running = running.filter((one) => one !== projector);
    await projector.stop();
  };
  const owned = (projector: Projector) => CODES.filter((code) => projector.owns(code));
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  const revisions = new Map<string, number>();
  /** Guests come by; answers the position of the last visit. */
  const visits = async (count: number) => {
    let position = -1;
    for (let at = 0; at < count; at++) {
      const stream = `guest-${at % 7}`;
      const expected = revisions.get(`${stores.eventStore.url}${stream}`) ?? NOTHING;
      const appended = await stores.store.append(stream, expected, [newEvent('Visited')]);
      revisions.set(`${stores.eventStore.url}${stream}`, appended.revision);
      position = appended.position;
    }
    return position;
  };
  /** Visits that each read model has counted, when it has passed the position. */
  const counted = async (asked: Projector, position: number) =>
    Promise.all(
      projections.map(async (one) => {
        await asked.mark(one.code).reached(position, 15_000);
        const rows = await stores.db.collection<{ visits: number }>(collectionOf(one)).find().toArray();
        return rows.reduce((sum, { visits: seen }) => sum + seen, 0);
      }),
    );

  test('are divided evenly, each kept by one, and whoever is asked knows how far they are', async () => {
    const one = await starts();
    expect(owned(one)).toEqual(CODES);
    const other = await starts();
    await until(() => owned(one).length === 2 && owned(other).length === 2);
    expect([...owned(one), ...owned(other)].sort()).toEqual([...CODES].sort());
    const position = await visits(50);
    expect(await counted(one, position)).toEqual([50, 50, 50, 50]);
    expect(await counted(other, position)).toEqual([50, 50, 50, 50]);
  });

  test('go on with the others when one process stops, from exactly where it was', async () => {
    const one = await starts();
    const other = await starts();
    await until(() => owned(one).length === 2 && owned(other).length === 2);
    const writing = visits(200);
    await stops(one);
    const position = await writing;
    await until(() => owned(other).length === 4);
    expect(await counted(other, position)).toEqual([200, 200, 200, 200]);
  });

  test('are taken over from a process that hangs, and what it writes when it wakes does no harm', async () => {
    const sleeper = sleepy(stores.db);
    await starts({ db: sleeper.db });
    await visits(20);
    sleeper.fallAsleep();
    const position = await visits(40);
    const other = await starts();
    await until(() => owned(other).length === 4);
    expect(await counted(other, position)).toEqual([60, 60, 60, 60]);
    sleeper.wakeUp();
    expect(await counted(other, await visits(30))).toEqual([90, 90, 90, 90]);
  });

  test('are handed over to the process that has to do something with them alone', async () => {
    const one = await starts();
    const helper = await starts({ keeps: false });
    expect(owned(helper)).toEqual([]);
    const position = await visits(30);
    await helper.exclusively('odd', async () => {
      expect([owned(helper), owned(one)]).toEqual([['odd'], ['even', 'low', 'high']]);
    });
    expect(await counted(helper, position)).toEqual([30, 30, 30, 30]);
    await until(() => owned(one).length === 4);
    expect(await counted(helper, await visits(5))).toEqual([35, 35, 35, 35]);
  });

  test('park what an event touches that ends the process whenever it is folded, and take everything else', async () => {
    let deadly = true;
    let dies = () => {};
    const visited = counting('odd');
    const killed = {
      ...visited,
      on: {
        Visited: (row: object | undefined, event: Recorded) => (
          deadly && event.aggregateId === '3' && event.revision === 1 ? dies() : undefined,
          visited.on.Visited!(row as never, event)
        ),
      },
    } as Projection;
    await visits(30);
    const dead: Array<{ projector: Projector; wakeUp: () => void }> = [];
    let deaths = 0;
    for (;;) {
      const { db, fallAsleep, wakeUp } = sleepy(stores.db);
      let died = false;
      dies = () => {
        died = true;
        fallAsleep();
        throw new Error('the process ends here');
      };
      const projector = new Projector({ store: stores.store, db, logger: silent, lease: 100 }, [killed]);
      await projector.start();
      const position = await stores.store.head();
      while (!died && projector.mark('odd').position < position) await new Promise((resolve) => setTimeout(resolve, 5));
      dead.push({ projector, wakeUp });
      if (!died) break;
      deaths++;
      await new Promise((resolve) => setTimeout(resolve, 110)); // its lease runs out
    }
    expect(deaths).toBeGreaterThanOrEqual(6); // three at the place, three at the event itself, and some on the way there
    const rows = await stores.db.collection<{ _id: string; visits: number; _parked?: object }>('odd_v1').find().sort({ _id: 1 }).toArray();
    expect(rows.map(({ _id, visits: seen, _parked }) => [_id, seen, _parked !== undefined])).toEqual(
      Array.from({ length: 7 }, (_, at) => [String(at), at === 3 ? 1 : at < 2 ? 5 : 4, at === 3]),
    );
    deadly = false;
    for (const { wakeUp } of dead) wakeUp();
    running.push(...dead.map(({ projector }) => projector));
  });
});
