import fc from 'fast-check';
import { RecentMap } from './recent-map';

describe('A map of what was used lately', () => {
  const step = fc.record({ act: fc.constantFrom('get', 'set', 'delete'), key: fc.nat(20), value: fc.nat() });

  test('tells what was set last or nothing, and holds no more than twice its capacity', () => {
    fc.assert(
      fc.property(fc.nat({ max: 8 }), fc.array(step, { maxLength: 200 }), (more, steps) => {
        const recent = new RecentMap<number, number>(1 + more);
        const model = new Map<number, number>();
        for (const { act, key, value } of steps) {
          if (act === 'set') {
            recent.set(key, value);
            model.set(key, value);
          } else if (act === 'delete') {
            recent.delete(key);
            model.delete(key);
          }
          expect([undefined, model.get(key)]).toContain(recent.get(key));
          expect([...recent.entries()].length).toBeLessThanOrEqual(2 * recent.capacity);
        }
      }),
    );
  });

  test('keeps what is used, however much comes by', () => {
    const recent = new RecentMap<number, string>(10);
    recent.set(-1, 'used');
    for (let key = 0; key < 1_000; key++) {
      recent.set(key, 'passing by');
      if (key % 5 === 0) expect(recent.get(-1)).toBe('used');
    }
    expect(recent.peek(0)).toBeUndefined();
  });
});
