import type { Definition, Recorded } from '@letopis/kernel';
import { recorded, stream } from '../../kernel/testing/streams';
import type { EventStore } from '../events/event-store';
import { States } from './states';

const counter: Definition<number> = {
  category: 'counter',
  initialState: 0,
  commands: {},
  decide: () => [],
  evolve: (count) => count + 1,
  keys: () => [],
  organizationId: () => undefined,
  eventTypes: ['Counted'],
  personal: {},
  erases: {},
  upcasts: {},
  formerly: {},
  foldVersion: '1',
};
const happened = (count: number): Recorded[] =>
  recorded(stream(counter, 'a', ...Array.from({ length: count }, () => ({ type: 'Counted', data: {} }))));

/** A store whose log grows by hand and which counts how often it is asked. */
class Log {
  events: Recorded[] = [];
  asked = 0;
  whileReading: () => void = () => {};

  async *pages(stream: string, from: number): AsyncGenerator<readonly Recorded[]> {
    yield await this.read(stream, from);
  }

  async read(_: string, from: number): Promise<readonly Recorded[]> {
    this.asked++;
    const answer = this.events.slice(from);
    await Promise.resolve();
    this.whileReading();
    return answer;
  }
}

describe('Kept states', () => {
  let log: Log;
  let states: States;
  let now: number;
  beforeEach(() => {
    log = new Log();
    states = new States(log as object as EventStore);
    now = 1_000_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  test('are recent for five seconds, and as long as the subscription is known to be at the end of the log', async () => {
    log.events = happened(1);
    expect((await states.recent(counter, 'a')).state).toBe(1);
    now += 4_999;
    await states.recent(counter, 'a');
    expect(log.asked).toBe(1);
    now += 60_000;
    states.feedIsAt(now - 1_000);
    await states.recent(counter, 'a');
    expect(log.asked).toBe(1);
  });

  test('of a subscription that stalls are read at the source', async () => {
    log.events = happened(1);
    await states.recent(counter, 'a');
    states.feedIsAt(now);
    now += 5_000;
    log.events = happened(2);
    expect((await states.recent(counter, 'a')).state).toBe(2);
    expect(states.feedAge).toBe(5_000);
  });

  test('of a source that does not answer are refused, never taken for granted', async () => {
    await states.recent(counter, 'a');
    now += 5_000;
    log.read = () => Promise.reject(new Error('STORE_UNAVAILABLE'));
    await expect(states.recent(counter, 'a')).rejects.toThrow('STORE_UNAVAILABLE');
  });

  test('do not miss an event that passes by while their stream is read', async () => {
    log.events = happened(1);
    log.whileReading = () => {
      log.whileReading = () => {};
      log.events = happened(2);
      states.observe(log.events[1]!);
    };
    expect((await states.recent(counter, 'a')).state).toBe(2);
  });

  test('of a stream that was never written are kept where rights ask for them, and brought forward by its first event', async () => {
    expect((await states.recent(counter, 'a')).state).toBe(0);
    await states.recent(counter, 'a');
    expect(log.asked).toBe(1);
    states.observe(happened(1)[0]!);
    expect((await states.recent(counter, 'a')).state).toBe(1);
    expect(log.asked).toBe(1);
  });

  test('are read once for all who ask while they are being read, and never for less than they ask', async () => {
    log.events = happened(1);
    const first = states.fresh(counter, 'a');
    log.events = happened(2); // the first reading may have begun before
    const others = Array.from({ length: 50 }, () => states.fresh(counter, 'a'));
    expect((await first).state).toBe(1);
    expect((await Promise.all(others)).map(({ state }) => state)).toEqual(others.map(() => 2));
    expect(log.asked).toBe(2);
    log.events = happened(3);
    expect((await states.fresh(counter, 'a')).state).toBe(3);
  });

  test('are read anew for those who wait when the reading before has failed', async () => {
    log.whileReading = () => {
      log.whileReading = () => {};
      throw new Error('the store is away');
    };
    log.events = happened(1);
    const first = states.fresh(counter, 'a');
    const second = states.fresh(counter, 'a');
    await expect(first).rejects.toThrow('the store is away');
    expect((await second).state).toBe(1);
  });
});
