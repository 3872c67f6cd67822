// @ts-nocheck
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DurableFile, type LocalFileError } from '.';

const FIRST = 'CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT)';
const folder = mkdtempSync(join(tmpdir(), 'letopis-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const fresh = () => join(folder, String(++files), 'own.db');

const put = (file: DurableFile, v: string) => {
  file.write();
  file.sql('INSERT INTO t (v) VALUES (?)').run(v);
};
const values = (file: DurableFile) => (file.sql('SELECT v FROM t ORDER BY k').all() as Array<{ v: string }>).map(({ v }) => v);

function refusal(open: () => unknown): LocalFileError {
  try {
    open();
  } catch (error) {
    return error as LocalFileError;
  }
  throw new Error('expected a refusal');
}

describe('A durable file', () => {
  test('is its owner’s alone, in a folder that is its owner’s alone', () => {
    const path = fresh();
    const file = new DurableFile({ path, migrations: [FIRST] });
    put(file, 'one');
    file.flush();
    if (process.platform !== 'win32') {
      expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
      for (const name of readdirSync(join(path, '..'))) expect(statSync(join(path, '..', name)).mode & 0o777).toBe(0o600);
    }
    file.close();
    expect(readdirSync(join(path, '..'))).toEqual(['own.db']);
  });

  test('is held by one opener, who is named', () => {
    const path = fresh();
    const file = new DurableFile({ path, migrations: [FIRST] });
    const second = refusal(() => new DurableFile({ path, migrations: [FIRST] }));
    expect(second).toMatchObject({ code: 'FILE_HELD', message: expect.stringContaining(`held by process ${process.pid} since 2`) });
    put(file, 'still served');
    file.close();
    const again = new DurableFile({ path, migrations: [FIRST] });
    expect(values(again)).toEqual(['still served']);
    again.close();
  });

  test('of an older format is brought to today’s, after a copy of it was put aside', () => {
    const path = fresh();
    const old = new DurableFile({ path, migrations: [FIRST] });
    put(old, 'kept');
    old.close();
    const migrated = new DurableFile({ path, migrations: [FIRST, "ALTER TABLE t ADD COLUMN w TEXT NOT NULL DEFAULT 'new'"] });
    expect(migrated.sql('SELECT v, w FROM t').all()).toEqual([expect.objectContaining({ v: 'kept', w: 'new' })]);
    migrated.close();
    const aside = new DurableFile({ path: `${path}.format-1.backup`, migrations: [FIRST] });
    expect(values(aside)).toEqual(['kept']);
    aside.close();
  });

  test('of a newer format is refused, and let go', () => {
    const path = fresh();
    new DurableFile({ path, migrations: [FIRST, 'CREATE TABLE later (k)'] }).close();
    const newer = refusal(() => new DurableFile({ path, migrations: [FIRST] }));
    expect(newer).toMatchObject({ code: 'FORMAT_NEWER', message: expect.stringMatching(/has format 2; .* reads up to 1$/) });
    new DurableFile({ path, migrations: [FIRST, 'CREATE TABLE later (k)'] }).close();
  });

  test('whose migration fails stays as it was, and is let go', () => {
    const path = fresh();
    const old = new DurableFile({ path, migrations: [FIRST] });
    put(old, 'kept');
    old.close();
    expect(refusal(() => new DurableFile({ path, migrations: [FIRST, 'CREATE TABLE half (k); NONSENSE'] }))).toMatchObject({
      code: 'FILE_UNWRITABLE',
    });
    const again = new DurableFile({ path, migrations: [FIRST] });
    expect(values(again)).toEqual(['kept']);
    expect(again.sql("SELECT name FROM sqlite_schema WHERE name = 'half'").all()).toEqual([]);
    again.close();
  });

  test.each([
    ['text', (path: string) => writeFileSync(path, 'once upon a time there was no database here'.repeat(100)), 'FILE_BROKEN'],
    ['a folder', (path: string) => mkdirSync(path), 'FILE_UNWRITABLE'],
  ])('that is %s is refused by name', (_, make, code) => {
    const path = fresh();
    mkdirSync(join(path, '..'), { recursive: true });
    make(path);
    expect(refusal(() => new DurableFile({ path, migrations: [FIRST] }))).toMatchObject({ code, message: expect.stringContaining(path) });
  });
});

describe('The log', () => {
  const logOf = (path: string) => statSync(`${path}-wal`).size;
  /** The files as they would be found if everything ended now. */
  const crashed = (path: string) => {
    const image = fresh();
    mkdirSync(join(image, '..'));
    for (const end of ['', '-wal']) copyFileSync(path + end, image + end);
    return image;
  };

  test('has its room from the start, and again after a copy', async () => {
    const path = fresh();
    const file = new DurableFile({ path, migrations: [FIRST], logPages: 50 });
    const room = logOf(path);
    expect(room).toBeGreaterThan(50 * 4096);
    for (let turn = 0; turn < 120; turn++) {
      put(file, `turn ${turn}`);
      file.flush();
    }
    expect(logOf(path)).toBe(room);
    await file.copyTo(`${path}.copy`);
    expect(logOf(path)).toBe(room);
    file.close();
  });

  test('keeps what was committed when more room is laid out behind it', () => {
    const path = fresh();
    const file = new DurableFile({ path, migrations: [FIRST], logPages: 20 });
    put(file, 'first');
    file.flush();
    const second = crashed(path);
    file.close();
    const again = new DurableFile({ path: second, migrations: [FIRST], logPages: 60 });
    put(again, 'second');
    again.flush();
    put(again, 'never committed');
    const third = crashed(second);
    again.close();
    const last = new DurableFile({ path: third, migrations: [FIRST], logPages: 90 });
    expect(logOf(third)).toBeGreaterThan(90 * 4096);
    expect(values(last)).toEqual(['first', 'second']);
    last.close();
  });

  test('of a file that is only looked at stays as it is', () => {
    const path = fresh();
    new DurableFile({ path, migrations: [FIRST] }).close();
    const file = new DurableFile({ path });
    expect(existsSync(`${path}-wal`) ? logOf(path) : 0).toBeLessThan(4096);
    file.close();
  });
});

describe('Another process', () => {
  /** Tries to take the lock as any process would that knows nothing of this one. */
  const tries = (path: string) =>
    spawnSync(
      process.execPath,
      [
        '-e',
        `const { DatabaseSync } = require('@photostructure/sqlite');
         const db = new DatabaseSync(process.argv[1]);
         try { db.exec('BEGIN IMMEDIATE; COMMIT'); console.log('taken'); } catch (error) { console.log(error.message); }`,
        path,
      ],
      { cwd: join(__dirname, '../../..'), encoding: 'utf8' },
    ).stdout.trim();

  test('does not get the file, whatever its holder does', async () => {
    const path = fresh();
    const old = new DurableFile({ path, migrations: [FIRST] });
    put(old, 'kept');
    old.close();
    expect(tries(path)).toBe('taken');

    const file = new DurableFile({ path, migrations: [FIRST, 'CREATE TABLE second (k)'] });
    expect(['migrated', tries(path)]).toEqual(['migrated', 'database is locked']);
    expect(refusal(() => new DurableFile({ path, migrations: [FIRST] })).code).toBe('FILE_HELD');
    expect(['tried again', tries(path)]).toEqual(['tried again', 'database is locked']);
    await file.copyTo(`${path}.copy`);
    expect(['copied', tries(path)]).toEqual(['copied', 'database is locked']);
    await expect(file.copyTo(`${path}.copy`)).rejects.toThrow('there already');
    expect(['copied in vain', tries(path)]).toEqual(['copied in vain', 'database is locked']);
    file.close();
    expect(tries(path)).toBe('taken');
  });
});

describe('A write that fails', () => {
  /** A file that can grow no more, as on a full disk. */
  const full = () => {
    const file = new DurableFile({ path: fresh(), migrations: [FIRST] });
    put(file, 'before');
    file.flush();
    file.exec('PRAGMA max_page_count = 3');
    return file;
  };
  const fill = (file: DurableFile) => {
    try {
      put(file, 'x'.repeat(100_000));
    } catch (cause) {
      file.rollback(cause);
    }
  };

  test('refuses all who wait for its turn, is undone, and the next one goes through', async () => {
    const file = full();
    const told: unknown[] = [];
    file.onRollback((cause) => told.push(cause));
    put(file, 'of the same turn');
    const waiting = file.committed();
    fill(file);
    await expect(waiting).rejects.toMatchObject({ message: expect.stringMatching(/database or disk is full/) });
    expect(told).toHaveLength(1);
    put(file, 'small');
    await file.committed();
    expect(values(file)).toEqual(['before', 'small']);
    file.close();
  });

  test('refuses its waiters also when memory could not be brought back, and then no write is taken any more', async () => {
    const file = full();
    const told: string[] = [];
    file.onRollback(() => {
      told.push('first');
      throw new Error('the memory of it is lost');
    });
    file.onRollback(() => told.push('second'));
    put(file, 'of the same turn');
    const waiting = file.committed();
    fill(file);
    await expect(waiting).rejects.toMatchObject({ message: expect.stringMatching(/full/) });
    expect(told).toEqual(['first', 'second']);
    expect(refusal(() => file.write())).toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: expect.stringContaining('start the server again'),
    });
    expect(values(file)).toEqual(['before']);
    file.close();
  });

  test('a commit that fails refuses its waiters although a listener throws', async () => {
    const file = new DurableFile({
      migrations: ['CREATE TABLE p (k INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED)'],
    });
    file.exec('PRAGMA foreign_keys = ON');
    file.onRollback(() => {
      throw new Error('no');
    });
    file.write();
    file.sql('INSERT INTO c VALUES (1)').run();
    await expect(file.committed()).rejects.toMatchObject({ message: expect.stringMatching(/FOREIGN KEY/) });
    file.close();
  });
});

describe('A note about a file', () => {
  test('is gone when the file is let go', () => {
    const path = fresh();
    const file = new DurableFile({ path, migrations: [FIRST] });
    expect(readFileSync(`${path}.holder`, 'utf8')).toMatch(/^process \d+ since \d{4}-/);
    file.close();
    expect(existsSync(`${path}.holder`)).toBe(false);
  });
});
