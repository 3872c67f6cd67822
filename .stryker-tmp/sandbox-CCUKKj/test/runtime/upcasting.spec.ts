// @ts-nocheck
import { aggregate, anyone, Id, Keyring, newId, subjectOf, Text, type Definition } from '@letopis/kernel';
import { NOTHING } from '../../libs/runtime/events/event-store';
import { Sealer } from '../../libs/runtime/events/sealing';
import { UnknownShape, Upcaster } from '../../libs/runtime/events/upcasting';
import { States } from '../../libs/runtime/commands/states';
import { newEvent, startStores, type Stores } from '../support/stores';

class Rename {
  @Id() guestId: string;
  @Text(1, 100) lastName: string;
}

/** The guest of the first program: one field for the whole name. */
const before = aggregate<object, { GuestNamed: { userId: string; fullName: string } }>().define({
  category: 'guest',
  initialState: {},
  commands: {},
  decide: {},
  evolve: { GuestNamed: (_, { fullName }) => ({ fullName }) },
  personal: { GuestNamed: { of: ({ userId }) => subjectOf(userId), fields: ['fullName'] } },
});

/** The guest of today: the event has another name, two fields, and a third that came later. */
const { command, define, event } = aggregate<
  { lastName?: string; firstName?: string; title?: string },
  { GuestRenamed: { userId: string; lastName: string; firstName: string; title: string } }
>();
const today: Definition = define({
  category: 'guest',
  initialState: {},
  commands: { Rename: command(Rename, { by: anyone }) },
  decide: { Rename: ({ lastName }) => [event('GuestRenamed', { userId: 'u', lastName, firstName: '', title: '' })] },
  evolve: { GuestRenamed: (_, { lastName, firstName, title }) => ({ lastName, firstName, title }) },
  personal: { GuestRenamed: { of: ({ userId }) => subjectOf(userId), fields: ['lastName', 'firstName'] } },
  formerly: { GuestNamed: 'GuestRenamed' },
  upcasts: {
    GuestRenamed: [
      {
        personal: ['fullName'],
        to: ({ fullName, ...rest }: { fullName: string }) => {
          const [lastName = '', firstName = ''] = fullName.split(' ');
          return { ...rest, lastName, firstName };
        },
      },
      { to: (data: object) => ({ ...data, title: '—' }) },
    ],
  },
});

describe('Events of older programs', () => {
  let stores: Stores;
  const keyring = new Keyring(Buffer.alloc(32, 3));
  beforeAll(async () => {
    stores = await startStores();
  });
  afterAll(() => stores.stop());

  const runs = (definition: Definition) => {
    stores.store.sealWith(new Sealer(stores.db, keyring, [definition]));
    stores.store.upcastWith(new Upcaster([definition]));
    return new States(stores.store);
  };

  test('are read under the name and in the shape of today, through every step, with what was sealed then opened', async () => {
    const id = newId();
    runs(before);
    await stores.store.append(`guest-${id}`, NOTHING, [newEvent('GuestNamed', { userId: 'u', fullName: 'Иванов Пётр' })]);
    const { state } = await runs(today).fresh(today, id);
    expect(state).toEqual({ lastName: 'Иванов', firstName: 'Пётр', title: '—' });
  });

  test('of the version of today are left as they are', async () => {
    const id = newId();
    const states = runs(today);
    const data = { userId: 'u', lastName: 'Петрова', firstName: 'Анна', title: 'д-р' };
    await stores.store.append(`guest-${id}`, NOTHING, [newEvent('GuestRenamed', data, { schemaVersion: 3 })]);
    expect((await states.fresh(today, id)).state).toEqual({ lastName: 'Петрова', firstName: 'Анна', title: 'д-р' });
  });

  test('of a newer program are not guessed at: nothing is told', async () => {
    const id = newId();
    const states = runs(today);
    await stores.store.append(`guest-${id}`, NOTHING, [newEvent('GuestRenamed', { userId: 'u' }, { schemaVersion: 4 })]);
    await expect(states.fresh(today, id)).rejects.toThrow(UnknownShape);
  });
});
