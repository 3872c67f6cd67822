import { setImmediate } from 'node:timers/promises';
import type { Recorded } from '@letopis/kernel';
import { silent } from '@letopis/runtime';
import { Reader } from '../../libs/runtime/events/reader';
import { NOTHING } from '../../libs/runtime/events/event-store';
import { newEvent, startStores, type Stores } from '../support/stores';

describe('The one reader', () => {
  let stores: Stores;
  beforeEach(async () => {
    stores = await startStores();
  });
  afterEach(() => stores.stop());

  const many = (from: number, count: number) => Array.from({ length: count }, (_, at) => newEvent('Counted', { n: from + at }));

  /** Reads until so many events have come, telling their numbers in the order of coming. */
  async function numbers(reader: Reader, count: number): Promise<number[]> {
    const seen: number[] = [];
    for await (const page of reader.pages(64)) {
      seen.push(...page.map(({ data }) => (data as { n: number }).n));
      if (seen.length >= count) break;
    }
    await reader.stop();
    return seen;
  }

  const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

  test('bursts that end a live subscription skip nothing and repeat nothing', async () => {
    stores.eventStore.faults.dropLiveAllOver = 100;
    const reader = new Reader(stores.store, -1, silent);
    const reading = numbers(reader, 1_550);
    let next = 0;
    for (const burst of [50, 300, 300, 50, 300, 200, 50, 300]) {
      await stores.store.append(`burst-${next}`, NOTHING, many(next, burst));
      next += burst;
    }
    expect(await reading).toEqual(upTo(1_550));
  });

  test('cut connections skip nothing and repeat nothing', async () => {
    const reader = new Reader(stores.store, -1, silent);
    const reading = numbers(reader, 500);
    for (let round = 0; round < 10; round++) {
      await stores.store.append(`cut-${round}`, NOTHING, many(round * 50, 50));
      if (round % 3 === 1) stores.eventStore.cutConnections();
    }
    expect(await reading).toEqual(upTo(500));
  });

  test('a slow consumer holds the subscription up instead of filling memory', async () => {
    const [total, room] = [9_000, 4_096];
    for (let from = 0; from < total; from += 1_000) await stores.store.append(`full-${from}`, NOTHING, many(from, 1_000));
    const reader = new Reader(stores.store, -1, silent, room);
    let taken = 0;
    reader.passing.subscribe(() => taken++);
    const pages = reader.pages(500);
    const seen: number[] = [];
    const take = async () => seen.push(...((await pages.next()).value as Recorded[]).map(({ data }) => (data as { n: number }).n));
    try {
      await take();
      while (taken - seen.length < room) await setImmediate();
      for (let turn = 0; turn < 200; turn++) await setImmediate(); // the store would have sent the rest by now
      expect(taken - seen.length).toBe(room);
      while (seen.length < total) await take();
    } finally {
      await reader.stop();
    }
    expect(seen).toEqual(upTo(total));
  });
});
