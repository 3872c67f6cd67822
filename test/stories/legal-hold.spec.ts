import { ERASED, newId, subjectOf } from '@letopis/kernel';
import type { Document } from 'mongodb';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { backup } from '../../apps/cli/local/backup';
import { restore } from '../../apps/cli/local/restore';
import { keyIdOf } from '../../libs/runtime/events/sealing';
import { type Caller, World } from '../support/world';

describe('A legal hold and erasing', () => {
  let world: World;
  let admin: Caller;
  let anna: Caller;
  let subject: string;
  beforeAll(async () => {
    world = await World.start();
    admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
    subject = subjectOf(anna.userId);
    await world.settle();
  });
  afterAll(() => world.stop());

  const hold = (command: string, reason = 'Запрет суда') => admin.ok(command, { subject, reason });
  const address = async () => ((await world.product.runtime.store.read(`user-${anna.userId}`))[0]!.data as { email: string }).email;

  test('is placed by administrators of the service alone, on somebody who is there, and the audit shows why', async () => {
    expect(await anna.refused('PlaceLegalHold', { subject, reason: 'Потому что' })).toBe('403 FORBIDDEN');
    expect(await admin.refused('PlaceLegalHold', { subject: subjectOf(newId()), reason: 'Потому что' })).toBe('404 NOTHING_TO_HOLD');
    expect(await admin.refused('PlaceLegalHold', { subject, reason: '' })).toBe('400 VALIDATION_FAILED');
    await hold('PlaceLegalHold');
    expect(await admin.refused('PlaceLegalHold', { subject, reason: 'Ещё раз' })).toBe('409 HELD_ALREADY');
    const { items } = (await admin.get(`/v1/audit/records/legalHold/${subject}`)).body;
    expect(items).toMatchObject([{ type: 'LegalHoldPlaced', data: { reason: 'Запрет суда' }, actor: { userId: admin.userId } }]);
  });

  test('refuses to erase, and the refusal is recorded', async () => {
    await admin.ok('DeactivateUser', { userId: anna.userId, reason: 'По просьбе' });
    expect(await admin.refused('EraseUser', { userId: anna.userId })).toBe('409 LEGAL_HOLD');
    expect(await address()).toBe('anna@romashka.ru');
    await world.settle();
    world.position = await world.product.runtime.store.head();
    expect(await admin.rows('refusals', '?filter[code]=LEGAL_HOLD')).toMatchObject([{ name: 'EraseUser', target: anna.userId }]);
  });

  test('lets what a saga would erase wait, and erases it when it ends', async () => {
    // Somebody who never activates the account is switched off and erased by a saga.
    const userId = await world.register('gleb@romashka.ru');
    await admin.ok('PlaceLegalHold', { subject: subjectOf(userId), reason: 'Запрет суда' });
    await world.pass({ days: 40 });
    admin = await world.signIn('admin@letopis.local', 'Летопись-2026');
    const parked = async () => (await admin.get('/v1/operations/parked')).body.steps;
    expect(await parked()).toMatchObject([{ state: 'parked', error: 'LEGAL_HOLD' }]);
    const { db, store } = world.product.runtime;
    expect(JSON.stringify(await db.collection('_sagas_waiting').find().toArray())).not.toContain('gleb@');

    await admin.ok('ReleaseLegalHold', { subject: subjectOf(userId), reason: 'Запрет снят' });
    await world.settle();
    while ((await parked()).length > 0) await new Promise((resolve) => setImmediate(resolve));
    await world.settle();
    expect((await store.read(`user-${userId}`)).map(({ type }) => type)).toContain('UserErased');
    expect((await store.read(`user-${userId}`))[0]!.data).toMatchObject({ email: ERASED });
  });

  test('once ended lets erase; and nothing can be held that is erased', async () => {
    await hold('ReleaseLegalHold', 'Запрет снят');
    await admin.ok('EraseUser', { userId: anna.userId });
    await world.settle();
    expect(await address()).toBe(ERASED);
    expect(await admin.refused('PlaceLegalHold', { subject, reason: 'Поздно' })).toBe('404 NOTHING_TO_HOLD');
  });
});

test('Who was erased stays erased where both databases are restored from copies of the time before, and can be erased again', async () => {
  let world = await World.start();
  const { folder } = world;
  const copies = join(folder, 'copies');
  try {
    const admin = await world.admin();
    const anna = await world.person('anna@romashka.ru');
    const boris = await world.person('boris@romashka.ru');
    await world.settle();
    await backup({ dataFolder: folder, to: copies });
    const erase = async (by: Caller, userId: string) => {
      await by.ok('DeactivateUser', { userId, reason: 'По просьбе' });
      await by.ok('EraseUser', { userId });
      await world.settle();
    };
    await erase(admin, anna.userId);
    await world.product.stop();
    await restore({ from: copies, dataFolder: folder, force: true });

    world = await World.start({ folder });
    const { store } = world.product.runtime;
    const again = await world.signIn('admin@letopis.local', 'Летопись-2026');
    const [registered] = await store.read(`user-${anna.userId}`);
    expect(registered!.data).toMatchObject({ email: ERASED });
    const users = await again.rows('users_registry');
    expect(users.map(({ id, email }: { id: string; email: string }) => [id, email])).toEqual(
      expect.arrayContaining([
        [anna.userId, ERASED],
        [boris.userId, 'boris@romashka.ru'],
      ]),
    );
    await erase(again, anna.userId);
    expect(await again.rows('users_registry', '?filter[status]=erased')).toMatchObject([{ id: anna.userId }]);
  } finally {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('Keys of erased persons that come back with an older copy of the keys are destroyed again at the next start', async () => {
  let world = await World.start();
  const { folder } = world;
  try {
    const admin = await world.admin();
    const anna = await world.person('anna@romashka.ru');
    const keys = () => world.product.runtime.db.collection<Document & { _id: string }>('_subject_keys');
    const [mine, hers] = [admin, anna].map(({ userId }) => keyIdOf(subjectOf(userId))) as [string, string];
    const copy = await keys().find().toArray();
    await admin.ok('DeactivateUser', { userId: anna.userId, reason: 'По просьбе' });
    await admin.ok('EraseUser', { userId: anna.userId });
    await world.settle();
    await world.product.runtime.projector.mark('erasures').reached(await world.product.runtime.store.head());
    await keys().deleteMany({});
    await keys().insertMany(copy);
    expect(await keys().findOne({ _id: hers })).toHaveProperty('wrapped');
    await world.product.stop();

    world = await World.start({ folder });
    expect(await keys().findOne({ _id: hers })).not.toHaveProperty('wrapped');
    expect(await keys().findOne({ _id: mine })).toHaveProperty('wrapped');
    const [registered] = await world.product.runtime.store.read(`user-${anna.userId}`);
    expect(registered!.data).toMatchObject({ email: ERASED });
  } finally {
    await world.stop();
  }
});
