// @ts-nocheck
import fc from 'fast-check';
import { newId } from '@letopis/kernel';
import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { Leases } from '../../libs/runtime/leases';
import { startStores, type Stores } from '../support/stores';

const NAMES = ['a', 'b', 'c'];
const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

describe('Leases', () => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await startStores();
  });
  afterAll(() => stores.stop());

  const step = fc.record({
    who: fc.nat(2),
    act: fc.constantFrom('take', 'take', 'renew', 'release', 'want', 'pause') as fc.Arbitrary<
      'take' | 'renew' | 'release' | 'want' | 'pause'
    >,
    name: fc.constantFrom(...NAMES),
    beside: fc.boolean(),
  });

  test('two processes never own one name, whatever they do beside each other and however late they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const names = NAMES.map((name) => `${newId()}:${name}`);
        const owners = [0, 1, 2].map(() => new Leases(stores.db, 40));
        const certain = () => {
          for (const name of names) expect(owners.filter((owner) => owner.holds(name)).length).toBeLessThanOrEqual(1);
        };
        let running: Promise<unknown>[] = [];
        for (const { who, act, name, beside } of steps) {
          const owner = owners[who]!;
          const of = names[NAMES.indexOf(name)]!;
          const doing = {
            take: () => owner.take(of),
            renew: () => owner.renew(),
            release: () => owner.release([of]),
            want: () => owner.want(of),
            pause: () => pause(15),
          }[act]();
          running.push(doing.then(certain));
          if (!beside) {
            await Promise.all(running);
            running = [];
          }
          certain();
        }
        await Promise.all(running);
        await Promise.all(owners.map((owner) => owner.end()));
      }),
      { numRuns: 30 },
    );
  });

  test('a name is free again when its owner gives it back, and for others not before', async () => {
    const name = newId();
    const [one, other] = [new Leases(stores.db), new Leases(stores.db)];
    expect(await one.take(name)).toBe(true);
    expect(await other.take(name)).toBe(false);
    expect(await one.take(name)).toBe(true);
    await one.end();
    expect(one.holds(name)).toBe(false);
    expect(await other.take(name)).toBe(true);
    await other.end();
  });

  test('a name whose owner is silent goes to another once its lease is over, and the owner learns that it was lost', async () => {
    const name = newId();
    const [silent, other] = [new Leases(stores.db, 30), new Leases(stores.db, 30)];
    await silent.take(name);
    while (!(await other.take(name))) await pause(5);
    expect(silent.holds(name)).toBe(false);
    expect(await silent.renew()).toEqual({ lost: [name], wanted: [] });
    await other.end();
  });

  test('a name of a process of this machine that has died is taken at once', async () => {
    const name = newId();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const until = new Date(Date.now() + 3_600_000);
    await stores.db
      .collection<{ _id: string }>('_leases')
      .insertOne({ _id: name, owner: `${hostname()}:${pid}:gone`, epoch: 1, until } as never);
    const lease = new Leases(stores.db);
    expect(await lease.take(name)).toBe(true);
    await lease.end();
  });

  test('an owner learns that somebody wants what it owns, and gives it to nobody else', async () => {
    const name = newId();
    const [owner, other] = [new Leases(stores.db), new Leases(stores.db)];
    await owner.take(name);
    await other.want(name);
    expect(await owner.renew()).toEqual({ lost: [], wanted: [name] });
    await owner.release([name]);
    expect(await owner.take(name)).toBe(false); // it was given to the one who asked
    expect(await other.take(name)).toBe(true);
    expect(await other.renew()).toEqual({ lost: [], wanted: [] });
    await Promise.all([owner.end(), other.end()]);
  });
});
