import { projection, refused, side, type Projection, type Recorded } from '@letopis/kernel';
import { event, MemoryDb } from '../../../test/support/memory-db';
import { collectionOf, stored, streamsWith, visible, type Stored } from './document';
import { foldOne, foldPage, takingNothing } from './folding';
import { NewerOwner } from './page';

interface Events {
  Opened: { name: string; tags?: readonly string[] };
  Grew: { by: number };
  Closed: object;
  Shared: { with: readonly string[] };
  Broke: object;
  Ignored: object;
  Painted: { colour: string };
}
interface Room {
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly size?: number;
  readonly colour?: string;
  readonly guests?: number;
  readonly loud?: string;
}
const BROKEN = 'the reducer cannot take it';
const fails = (): never => {
  throw new Error(BROKEN);
};
const rooms = projection<Room, Events>()({
  code: 'rooms',
  version: 1,
  title: { ru: 'Комнаты', en: 'Rooms' },
  key: (happened) => {
    if (happened.type === 'Shared') return happened.data.with;
    return happened.type === 'Ignored' ? undefined : happened.aggregateId;
  },
  on: {
    Opened: (_, { data: { name, tags } }) => ({ name, tags, size: 0 }),
    Grew: (row, { data: { by } }) => ({ ...row, size: (row?.size ?? 0) + by }),
    Closed: () => undefined,
    Shared: (row) => ({ ...row, guests: (row?.guests ?? 0) + 1 }),
    Broke: fails,
    Ignored: fails,
  },
  everywhere: {
    Painted: {
      where: ({ aggregateId }) => ({ tags: aggregateId }),
      fold: (row, { data: { colour } }) => (colour === 'none' ? fails() : { ...row, colour }),
    },
  },
  list: { filters: {}, sorts: ['name'], search: ['name', 'tags'], defaultSort: 'name' },
  policy: { name: 'nobody', see: () => refused('FORBIDDEN') },
});
const ROOMS = 'rooms_v1';

describe('A document of a read model', () => {
  test('lies in the collection of its version, sides beside it', () => {
    expect(collectionOf({ code: 'rooms', version: 3 })).toBe('rooms_v3');
    expect(collectionOf({ code: 'rooms', version: 3 }, 'owner')).toBe('rooms_v3__owner');
  });

  test('knows the streams that it was folded from, once each, unless they are too many or not known', () => {
    const from = (_streams?: readonly string[]): Stored => ({ _id: '1', _position: 1, _streams });
    const many = Array.from({ length: 999 }, (_, at) => `s-${at}`);
    expect(streamsWith(undefined, 'a')).toEqual(['a']);
    expect(streamsWith(from(['a']), 'b')).toEqual(['a', 'b']);
    expect(streamsWith(from(['a', 'b']), 'a')).toEqual(['a', 'b']);
    expect(streamsWith(from(), 'a')).toBeUndefined();
    expect(streamsWith(from(many), 'last')).toHaveLength(1_000);
    expect(streamsWith(from([...many, 'last']), 'more')).toBeUndefined();
    expect(streamsWith(from([...many, 'last']), 'last')).toHaveLength(1_000);
  });

  test('is seen by its reducer without what the machinery keeps, and not at all once it is deleted', () => {
    expect(visible({ _id: '1', _position: 3, _streams: ['a'], name: 'x' })).toEqual({ name: 'x' });
    expect(visible({ _id: '1', _position: 3, _deleted: true, name: 'x' })).toBeUndefined();
    expect(visible(undefined)).toBeUndefined();
  });

  test('is found by the words of the fields that are searched', () => {
    const document = { name: 'Тёмная  Комната', tags: ['Blue', 3, 'дом'], size: 1, other: 'x' };
    expect(stored('1', 7, document, ['name', 'tags', 'size', 'nothing'], ['a'])).toEqual({
      ...document,
      _id: '1',
      _position: 7,
      _streams: ['a'],
      _words: ['темная', 'комната', 'blue', 'дом'],
      _fields: ['темная комната', 'blue', 'дом'],
    });
    expect(stored('1', 7, document, [], undefined)).toEqual({ ...document, _id: '1', _position: 7 });
    expect(stored('1', 7, undefined, ['name'], ['a'])).toEqual({ _id: '1', _position: 7, _deleted: true, _streams: ['a'] });
  });
});

describe('Folding', () => {
  let memory: MemoryDb;
  beforeEach(() => (memory = new MemoryDb()));
  const fold = (...events: readonly Recorded[]) => foldPage(memory.db, rooms, events);
  const rows = () => Object.fromEntries(memory.rows(ROOMS)) as Record<string, Stored>;
  const opened = (position: number, id: string, data: Events['Opened'] = { name: id }, more: Partial<Recorded> = {}) =>
    event(position, `room-${id}`, 'Opened', data, more);

  test('makes a document of all events of its key, at the position of the last of them', async () => {
    await fold(opened(1, 'a'), event(2, 'room-a', 'Grew', { by: 3 }), opened(3, 'b'), event(5, 'room-a', 'Grew', { by: 4 }));
    expect(rows()).toMatchObject({
      a: { _position: 5, name: 'a', size: 7, _streams: ['room-a'], _words: ['a'] },
      b: { _position: 3, name: 'b', size: 0 },
    });
    expect(memory.asked).toEqual([`${ROOMS}: find`, `${ROOMS}: 2 writes`]);
  });

  test('goes on from what is there', async () => {
    await fold(opened(1, 'a'));
    await fold(event(2, 'room-a', 'Grew', { by: 3 }));
    expect(rows()).toMatchObject({ a: { _position: 2, name: 'a', size: 3 } });
  });

  test('reaches all the keys of an event, or none', async () => {
    await fold(opened(1, 'a'), event(2, 'party-1', 'Shared', { with: ['a', 'b'] }), event(3, 'room-a', 'Ignored'));
    expect(rows()).toEqual({
      a: expect.objectContaining({ guests: 1, name: 'a', _streams: ['room-a', 'party-1'], _position: 2 }),
      b: expect.objectContaining({ guests: 1, _streams: ['party-1'], _position: 2 }),
    });
  });

  test('asks nothing for events that nobody has named, whatever they are called', async () => {
    await fold(event(1, 'room-a', 'Whistled'), event(2, 'room-a', 'constructor'), event(3, 'room-a', 'toString'));
    await fold();
    expect(memory.asked).toEqual([]);
  });

  test('takes every event where the reducer says so, named ones by their names', async () => {
    const log: Projection = { ...rooms, on: { '*': (row, { type }) => ({ ...row, last: type }), Closed: () => undefined } };
    await foldPage(memory.db, log, [event(1, 'room-a', 'Whistled'), event(2, 'room-b', 'Whistled'), event(3, 'room-b', 'Closed')]);
    expect(rows()).toMatchObject({ a: { last: 'Whistled' }, b: { _deleted: true } });
  });

  test('leaves alone what has passed the events already', async () => {
    const page = [opened(1, 'a'), event(2, 'room-a', 'Grew', { by: 3 })];
    await fold(...page);
    await fold(...page);
    await fold(event(2, 'room-a', 'Grew', { by: 3 }));
    expect(rows()).toMatchObject({ a: { _position: 2, size: 3 } });
    expect(memory.asked.filter((each) => each.includes('writes'))).toHaveLength(1);
  });

  test('keeps of what is deleted where and when, and begins anew with what comes later', async () => {
    await fold(opened(1, 'a'), event(2, 'room-a', 'Grew', { by: 3 }), event(3, 'room-a', 'Closed'));
    expect(rows()).toEqual({ a: { _id: 'a', _position: 3, _deleted: true, _streams: ['room-a'] } });
    await fold(opened(1, 'a'));
    expect(rows()).toMatchObject({ a: { _position: 3, _deleted: true } });
    await fold(event(4, 'room-a', 'Grew', { by: 2 }));
    expect(rows()).toEqual({ a: { _id: 'a', _position: 4, size: 2, _streams: ['room-a'], _words: [], _fields: [] } });
  });

  test('stores what follows from the document', async () => {
    const loud: Projection = { ...rooms, derive: (row) => (row.name === 'bad' ? fails() : { ...row, loud: `${String(row.name)}!` }) };
    const search = { ...loud, list: { ...loud.list, search: ['loud'] } };
    await foldPage(memory.db, search, [opened(1, 'a'), opened(2, 'b'), event(3, 'room-b', 'Closed'), opened(4, 'c', { name: 'bad' })]);
    expect(rows()).toMatchObject({
      a: { loud: 'a!', _words: ['a'], _fields: ['a!'], _streams: ['room-a'], _position: 1 },
      b: { _deleted: true },
      c: { _parked: { position: 4, error: `Error: ${BROKEN}` } },
    });
    await foldPage(memory.db, search, [event(5, 'room-a', 'Grew', { by: 1 }), event(6, 'room-c', 'Grew', { by: 1 })]);
    expect(rows()).toMatchObject({ a: { loud: 'a!', size: 1 }, c: { _position: 4, _parked: { position: 4 } } });
  });

  describe('an event that cannot be taken', () => {
    const plain: Projection = { ...rooms, everywhere: {} };
    const fold = (...events: readonly Recorded[]) => foldPage(memory.db, plain, events);

    test('parks its document as it was before, and nothing else', async () => {
      await fold(
        opened(1, 'a'),
        opened(2, 'b'),
        event(3, 'pipe-1', 'Broke', {}, { aggregateId: 'a' }),
        event(4, 'room-b', 'Grew', { by: 1 }),
      );
      expect(rows()).toEqual({
        a: expect.objectContaining({
          name: 'a',
          size: 0,
          _position: 3,
          _parked: { position: 3, error: `Error: ${BROKEN}` },
          _streams: ['room-a', 'pipe-1'],
        }),
        b: expect.objectContaining({ size: 1, _position: 4 }),
      });
      expect(rows().b).not.toHaveProperty('_parked');
    });

    test('parks also what began with it', async () => {
      await fold(event(3, 'room-a', 'Broke'));
      expect(rows()).toEqual({
        a: { _id: 'a', _position: 3, _parked: { position: 3, error: `Error: ${BROKEN}` }, _streams: ['room-a'] },
      });
    });

    test('is waited for by later ones, whose streams are known by then', async () => {
      await fold(opened(1, 'a'), event(2, 'room-a', 'Broke'), event(3, 'room-a', 'Grew', { by: 3 }));
      await fold(event(4, 'room-a', 'Grew', { by: 3 }), event(5, 'party-1', 'Shared', { with: ['a'] }));
      expect(rows()).toMatchObject({ a: { size: 0, _position: 2, _parked: { position: 2 }, _streams: ['room-a', 'party-1'] } });
      expect(rows().a).not.toHaveProperty('guests');
    });

    test('is waited for also where streams are not told any more', () => {
      const parked: Stored = { _id: 'a', _position: 2, _parked: { position: 2, error: 'x' } };
      expect(foldOne(parked, event(5, 'party-1', 'Shared'), 'a', plain, [])).toBe(parked);
    });

    test('leaves open of which streams the document is, where others would find it by its fields', async () => {
      await foldPage(memory.db, rooms, [opened(1, 'a'), event(2, 'room-a', 'Broke')]);
      expect(rows().a).toMatchObject({ name: 'a', _parked: { position: 2 } });
      expect(rows().a).not.toHaveProperty('_streams');
    });
  });

  test('what an event begins is written without being looked for', async () => {
    const own = opened(1, 'e1', { name: 'x' }, { id: 'e1' });
    await fold(opened(0, 'a', { name: 'a' }, { revision: 0 }), own, event(2, 'room-a', 'Grew', { by: 1 }));
    expect(memory.asked).toEqual([`${ROOMS}: 2 writes`]);
    expect(rows()).toMatchObject({ a: { size: 1, _position: 2 }, e1: { name: 'x' } });
    await fold(event(3, 'party-9', 'Shared', { with: ['a', 'p'] }, { revision: 0 }));
    expect(rows()).toMatchObject({ a: { size: 1, guests: 1 }, p: { guests: 1 } });
    await fold(event(4, 'room-b', 'Grew', { by: 1 }), opened(5, 'b', { name: 'b' }, { revision: 0 }));
    expect(memory.asked.slice(1)).toEqual([`${ROOMS}: find`, `${ROOMS}: 2 writes`, `${ROOMS}: find`, `${ROOMS}: 1 writes`]);
  });

  test('what seemed to begin and was there is folded again onto what is there', async () => {
    const page = [opened(1, 'a', { name: 'a' }, { revision: 0 }), event(2, 'room-a', 'Grew', { by: 1 })];
    await fold(...page);
    await fold(...page, event(3, 'room-a', 'Grew', { by: 1 }));
    expect(rows()).toMatchObject({ a: { size: 2, _position: 3 } });
  });

  test('what another process has folded meanwhile stays, and what it has not come to goes on from there', async () => {
    await fold(opened(1, 'a'));
    memory.beforeWrite = () => {
      memory.beforeWrite = () => {};
      memory.put(ROOMS, { _id: 'a', _position: 9, name: 'newer', size: 5 }, { _id: 'b', _position: 9, name: 'newer' });
    };
    await fold(event(2, 'room-a', 'Grew', { by: 1 }), opened(3, 'b'), event(10, 'room-a', 'Grew', { by: 1 }));
    expect(rows()).toMatchObject({ a: { _position: 10, name: 'newer', size: 6 }, b: { _position: 9, name: 'newer' } });
  });

  test('a document that another process writes again and again has another owner', async () => {
    await fold(opened(1, 'a'));
    let position = 2;
    memory.beforeWrite = () => memory.put(ROOMS, { _id: 'a', _position: position++, name: 'newer' });
    await expect(fold(event(20, 'room-a', 'Grew', { by: 1 }))).rejects.toThrow(NewerOwner);
    expect(rows().a).toMatchObject({ name: 'newer' });
    memory.beforeWrite = () =>
      void (memory.rows(ROOMS).has('b') ? memory.rows(ROOMS).delete('b') : memory.put(ROOMS, { _id: 'b', _position: 1 }));
    await expect(fold(opened(21, 'b'))).rejects.toThrow(NewerOwner);
  });

  test('a database that is away is no newer owner: nothing is folded a second time', async () => {
    memory.beforeWrite = () => {
      throw new Error('the database is away');
    };
    await expect(fold(opened(1, 'a', { name: 'a' }, { revision: 0 }))).rejects.toThrow('the database is away');
    expect(memory.asked).toEqual([`${ROOMS}: 1 writes`]);
  });

  describe('an event that changes many documents', () => {
    const painted = (position: number, colour = 'red') => event(position, 'tag-t', 'Painted', { colour });
    const tagged = (position: number, id: string) => opened(position, id, { name: id, tags: ['t', 'u'] });

    test('changes those that it finds, those of its page as well', async () => {
      await fold(tagged(1, 'a'), opened(2, 'b', { name: 'b', tags: ['u'] }));
      await fold(tagged(3, 'c'), painted(4), event(5, 'room-c', 'Grew', { by: 1 }), tagged(6, 'd'));
      expect(rows()).toMatchObject({
        a: { colour: 'red', _position: 4, _streams: ['room-a', 'tag-t'], _words: ['a', 't', 'u'] },
        c: { colour: 'red', size: 1, _position: 5, _streams: ['room-c', 'tag-t'] },
      });
      for (const id of ['b', 'd']) expect(rows()[id]).not.toHaveProperty('colour');
    });

    test('reaches them however many there are', async () => {
      const many = Array.from({ length: 2_001 }, (_, at): Stored => ({
        _id: `${10_000 + at}`,
        _position: 1,
        _streams: ['s'],
        tags: ['t'],
      }));
      memory.put(ROOMS, ...many);
      await fold(painted(4));
      expect([...memory.rows(ROOMS).values()].filter(({ colour }) => colour === 'red')).toHaveLength(2_001);
      expect(memory.asked.filter((each) => each.includes('writes'))).toEqual([1_000, 1_000, 1].map((some) => `${ROOMS}: ${some} writes`));
    });

    test('passes by what is deleted and what has passed it', async () => {
      memory.put(
        ROOMS,
        { _id: 'a', _position: 4, tags: ['t'] },
        { _id: 'b', _position: 1, _deleted: true, tags: ['t'] },
        { _id: 'c', _position: 3, tags: ['t'] },
      );
      await fold(painted(4));
      expect(rows()).toEqual({
        a: { _id: 'a', _position: 4, tags: ['t'] },
        b: { _id: 'b', _position: 1, _deleted: true, tags: ['t'] },
        c: { _id: 'c', _position: 4, tags: ['t'], colour: 'red', _words: ['t'], _fields: ['t'] },
      });
    });

    test('parks what it cannot be folded into, and waits for what is parked', async () => {
      await fold(tagged(1, 'a'));
      await fold(painted(4, 'none'));
      expect(rows().a).toMatchObject({ name: 'a', _position: 4, _parked: { position: 4, error: `Error: ${BROKEN}` } });
      await fold(event(5, 'room-a', 'Grew', { by: 1 }), painted(6));
      expect(rows().a).not.toHaveProperty('colour');
      expect(rows().a).toMatchObject({ size: 0, _position: 4 });
      memory.put(ROOMS, { ...rows().a!, _streams: ['room-a'] });
      await fold(painted(7));
      expect(rows().a).toMatchObject({ _position: 4, _streams: ['room-a', 'tag-t'], _parked: { position: 4 } });
    });

    test('stores what follows from them then', async () => {
      const loud: Projection = { ...rooms, derive: (row) => ({ ...row, loud: `${String(row.colour)}!` }) };
      await foldPage(memory.db, loud, [tagged(1, 'a'), painted(4)]);
      expect(rows()).toMatchObject({ a: { colour: 'red', loud: 'red!' } });
    });
  });

  test('an event that ends the process is parked wherever it would have been folded', async () => {
    const group = side<{ name: string }, Events>()({ Opened: (_, { data: { name } }) => ({ name }) });
    const nothing = takingNothing({ ...rooms, sides: { group } });
    await foldPage(memory.db, rooms, [opened(1, 'a', { name: 'a', tags: ['t'] })]);
    await foldPage(memory.db, nothing, [opened(2, 'b'), event(3, 'room-c', 'Whistled')]);
    const error = 'Error: the process has ended every time that this event was folded';
    expect(Object.keys(rows())).toEqual(['a', 'b']);
    expect(rows().b).toEqual({ _id: 'b', _position: 2, _parked: { position: 2, error } });
    expect(memory.rows(`${ROOMS}__group`).get('b')).toMatchObject({ _parked: { position: 2, error } });
    await foldPage(memory.db, nothing, [event(4, 'tag-t', 'Painted', { colour: 'red' })]);
    expect(rows().a).toMatchObject({ name: 'a', _position: 4, _parked: { position: 4, error } });
  });

  test('a build beside the live one is folded by itself', async () => {
    await foldPage(memory.db, rooms, [opened(1, 'a')], 'rooms_v1_build');
    expect([memory.rows(ROOMS).size, memory.rows('rooms_v1_build').size]).toEqual([0, 1]);
  });
});
