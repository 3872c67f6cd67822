import { chmodSync, closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';

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
  /** `migrations[n]` takes format n to n + 1; the file's format is their number. */
  migrations: readonly string[];
  /** SQLite page cache in KiB. */
  cacheKiB?: number;
}

type Waiter = { resolve: () => void; reject: (error: unknown) => void };

/**
 * One SQLite file, held by one process, with one durable commit per turn of the event loop.
 *
 * A writer calls `write()` before its first statement of a turn and answers its client only after
 * `committed()` resolves; everything written in the same turn shares one fsync.
 * If a commit fails (a full disk), all its waiters are refused and the transaction is rolled back: `onRollback`
 * lets the server forget what it held in memory.
 */
export class DurableFile {
  readonly #db: DatabaseSyncInstance;
  readonly #statements = new Map<string, StatementSyncInstance>();
  #open = false;
  #scheduled = false;
  #waiters: Waiter[] = [];
  #rollbackListeners: Array<(cause: unknown) => void> = [];
  #closed = false;

  constructor(readonly options: DurableFileOptions) {
    this.#db = open(options);
  }

  /** The prepared statement of `sql`, made once (each `prepare()` of the driver stays until garbage collection). */
  sql(sql: string): StatementSyncInstance {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Opens this turn's transaction if it is not open yet; the commit follows when the turn's I/O has been handled. */
  write(): void {
    if (this.#closed) throw new LocalFileError('FILE_UNWRITABLE', 'the file is closed');
    if (!this.#open) {
      this.#db.exec('BEGIN IMMEDIATE');
      this.#open = true;
    }
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.flush());
    }
  }

  /** Resolves when everything written so far is on disk; rejects when it could not be and was undone. */
  committed(): Promise<void> {
    if (!this.#open) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Told when a turn's writes were undone. */
  onRollback(listener: (cause: unknown) => void): void {
    this.#rollbackListeners.push(listener);
  }

  /** Commits now. Waiters are answered either way; never throws. */
  flush(): void {
    this.#scheduled = false;
    if (!this.#open) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    try {
      this.#db.exec('COMMIT');
      this.#open = false;
    } catch (cause) {
      this.#undo(cause);
      for (const waiter of waiters) waiter.reject(cause);
      return;
    }
    for (const waiter of waiters) waiter.resolve();
  }

  /** Undoes this turn's writes, for a statement that failed half-way. */
  rollback(cause: unknown): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    if (this.#open) this.#undo(cause);
    for (const waiter of waiters) waiter.reject(cause);
  }

  #undo(cause: unknown): void {
    try {
      this.#db.exec('ROLLBACK');
    } catch {
      // SQLite has already rolled back by itself (disk full, I/O error).
    }
    this.#open = false;
    for (const listener of this.#rollbackListeners) listener(cause);
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#statements.clear();
    this.#letGo();
    this.#db.close();
    if (this.options.path) rmSync(holderOf(this.options.path), { force: true });
  }

  /**
   * Gives the file's lock back. Closing alone does not: the connection lives on until its statements are collected as
   * garbage, and the lock with it. An exclusive lock on a write-ahead log can only be given back by leaving that mode.
   */
  #letGo(): void {
    if (!this.options.path) return;
    try {
      this.#db.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_schema');
    } catch {
      // The log could not be folded into the file (a full disk): it stays beside it, and the next start reads it.
    }
  }
}

const holderOf = (path: string) => `${path}.holder`;

function open({ path, migrations, cacheKiB = 65_536 }: DurableFileOptions): DatabaseSyncInstance {
  let db: DatabaseSyncInstance | undefined;
  try {
    if (path) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      closeSync(openSync(path, 'a', 0o600)); // SQLite gives its log the permissions that the file has
      chmodSync(path, 0o600);
    }
    db = new DatabaseSync(path ?? ':memory:');
    db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -${cacheKiB};`);
    db.exec('BEGIN IMMEDIATE; COMMIT;'); // takes the lock, which EXCLUSIVE then keeps
    migrate(db, path, migrations);
    if (path) {
      writeFileSync(holderOf(path), `process ${process.pid} since ${new Date().toISOString()}`, { mode: 0o600 });
    }
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof LocalFileError) throw cause;
    throw translate(cause, path);
  }
}

function translate(cause: unknown, path = ':memory:'): LocalFileError {
  const text = cause instanceof Error || typeof cause === 'object' ? String((cause as { message?: unknown }).message) : String(cause);
  if (/locked|busy/i.test(text)) {
    const holder = existsSync(holderOf(path)) ? readFileSync(holderOf(path), 'utf8') : 'another process';
    return new LocalFileError('FILE_HELD', `${path} is held by ${holder}`, { cause });
  }
  if (/not a database|malformed|corrupt/i.test(text))
    return new LocalFileError('FILE_BROKEN', `${path} is not a readable file: ${text}`, { cause });
  return new LocalFileError('FILE_UNWRITABLE', `${path} cannot be opened for writing: ${text}`, { cause });
}

function migrate(db: DatabaseSyncInstance, path: string | undefined, migrations: readonly string[]): void {
  const { user_version: format } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (format > migrations.length) {
    throw new LocalFileError('FORMAT_NEWER', `${path} has format ${format}; this version of Letopis reads up to ${migrations.length}`);
  }
  if (format === migrations.length) return;
  if (path && format > 0) {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(path, join(dirname(path), `${path.slice(dirname(path).length + 1)}.format-${format}.backup`));
  }
  for (let at = format; at < migrations.length; at++) {
    db.exec(`BEGIN IMMEDIATE; ${migrations[at]}; PRAGMA user_version = ${at + 1}; COMMIT;`);
  }
}
