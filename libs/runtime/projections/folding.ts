import type { AnyBulkWriteOperation, Collection, Db } from 'mongodb';
import { kept, withJoined, type Everywhere, type Join, type Projection, type Recorded, type Side } from '@letopis/kernel';
import { collectionOf, sideOf, stored, streamsWith, visible, type Stored } from './document';

/** Another process has written the same document: this one is no longer the owner of the projection. */
export class NewerOwner extends Error {}

/** Documents of a fan-out that are written at once. */
const CHUNK = 1_000;

/** What a page does to one collection: the documents as loaded and as folded. */
interface Page {
  readonly loaded: ReadonlyMap<string, Stored>;
  readonly folded: Map<string, Stored>;
}

export type Reducer = Pick<Side, 'key' | 'on'>;

/**
 * Folds a page of events into a projection and its sides: load what is touched, fold in memory, join, write in one bulk.
 *
 * Every write is conditional on the position that was loaded, every event at or before a document's position is skipped:
 * the same page may be folded again after a crash at any point. `collection` is another one than the version's own for
 * a build beside the live one.
 */
export async function foldPage(
  db: Db,
  projection: Projection,
  events: readonly Recorded[],
  collection = collectionOf(projection),
): Promise<void> {
  let from = 0;
  for (const [at, event] of events.entries()) {
    const everywhere = Object.hasOwn(projection.everywhere, event.type) ? projection.everywhere[event.type] : undefined;
    if (!everywhere) continue;
    // Such an event finds its documents in the database: whatever came before it is written first.
    await foldStretch(db, projection, events.slice(from, at + 1), collection);
    await foldEverywhere(db.collection<Stored>(collection), projection, everywhere, event);
    from = at + 1;
  }
  if (from < events.length) await foldStretch(db, projection, events.slice(from), collection);
}

/** Applies an event to every document that it finds, a chunk at a time; those that have passed it already are left alone. */
async function foldEverywhere(
  own: Collection<Stored>,
  projection: Projection,
  { where, fold }: Everywhere,
  event: Recorded,
): Promise<void> {
  for (let after = ''; ;) {
    const found = await own
      .find({ ...where(event), _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(CHUNK)
      .toArray();
    const last = found.at(-1);
    if (!last) return;
    after = last._id;
    const chunk: Page = { loaded: new Map(found.map((row) => [row._id, row])), folded: new Map() };
    for (const row of found) {
      const before = visible(row);
      if (!before || row._position >= event.position) continue;
      const streams = streamsWith(row, event.stream);
      if (row._parked) {
        if (streams !== row._streams) chunk.folded.set(row._id, withStreams(row, streams));
        continue;
      }
      const after = () => stored(row._id, event.position, derived(projection, fold(before, event)), projection.list.search, streams);
      chunk.folded.set(row._id, elseParked(after, row, row._id, event, streams));
    }
    await write(own, chunk);
  }
}

async function foldStretch(db: Db, projection: Projection, events: readonly Recorded[], name: string): Promise<void> {
  const sides = new Map<string, { page: Page; touched: Map<string, number>; collection: Collection<Stored> }>();
  for (const [side, reducer] of Object.entries(projection.sides)) {
    const collection = db.collection<Stored>(sideOf(name, side));
    const { page, touched } = await fold(collection, reducer, events, []);
    if (touched.size > 0) sides.set(side, { page, touched, collection });
  }

  const own = db.collection<Stored>(name);
  const { page } = await fold(own, projection, events, projection.list.search);
  await joinTouched(db, projection, name, page, sides);

  for (const { page: side, collection } of sides.values()) await write(collection, side);
  await write(own, page);
  await fanOutAll(db, own, projection, sides, page);
}

/** The documents that the events touch, loaded and folded; `touched` tells the position of the last event for each. */
async function fold(collection: Collection<Stored>, reducer: Reducer, events: readonly Recorded[], search: readonly string[]) {
  const work: Array<{ event: Recorded; id: string }> = [];
  const touched = new Map<string, number>();
  for (const event of events) {
    if (!reactionTo(reducer, event)) continue;
    const key = reducer.key(event);
    for (const id of key === undefined ? [] : typeof key === 'string' ? [key] : key) {
      work.push({ event, id });
      touched.set(id, event.position);
    }
  }
  const page: Page = { loaded: await load(collection, [...touched.keys()]), folded: new Map() };
  for (const { event, id } of work) {
    const present = page.folded.get(id) ?? page.loaded.get(id);
    const after = foldOne(present, event, id, reducer, search);
    if (after && after !== present) page.folded.set(id, after);
  }
  return { page, touched };
}

/** The document with one event of its own folded in; the same one when it has passed the event, or waits for an operator. */
export function foldOne(present: Stored | undefined, event: Recorded, id: string, reducer: Reducer, search: readonly string[]) {
  if (present && event.position <= present._position) return present;
  if (!present?._parked) return next(present, event, id, reducer, search);
  const streams = streamsWith(present, event.stream);
  return streams === present._streams ? present : withStreams(present, streams);
}

export const reactionTo = ({ on }: Reducer, { type }: Recorded) => (Object.hasOwn(on, type) ? on[type] : on['*']);

/** The document as folded from these streams. */
export const withStreams = ({ _streams: _, ...rest }: Stored, streams: readonly string[] | undefined): Stored =>
  (streams ? { ...rest, _streams: streams } : rest) as Stored;

function next(present: Stored | undefined, event: Recorded, id: string, reducer: Reducer, search: readonly string[]): Stored {
  const streams = streamsWith(present, event.stream);
  const after = () => stored(id, event.position, reactionTo(reducer, event)!(visible(present), event), search, streams);
  return elseParked(after, present, id, event, streams);
}

/** The document after an event, or the one before it, parked at the event that it could not take. */
function elseParked(
  after: () => Stored,
  before: Stored | undefined,
  id: string,
  event: Pick<Recorded, 'position'>,
  streams: readonly string[] | undefined,
): Stored {
  try {
    return after();
  } catch (error) {
    const base = before ?? stored(id, event.position, {}, [], streams);
    const parked = { ...base, _id: id, _position: event.position, _parked: { position: event.position, error: String(error) } };
    return withStreams(parked, streams);
  }
}

/** The same read model that takes no event: whatever one touches is parked. For an event that ends the process when it is folded. */
export function takingNothing(projection: Projection): Projection {
  const refuses = () => {
    throw new Error('the process has ended every time that this event was folded');
  };
  const refusing = <Of extends object>(of: Of) => Object.fromEntries(Object.keys(of).map((name) => [name, refuses]));
  return {
    ...projection,
    on: refusing(projection.on),
    sides: Object.fromEntries(Object.entries(projection.sides).map(([name, side]) => [name, { ...side, on: refusing(side.on) }])),
    everywhere: Object.fromEntries(Object.entries(projection.everywhere).map(([name, { where }]) => [name, { where, fold: refuses }])),
  };
}

export async function load(collection: Collection<Stored>, ids: readonly string[]): Promise<Map<string, Stored>> {
  if (ids.length === 0) return new Map();
  const documents = await collection.find({ _id: { $in: [...ids] } }).toArray();
  return new Map(documents.map((document) => [document._id, document]));
}

/** Fills the joined fields of every touched document from the sides as they are at the end of the page. */
async function joinTouched(
  db: Db,
  projection: Projection,
  collection: string,
  page: Page,
  sides: ReadonlyMap<string, { page: Page }>,
): Promise<void> {
  if (projection.joins.length === 0 && projection.derive) {
    for (const [id, document] of page.folded) {
      if (document._deleted || document._parked) continue;
      const after = () => stored(id, document._position, projection.derive!(visible(document)!), projection.list.search, document._streams);
      page.folded.set(id, elseParked(after, page.loaded.get(id), id, { position: document._position }, document._streams));
    }
  }
  for (const join of projection.joins) {
    const { by, side: name } = join;
    const ids = new Set([...page.folded.values()].flatMap((document) => idsIn(document[by])));
    const known = new Map<string, Stored>();
    const inPage = sides.get(name)?.page;
    for (const id of ids) {
      const side = inPage?.folded.get(id) ?? inPage?.loaded.get(id);
      if (side) known.set(id, side);
    }
    const missing = [...ids].filter((id) => !known.has(id));
    for (const [id, side] of await load(db.collection<Stored>(sideOf(collection, name)), missing)) known.set(id, side);
    for (const [id, document] of page.folded) {
      if (document._deleted || document._parked) continue;
      page.folded.set(
        id,
        joined(projection, document, join, (sideId) => known.get(sideId), document._position),
      );
    }
  }
}

/** The ids that a field holds: one, or a list of them. */
export const idsIn = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter((id): id is string => typeof id === 'string');

const derived = ({ derive }: Projection, document: Readonly<Record<string, unknown>>) => (derive ? derive(document) : document);

/** The document with one join filled in, and what follows from it. */
export function joined(
  projection: Projection,
  document: Stored,
  join: Join,
  side: Parameters<typeof withJoined>[2],
  position: number,
): Stored {
  const whole = derived(projection, withJoined(visible(document)!, join, side));
  return stored(document._id, position, whole, projection.list.search, document._streams);
}

/**
 * Carries changed side documents into every document that joins them and is not in the page, in the order of the log: a
 * document that two of them reach takes both, and its position only grows.
 */
async function fanOutAll(
  db: Db,
  own: Collection<Stored>,
  projection: Projection,
  sides: ReadonlyMap<string, { page: Page; touched: ReadonlyMap<string, number> }>,
  page: Page,
): Promise<void> {
  const changes = projection.joins.flatMap((join) => {
    const side = sides.get(join.side);
    return [...(side?.touched ?? [])].map(([id, position]) => ({
      join,
      id,
      position,
      document: side!.page.folded.get(id) ?? side!.page.loaded.get(id),
    }));
  });
  const sidesOf: SidesOf = (side, ids) => load(db.collection<Stored>(sideOf(own.collectionName, side)), ids);
  for (const change of changes.sort((a, b) => a.position - b.position)) await fanOut(own, projection, change, page, sidesOf);
}

/** Side documents by their ids, as they are stored. */
export type SidesOf = (side: string, ids: readonly string[]) => Promise<ReadonlyMap<string, Stored>>;

/** Carries one side document into all that join it, a chunk at a time. */
export async function fanOut(
  own: Collection<Stored>,
  projection: Projection,
  { join, id: sideId, position, document }: { join: Join; id: string; position: number; document: Stored | undefined },
  page: Pick<Page, 'folded'>,
  sidesOf: SidesOf,
): Promise<void> {
  // What is joined by a field that this join fills follows it.
  const further = projection.joins.filter(({ by }) => Object.values(join.fields).includes(by));
  let after = '';
  for (;;) {
    const found = await own
      .find({ [join.by]: sideId, _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(CHUNK)
      .toArray();
    const last = found.at(-1);
    if (!last) break;
    after = last._id;
    const chunk: Page = { loaded: new Map(found.map((row) => [row._id, row])), folded: new Map() };
    for (const row of found) {
      if (row._deleted || row._parked || row._position > position || page.folded.has(row._id)) continue;
      chunk.folded.set(
        row._id,
        joined(projection, row, join, (id) => (id === sideId ? document : kept), position),
      );
    }
    for (const next of further) {
      const ids = new Set([...chunk.folded.values()].flatMap((row) => idsIn(row[next.by])));
      const sides = await sidesOf(next.side, [...ids]);
      for (const [id, row] of chunk.folded)
        chunk.folded.set(
          id,
          joined(projection, row, next, (other) => sides.get(other), position),
        );
    }
    await write(own, chunk);
  }
}

/** One unordered bulk; every operation must hit exactly the version that was loaded. */
export async function write(collection: Collection<Stored>, { loaded, folded }: Page): Promise<void> {
  const operations: AnyBulkWriteOperation<Stored>[] = [];
  for (const [id, document] of folded) {
    const before = loaded.get(id);
    operations.push(
      before ? { replaceOne: { filter: { _id: id, _position: before._position }, replacement: document } } : { insertOne: { document } },
    );
  }
  if (operations.length === 0) return;
  const { matchedCount, insertedCount } = await collection.bulkWrite(operations, { ordered: false }).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 11000) throw new NewerOwner(collection.collectionName);
    throw error;
  });
  if (matchedCount + insertedCount !== operations.length) throw new NewerOwner(collection.collectionName);
}
