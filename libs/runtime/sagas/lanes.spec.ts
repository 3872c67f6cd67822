import { Lanes } from './lanes';

describe('Work in lanes', () => {
  test('goes on behind work that fails, and whoever asked for that hears of it', async () => {
    const lanes = new Lanes();
    const done: number[] = [];
    const failing = lanes.run('a', () => Promise.reject(new Error('MongoDB is away')));
    const following = [1, 2].map((n) => lanes.run('a', async () => void done.push(n)));
    await expect(failing).rejects.toThrow('MongoDB is away');
    await Promise.all(following);
    expect(done).toEqual([1, 2]);
  });

  test('is done in order in each, and side by side across them', async () => {
    const lanes = new Lanes();
    const done: string[] = [];
    let goesOn!: () => void;
    void lanes.run('a', () => new Promise<void>((resolve) => (goesOn = resolve)).then(() => void done.push('a1')));
    void lanes.run('a', async () => void done.push('a2'));
    await lanes.run('b', async () => void done.push('b1'));
    goesOn();
    await lanes.empty();
    expect(done).toEqual(['b1', 'a1', 'a2']);
  });
});
