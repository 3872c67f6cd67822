// @ts-nocheck
import { closeSync, openSync, rmSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { copyBytes, type CopyProgress } from './copying';
import { Door, type FileContents } from './door';
import { layOutLog } from './log-space';
import { holderOf, letGo, LocalFileError, openDatabase, rollBack, type DurableFileOptions } from './opening';

const LOG_PAGES = 1_000;
/** Of the log, and of each page in it (sqlite.org/fileformat2, «The Write-Ahead Log»). */
const LOG_HEADER = 32;
const FRAME_HEADER = 24;

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
  /** Why nothing can be written until the file is opened again. */
  #spoilt: unknown;
  #copying = false;
  /** Kept open until the file is let go: a process that closes a file loses all its locks on it (POSIX), SQLite's too. */
  #reader: number | undefined;
  readonly #door: Door | undefined;

  constructor(readonly options: DurableFileOptions) {
    this.#db = openDatabase(options);
    this.#db.exec(`PRAGMA wal_autocheckpoint = ${this.#logPages}`);
    this.#layOutLog();
    this.#door = options.path === undefined ? undefined : new Door(options.path, this);
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
    if (this.#spoilt !== undefined) {
      const cause = this.#spoilt;
      throw new LocalFileError('FILE_UNWRITABLE', 'a failed write could not be undone in memory: start the server again', { cause });
    }
    if (!this.#open) {
      this.sql('BEGIN IMMEDIATE').run();
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
      this.sql('COMMIT').run();
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

  /** Every listener is told. One that fails leaves memory that no longer is what the file says: no more writes then. */
  #undo(cause: unknown): void {
    rollBack(this.#db);
    this.#open = false;
    for (const listener of this.#rollbackListeners) {
      try {
        listener(cause);
      } catch (failure) {
        this.#spoilt ??= failure ?? cause;
      }
    }
  }

  /**
   * Copies the file as it is now, while it goes on being written to: what is committed meanwhile stays in the write-ahead
   * log, which is not folded into the file until the copy is made. @returns its bytes @throws LocalFileError
   */
  async copyTo(destination: string, progress: CopyProgress = () => undefined): Promise<number> {
    const { path } = this.options;
    if (path === undefined || this.#closed) throw new LocalFileError('FILE_UNWRITABLE', 'there is no open file to copy');
    if (this.#copying) throw new LocalFileError('FILE_HELD', `${path} is being copied already`);
    this.#copying = true;
    try {
      await this.#foldLog();
      const fd = (this.#reader ??= openSync(path, 'r'));
      return await copyBytes({ fd, path }, destination, progress, () => this.#closed);
    } finally {
      this.#copying = false;
      if (!this.#closed) {
        this.#db.exec(`PRAGMA wal_autocheckpoint = ${this.#logPages}`);
        this.#layOutLog();
      }
    }
  }

  /** Format, size and rows of each table, counted a table a turn. */
  async contents(): Promise<FileContents> {
    const { user_version: format } = this.sql('PRAGMA user_version').get() as { user_version: number };
    const { page_count } = this.sql('PRAGMA page_count').get() as { page_count: number };
    const { page_size } = this.sql('PRAGMA page_size').get() as { page_size: number };
    const names = this.sql("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as Array<{ name: string }>;
    const tables: Record<string, number> = {};
    for (const { name } of names) {
      await nextTurn();
      if (this.#closed) throw new LocalFileError('FILE_UNWRITABLE', 'the file was closed meanwhile');
      if (!this.sql("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name)) continue; // dropped meanwhile
      const { rows } = this.#db.prepare(`SELECT count(*) AS rows FROM "${name.replaceAll('"', '""')}"`).get() as { rows: number };
      tables[name] = rows;
    }
    return { format, bytes: page_count * page_size, tables };
  }

  get #logPages(): number {
    return this.options.logPages ?? LOG_PAGES;
  }

  /** For a file that is served; one that is only copied or counted is left as it is. */
  #layOutLog(): void {
    const { path, migrations } = this.options;
    if (path === undefined || !migrations) return;
    const { page_size } = this.sql('PRAGMA page_size').get() as { page_size: number };
    layOutLog(`${path}-wal`, LOG_HEADER + this.#logPages * (page_size + FRAME_HEADER));
  }

  /** Puts everything committed into the file itself, and nothing more until told otherwise. */
  async #foldLog(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      this.flush();
      this.#db.exec('PRAGMA wal_autocheckpoint = 0');
      const { busy } = this.sql('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
      if (busy === 0) return;
      if (attempt === 100) throw new LocalFileError('FILE_HELD', `${this.options.path} is being read: try again`);
      await nextTurn();
      if (this.#closed) throw new LocalFileError('FILE_UNWRITABLE', 'the file was closed meanwhile');
    }
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#statements.clear();
    this.#door?.shut();
    if (this.options.path) letGo(this.#db);
    this.#db.close();
    // A copy under way still reads. To close for it later could take the lock of who has opened the file by then: it stays.
    if (this.#reader !== undefined && !this.#copying) closeSync(this.#reader);
    if (this.options.path) rmSync(holderOf(this.options.path), { force: true });
  }
}
