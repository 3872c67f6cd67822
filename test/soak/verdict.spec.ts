import { flat, median } from './verdict';

describe('The verdict of a soak', () => {
  test('tells memory that fills caches from memory that leaks', () => {
    expect(flat([90, 200, 205])).toBe(true);
    expect(flat([200, 150, 160])).toBe(true);
    expect(flat([200, 230, 260])).toBe(false);
    expect(flat([10, 14, 21])).toBe(true);
  });

  test('takes medians, so that one moment does not decide', () => {
    expect(median([1, 100, 2])).toBe(2);
    expect(median([1, 2, 3, 100])).toBe(2.5);
    expect(median([])).toBe(0);
  });
});
