import type { Projection, Recorded } from '@letopis/kernel';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import { stored, type Stored } from './document';

/** Another process has written the same document: this one is no longer the owner of the projection. */
export class NewerOwner extends Error {}

/** Documents of a fan-out that are written at once. */
export const CHUNK = 1_000;

/** What a page of the log does to one collection: the documents as loaded and as folded. */
export interface Page {
  readonly loaded: ReadonlyMap<string, Stored>;
  readonly folded: Map<string, Stored>;
}

/** A chunk of documents that an event finds, to be folded. */
export const chunkOf = (found: readonly Stored[]): Page => ({ loaded: new Map(found.map((row) => [row._id, row])), folded: new Map() });

export async function load(collection: Collection<Stored>, ids: readonly string[]): Promise<Map<string, Stored>> {
  if (ids.length === 0) return new Map();
  const documents = await collection.find({ _id: { $in: [...ids] } }).toArray();
  return new Map(documents.map((document) => [document._id, document]));
}

/** One unordered bulk; every operation must hit exactly the version that was loaded. @throws NewerOwner */
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

/**
 * The document after an event, or the one before it, parked at the event that it could not take. Where events find documents by
 * their fields, nobody can tell which of them would find it while it waits: its streams are not known then.
 */
export function elseParked(
  { everywhere = {} }: Partial<Pick<Projection, 'everywhere'>>,
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
    return withStreams(parked, Object.keys(everywhere).length > 0 ? undefined : streams);
  }
}

/** The document as folded from these streams. */
export const withStreams = ({ _streams: _, ...rest }: Stored, streams: readonly string[] | undefined): Stored =>
  (streams ? { ...rest, _streams: streams } : rest) as Stored;

export const derived = ({ derive }: Projection, document: Readonly<Record<string, unknown>>) => (derive ? derive(document) : document);
