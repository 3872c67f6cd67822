import type { Collection, Db } from 'mongodb';
import type { Everywhere, Projection, Recorded, Side } from '@letopis/kernel';
import { collectionOf, sideOf, stored, streamsWith, visible, type Stored } from './document';
import { fanOutAll, joinTouched, type FoldedSides } from './joining';
import { CHUNK, chunkOf, derived, elseParked, load, NewerOwner, withStreams, write, type Page } from './page';

export type Reducer = Pick<Side, 'key' | 'on'> & Partial<Pick<Projection, 'everywhere'>>;

/**
 * Folds a page of events into a projection and its sides: load what is touched, fold in memory, join, write in one bulk. What
 * an event seems to begin is written without having been looked for; where it was there, the page is folded again.
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
    const chunk = chunkOf(found);
    for (const row of found) {
      const before = visible(row);
      if (!before || row._position >= event.position) continue;
      const streams = streamsWith(row, event.stream);
      if (row._parked) {
        if (streams !== row._streams) chunk.folded.set(row._id, withStreams(row, streams));
        continue;
      }
      const after = () => stored(row._id, event.position, derived(projection, fold(before, event)), projection.list.search, streams);
      chunk.folded.set(row._id, elseParked(projection, after, row, row._id, event, streams));
    }
    await write(own, chunk);
  }
}

async function foldStretch(db: Db, projection: Projection, events: readonly Recorded[], name: string): Promise<void> {
  try {
    await foldedOnto(isBegunBy, db, projection, events, name);
  } catch (error) {
    if (!(error instanceof NewerOwner)) throw error;
    // Something was there: the page comes again after a crash, or other events have made it. What was written knows its position.
    await foldedOnto(() => false, db, projection, events, name);
  }
}

/** Whether nothing can have been folded into a document yet: it is named after the event itself, or after the stream that begins with it. */
type IsNew = (event: Recorded, id: string) => boolean;
const isBegunBy: IsNew = (event, id) => id === event.id || (event.revision === 0 && id === event.aggregateId);

async function foldedOnto(isNew: IsNew, db: Db, projection: Projection, events: readonly Recorded[], name: string): Promise<void> {
  const own = db.collection<Stored>(name);
  const sides: FoldedSides = new Map();
  const foldSide = async ([side, reducer]: [string, Reducer]) => {
    const collection = db.collection<Stored>(sideOf(name, side));
    const { page, touched } = await fold(collection, reducer, events, [], isNew);
    if (touched.size > 0) sides.set(side, { page, touched, collection });
  };
  const [{ page }] = await Promise.all([
    fold(own, projection, events, projection.list.search, isNew),
    ...Object.entries(projection.sides).map(foldSide),
  ]);
  await joinTouched(db, projection, name, page, sides);

  await Promise.all([...sides.values()].map(({ collection, page: side }) => write(collection, side)));
  await write(own, page);
  await fanOutAll(db, own, projection, sides, page);
}

/** The documents that the events touch, loaded and folded; `touched` tells the position of the last event for each. */
async function fold(
  collection: Collection<Stored>,
  reducer: Reducer,
  events: readonly Recorded[],
  search: readonly string[],
  isNew: IsNew,
) {
  const work: Array<{ event: Recorded; id: string }> = [];
  const touched = new Map<string, number>();
  const begun = new Set<string>();
  for (const event of events) {
    if (!reactionTo(reducer, event)) continue;
    const key = reducer.key(event);
    for (const id of key === undefined ? [] : typeof key === 'string' ? [key] : key) {
      work.push({ event, id });
      if (!touched.has(id) && isNew(event, id)) begun.add(id);
      touched.set(id, event.position);
    }
  }
  const page: Page = {
    loaded: await load(
      collection,
      [...touched.keys()].filter((id) => !begun.has(id)),
    ),
    folded: new Map(),
  };
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

function next(present: Stored | undefined, event: Recorded, id: string, reducer: Reducer, search: readonly string[]): Stored {
  const streams = streamsWith(present, event.stream);
  const after = () => stored(id, event.position, reactionTo(reducer, event)!(visible(present), event), search, streams);
  return elseParked(reducer, after, present, id, event, streams);
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
