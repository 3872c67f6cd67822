// @ts-nocheck
import { Keyring, ERASED, newId, wrappingId } from '@letopis/kernel';
import { randomBytes } from 'node:crypto';
import { SubjectKeys } from '../../libs/runtime/events/subject-keys';
import { startStores, type Stores } from '../support/stores';

describe('The keys of persons', () => {
  let stores: Stores;
  let added: Buffer[];
  const master = Buffer.alloc(32, 5);
  const keyring = () => new Keyring(master, () => added);
  const opened = () => new SubjectKeys(stores.db, keyring());
  beforeAll(async () => (stores = await startStores()));
  afterAll(() => stores.stop());
  beforeEach(async () => {
    added = [];
    await stores.db.collection('_subject_keys').deleteMany({});
  });

  test('are the same for every process, and stay destroyed', async () => {
    const key = await opened().key('anna', true);
    expect(await opened().key('anna', false)).toEqual(key);
    await expect(opened().key('boris', false)).rejects.toThrow('is missing');
    const keys = opened();
    expect(await keys.destroy(['anna', 'boris'])).toBe(2);
    expect(await keys.destroy(['anna', 'boris'])).toBe(0);
    expect(await keys.key('anna', true)).toBe(ERASED);
    expect(await opened().key('boris', true)).toBe(ERASED);
    expect(await keys.notDestroyed(['anna', 'boris', 'vera'])).toEqual(['vera']);
    expect(await Promise.all(['anna', 'vera'].map((id) => keys.state(id)))).toEqual(['destroyed', 'none']);
  });

  test('are wrapped anew by a key that was added, the same inside, and need the old one no more', async () => {
    const before = new Map<string, unknown>();
    for (let at = 0; at < 1_200; at++) {
      const id = newId();
      before.set(id, at < 600 ? await opened().key(id, true) : ERASED);
    }
    await opened().destroy([...before.keys()].slice(600));
    added = [randomBytes(32)];
    const told: number[] = [];
    expect(await opened().rewrap((done) => told.push(done))).toBe(600);
    expect(told).toEqual([500, 600]);
    expect(await opened().rewrap()).toBe(0);
    expect(await opened().wrappedBy()).toEqual(new Map([[wrappingId(added[0]!), 600]]));
    const other = new SubjectKeys(stores.db, new Keyring(Buffer.alloc(32, 9), () => added));
    for (const [id, key] of [...before].filter((_, at) => at % 40 === 0)) expect(await other.key(id, false)).toEqual(key);
  });

  test('can be opened while they are wrapped anew, and when that was broken off', async () => {
    const ids = Array.from({ length: 700 }, () => newId());
    for (const id of ids) await opened().key(id, true);
    added = [randomBytes(32)];
    const stop = new AbortController();
    await expect(opened().rewrap(() => stop.abort(), stop.signal)).rejects.toThrow();
    expect([...(await opened().wrappedBy()).values()].sort()).toEqual([200, 500]);
    const keys = opened();
    for (const id of ids) expect(await keys.key(id, false)).toBeInstanceOf(Buffer);
    expect(await opened().rewrap()).toBe(200);
  });

  test('that were wrapped by a key which this process does not have are not told', async () => {
    added = [randomBytes(32)];
    await opened().key('anna', true);
    added = [];
    await expect(opened().key('anna', false)).rejects.toThrow('is not in the key file');
  });
});
