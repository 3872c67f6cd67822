// @ts-nocheck
import { Order } from './bson/value';
import { orderOf, type Value } from './bson/value';
import { decodeDocument } from './bson/decode';
import { findRows } from './query/execute';
import { compileFilter } from './query/filter';
import { pathValues } from './query/path';
import type { Catalog } from './storage/catalog';
import type { Collection } from './storage/collection';
import type { Index } from './storage/index-spec';

const BATCH = 500;
const NO_EXPRESSIONS = {
  expression: () => () => false,
};

/**
 * Deletes documents whose date lies `expireAfterSeconds` back, as a server's TTL monitor does
 * (https://www.mongodb.com/docs/manual/core/index-ttl/): only dates count, of an array the earliest, and a partial index
 * expires only what it holds. Works in small batches, so that clients are served in between.
 */
export class TtlMonitor {
  readonly #timer: NodeJS.Timeout;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(
    readonly catalog: Catalog,
    everyMs: number,
  ) {
    this.#timer = setInterval(() => {
      this.#running ??= this.sweep().finally(() => (this.#running = undefined));
    }, everyMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  /** One pass over all TTL indexes. A failing disk ends the pass; the next one tries again. */
  async sweep(): Promise<void> {
    try {
      for (const collection of this.catalog.all()) {
        for (const index of collection.indexes) {
          if (typeof index.spec.expireAfterSeconds !== 'number') continue;
          while (!this.#stopped && !collection.dropped && expire(collection, index) === BATCH) await this.#turn();
        }
      }
      await this.#turn();
    } catch {
      // The client that writes next is told what is wrong with the file.
    }
  }

  async #turn(): Promise<void> {
    if (this.#stopped) return;
    await this.catalog.file.committed();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function expire(collection: Collection, index: Index): number {
  const [{ path, parts }] = index.fields;
  const before = new Date(Date.now() - Number(index.spec.expireAfterSeconds) * 1000);
  const matcher = compileFilter({ [path]: { $lte: before } }, NO_EXPRESSIONS);
  const rows = [...findRows(collection, { matcher, hint: index.name, limit: BATCH })];
  for (const row of rows) {
    if (index.partial && !index.partial.matches(decodeDocument(row.bytes))) continue;
    if (earliest(pathValues(decodeDocument(row.bytes), parts).values) <= before.getTime()) collection.remove(row);
  }
  return rows.length;
}

const earliest = (values: readonly Value[]): number =>
  Math.min(...values.filter((value) => orderOf(value) === Order.date).map((value) => (value as Date).getTime()));
