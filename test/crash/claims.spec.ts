import { aggregate, Id, newId, anyone, defineContext, refusal, Text, type Definition } from '@letopis/kernel';
import { MovableClock } from '@letopis/runtime';
import { parseCommand } from '../../libs/runtime/commands/validation';
import { commandSide } from '../support/command-side';
import { DyingStore, type Moment } from '../support/faulty';
import { bank } from '../support/bank';
import { startStores, type Stores } from '../support/stores';

class Name {
  @Id() shopId: string;
  @Text(1, 50) name: string;
}

interface Shop {
  readonly name?: string;
}

const { command, define, event } = aggregate<Shop, { Named: { name: string } }>();
const shop: Definition = define({
  category: 'shop',
  initialState: {},
  keys: ({ name }: Shop) => (name ? [{ scope: 'shopName', value: name }] : []),
  commands: { Name: command(Name, { by: anyone }) },
  decide: {
    Name: ({ name }, state) => {
      if (state.name === name) throw refusal('ALREADY_EXISTS');
      return [event('Named', { name })];
    },
  },
  evolve: { Named: (_, { name }) => ({ name }) },
});
const shops = defineContext({ name: 'shops', aggregates: [shop] });

/** Renaming a shop claims the new name, appends to the shop, and releases the old name: three appends. */
const STEPS = ['the claim is written', 'the owner is appended to', 'the old name is released'] as const;
const cases = STEPS.flatMap((step, number) => (['before', 'after'] as const).map((moment) => [moment, step, number] as const));

describe('A process that dies between two steps of a claim', () => {
  let stores: Stores;
  let opened: DyingStore[];
  const clock = new MovableClock();
  beforeEach(async () => {
    stores = await startStores();
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.dispose()));
    await stores.stop();
  });

  /** A process; one that is to die does so at its n-th append. */
  const starts = (dies?: number, moment?: Moment) => {
    const store = new DyingStore(stores.eventStore.url, dies, moment);
    opened.push(store);
    const { dispatcher } = commandSide(store, [shops, bank], { clock });
    const name = (shopId: string, called: string, commandId = newId()) =>
      dispatcher.execute(parseCommand(Name, { shopId, name: called }), {
        commandId,
        actor: { kind: 'anonymous' },
        correlationId: commandId,
      });
    return { store, name };
  };
  const namesOf = async (shopId: string) =>
    (await stores.store.read(`shop-${shopId}`)).flatMap(({ type, data }) => (type === 'Named' ? [(data as { name: string }).name] : []));
  const refused = (called: Promise<unknown>) =>
    called.then(
      () => 'accepted',
      (error: { code?: string }) => error.code,
    );

  test.each(cases)('%s %s leaves one holder, no name lost and no command doubled', async (moment, step, number) => {
    const [one, other, third] = [newId(), newId(), newId()];
    await starts().name(one, 'Ромашка');
    const dying = starts(number, moment);
    const commandId = newId();
    void dying.name(one, 'Ромб', commandId);
    await dying.store.death;
    expect(dying.store.appends[number]).toMatch(number === 1 ? /^shop-/ : /^uniqueKey-/);

    // Another wants either name at once, and the caller repeats the command to a process that lives.
    clock.move(6_000);
    const fresh = starts();
    const [wantsNew, wantsOld, repeat] = await Promise.all([
      refused(fresh.name(other, 'Ромб')),
      refused(fresh.name(third, 'Ромашка')),
      refused(fresh.name(one, 'Ромб', commandId)),
    ]);
    const names = { one: await namesOf(one), other: await namesOf(other), third: await namesOf(third) };
    expect(names.one.filter((called) => called === 'Ромб').length).toBeLessThanOrEqual(1);
    const holders = [names.one, names.other, names.third].map((all) => all.at(-1)).filter((called) => called !== undefined);
    expect({ step, holders: holders.sort() }).toEqual({ step, holders: [...new Set(holders)].sort() });
    // Who was told «yes» has the name, and who was told «no» has not.
    expect({ wantsNew: wantsNew === 'accepted', wantsOld: wantsOld === 'accepted', repeat: repeat === 'accepted' }).toEqual({
      wantsNew: names.other.includes('Ромб'),
      wantsOld: names.third.includes('Ромашка'),
      repeat: names.one.includes('Ромб'),
    });
    // No name is lost: whichever is free now can be had, by one.
    for (const called of ['Ромб', 'Ромашка']) {
      const taken = await Promise.all([newId(), newId()].map((shopId) => refused(starts().name(shopId, called))));
      expect({ called, taken: taken.filter((outcome) => outcome === 'accepted').length }).toEqual({
        called,
        taken: holders.includes(called) ? 0 : 1,
      });
    }
  });

  test('one that only hung between its claim and its append finds the name taken over when it wakes', async () => {
    const [one, other] = [newId(), newId()];
    const hanging = starts(1, 'hangs');
    const late = refused(hanging.name(one, 'Ромб'));
    await hanging.store.death;
    clock.move(6_000);
    expect(await refused(starts().name(other, 'Ромб'))).toBe('accepted');
    hanging.store.wake();
    expect(await late).not.toBe('accepted');
    expect([await namesOf(one), await namesOf(other)]).toEqual([[], ['Ромб']]);
  });
});
