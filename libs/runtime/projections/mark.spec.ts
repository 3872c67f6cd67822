import { LONGEST_WAIT, Mark } from './mark';

describe('A mark in the log', () => {
  beforeEach(() => jest.useFakeTimers({ now: 1_000 }));
  afterEach(() => jest.useRealTimers());

  /** What has become of a wait by now. */
  const outcome = async (wait: Promise<void>) => {
    let told = 'waits';
    void wait.then(
      () => (told = 'reached'),
      (error: { readonly code: string }) => (told = error.code),
    );
    await jest.advanceTimersByTimeAsync(0);
    return told;
  };

  test('only grows, and tells when it moved or was last seen to be up to date', () => {
    const mark = new Mark(5);
    expect([mark.position, mark.movedAt]).toEqual([5, 1_000]);
    jest.setSystemTime(2_000);
    mark.advance(7);
    expect([mark.position, mark.movedAt]).toEqual([7, 2_000]);
    jest.setSystemTime(3_000);
    mark.advance(6);
    expect([mark.position, mark.movedAt]).toEqual([7, 3_000]);
  });

  test('holds nobody who asks for what it has passed', async () => {
    const begun = jest.fn();
    const mark = new Mark(5, begun);
    expect(await Promise.all([outcome(mark.reached(5)), outcome(mark.reached(-1))])).toEqual(['reached', 'reached']);
    expect(begun).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('lets go whom it has come to, and holds the others', async () => {
    const begun = jest.fn();
    const mark = new Mark(5, begun);
    const waits = [6, 7, 8].map((position) => mark.reached(position));
    expect(begun).toHaveBeenCalledTimes(3);
    expect(mark.isAwaited).toBe(true);
    mark.advance(7);
    expect(await Promise.all(waits.map(outcome))).toEqual(['reached', 'reached', 'waits']);
    expect(mark.isAwaited).toBe(true);
    mark.advance(7);
    mark.advance(20);
    expect(await outcome(waits[2]!)).toBe('reached');
    expect(mark.isAwaited).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('is waited for so long and no longer; who has given up is not waited with', async () => {
    const mark = new Mark(5);
    const short = mark.reached(6, 100);
    const long = mark.reached(6);
    await Promise.all([short.catch(() => {}), jest.advanceTimersByTimeAsync(100)]);
    expect(await Promise.all([outcome(short), outcome(long)])).toEqual(['PROJECTION_LAG', 'waits']);
    expect(mark.isAwaited).toBe(true);
    await Promise.all([long.catch(() => {}), jest.advanceTimersByTimeAsync(LONGEST_WAIT - 100)]);
    expect(await outcome(long)).toBe('PROJECTION_LAG');
    expect(mark.isAwaited).toBe(false);
  });

  test('needs nobody to hear of a wait', async () => {
    const mark = new Mark(-1);
    const wait = mark.reached(0);
    mark.advance(0);
    expect(await outcome(wait)).toBe('reached');
  });
});
