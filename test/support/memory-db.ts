import type { Recorded } from '@letopis/kernel';
import { Query } from 'mingo';
import type { Db } from 'mongodb';

type Row = Readonly<Record<string, unknown>> & { readonly _id: string };
type Write =
  { readonly insertOne: { readonly document: Row } } | { readonly replaceOne: { readonly filter: Row; readonly replacement: Row } };

/**
 * As much of a database as read models are folded with, in memory: what is asked of it is counted, and others may write between
 * two of its answers. What holds on a database as it is stands in test/properties and test/contracts.
 */
export class MemoryDb {
  /** What was asked, as `collection: find` and `collection: 3 writes`, in order. */
  readonly asked: string[] = [];
  /** Is called before anything is written to the collection: another process, or a database that is away. */
  beforeWrite: (collection: string) => void = () => {};
  readonly #collections = new Map<string, Map<string, Row>>();

  readonly db = { collection: (name: string) => this.collection(name) } as object as Db;

  /** All rows of a collection by their ids. */
  rows(name: string): Map<string, Row> {
    const known = this.#collections.get(name);
    if (known) return known;
    const rows = new Map<string, Row>();
    this.#collections.set(name, rows);
    return rows;
  }

  put(name: string, ...rows: readonly Row[]): void {
    for (const row of rows) this.rows(name).set(row._id, row);
  }

  private collection(name: string) {
    const rows = this.rows(name);
    return {
      collectionName: name,
      find: (filter: object) => {
        let found = new Query({ ...filter }).find<Row>([...rows.values()]);
        const cursor = {
          sort: (by: Record<string, 1 | -1>) => ((found = found.sort(by)), cursor),
          limit: (most: number) => ((found = found.limit(most)), cursor),
          toArray: async () => {
            this.asked.push(`${name}: find`);
            return Promise.resolve(structuredClone(found.all()));
          },
        };
        return cursor;
      },
      bulkWrite: async (writes: readonly Write[]) => {
        this.asked.push(`${name}: ${writes.length} writes`);
        await Promise.resolve();
        this.beforeWrite(name);
        let [insertedCount, matchedCount, duplicate] = [0, 0, false];
        for (const write of writes) {
          if ('insertOne' in write) {
            const { document } = write.insertOne;
            if (rows.has(document._id)) {
              duplicate = true;
              continue;
            }
            insertedCount++;
            rows.set(document._id, stored(document));
          } else {
            const { filter, replacement } = write.replaceOne;
            const there = rows.get(filter._id);
            if (!there || !new Query({ ...filter }).test(there)) continue;
            matchedCount++;
            rows.set(filter._id, stored(replacement));
          }
        }
        if (duplicate) throw Object.assign(new Error('E11000 duplicate key'), { code: 11000 });
        return { insertedCount, matchedCount };
      },
    };
  }
}

/** As the client sends it: what is undefined is not there. */
const stored = (row: Row) => JSON.parse(JSON.stringify(row)) as Row;

/** An event of the log at a position: `event(7, 'room-1', 'Opened', { … })`; unless said otherwise in the midst of its stream. */
export function event(position: number, stream: string, type: string, data: object = {}, more: Partial<Recorded> = {}): Recorded {
  const [category = '', aggregateId = ''] = stream.split('-');
  const known = { category, aggregateId, stream, revision: position + 1, position, metadata: {} as Recorded['metadata'] };
  return { id: `e${position}`, type, data, ...known, ...more };
}
