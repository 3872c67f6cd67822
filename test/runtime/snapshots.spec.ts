import { aggregate, anyone, defineContext, ERASED, Id, Keyring, newId, subjectOf, Text } from '@letopis/kernel';
import { SNAPSHOT_EVERY } from '../../libs/runtime/commands/snapshots';
import { NOTHING } from '../../libs/runtime/events/event-store';
import { keyIdOf, Sealer } from '../../libs/runtime/events/sealing';
import { bank } from '../support/bank';
import { commandSide } from '../support/command-side';
import { newEvent, startStores, type Stores } from '../support/stores';

class Write {
  @Id() diaryId: string;
  @Text(1, 100) page: string;
}

interface DiaryEvents {
  Written: { userId: string; page: string };
}

const { command, define, event } = aggregate<{ pages: number; newest?: string }, DiaryEvents>();
const defined = (foldVersion?: number) =>
  define({
    category: 'diary',
    initialState: { pages: 0 },
    commands: { Write: command(Write, { by: anyone }) },
    decide: { Write: ({ page }) => [event('Written', { userId: 'u', page })] },
    evolve: { Written: ({ pages }, { page }) => ({ pages: pages + 1, newest: page }) },
    personal: { Written: { of: ({ userId }) => subjectOf(userId), fields: ['page'] } },
    foldVersion,
  });
const diary = defined();
const context = (of = diary) => [defineContext({ name: 'diaries', aggregates: [of] }), bank];

describe('Snapshots', () => {
  let stores: Stores;
  let sealer: Sealer;
  beforeAll(async () => {
    stores = await startStores();
    sealer = new Sealer(stores.db, new Keyring(Buffer.alloc(32, 3)), [diary]);
    stores.store.sealWith(sealer);
  });
  afterAll(() => stores.stop());
  afterEach(() => jest.restoreAllMocks());

  /** A diary of so many pages, all of one person. */
  const written = async (pages: number, userId = newId()) => {
    const id = newId();
    for (let from = 0; from < pages; from += 50) {
      const events = Array.from({ length: Math.min(50, pages - from) }, (_, at) =>
        newEvent('Written', { userId, page: `Страница ${from + at + 1}` }),
      );
      await stores.store.append(`diary-${id}`, from === 0 ? NOTHING : from - 1, events);
    }
    return { id, userId };
  };
  const cold = (of = diary, release = '') => commandSide(stores.store, context(of), { sealer, release });
  /** Loads the diary in a process of its own, whose snapshot is then there. */
  const loaded = async (id: string, ...process: Parameters<typeof cold>) => {
    const { states, snapshots } = cold(...process);
    const read = jest.spyOn(stores.store, 'pages');
    const folded = await states.fresh(process[0] ?? diary, id);
    await snapshots.idle();
    const from = read.mock.calls.map(([, revision]) => revision);
    read.mockRestore();
    return { folded, from };
  };

  test('a short stream has none and is read once', async () => {
    const { id } = await written(SNAPSHOT_EVERY - 1);
    expect((await loaded(id)).from).toEqual([0]);
    expect(await stores.store.lastRaw(`snapshot-diary-${id}`)).toBeUndefined();
  });

  test('a long stream is folded from its snapshot on, to the same state', async () => {
    const { id } = await written(1_000);
    const first = await loaded(id);
    expect(first.folded.state).toEqual({ pages: 1_000, newest: 'Страница 1000' });
    await stores.store.append(`diary-${id}`, 999, [newEvent('Written', { userId: 'another', page: 'Ещё одна' })]);
    const second = await loaded(id);
    expect(second.from).toEqual([0, 1_000]);
    expect(second.folded).toMatchObject({ state: { pages: 1_001, newest: 'Ещё одна' }, revision: 1_000 });
    expect([...second.folded.commands.keys()].slice(0, -1)).toEqual([...first.folded.commands.keys()].slice(1));
  });

  test('one of another fold, and one of another program, is passed over', async () => {
    const { id } = await written(400);
    await loaded(id);
    expect((await loaded(id)).from).toEqual([0, 400]);
    expect((await loaded(id, defined(2))).from).toEqual([0, 200]);
    expect((await loaded(id, diary, 'another release')).from).toEqual([0, 200]);
  });

  test('it holds sealed data only, and is not used once the person is erased', async () => {
    const { id, userId } = await written(400);
    await loaded(id);
    const stored = await stores.store.lastRaw(`snapshot-diary-${id}`);
    expect(JSON.stringify(stored)).not.toContain('Страница');
    expect((await loaded(id)).from).toEqual([0, 400]);
    await sealer.destroy(subjectOf(userId));
    expect((await loaded(id)).folded.state).toEqual({ pages: 400, newest: ERASED });
  });

  test('what is kept in memory is let go of with the person', async () => {
    const { id, userId } = await written(10);
    const { states } = cold();
    await states.fresh(diary, id);
    expect(states.kept(diary, id)?.state.newest).toBe('Страница 10');
    states.forgetSubject(keyIdOf(subjectOf(userId)));
    expect(states.kept(diary, id)).toBeUndefined();
  });

  test('snapshots are no part of the history: no reader is told of them', async () => {
    const { id } = await written(400);
    await loaded(id);
    const { position } = (await stores.store.read(`diary-${id}`, 399))[0]!;
    expect(await stores.store.head()).toBe(position);
    await stores.store.append(`diary-${id}`, 399, [newEvent('Written', { userId: 'u', page: 'Последняя' })]);
    const streams: string[] = [];
    for await (const { event } of stores.store.subscribe(position)) {
      streams.push(event!.streamId);
      break;
    }
    expect(streams).toEqual([`diary-${id}`]);
  });
});
