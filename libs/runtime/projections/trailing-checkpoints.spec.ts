import { silent } from '../logger';
import type { Checkpoints } from './checkpoints';
import { TrailingCheckpoints, type Place } from './trailing-checkpoints';

describe('Checkpoints that follow behind', () => {
  const at = new Map<string, number>();
  let written: (readonly Place[])[];
  let away: boolean;
  let under = 0;
  const checkpoints = {
    writeAll: async (places: readonly Place[]) => {
      expect(++under).toBe(1);
      await Promise.resolve();
      under--;
      if (away) throw new Error('the database is away');
      written.push(places);
    },
  } as object as Checkpoints;
  const trailing = (isFollowed = true) =>
    new TrailingCheckpoints(
      checkpoints,
      silent,
      (name) => (at.has(name) ? { name, position: at.get(name)! } : undefined),
      () => isFollowed,
    );
  beforeEach(() => {
    written = [];
    away = false;
    at.clear();
    jest.useFakeTimers();
  });
  afterEach(() => jest.useRealTimers());

  test('are written together, where they stand by then, however often they have moved', async () => {
    const behind = trailing();
    for (let position = 1; position <= 100; position++) {
      at.set('a', position).set('b', position);
      behind.moved(['a', 'b']);
    }
    await jest.advanceTimersByTimeAsync(50);
    expect(written).toEqual([
      [
        { name: 'a', position: 100 },
        { name: 'b', position: 100 },
      ],
    ]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('are written seldom where nobody follows them', async () => {
    const behind = trailing(false);
    for (let position = 1; position <= 100; position++) {
      at.set('a', position);
      behind.moved(['a']);
      await jest.advanceTimersByTimeAsync(10);
    }
    await behind.end();
    expect(written.length).toBeLessThanOrEqual(5);
    expect(written.flat().at(-1)).toEqual({ name: 'a', position: 100 });
  });

  test('are written at the end, one write after another', async () => {
    const behind = trailing();
    at.set('a', 1);
    behind.moved(['a']);
    const flushed = behind.flush();
    at.set('a', 2);
    behind.moved(['a']);
    await Promise.all([flushed, behind.end()]);
    expect(written.flat().at(-1)).toEqual({ name: 'a', position: 2 });
    expect(jest.getTimerCount()).toBe(0);
  });

  test('are not lost with a write that fails', async () => {
    const behind = trailing();
    at.set('a', 1);
    away = true;
    behind.moved(['a']);
    await jest.advanceTimersByTimeAsync(50);
    expect(written).toEqual([]);
    away = false;
    await jest.advanceTimersByTimeAsync(2_000);
    expect(written).toEqual([[{ name: 'a', position: 1 }]]);
  });

  test('of what is in other hands by now are not written', async () => {
    const behind = trailing();
    at.set('a', 1).set('b', 2);
    behind.moved(['a', 'b']);
    at.delete('a');
    await jest.advanceTimersByTimeAsync(50);
    expect(written).toStrictEqual([[{ name: 'b', position: 2 }]]);
  });

  test('that have not moved are not written', async () => {
    trailing().moved([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('are written no more after the end, also where one moves meanwhile or the last write fails', async () => {
    for (away of [false, true]) {
      const behind = trailing();
      at.set('a', 1);
      behind.moved(['a']);
      const ended = behind.end().then(
        () => 'written',
        (error: unknown) => String(error),
      );
      behind.moved(['a']);
      expect(await ended).toBe(away ? 'Error: the database is away' : 'written');
      expect(jest.getTimerCount()).toBe(0);
    }
  });

  test('that could not be written are told of', async () => {
    const behind = trailing();
    const warn = jest.spyOn(silent, 'warn');
    away = true;
    behind.moved(['a']);
    await jest.advanceTimersByTimeAsync(20);
    expect(warn).toHaveBeenCalledWith({ error: 'Error: the database is away' }, expect.stringContaining('checkpoints'));
    away = false;
    await behind.end();
    warn.mockRestore();
  });
});
