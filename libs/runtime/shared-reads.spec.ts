import fc from 'fast-check';
import { SharedReads } from './shared-reads';

/** A store whose reads end when they are told to; each answers how much was written when it began. */
class Store {
  written = 0;
  readonly ends: (() => void)[] = [];
  begun = 0;

  read = () => {
    this.begun++;
    const seen = this.written;
    return new Promise<number>((resolve) => this.ends.push(() => resolve(seen)));
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Reads that are shared', () => {
  test('whoever asks sees all that was written before it asked, in any order of writes, questions and ends', async () => {
    const acts = fc.array(fc.constantFrom('write', 'ask', 'end'), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(acts, async (plan) => {
        const store = new Store();
        const reads = new SharedReads<number>();
        const answers: Promise<void>[] = [];
        for (const act of plan) {
          if (act === 'write') store.written++;
          if (act === 'ask') {
            const atLeast = store.written;
            answers.push(reads.read('a', store.read).then((seen) => expect(seen).toBeGreaterThanOrEqual(atLeast)));
          }
          if (act === 'end') store.ends.shift()?.();
          await turn();
          expect(store.ends.length).toBeLessThanOrEqual(1);
        }
        while (store.ends.length > 0) {
          store.ends.shift()!();
          await turn();
        }
        await Promise.all(answers);
      }),
      { numRuns: 100 },
    );
  });

  test('however many ask at once, there are two reads', async () => {
    const store = new Store();
    const reads = new SharedReads<number>();
    const answers = Array.from({ length: 500 }, () => reads.read('a', store.read));
    store.ends.shift()!();
    await turn();
    store.ends.shift()!();
    await Promise.all(answers);
    expect(store.begun).toBe(2);
  });

  test('what differs is read side by side', async () => {
    const store = new Store();
    const reads = new SharedReads<number>();
    const answers = [reads.read('a', store.read), reads.read('b', store.read)];
    expect(store.begun).toBe(2);
    store.ends.forEach((end) => end());
    await Promise.all(answers);
  });

  test('a read that fails fails for those who share it, and for nobody after them', async () => {
    const reads = new SharedReads<string>();
    const failing = () => Promise.reject(new Error('away'));
    const answers = [reads.read('a', failing), reads.read('a', failing), reads.read('a', failing)];
    for (const answer of answers) await expect(answer).rejects.toThrow('away');
    await expect(reads.read('a', () => Promise.resolve('there'))).resolves.toBe('there');
  });
});
