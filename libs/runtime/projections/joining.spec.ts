import { projection, refused, side, type Projection, type Recorded } from '@letopis/kernel';
import { event, MemoryDb } from '../../../test/support/memory-db';
import type { Stored } from './document';
import { foldPage } from './folding';
import { idsIn } from './joining';

interface Events {
  Opened: { owner?: string; guests?: readonly string[]; note?: string };
  Closed: object;
  Moved: { city: string };
  Gone: object;
  Signed: { slogan: string };
}
interface Room extends Omit<Events['Opened'], 'note'> {
  readonly note?: string;
  readonly city?: string;
  readonly guestCities?: readonly (string | null)[];
  readonly slogan?: string;
  readonly far?: boolean;
}

const rooms: Projection = projection<Room, Events>()({
  code: 'rooms',
  version: 1,
  title: { ru: 'Комнаты', en: 'Rooms' },
  key: ({ category, aggregateId }) => (category === 'room' ? aggregateId : undefined),
  on: { Opened: (_, { data }) => data, Closed: () => undefined },
  sides: {
    person: side<{ city: string }, Events>()({ Moved: (_, { data: { city } }) => ({ city }), Gone: () => undefined }),
    town: side<{ slogan: string }, Events>()({ Signed: (_, { data: { slogan } }) => ({ slogan }) }),
  },
  joins: [
    { by: 'owner', side: 'person', fields: { city: 'city' } },
    { by: 'guests', side: 'person', fields: { city: 'guestCities' } },
    { by: 'city', side: 'town', fields: { slogan: 'slogan' } }, // by what another join brings
  ],
  derive: (room) => {
    if (room.city === 'Nowhere') throw new Error('there is no such city');
    if (room.slogan === '!') throw new Error('that is no slogan');
    return { ...room, far: room.city !== undefined && room.city !== 'Tver' };
  },
  list: { filters: {}, sorts: ['city'], search: ['city', 'guestCities', 'slogan'], defaultSort: 'city' },
  policy: { name: 'nobody', see: () => refused('FORBIDDEN') },
});
const [ROOMS, PERSON, TOWN] = ['rooms_v1', 'rooms_v1__person', 'rooms_v1__town'];

describe('Joining', () => {
  let memory: MemoryDb;
  beforeEach(() => (memory = new MemoryDb()));
  const fold = (...events: readonly Recorded[]) => foldPage(memory.db, rooms, events);
  const rows = () => Object.fromEntries(memory.rows(ROOMS!)) as Record<string, Stored>;
  const opened = (position: number, id: string, data: Events['Opened']) => event(position, `room-${id}`, 'Opened', data);
  const moved = (position: number, id: string, city: string) => event(position, `person-${id}`, 'Moved', { city });
  const signed = (position: number, id: string, slogan: string) => event(position, `town-${id}`, 'Signed', { slogan });
  const writes = () => memory.asked.filter((each) => each.includes('writes'));

  test('ids are one, or a list of them', () => {
    expect([idsIn('a'), idsIn(['a', 3, 'b', null]), idsIn(undefined), idsIn(3)]).toEqual([['a'], ['a', 'b'], [], []]);
  });

  test('a document has what its sides tell, whether they came earlier, in the same page, or later', async () => {
    await fold(moved(1, 'x', 'Tver'));
    await fold(opened(2, 'a', { owner: 'x', guests: ['y', 'z', 'x'] }), moved(3, 'y', 'Omsk'));
    expect(rows()).toEqual({
      a: {
        _id: 'a',
        _position: 2,
        _streams: ['room-a'],
        owner: 'x',
        guests: ['y', 'z', 'x'],
        city: 'Tver',
        guestCities: ['Omsk', null, 'Tver'],
        far: false,
        _words: ['tver', 'omsk'],
        _fields: ['tver', 'omsk', 'tver'],
      },
    });
    await fold(moved(4, 'z', 'Perm'));
    expect(rows().a).toMatchObject({ _position: 4, guestCities: ['Omsk', 'Perm', 'Tver'], _words: ['tver', 'omsk', 'perm'] });
  });

  test('sides are asked for once, and only those that are not in the page', async () => {
    await fold(moved(1, 'x', 'Tver'), moved(2, 'y', 'Omsk'));
    memory.asked.length = 0;
    await fold(moved(3, 'x', 'Perm'), opened(4, 'a', { owner: 'x' }), opened(5, 'b', { owner: 'x' }));
    expect(memory.asked.filter((each) => each.startsWith(PERSON!))).toEqual([`${PERSON}: find`, `${PERSON}: 1 writes`]);
    expect(rows()).toMatchObject({ a: { city: 'Perm' }, b: { city: 'Perm' } });
    memory.asked.length = 0;
    await fold(opened(6, 'c', { owner: 'x' }), opened(7, 'd', { owner: 'y' }));
    expect(memory.asked.filter((each) => each.startsWith(PERSON!))).toEqual([`${PERSON}: find`]);
    expect(rows()).toMatchObject({ c: { city: 'Perm' }, d: { city: 'Omsk' } });
  });

  test('a side that comes again is known as it is', async () => {
    await fold(moved(1, 'x', 'Tver'), moved(3, 'x', 'Omsk'));
    await fold(moved(1, 'x', 'Tver'), opened(2, 'a', { owner: 'x' }));
    expect(rows().a).toMatchObject({ city: 'Omsk', _position: 2 });
  });

  test('a changed side reaches all that join it and nothing else; what follows from it is told anew', async () => {
    await fold(
      moved(1, 'x', 'Tver'),
      opened(2, 'a', { owner: 'x' }),
      opened(3, 'b', { owner: 'y', guests: ['x'] }),
      opened(4, 'c', { owner: 'y' }),
    );
    await fold(moved(5, 'x', 'Omsk'));
    expect(rows()).toMatchObject({
      a: { city: 'Omsk', far: true, _position: 5, _streams: ['room-a'], _words: ['omsk'] },
      b: { guestCities: ['Omsk'], _position: 5 },
      c: { _position: 4 },
    });
    await fold(event(6, 'person-x', 'Gone'));
    expect(rows().a).toEqual({ _id: 'a', _position: 6, _streams: ['room-a'], owner: 'x', far: false, _words: [], _fields: [] });
    expect(rows().b).toMatchObject({ guestCities: [null] });
  });

  test('a changed side leaves alone what is deleted, parked or further, and takes what stands at its very position', async () => {
    const row = { _position: 3, owner: 'x', city: 'old' };
    memory.put(
      ROOMS!,
      { ...row, _id: 'deleted', _deleted: true },
      { ...row, _id: 'further', _position: 6 },
      { ...row, _id: 'here', _position: 5 },
      { ...row, _id: 'parked', _parked: { position: 3, error: 'x' } },
    );
    await fold(moved(5, 'x', 'Omsk'));
    expect(Object.values(rows()).map(({ _id, city }) => [_id, city])).toEqual([
      ['deleted', 'old'],
      ['further', 'old'],
      ['here', 'Omsk'],
      ['parked', 'old'],
    ]);
  });

  test('what another join brings is joined by in turn, wherever the change began', async () => {
    await fold(signed(1, 'Tver', 'Welcome'), opened(2, 'a', { owner: 'x' }), opened(3, 'b', { owner: 'y' }));
    await fold(moved(4, 'x', 'Tver'));
    expect(rows().a).toMatchObject({ city: 'Tver', slogan: 'Welcome', _words: ['tver', 'welcome'] });
    await fold(signed(5, 'Tver', 'Stay'));
    expect(rows().a).toMatchObject({ slogan: 'Stay', _position: 5 });
    await fold(moved(6, 'y', 'Tver'), signed(7, 'Tver', 'Come back'));
    expect(rows()).toMatchObject({ a: { slogan: 'Come back' }, b: { city: 'Tver', slogan: 'Come back', _position: 7 } });
    await fold(moved(8, 'x', 'Omsk'));
    expect(rows().a).not.toHaveProperty('slogan');
  });

  test('two sides that change reach a document that both touch, in the order of the log', async () => {
    await fold(opened(1, 'a', { owner: 'x', guests: ['y'] }));
    await fold(moved(2, 'y', 'Omsk'), moved(3, 'x', 'Tver'), moved(4, 'y', 'Perm'));
    expect(rows().a).toMatchObject({ city: 'Tver', guestCities: ['Perm'], _position: 4 });
  });

  test('many that join one side are reached, some at a time', async () => {
    const many = Array.from({ length: 2_001 }, (_, at) => ({ _id: `${10_000 + at}`, _position: 1, owner: 'x' }));
    memory.put(ROOMS!, ...many);
    await fold(moved(2, 'x', 'Omsk'));
    expect(new Set([...memory.rows(ROOMS!).values()].map(({ city }) => city))).toEqual(new Set(['Omsk']));
    expect(writes()).toEqual([`${PERSON}: 1 writes`, ...[1_000, 1_000, 1].map((some) => `${ROOMS}: ${some} writes`)]);
  });

  test('of many sides that change only those are carried on that something joins', async () => {
    await fold(opened(1, 'a', { owner: 'p3' }), opened(2, 'b', { owner: 'b', guests: ['p4', 'p5'] }));
    memory.asked.length = 0;
    await fold(...Array.from({ length: 20 }, (_, at) => moved(3 + at, `p${at}`, 'Omsk')));
    expect(rows()).toMatchObject({ a: { city: 'Omsk' }, b: { guestCities: ['Omsk', 'Omsk'] } });
    // Who joins by owner and by guests is asked once each; then each of the three is carried on, and looked for once more at its end.
    expect(memory.asked.filter((each) => each === `${ROOMS}: find`)).toHaveLength(2 + 3 * 2);
  });

  test('so many may join them that nobody tells which: all are carried on', async () => {
    memory.put(ROOMS!, ...Array.from({ length: 1_000 }, (_, at) => ({ _id: `${10_000 + at}`, _position: 1, owner: 'p1' })));
    memory.put(ROOMS!, { _id: '99999', _position: 1, owner: 'p2' });
    await fold(moved(2, 'p1', 'Omsk'), moved(3, 'p2', 'Perm'));
    expect(rows()['99999']).toMatchObject({ city: 'Perm' });
  });

  test('what a document follows from is joined into nothing that is deleted or cannot be folded', async () => {
    await fold(moved(1, 'x', 'Tver'), opened(2, 'a', { owner: 'x' }), event(3, 'room-a', 'Closed'));
    expect(rows().a).toEqual({ _id: 'a', _position: 3, _deleted: true, _streams: ['room-a'] });
  });

  describe('a document that nothing can be derived from', () => {
    const parkedAt = (position: number, why = 'there is no such city') => ({ _parked: { position, error: `Error: ${why}` } });

    test('parks alone, as it was before its events, and the page is folded', async () => {
      await fold(moved(1, 'x', 'Nowhere'), opened(2, 'a', { owner: 'x' }), opened(3, 'b', { owner: 'y', note: 'before' }));
      expect(rows()).toMatchObject({ a: { _position: 2, _streams: ['room-a'], ...parkedAt(2) }, b: { far: false } });
      await fold(moved(4, 'z', 'Tver'), opened(5, 'b', { owner: 'x', note: 'after' }), opened(6, 'c', { owner: 'z' }));
      expect(rows()).toMatchObject({ b: { note: 'before', _position: 5, ...parkedAt(5) }, c: { city: 'Tver' } });
    });

    test('parks alone also when the change of a side comes to it', async () => {
      await fold(moved(1, 'x', 'Tver'), opened(2, 'a', { owner: 'x' }), opened(3, 'b', { guests: ['x'] }));
      await fold(moved(4, 'x', 'Nowhere'));
      expect(rows()).toMatchObject({ a: { city: 'Tver', _position: 4, ...parkedAt(4) }, b: { guestCities: ['Nowhere'] } });
      await fold(moved(5, 'x', 'Omsk'));
      expect(rows()).toMatchObject({ a: { city: 'Tver', _position: 4, ...parkedAt(4) }, b: { guestCities: ['Omsk'] } });
    });

    test('parks alone also when another join follows', async () => {
      await fold(signed(1, 'Omsk', '!'), opened(2, 'a', { owner: 'x' }), opened(3, 'b', { owner: 'x', guests: ['x'] }));
      await fold(moved(4, 'x', 'Omsk'));
      expect(rows()).toMatchObject({ a: parkedAt(4, 'that is no slogan'), b: parkedAt(4, 'that is no slogan') });
      expect(rows().a).not.toHaveProperty('city');
      expect(memory.rows(TOWN!).size).toBe(1);
    });
  });
});
