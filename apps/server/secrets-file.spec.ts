import { wrappingId } from '@letopis/kernel';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeyring } from './secrets-file';

describe('The key file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'letopis-keys-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const lines = () => readFileSync(join(folder, 'master.key'), 'utf8').trim().split('\n');

  test('is made once, for its owner alone', () => {
    const { keyring } = openKeyring(folder);
    expect(openKeyring(folder).keyring.mac('a', 'b')).toBe(keyring.mac('a', 'b'));
    expect(statSync(join(folder, 'master.key')).mode & 0o777).toBe(0o600);
    expect(keyring.wrapping().id).toBeUndefined();
  });

  test('takes another key to wrap by, which whoever has it open sees, and no hash changes', () => {
    const before = openKeyring(folder);
    const hash = before.keyring.mac('a', 'b');
    const id = openKeyring(folder).file.add()!;
    expect(lines()).toHaveLength(2);
    expect(statSync(join(folder, 'master.key')).mode & 0o777).toBe(0o600);
    expect(before.keyring.wrapping().id).toBe(id);
    expect(before.keyring.wrappedBy(id)).toEqual(before.keyring.wrapping().key);
    expect(before.keyring.wrappedBy(undefined)).toBeDefined();
    expect([before, openKeyring(folder)].map(({ keyring }) => keyring.mac('a', 'b'))).toEqual([hash, hash]);
  });

  test('lets go of what wraps nothing, and never of the master key and the newest', () => {
    const { file, keyring } = openKeyring(folder);
    const [first, second, third] = [keyring.wrapping().id!, file.add()!, file.add()!];
    expect(file.retire([first])).toEqual([second]);
    expect(file.retire([])).toEqual([first]);
    expect(file.retire([])).toEqual([]);
    expect(keyring.wrapping().id).toBe(third);
    expect(lines()).toHaveLength(2);
  });

  test('from the environment is separated by commas, and is not written', () => {
    const [a, b] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const { keyring, file } = openKeyring(folder, `${a.toString('base64')},${b.toString('base64')}`);
    expect(keyring.wrapping().id).toBe(wrappingId(b));
    expect(file.add()).toBeUndefined();
  });

  test('that is too short, or that others can read, is refused', () => {
    expect(() => openKeyring(folder, 'short')).toThrow('LETOPIS_MASTER_KEY');
    expect(() => openKeyring(folder, `${Buffer.alloc(32).toString('base64')},short`)).toThrow('LETOPIS_MASTER_KEY');
    chmodSync(join(folder, 'master.key'), 0o644);
    expect(() => openKeyring(folder)).toThrow('0600');
  });
});
