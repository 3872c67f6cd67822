// @ts-nocheck
import { aggregate, Keyring, Text, anyone, type Definition } from '@letopis/kernel';
import { MovableClock } from '@letopis/runtime';
import { Claims } from '../../libs/runtime/commands/claims';
import { States } from '../../libs/runtime/commands/states';
import { NOTHING, WrongRevision } from '../../libs/runtime/events/event-store';
import { metadata, newEvent, startStores, type Stores } from '../support/stores';

class Name {
  @Text(1, 50) name: string;
}

const { command, define, event } = aggregate<{ name?: string }, { Named: { name: string }; Unnamed: Record<never, never> }>();
const thing: Definition = define({
  category: 'thing',
  initialState: {},
  keys: ({ name }) => (name ? [{ scope: 'name', value: name }] : []),
  commands: { Name: command(Name, { by: anyone }) },
  decide: { Name: ({ name }) => [event('Named', { name })] },
  evolve: { Named: (_, { name }) => ({ name }), Unnamed: () => ({}) },
});

describe('Claims of unique keys', () => {
  let stores: Stores;
  let claims: Claims;
  const clock = new MovableClock();
  const key = { scope: 'name', value: 'Ромашка' };
  const owner = (id: string) => ({ category: 'thing', id });
  const said = () => metadata({ occurredAt: clock.now() });
  beforeEach(async () => {
    stores = await startStores();
    claims = new Claims(stores.store, new States(stores.store), new Map([['thing', thing]]), new Keyring(Buffer.alloc(32, 7)), clock);
  });
  afterEach(() => stores.stop());

  test('a key that is held is not given to another, and may be claimed again by its holder', async () => {
    expect(await claims.claim(key, owner('a'), said())).toBe(true);
    await stores.store.append('thing-a', NOTHING, [newEvent('Named', { name: 'Ромашка' })]);
    expect(await claims.claim(key, owner('b'), said())).toBe(false);
    expect(await claims.claim(key, owner('a'), said())).toBe(true);
    expect(await claims.owner(key)).toBe('a');
  });

  test('a released key is free', async () => {
    await claims.claim(key, owner('a'), said());
    await claims.release((await claims.held(key, owner('a')))!, said());
    expect(await claims.owner(key)).toBeUndefined();
    expect(await claims.claim(key, owner('b'), said())).toBe(true);
  });

  test('only its holder releases a key', async () => {
    await claims.claim(key, owner('a'), said());
    await stores.store.append('thing-a', NOTHING, [newEvent('Named', { name: 'Ромашка' })]);
    expect(await claims.held(key, owner('b'))).toBeUndefined();
    expect(await claims.owner(key)).toBe('a');
  });

  test('a release that comes late does not undo a claim that was written since', async () => {
    await claims.claim(key, owner('a'), said());
    const before = (await claims.held(key, owner('a')))!;
    await claims.claim(key, owner('a'), said());
    await stores.store.append('thing-a', NOTHING, [newEvent('Named', { name: 'Ромашка' })]);
    await claims.release(before, said());
    expect(await claims.owner(key)).toBe('a');
    expect(await claims.claim(key, owner('b'), said())).toBe(false);
  });

  test('a claim whose process died before its append is taken over, and a late append of it conflicts', async () => {
    await claims.claim(key, owner('a'), said());
    clock.move(6_000);
    expect(await claims.claim(key, owner('b'), said())).toBe(true);
    await expect(stores.store.append('thing-a', NOTHING, [newEvent('Named', { name: 'Ромашка' })])).rejects.toBeInstanceOf(WrongRevision);
    await stores.store.append('thing-b', NOTHING, [newEvent('Named', { name: 'Ромашка' })]);
    expect(await claims.owner(key)).toBe('b');
    expect(await claims.claim(key, owner('a'), said())).toBe(false);
  });

  test('a key whose holder dropped it and died before the release is taken over', async () => {
    await claims.claim(key, owner('a'), said());
    await stores.store.append('thing-a', NOTHING, [newEvent('Named', { name: 'Ромашка' }), newEvent('Unnamed')]);
    clock.move(6_000);
    expect(await claims.claim(key, owner('b'), said())).toBe(true);
  });

  test('of many claimants at one moment exactly one gets the key', async () => {
    const claimants = Array.from({ length: 12 }, (_, n) => `c${n}`);
    const outcomes = await Promise.all(
      claimants.map(async (id) => {
        const got = await claims.claim(key, owner(id), said());
        if (got) await stores.store.append(`thing-${id}`, NOTHING, [newEvent('Named', { name: 'Ромашка' })]);
        return got;
      }),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
  });

  test('the name itself is not in the log', async () => {
    await claims.claim(key, owner('a'), said());
    for await (const { event } of stores.store.everything())
      expect(JSON.stringify(event?.data ?? '') + event?.streamId).not.toContain('Ромашка');
  });
});
