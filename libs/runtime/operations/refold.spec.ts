import { projection, refused, side, type Projection, type Recorded } from '@letopis/kernel';
import { event, MemoryDb } from '../../../test/support/memory-db';
import type { EventStore } from '../events/event-store';
import { silent } from '../logger';
import { foldPage } from '../projections/folding';
import type { Kept, Projector } from '../projections/projector';
import { Refolder } from './refold';

interface Events {
  Opened: { owner: string };
  Moved: { city: string };
  Painted: { colour: string };
}
interface Room {
  readonly owner?: string;
  readonly city?: string;
  readonly colour?: string;
  readonly title?: string;
}
/** The read model by a program that knows these cities and colours. */
const rooms = (known: readonly string[]): Projection =>
  projection<Room, Events>()({
    code: 'rooms',
    version: 1,
    title: { ru: 'Комнаты', en: 'Rooms' },
    key: ({ category, aggregateId }) => (category === 'room' ? aggregateId : undefined),
    on: { Opened: (_, { data }) => data },
    sides: { person: side<{ city: string }, Events>()({ Moved: (_, { data: { city } }) => ({ city }) }) },
    joins: [{ by: 'owner', side: 'person', fields: { city: 'city' } }],
    derive: (room) => ({ ...room, title: among(known, room.city) }),
    everywhere: {
      Painted: {
        where: ({ aggregateId }) => ({ owner: aggregateId }),
        fold: (room, { data: { colour } }) => ({ ...room, colour: among(known, colour) }),
      },
    },
    list: { filters: {}, sorts: [], search: [], defaultSort: 'title' },
    policy: { name: 'nobody', see: () => refused('FORBIDDEN') },
  });
const among = (known: readonly string[], name: string | undefined) => {
  if (name !== undefined && !known.includes(name)) throw new Error(`${name} is not known`);
  return name;
};

describe('Folding a document anew', () => {
  const events: readonly Recorded[] = [
    event(1, 'person-x', 'Moved', { city: 'Tver' }),
    event(2, 'room-a', 'Opened', { owner: 'x' }),
    event(3, 'person-x', 'Moved', { city: 'Omsk' }),
    event(4, 'person-x', 'Painted', { colour: 'red' }),
  ];
  let memory: MemoryDb;
  beforeEach(() => (memory = new MemoryDb()));
  const row = () => memory.rows('rooms_v1').get('a');

  /** Folds the room anew by another program, which knows more or less than the one before. */
  const refolded = (known: readonly string[]) => {
    const kept: Kept = { projection: rooms(known), collection: 'rooms_v1', position: 4 };
    const projector = { exclusively: (_: string, work: (kept: Kept) => unknown) => work(kept) } as object as Projector;
    const store = {
      read: async (stream: string) => Promise.resolve(events.filter((each) => each.stream === stream)),
    } as object as EventStore;
    return new Refolder({ store, db: memory.db, projector, logger: silent } as never).refold({ projection: 'rooms', key: 'a' }, [
      'room-a',
      'person-x',
    ]);
  };

  test('takes it out of waiting once it can be derived, and parks it again where it still cannot', async () => {
    const program = rooms(['Tver', 'red']);
    for (const each of events) await foldPage(memory.db, program, [each]);
    expect(row()).toMatchObject({ _position: 3, city: 'Tver', _parked: { position: 3, error: 'Error: Omsk is not known' } });
    expect(await refolded(['Tver', 'red'])).toEqual({ parked: true });
    expect(row()).toMatchObject({ owner: 'x', _parked: { position: 4, error: 'Error: Omsk is not known' } });
    expect(await refolded(['Omsk', 'red'])).toEqual({ parked: false });
    expect(row()).toEqual({
      _id: 'a',
      _position: 4,
      _streams: ['room-a', 'person-x'],
      owner: 'x',
      city: 'Omsk',
      title: 'Omsk',
      colour: 'red',
    });
  });

  test('parks it again also where an event that changes many documents cannot be folded into it', async () => {
    await foldPage(memory.db, rooms(['Tver', 'Omsk']), events);
    expect(row()).toMatchObject({ city: 'Omsk', _parked: { position: 4, error: 'Error: red is not known' } });
    expect(await refolded(['Tver', 'Omsk'])).toEqual({ parked: true });
    expect(row()).toMatchObject({ owner: 'x', _parked: { position: 4, error: 'Error: red is not known' } });
    expect(await refolded(['Tver', 'Omsk', 'red'])).toEqual({ parked: false });
    expect(row()).toMatchObject({ colour: 'red', title: 'Omsk' });
  });
});
