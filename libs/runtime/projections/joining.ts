import type { Collection, Db } from 'mongodb';
import { kept, withJoined, type Join, type Projection } from '@letopis/kernel';
import { sideOf, stored, visible, type Stored } from './document';
import { CHUNK, chunkOf, derived, elseParked, load, write, type Page } from './page';

/** Sides that a page of the log touches, by name; `touched` tells the position of the last event for each document. */
export type FoldedSides = Map<
  string,
  { readonly page: Page; readonly touched: ReadonlyMap<string, number>; readonly collection: Collection<Stored> }
>;

/** Fills the joined fields of every touched document from the sides as they are at the end of the page. */
export async function joinTouched(db: Db, projection: Projection, collection: string, page: Page, sides: FoldedSides): Promise<void> {
  const fill = (whole: (document: Stored) => Stored) => {
    for (const [id, document] of page.folded) {
      if (document._deleted || document._parked) continue;
      const { _position: position, _streams: streams } = document;
      page.folded.set(
        id,
        elseParked(projection, () => whole(document), page.loaded.get(id), id, { position }, streams),
      );
    }
  };
  if (projection.joins.length === 0 && projection.derive) {
    const { derive, list } = projection;
    fill((document) => stored(document._id, document._position, derive(visible(document)!), list.search, document._streams));
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
    fill((document) => joined(projection, document, join, (id) => known.get(id), document._position));
  }
}

/** The ids that a field holds: one, or a list of them. */
export const idsIn = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter((id): id is string => typeof id === 'string');

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
export async function fanOutAll(db: Db, own: Collection<Stored>, projection: Projection, sides: FoldedSides, page: Page): Promise<void> {
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
  const joinedBy = new Map<Join, ReadonlySet<string> | undefined>();
  for (const join of new Set(changes.map((change) => change.join))) {
    const ids = changes.filter((change) => change.join === join).map(({ id }) => id);
    // What another join fills may change meanwhile.
    const isFilled = projection.joins.some(({ fields }) => Object.values(fields).includes(join.by));
    joinedBy.set(join, ids.length > 1 && !isFilled ? await joinedIn(own, join, ids) : undefined);
  }
  for (const change of changes.sort((a, b) => a.position - b.position)) {
    if (joinedBy.get(change.join)?.has(change.id) !== false) await fanOut(own, projection, change, page, sidesOf);
  }
}

/** Which of the side documents anything joins; undefined where so much does that it is not worth while to tell. */
async function joinedIn(own: Collection<Stored>, { by }: Join, ids: readonly string[]): Promise<ReadonlySet<string> | undefined> {
  const found = await own
    .find({ [by]: { $in: [...ids] } }, { projection: { [by]: 1 } })
    .limit(CHUNK)
    .toArray();
  return found.length < CHUNK ? new Set(found.flatMap((row) => idsIn(row[by]))) : undefined;
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
    const chunk = chunkOf(found);
    for (const row of found) {
      if (row._deleted || row._parked || row._position > position || page.folded.has(row._id)) continue;
      const after = () => joined(projection, row, join, (id) => (id === sideId ? document : kept), position);
      chunk.folded.set(row._id, elseParked(projection, after, row, row._id, { position }, row._streams));
    }
    for (const next of further) {
      const ids = new Set([...chunk.folded.values()].flatMap((row) => idsIn(row[next.by])));
      const sides = await sidesOf(next.side, [...ids]);
      for (const [id, row] of chunk.folded) {
        if (row._parked) continue;
        const after = () => joined(projection, row, next, (other) => sides.get(other), position);
        chunk.folded.set(id, elseParked(projection, after, chunk.loaded.get(id), id, { position }, row._streams));
      }
    }
    await write(own, chunk);
  }
}
