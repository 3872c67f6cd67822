import type { Collection, Db, IndexDescription } from 'mongodb';
import type { Projection } from '@letopis/kernel';
import { insertMissing } from '../insert-missing';
import { collectionOf } from './document';

/** Which collection of a projection is asked: built ones are switched over when they have caught up. */
interface Alias {
  readonly _id: string;
  readonly collection: string;
  /** The build before a rebuild, kept to go back to. */
  readonly previous?: string;
  /** Builds that were begun, so that each has a name of its own. */
  readonly builds?: number;
}

/** The collection that answers for a projection, and the one that its events are folded into. */
export interface BuiltAt {
  readonly live: string;
  readonly folded: string;
}

/** A new version is folded beside the one that answers; a build of the present version takes its place. */
function placeOf(projection: Projection, live: string): BuiltAt {
  const own = collectionOf(projection);
  return { live, folded: live.startsWith(`${own}_b`) ? live : own };
}

/** The collections of read models: which one answers, which one is being built, and their indexes. */
export class Builds {
  readonly #aliases: Collection<Alias>;

  constructor(private readonly db: Db) {
    this.#aliases = db.collection<Alias>('_projections');
  }

  /** Where projections are kept, by their codes: made where it is not there. */
  async prepare(projections: readonly Projection[]): Promise<ReadonlyMap<string, BuiltAt>> {
    const known = await this.live();
    const missing = projections.filter(({ code }) => !known.has(code));
    await insertMissing(
      this.#aliases,
      missing.map((projection) => ({ _id: projection.code, collection: collectionOf(projection) })),
    );
    const live = missing.length > 0 ? await this.live() : known;
    const places = projections.map((projection) => [projection, placeOf(projection, live.get(projection.code)!)] as const);
    await Promise.all(places.map(([projection, { folded }]) => this.index(projection, folded)));
    return new Map(places.map(([{ code }, place]) => [code, place]));
  }

  /** Where a projection that was prepared is kept by now. */
  async of(projection: Projection): Promise<BuiltAt> {
    return placeOf(projection, (await this.#aliases.findOne({ _id: projection.code }))!.collection);
  }

  /** The collections that answer at present, by the projections' codes. */
  async live(): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#aliases.find().toArray()).map(({ _id, collection }) => [_id, collection]));
  }

  /** The name for another build of a projection. */
  async next({ code, version }: Projection): Promise<string> {
    const alias = await this.#aliases.findOneAndUpdate({ _id: code }, { $inc: { builds: 1 } }, { returnDocument: 'after' });
    return `${collectionOf({ code, version })}_b${alias!.builds}`;
  }

  /** The build that was live before the present one. */
  async previous(code: string): Promise<string | undefined> {
    return (await this.#aliases.findOne({ _id: code }))?.previous;
  }

  /** That build cannot be gone back to any more. */
  async forgetPrevious(code: string, previous: string): Promise<void> {
    await this.#aliases.updateOne({ _id: code, previous }, { $unset: { previous: '' } });
  }

  /** Makes a build the one that answers; the one before it is kept to go back to, or is not worth going back to. */
  async makeLive(code: string, collection: string, previous?: string): Promise<void> {
    await this.#aliases.updateOne(
      { _id: code },
      previous === undefined ? { $set: { collection }, $unset: { previous: '' } } : { $set: { collection, previous } },
    );
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
    await this.db.collection(collection).createIndexes([...once.values()]);
  }
}
