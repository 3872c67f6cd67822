import fc from 'fast-check';
import { LowMark, type UnderWay } from './low-mark';

describe('The low mark', () => {
  test('stands before everything that is not done, in whatever order things end, and at the last in the end', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(1_000)), { minLength: 1, maxLength: 40 }), (events) => {
        let mark = -1;
        const low = new LowMark(1_000, (position) => (mark = position));
        const open = events.flatMap(([sets, order], position) => {
          const entry = low.enter(position);
          entry.open += sets;
          return Array.from({ length: sets + 1 }, (_, at): [number, UnderWay] => [order * (at + 1), entry]);
        });
        open.sort(([a], [b]) => a - b);
        for (const [, entry] of open) {
          low.done(entry);
          const undone = open.filter(([, each]) => each.open > 0).map(([, { position }]) => position);
          expect(mark).toBe(Math.min(...undone, events.length) - 1);
        }
        expect(mark).toBe(events.length - 1);
      }),
    );
  });

  test('lets so many in and no more, until there is room or it is let go', async () => {
    const low = new LowMark(2, () => {});
    const [first] = [low.enter(1), low.enter(2)];
    let isIn = false;
    const waiting = low.room(() => false).then(() => (isIn = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isIn).toBe(false);
    low.done(first!);
    await waiting;
    low.enter(3);
    let isLetGo = false;
    const letGo = low.room(() => isLetGo);
    isLetGo = true;
    low.letGo();
    await letGo;
  });
});
