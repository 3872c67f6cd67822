import type { Db, IndexDescription } from 'mongodb';
import type { Projection, Recorded } from '@letopis/kernel';
import { Reader } from '../events/reader';
import type { EventStore } from '../events/event-store';
import type { Logger } from '../logger';
import { Checkpoints } from './checkpoints';
import { collectionOf, type Stored } from './document';
import { foldPage } from './folding';
import { Mark } from './mark';

/** Events of one page. */
const PAGE = 512;
/** Pause before a page that failed is tried again, in milliseconds. */
const PAUSE = 500;

/** Which collection of a projection is asked: built ones are switched over when they have caught up. */
interface Alias {
  readonly _id: string;
  readonly collection: string;
}

/**
 * Keeps the read models: one reader feeds all projections that are equally far, a page at a time, and the checkpoint
 * follows the last write. A new version is built beside the live one and takes its place when it has caught up.
 */
export class Projector {
  readonly #marks = new Map<string, Mark>();
  readonly #live = new Map<string, string>();
  readonly #readers = new Set<Reader>();
  readonly #running: Promise<void>[] = [];
  readonly #checkpoints: Checkpoints;
  #stopped = false;

  constructor(
    private readonly parts: { store: EventStore; db: Db; logger: Logger; onReader?: (reader: Reader) => void },
    private readonly projections: readonly Projection[],
  ) {
    this.#checkpoints = new Checkpoints(parts.db);
  }

  /** Makes collections and indexes, then folds from the checkpoints on. */
  async start(): Promise<void> {
    const groups = new Map<number, Projection[]>();
    for (const projection of this.projections) {
      await this.prepare(projection);
      const position = await this.#checkpoints.read(collectionOf(projection));
      this.#marks.set(projection.code, new Mark(position));
      groups.set(position, [...(groups.get(position) ?? []), projection]);
    }
    const head = await this.parts.store.head();
    for (const [position, group] of groups) this.#running.push(this.run(group, position, head));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#readers].map((reader) => reader.stop()));
    await Promise.all(this.#running);
  }

  /** How far a projection has come. */
  mark(code: string): Mark {
    const mark = this.#marks.get(code);
    if (!mark) throw new Error(`no projection ${code} is kept here`);
    return mark;
  }

  /** The collection that answers for a projection. */
  collection(code: string): string {
    return this.#live.get(code)!;
  }

  private async run(all: readonly Projection[], from: number, head: number): Promise<void> {
    let group = all;
    let names = group.map((projection) => collectionOf(projection));
    let position = from;
    let building = new Set(group.filter((projection) => this.collection(projection.code) !== collectionOf(projection)));
    if (position >= head) building = await this.switchOver(building);

    while (!this.#stopped) {
      const reader = new Reader(this.parts.store, position, this.parts.logger);
      this.#readers.add(reader);
      this.parts.onReader?.(reader);
      try {
        for await (const page of reader.pages(PAGE)) {
          const left = await this.fold(group, page, position);
          if (left.length < group.length) {
            group = left;
            names = group.map((projection) => collectionOf(projection));
          }
          position = page.at(-1)!.position;
          await this.#checkpoints.write(names, position);
          for (const { code } of group) this.mark(code).advance(position);
          if (building.size > 0 && position >= head) building = await this.switchOver(building);
        }
      } catch (error) {
        if (this.#stopped) return;
        this.parts.logger.error({ error: String(error), after: position }, 'a page could not be projected, trying again');
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      } finally {
        this.#readers.delete(reader);
        await reader.stop();
      }
    }
  }

  /**
   * Folds the page into every projection of the group. One that fails alone goes on from here by itself, so that it holds
   * nobody up; when all fail, the database is away and the page is tried again.
   */
  private async fold(group: readonly Projection[], page: readonly Recorded[], position: number): Promise<readonly Projection[]> {
    const outcomes = await Promise.allSettled(group.map((projection) => foldPage(this.parts.db, projection, page)));
    const failed = group.filter((_, at) => outcomes[at]!.status === 'rejected');
    if (failed.length === 0) return group;
    const { reason } = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    if (failed.length === group.length) throw reason;
    for (const projection of failed) {
      this.parts.logger.error(
        { projection: projection.code, error: String(reason), after: position },
        'a read model is held up and goes on by itself',
      );
      this.#running.push(this.run([projection], position, position));
    }
    return group.filter((projection) => !failed.includes(projection));
  }

  private async prepare(projection: Projection): Promise<void> {
    const { db } = this.parts;
    const name = collectionOf(projection);
    const { list, joins } = projection;
    const indexes: IndexDescription[] = [
      ...[...new Set([...list.sorts, list.defaultSort.replace(/^-/, '')])].map((field) => ({ key: { [field]: 1, _id: 1 } })),
      // A filter with the order that lists have when nobody asks for another.
      ...Object.keys(list.filters).map((field) => ({ key: { [field]: 1, [list.defaultSort.replace(/^-/, '')]: 1, _id: 1 } })),
      ...joins.map(({ by }) => ({ key: { [by]: 1, _id: 1 } })),
      ...(list.search.length > 0 ? [{ key: { _words: 1 } }, { key: { _fields: 1 } }] : []),
    ];
    const once = new Map(indexes.map((index) => [Object.keys(index.key).join(), index]));
    if (once.size > 0) await db.collection(name).createIndexes([...once.values()] as IndexDescription[]);

    const aliases = db.collection<Alias>('_projections');
    const { value } = await aliases.findOneAndUpdate(
      { _id: projection.code },
      { $setOnInsert: { collection: name } },
      { upsert: true, returnDocument: 'after', includeResultMetadata: true },
    );
    this.#live.set(projection.code, value!.collection);
  }

  private async switchOver(building: ReadonlySet<Projection>): Promise<Set<Projection>> {
    for (const projection of building) {
      const collection = collectionOf(projection);
      await this.parts.db.collection<Alias>('_projections').updateOne({ _id: projection.code }, { $set: { collection } });
      this.#live.set(projection.code, collection);
      this.parts.logger.info({ projection: projection.code, collection }, 'the rebuilt read model is live');
    }
    return new Set();
  }
}

/** Documents of a projection by a plain filter, for the runtime's own use. */
export const documents = (db: Db, projector: Projector, code: string) => db.collection<Stored>(projector.collection(code));
