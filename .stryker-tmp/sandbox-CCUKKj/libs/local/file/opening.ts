// @ts-nocheck
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';

/** Why a file cannot be served; `code` is stable, the message is for a person. */
export class LocalFileError extends Error {
  constructor(
    readonly code: 'FILE_HELD' | 'FILE_BROKEN' | 'FORMAT_NEWER' | 'FILE_UNWRITABLE',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface DurableFileOptions {
  /** Undefined keeps everything in memory only. */
  path?: string;
  /**
   * `migrations[n]` takes format n to n + 1; the file's format is their number. Without them a file that is there is opened
   * as it is, whatever its format: to be copied and counted, not to be served.
   */
  migrations?: readonly string[];
  /** SQLite page cache in KiB. */
  cacheKiB?: number;
  /** Pages in the write-ahead log at which it is folded into the file; SQLite's default is 1,000. */
  logPages?: number;
}

/** The note that says who holds a file. */
export const holderOf = (path: string) => `${path}.holder`;

/** Opens and locks a file, and brings it to today's format. @throws LocalFileError; whatever it throws, the file is not held then */
export function openDatabase({ path, migrations, cacheKiB = 65_536 }: DurableFileOptions): DatabaseSyncInstance {
  let db: DatabaseSyncInstance | undefined;
  try {
    if (path) prepareFile(path, migrations !== undefined);
    db = new DatabaseSync(path ?? ':memory:');
    db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -${cacheKiB};`);
    db.exec('BEGIN IMMEDIATE; COMMIT;'); // takes the lock, which EXCLUSIVE then keeps
    if (migrations) migrate(db, path, migrations);
    if (path) {
      writeFileSync(holderOf(path), `process ${process.pid} since ${new Date().toISOString()}`, { mode: 0o600 });
    }
    return db;
  } catch (cause) {
    if (db) letGo(db);
    db?.close();
    if (cause instanceof LocalFileError) throw cause;
    throw translate(cause, path);
  }
}

/**
 * Gives the file's lock back. Closing alone does not: the connection lives on until its statements are collected as
 * garbage, and the lock with it. An exclusive lock on a write-ahead log can only be given back by leaving that mode.
 */
export function letGo(db: DatabaseSyncInstance): void {
  try {
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_schema');
  } catch {
    // The log could not be folded into the file (a full disk): it stays beside it, and the next start reads it.
  }
}

function prepareFile(path: string, make: boolean): void {
  if (!make && !existsSync(path)) throw new LocalFileError('FILE_BROKEN', `${path} is not there`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite gives its log the permissions that the file has. A file that is there is not opened and closed again: if this
  // process holds it already, that would take its lock away (POSIX).
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

function migrate(db: DatabaseSyncInstance, path: string | undefined, migrations: readonly string[]): void {
  const { user_version: format } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (format > migrations.length) {
    throw new LocalFileError('FORMAT_NEWER', `${path} has format ${format}; this version of Letopis reads up to ${migrations.length}`);
  }
  if (format === migrations.length) return;
  if (path && format > 0) putAside(db, `${path}.format-${format}.backup`);
  try {
    for (let at = format; at < migrations.length; at++) {
      db.exec(`BEGIN IMMEDIATE; ${migrations[at]}; PRAGMA user_version = ${at + 1}; COMMIT;`);
    }
  } catch (cause) {
    rollBack(db);
    throw cause;
  }
}

/** Copies the file by SQLite: what opens and closes it beside SQLite takes its lock away. */
function putAside(db: DatabaseSyncInstance, to: string): void {
  rmSync(to, { force: true });
  db.exec(`VACUUM INTO '${to.replaceAll("'", "''")}'`);
  chmodSync(to, 0o600);
  const copy = openSync(to, 'r+');
  fsyncSync(copy);
  closeSync(copy);
}

/** Rolls back what is open, if SQLite has not done so by itself (disk full, I/O error). */
export function rollBack(db: DatabaseSyncInstance): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // Nothing was open any more.
  }
}

function translate(cause: unknown, path = ':memory:'): LocalFileError {
  const text = cause instanceof Error || typeof cause === 'object' ? String((cause as { message?: unknown }).message) : String(cause);
  if (/locked|busy/i.test(text)) return new LocalFileError('FILE_HELD', `${path} is held by ${holder(path)}`, { cause });
  if (/not a database|malformed|corrupt/i.test(text))
    return new LocalFileError('FILE_BROKEN', `${path} is not a readable file: ${text}`, { cause });
  return new LocalFileError('FILE_UNWRITABLE', `${path} cannot be opened for writing: ${text}`, { cause });
}

/** Who holds the file, in words; a guess when the note is missing. */
export function holder(path: string): string {
  return existsSync(holderOf(path)) ? readFileSync(holderOf(path), 'utf8') : 'another process';
}
