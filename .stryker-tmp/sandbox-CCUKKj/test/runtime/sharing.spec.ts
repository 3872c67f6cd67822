// @ts-nocheck
import { everything, projection, type Projection } from '@letopis/kernel';
import { collectionOf, Projector, silent } from '@letopis/runtime';
import type { Db } from 'mongodb';
import { NOTHING } from '../../libs/runtime/events/event-store';
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

/** The database as a process sees it that can hang: nothing that it wants to write goes out until it wakes up. */
function sleepy(real: Db) {
  let asleep = Promise.resolve();
  let wakeUp = () => {};
  const writes = ['bulkWrite', 'updateOne', 'updateMany', 'findOneAndUpdate', 'insertOne'];
  const lateWrites = (collection: object) =>
    new Proxy(collection, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...given: unknown[]) => unknown;
        if (typeof method !== 'function') return method;
        if (!writes.includes(String(name))) return method.bind(target);
        return async (...given: unknown[]) => {
          await asleep;
          return method.apply(target, given);
        };
      },
    });
  const db = new Proxy(real, {
    get: (target, name) =>
      name === 'collection' ? (of: string) => lateWrites(target.collection(of)) : (Reflect.get(target, name) as unknown),
  });
  const fallAsleep = () => {
    asleep = new Promise((resolve) => (wakeUp = resolve));
  };
  return { db, fallAsleep, wakeUp: () => wakeUp() };
}

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
});
