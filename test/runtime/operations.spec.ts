import { projection, refusal, refused, saga, side, type Recorded, type Saga } from '@letopis/kernel';
import { Projector, silent } from '@letopis/runtime';
import { NOTHING } from '../../libs/runtime/events/event-store';
import { logUpTo } from '../../libs/runtime/operations/log';
import { Refolder } from '../../libs/runtime/operations/refold';
import { differenceOf } from '../../libs/runtime/operations/verify';
import { waitingListPort } from '../../libs/runtime/operations/saga-failure';
import type { Stored } from '../../libs/runtime/projections/document';
import type { Effects } from '../../libs/runtime/sagas/effects';
import { SagaRunner, type WaitingStep } from '../../libs/runtime/sagas/saga-runner';
import { newEvent, startStores, type Stores } from '../support/stores';

interface Events {
  Opened: { house: string };
  Grew: { by: number };
  Named: { name: string };
  Painted: { colour: string };
}

/** What the reducer cannot take, as long as a test says so. */
const broken = new Set<number>();

const rooms = projection<{ house: string; size: number; houseName?: string; colour?: string }, Events>()({
  code: 'rooms',
  version: 1,
  title: { ru: 'Комнаты', en: 'Rooms' },
  key: ({ category, aggregateId, data }) =>
    category === 'room' ? aggregateId : category === 'growth' ? (data as { room?: string }).room : undefined,
  on: {
    Opened: (_, { data: { house } }) => ({ house, size: 0 }),
    Grew: (row, { data: { by } }) => {
      if (broken.has(by)) throw new Error('cannot grow');
      return row && { ...row, size: row.size + by };
    },
  },
  sides: { house: side<{ name: string }, Events>()({ Named: (_, { data: { name } }) => ({ name }) }) },
  joins: [{ by: 'house', side: 'house', fields: { name: 'houseName' } }],
  everywhere: {
    Painted: { where: ({ aggregateId }) => ({ house: aggregateId }), fold: (row, { data: { colour } }) => ({ ...row, colour }) },
  },
  list: { filters: { house: 'string' }, sorts: ['size'], search: ['houseName'], defaultSort: 'size' },
  policy: { name: 'nobody', see: () => refused('FORBIDDEN') },
});

describe('Folding one document anew', () => {
  let stores: Stores;
  let projector: Projector;
  let refolder: Refolder;
  const running = new AbortController();
  beforeEach(async () => {
    broken.clear();
    stores = await startStores();
    projector = new Projector({ store: stores.store, db: stores.db, logger: silent }, [rooms]);
    await projector.start();
    refolder = new Refolder({ ...stores, projector, logger: silent, signal: running.signal });
  });
  afterEach(async () => {
    await projector.stop();
    await stores.stop();
  });

  const append = async (stream: string, expected: number, type: keyof Events, data: object) => {
    await stores.store.append(stream, expected, [newEvent(type, data)]);
    await projector.mark('rooms').reached(await stores.store.head());
  };
  const room = (id: string) => stores.db.collection<Stored>('rooms_v1').findOne({ _id: id });

  test('a document that could not take an event parks alone, waits with all later events, and takes them in order once refolded', async () => {
    await append('room-1', NOTHING, 'Opened', { house: 'a' });
    await append('room-2', NOTHING, 'Opened', { house: 'a' });
    broken.add(5);
    await append('growth-x', NOTHING, 'Grew', { room: '1', by: 5 });
    await append('growth-y', NOTHING, 'Grew', { room: '1', by: 7 });
    await append('growth-z', NOTHING, 'Grew', { room: '2', by: 7 });
    await append('house-a', NOTHING, 'Painted', { colour: 'red' });
    expect(await room('1')).toMatchObject({ size: 0, _parked: { error: 'Error: cannot grow' } });
    expect(await room('2')).toMatchObject({ size: 7, colour: 'red' });

    expect(await refolder.refold({ projection: 'rooms', key: '1' })).toEqual({ parked: true });
    broken.clear();
    expect(await refolder.refold({ projection: 'rooms', key: '1' })).toEqual({ parked: false });
    const whole = await room('1');
    expect(whole).toMatchObject({ size: 12, colour: 'red', _streams: ['room-1', 'growth-x', 'growth-y', 'house-a'] });
    expect(whole).not.toHaveProperty('_parked');
    await append('growth-y', 0, 'Grew', { room: '1', by: 1 });
    expect(await room('1')).toMatchObject({ size: 13 });
  });

  test('a document that waits takes also what has changed many others meanwhile, once it is refolded', async () => {
    broken.add(5);
    await append('growth-x', NOTHING, 'Grew', { room: '1', by: 5 });
    await append('room-1', NOTHING, 'Opened', { house: 'a' });
    await append('house-a', NOTHING, 'Painted', { colour: 'red' });
    expect(await room('1')).toMatchObject({ _parked: { error: 'Error: cannot grow' } });

    broken.clear();
    expect(await refolder.refold({ projection: 'rooms', key: '1' })).toEqual({ parked: false });
    expect(await room('1')).toMatchObject({ house: 'a', colour: 'red', _streams: ['growth-x', 'room-1', 'house-a'] });
  });

  test('a side that is refolded is carried into the documents that join it', async () => {
    await append('room-1', NOTHING, 'Opened', { house: 'a' });
    await append('house-a', NOTHING, 'Named', { name: 'Север' });
    await stores.db.collection<Stored>('rooms_v1__house').updateOne({ _id: 'a' }, { $set: { name: 'Подделка' } });
    await stores.db.collection<Stored>('rooms_v1').updateOne({ _id: '1' }, { $set: { houseName: 'Подделка' } });
    await refolder.refold({ projection: 'rooms', side: 'house', key: 'a' });
    expect(await room('1')).toMatchObject({ houseName: 'Север' });
    await append('house-a', 0, 'Named', { name: 'Юг' });
    expect(await room('1')).toMatchObject({ houseName: 'Юг' });
  });

  test('a document that does not know its streams is folded from the whole log', async () => {
    await append('room-1', NOTHING, 'Opened', { house: 'a' });
    await append('growth-x', NOTHING, 'Grew', { room: '1', by: 5 });
    await stores.db.collection<Stored>('rooms_v1').updateOne({ _id: '1' }, { $set: { size: 99 }, $unset: { _streams: '' } });
    await append('growth-x', 0, 'Grew', { room: '1', by: 1 });
    expect(await room('1')).toMatchObject({ size: 100 });
    expect(await room('1')).not.toHaveProperty('_streams');
    await refolder.refold({ projection: 'rooms', key: '1' });
    expect(await room('1')).toMatchObject({ size: 6, _streams: ['room-1', 'growth-x'] });
  });

  test('the log is read up to a position and not beyond', async () => {
    for (let n = 0; n < 5; n++) await append(`room-${n}`, NOTHING, 'Opened', { house: 'a' });
    const all: Recorded[] = [];
    const parts = { store: stores.store, logger: silent, signal: running.signal };
    for await (const page of logUpTo(parts, -1, Number.MAX_SAFE_INTEGER)) all.push(...page);
    expect(all).toHaveLength(5);
    const some: Recorded[] = [];
    for await (const page of logUpTo(parts, all[0]!.position, all[2]!.position)) some.push(...page);
    expect(some.map(({ id }) => id)).toEqual([all[1]!.id, all[2]!.id]);
  });
});

describe('Two documents', () => {
  const document: Stored = { _id: '1', _position: 7, size: 1, inner: { a: 1, b: 2 } };
  test('are the same whatever the order of their fields and wherever pages were split', () => {
    expect(differenceOf(document, { inner: { b: 2, a: 1 }, size: 1, _id: '1', _position: 9, _streams: ['x-1'] })).toBeUndefined();
  });
  test('deleted and never there is one; lost, made up and changed are told apart', () => {
    const deleted: Stored = { _id: '1', _position: 8, _deleted: true };
    expect(differenceOf(undefined, deleted)).toBeUndefined();
    expect(differenceOf(deleted, document)).toEqual({ kind: 'missing', fields: [] });
    expect(differenceOf(document, undefined)).toEqual({ kind: 'surplus', fields: [] });
    expect(differenceOf(document, { ...document, size: 2, more: true })).toEqual({ kind: 'different', fields: ['more', 'size'] });
  });
});

describe('What operators decide about waiting steps', () => {
  const counting = saga<{ Counted: { n: number } }>()({ name: 'Counting', on: { Counted: () => [] } });
  let stores: Stores;
  let runner: SagaRunner;
  let done: number[];
  let failing: Set<number>;
  beforeEach(async () => {
    stores = await startStores();
    done = [];
    failing = new Set([1, 2]);
    const react = async (_: Saga, { data }: Recorded) => {
      const { n } = data as { n: number };
      if (failing.has(n)) throw refusal('NOT_FOUND');
      done.push(n);
    };
    const effects = { react } as object as Effects;
    runner = new SagaRunner({ store: stores.store, db: stores.db, logger: silent, effects, sagas: [counting] });
    await runner.start();
    await runner.begin();
    await stores.store.append(
      'a-1',
      NOTHING,
      [1, 2, 3].map((n) => newEvent('Counted', { n })),
    );
    await passed();
  });
  afterEach(async () => {
    await runner.stop();
    await stores.stop();
  });

  const passed = async () => runner.mark.reached(await stores.store.head());
  const waiting = () => stores.db.collection<WaitingStep>('_sagas_waiting').find().sort({ position: 1 }).toArray();
  const numbers = async () => (await waiting()).map(({ event }) => (event.data as { n: number }).n);
  /** As the command records it. */
  const decide = async (type: 'SagaStepRetried' | 'SagaStepSkipped', eventId: string) => {
    const step = await waitingListPort(stores.db).step({ saga: 'Counting', eventId });
    await stores.store.append(`sagaFailure-${eventId}`, NOTHING, [newEvent(type, { ...step, reason: 'Проверено' })]);
    await passed();
  };

  test('a step that is retried is done before the mark has passed the decision, and those behind it follow', async () => {
    expect(await waiting()).toMatchObject([
      { parked: true, attempts: 1, error: 'NOT_FOUND', since: expect.any(String) },
      { parked: false },
      { parked: false },
    ]);
    failing.clear();
    await decide('SagaStepRetried', (await waiting())[0]!.event.id);
    expect({ done, left: await numbers() }).toEqual({ done: [1, 2, 3], left: [] });
  });

  test('a retry that fails again is parked again, one attempt richer', async () => {
    await decide('SagaStepRetried', (await waiting())[0]!.event.id);
    expect((await waiting())[0]).toMatchObject({ parked: true, attempts: 2 });
    expect(done).toEqual([]);
  });

  test('a step that is skipped is gone, and the one behind it has its turn', async () => {
    await decide('SagaStepSkipped', (await waiting())[0]!.event.id);
    expect({ done, left: await numbers() }).toEqual({ done: [], left: [2, 3] });
    expect((await waiting())[0]).toMatchObject({ parked: true, attempts: 1 });
    await decide('SagaStepSkipped', (await waiting())[0]!.event.id);
    expect({ done, left: await numbers() }).toEqual({ done: [3], left: [] });
  });
});
