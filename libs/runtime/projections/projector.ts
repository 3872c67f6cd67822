import type { Collection, Db, IndexDescription } from 'mongodb';
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
  /** The build before a rebuild, kept to go back to. */
  readonly previous?: string;
  /** Builds that were begun, so that each has a name of its own. */
  readonly builds?: number;
}

/** What is folded into at present. */
export interface Kept {
  readonly projection: Projection;
  readonly collection: string;
  /** Position of the last page that was folded into it. */
  readonly position: number;
}

/**
 * Keeps the read models: one reader feeds all projections that are equally far, a page at a time, and the checkpoint
 * follows the last write. A new version is built beside the live one and takes its place when it has caught up.
 */
export class Projector {
  readonly #marks = new Map<string, Mark>();
  readonly #live = new Map<string, string>();
  readonly #kept = new Map<string, Kept>();
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #readers = new Set<Reader>();
  readonly #running: Promise<void>[] = [];
  readonly #checkpoints: Checkpoints;
  readonly #aliases: Collection<Alias>;
  #stopped = false;

  constructor(
    private readonly parts: { store: EventStore; db: Db; logger: Logger; onReader?: (reader: Reader) => void },
    private readonly projections: readonly Projection[],
  ) {
    this.#checkpoints = new Checkpoints(parts.db);
    this.#aliases = parts.db.collection<Alias>('_projections');
  }

  /** Makes collections and indexes, then folds from the checkpoints on. */
  async start(): Promise<void> {
    const groups = new Map<number, Projection[]>();
    for (const projection of this.projections) {
      const collection = await this.prepare(projection);
      const position = await this.#checkpoints.read(collection);
      this.#kept.set(projection.code, { projection, collection, position });
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

  /** What is folded into at present: another collection than the one that answers while a new version is being built. */
  kept(code: string): Kept {
    const kept = this.#kept.get(code);
    if (!kept) throw new Error(`no projection ${code} is kept here`);
    return kept;
  }

  /** Does the work between two pages: nothing is folded into the projection meanwhile. */
  exclusively<Answer>(code: string, work: (kept: Kept) => Promise<Answer>): Promise<Answer> {
    const running = (this.#turns.get(code) ?? Promise.resolve()).then(() => work(this.kept(code)));
    this.#turns.set(
      code,
      running.catch(() => {}), // whoever asked for the work hears of its failure
    );
    return running;
  }

  /** The name for another build of a projection, and the build that is kept to go back to. */
  async nextBuild({ code, version }: Projection): Promise<string> {
    const alias = await this.#aliases.findOneAndUpdate({ _id: code }, { $inc: { builds: 1 } }, { returnDocument: 'after' });
    return `${collectionOf({ code, version } as Projection)}_b${alias!.builds}`;
  }

  /** The build that was live before the present one. */
  async previous(code: string): Promise<string | undefined> {
    return (await this.#aliases.findOne({ _id: code }))?.previous;
  }

  /**
   * Makes another build the live one, which from now on is folded into. To be called within `exclusively`, with a build
   * that holds exactly what the present one holds.
   */
  async switchTo(code: string, collection: string): Promise<void> {
    const { collection: previous, position, projection } = this.kept(code);
    await this.#checkpoints.write([collection], position);
    await this.#aliases.updateOne({ _id: code }, { $set: { collection, previous } });
    this.#kept.set(code, { projection, collection, position });
    this.#live.set(code, collection);
    this.parts.logger.info({ projection: code, collection, previous }, 'another build of the read model is live');
  }

  /** Makes the indexes of a build. */
  async index({ list, joins }: Projection, collection: string): Promise<void> {
    const indexes: IndexDescription[] = [
      ...[...new Set([...list.sorts, list.defaultSort.replace(/^-/, '')])].map((field) => ({ key: { [field]: 1, _id: 1 } })),
      // A filter with the order that lists have when nobody asks for another.
      ...Object.keys(list.filters).map((field) => ({ key: { [field]: 1, [list.defaultSort.replace(/^-/, '')]: 1, _id: 1 } })),
      ...joins.map(({ by }) => ({ key: { [by]: 1, _id: 1 } })),
      ...(list.search.length > 0 ? [{ key: { _words: 1 } }, { key: { _fields: 1 } }] : []),
      { key: { '_parked.position': 1 }, sparse: true },
    ];
    const once = new Map(indexes.map((index) => [Object.keys(index.key).join(), index]));
    await this.parts.db.collection(collection).createIndexes([...once.values()]);
  }

  private async run(all: readonly Projection[], from: number, head: number): Promise<void> {
    let group = all;
    let position = from;
    let building = new Set(group.filter((projection) => this.collection(projection.code) !== this.kept(projection.code).collection));
    if (position >= head) building = await this.switchOver(building);

    while (!this.#stopped) {
      const reader = new Reader(this.parts.store, position, this.parts.logger);
      this.#readers.add(reader);
      this.parts.onReader?.(reader);
      try {
        for await (const page of reader.pages(PAGE)) {
          group = await this.fold(group, page, position);
          position = page.at(-1)!.position;
          const names = group.map(({ code }) => this.kept(code).collection);
          // The documents are written: whoever waits for them need not wait for the checkpoint as well.
          for (const { code } of group) this.mark(code).advance(position);
          await this.#checkpoints.write(names, position);
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
    const outcomes = await Promise.allSettled(
      group.map(({ code }) =>
        this.exclusively(code, async (kept) => {
          await foldPage(this.parts.db, kept.projection, page, kept.collection);
          this.#kept.set(code, { ...kept, position: page.at(-1)!.position });
        }),
      ),
    );
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

  /** Finds or makes the collection that is to be folded into. */
  private async prepare(projection: Projection): Promise<string> {
    const own = collectionOf(projection);
    const { value } = await this.#aliases.findOneAndUpdate(
      { _id: projection.code },
      { $setOnInsert: { collection: own } },
      { upsert: true, returnDocument: 'after', includeResultMetadata: true },
    );
    const live = value!.collection;
    this.#live.set(projection.code, live);
    const collection = live.startsWith(`${own}_b`) ? live : own;
    await this.index(projection, collection);
    return collection;
  }

  private async switchOver(building: ReadonlySet<Projection>): Promise<Set<Projection>> {
    for (const projection of building) {
      const { collection } = this.kept(projection.code);
      await this.#aliases.updateOne({ _id: projection.code }, { $set: { collection }, $unset: { previous: '' } });
      this.#live.set(projection.code, collection);
      this.parts.logger.info({ projection: projection.code, collection }, 'the rebuilt read model is live');
    }
    return new Set();
  }
}

/** Documents of a projection by a plain filter, for the runtime's own use. */
export const documents = (db: Db, projector: Projector, code: string) => db.collection<Stored>(projector.collection(code));
