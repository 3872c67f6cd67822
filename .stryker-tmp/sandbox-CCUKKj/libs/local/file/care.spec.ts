// @ts-nocheck
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { contentsOf, copyDurableFile, DurableFile, settleDurableFile } from '.';

const migrations = ['CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB)'];
const folder = mkdtempSync(join(tmpdir(), 'letopis-care-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const fresh = () => join(folder, String(++files), 'own.db');

const put = (file: DurableFile, bytes = 1_000) => {
  file.write();
  file.sql('INSERT INTO t (v) VALUES (?)').run(Buffer.alloc(bytes, 1));
};
const rows = async (path: string) => (await contentsOf(path)).tables.t;

/** Waits for what the file does by itself: the note of its door. */
async function opened(path: string): Promise<DurableFile> {
  const file = new DurableFile({ path, migrations });
  while (!existsSync(`${path}.door`)) await nextTurn();
  return file;
}

describe('A copy of a durable file', () => {
  test('that nobody holds is made by whoever asks', async () => {
    const path = fresh();
    const file = new DurableFile({ path, migrations });
    for (let i = 0; i < 100; i++) put(file);
    file.close();
    const seen: number[] = [];
    const bytes = await copyDurableFile(path, join(folder, 'idle.db'), (copied) => seen.push(copied));
    expect(seen.at(0)).toBe(0);
    expect(seen.at(-1)).toBe(bytes);
    expect(await rows(join(folder, 'idle.db'))).toBe(100);
    expect(existsSync(`${path}.holder`)).toBe(false);
  });

  test('that is held and written to is the file of one moment, made by its holder', async () => {
    const path = fresh();
    const file = await opened(path);
    for (let i = 0; i < 3_000; i++) put(file);
    file.flush();
    let writing = true;
    const writer = (async () => {
      for (; writing; await nextTurn()) {
        put(file);
        put(file); // two rows a turn: never one of them alone
      }
    })();
    const to = join(folder, 'held.db');
    await copyDurableFile(path, to);
    writing = false;
    await writer;
    file.flush();
    const copied = (await rows(to)) ?? 0;
    expect(copied).toBeGreaterThanOrEqual(3_000);
    expect(copied % 2).toBe(0);
    const copy = new DurableFile({ path: to });
    expect(copy.sql('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' });
    copy.close();
    if (process.platform !== 'win32') expect(statSync(to).mode & 0o777).toBe(0o600);

    // What was written during the copy is in the file, and folds into it again.
    const held = await contentsOf(path);
    expect(held.holder).toContain(`process ${process.pid}`);
    expect(held.tables.t).toBeGreaterThan(copied);
    expect(file.sql('PRAGMA wal_autocheckpoint').get()).toMatchObject({ wal_autocheckpoint: 1_000 });
    file.close();
  });

  test('leaves nothing behind when the file is closed meanwhile', async () => {
    const path = fresh();
    const file = new DurableFile({ path, migrations });
    for (let i = 0; i < 8; i++) put(file, 1 << 20);
    file.flush();
    const to = join(folder, 'broken-off.db');
    const copy = file.copyTo(to, (copied) => {
      if (copied > 0) file.close();
    });
    await expect(copy).rejects.toMatchObject({ code: 'FILE_UNWRITABLE', message: expect.stringContaining('closed meanwhile') });
    expect([existsSync(to), existsSync(`${to}.part`)]).toEqual([false, false]);
  });

  test('takes no other file’s place', async () => {
    const path = fresh();
    const file = await opened(path);
    const to = join(folder, 'there.db');
    writeFileSync(to, 'somebody’s');
    await expect(copyDurableFile(path, to)).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: expect.stringContaining('there already'),
    });
    expect(readFileSync(to, 'utf8')).toBe('somebody’s');
    file.close();
  });

  test('is refused to who does not know the secret', async () => {
    const path = fresh();
    const file = await opened(path);
    const { port } = JSON.parse(readFileSync(`${path}.door`, 'utf8')) as { port: number };
    const to = join(folder, 'stolen.db');
    for (const line of [JSON.stringify({ secret: 'AAAA', ask: 'copy', to }), '{', 'x'.repeat(100_000)]) {
      const socket = createConnection(port, '127.0.0.1');
      let said = '';
      socket.on('data', (text: Buffer) => (said += text.toString()));
      socket.on('error', () => undefined);
      socket.write(`${line}\n`);
      await new Promise<void>((closed) => socket.once('close', () => closed()));
      expect(said).toBe('');
    }
    expect(existsSync(to)).toBe(false);
    file.close();
  });

  test('of a file whose holder cannot be reached says who holds it', async () => {
    const path = fresh();
    const file = await opened(path);
    rmSync(`${path}.door`);
    const asked = copyDurableFile(path, join(folder, 'never.db'));
    await expect(asked).rejects.toMatchObject({ code: 'FILE_HELD', message: expect.stringContaining(`process ${process.pid}`) });
    file.close();
  });
});

test('a file that is not there is neither made nor counted', async () => {
  const path = fresh();
  await expect(contentsOf(path)).rejects.toMatchObject({ code: 'FILE_BROKEN', message: expect.stringContaining('is not there') });
  expect(existsSync(path)).toBe(false);
});

test('a settled file has its log in it; a held one is not settled', async () => {
  const path = fresh();
  const file = await opened(path);
  put(file);
  file.flush();
  expect(existsSync(`${path}-wal`)).toBe(true);
  expect(() => settleDurableFile(path)).toThrow(expect.objectContaining({ code: 'FILE_HELD' }));
  file.close();
  settleDurableFile(path);
  expect(existsSync(`${path}-wal`)).toBe(false);
});
