import { startEventStore, startMongo, type LocalServerKind, type LocalServerOptions } from '@letopis/local';
import { silent } from '@letopis/runtime';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fit } from '../../apps/cli/operations/commands';
import { World } from '../support/world';
import { swiftFolder } from '../support/folders';

const servers = { eventstore: startEventStore, mongodb: startMongo };
const substitutes = { logger: silent, startLocal: (kind: LocalServerKind, own: LocalServerOptions) => servers[kind](own) };

describe('A database and its log', () => {
  const root = swiftFolder('identity-');
  const folder = join(root, 'data');
  const older = join(root, 'older');
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** Puts one database's files in the place of another's. */
  const put = (from: string, to: string, name: string) => {
    for (const file of readdirSync(to).filter((one) => one.startsWith(`${name}.db`))) rmSync(join(to, file));
    for (const file of readdirSync(from).filter((one) => one.startsWith(`${name}.db`))) cpSync(join(from, file), join(to, file));
  };

  test('know each other by the name of the log, which it has from its first start on', async () => {
    const world = await World.start({ folder });
    const { runtime } = world.product;
    expect((await runtime.store.read('storeIdentity-log')).map(({ type }) => type)).toEqual(['StoreIdentified']);
    const { store } = (await runtime.operations.info()) as { store: { storeId: string } };
    expect(await runtime.db.collection('_log').findOne({ _id: 'identity' as never })).toMatchObject({ storeId: store.storeId });
    await world.admin();
    await world.settle();
    await world.stop();
    cpSync(folder, older, { recursive: true });

    const again = await World.start({ folder });
    expect(await again.product.runtime.operations.info()).toMatchObject({ store });
    await again.person('anna@romashka.ru');
    await again.settle();
    await again.stop();
  });

  test('do not start where the log is older than the marks; fitted, read models are built anew and nothing is sent twice', async () => {
    put(older, folder, 'eventstore');
    await expect(World.start({ folder })).rejects.toThrow(/MONGODB_URL: .* has come to \d+, and the log ends at \d+.*letopis fit/s);
    expect(await fit({ data: folder, sagas: 'end' }, substitutes)).toMatchObject({ dropped: expect.arrayContaining(['stories_v2']) });
    const world = await World.start({ folder });
    const letters = world.letters().length;
    const admin = await world.signIn('admin@letopis.local', 'Летопись-2026');
    expect(await admin.rows('users_registry')).toHaveLength(1);
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
    expect(world.letters()).toHaveLength(letters);
    await world.stop();
  });

  test('do not start where the database belongs to another log, until it is fitted', async () => {
    const other = join(root, 'other');
    const world = await World.start({ folder: other });
    await world.stop();
    put(folder, other, 'mongodb');
    await expect(World.start({ folder: other })).rejects.toThrow(/was folded from the log .* and EVENTSTORE_URL is the log .*letopis fit/s);
    await expect(fit({ data: other, sagas: 'somewhere' }, substitutes)).rejects.toThrow('«end» or at «start»');
  });
});
