import { Gate } from '.';

/** Lets everything that is ready go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('A gate', () => {
  /** Works that end when they are told to; `order` tells who has begun. */
  function works(gate: Gate, count: number) {
    const order: number[] = [];
    const ends: Array<(error?: Error) => void> = [];
    const passing = Array.from({ length: count }, (_, at) =>
      gate.pass(
        () =>
          new Promise<number>((resolve, reject) => {
            order.push(at);
            ends[at] = (error) => (error ? reject(error) : resolve(at));
          }),
      ),
    );
    return { order, ends, passing };
  }

  test('lets so many through, and the others in the order in which they came', async () => {
    const { order, ends, passing } = works(new Gate(2), 4);
    await turn();
    expect(order).toEqual([0, 1]);
    ends[1]!();
    await turn();
    expect(order).toEqual([0, 1, 2]);
    ends[0]!();
    await turn();
    expect(order).toEqual([0, 1, 2, 3]);
    ends[2]!();
    ends[3]!();
    expect(await Promise.all(passing)).toEqual([0, 1, 2, 3]);
  });

  test('whoever fails leaves as others do, and is told why', async () => {
    const { order, ends, passing } = works(new Gate(1), 2);
    await turn();
    ends[0]!(new Error('no'));
    await expect(passing[0]).rejects.toThrow('no');
    await turn();
    expect(order).toEqual([0, 1]);
    ends[1]!();
    await passing[1];
  });

  test('is as wide as before once all have left', async () => {
    const gate = new Gate(1);
    for (let at = 0; at < 3; at++) await gate.pass(async () => {});
    const { order, ends, passing } = works(gate, 2);
    await turn();
    expect(order).toEqual([0]);
    ends[0]!();
    await turn();
    ends[1]!();
    await Promise.all(passing);
  });
});
