// @ts-nocheck
import { withJoined, type Projection, type Side } from '../projection';
import type { Recorded } from '../event';
import { asStored, recorded, type Stream } from './streams';

type Document = Readonly<Record<string, unknown>>;

/** A read model folded from streams, in the order in which they are told. */
export class Folded {
  readonly #documents: ReadonlyMap<string, Document>;

  constructor(projection: Projection, streams: readonly Stream[]) {
    const events: Recorded[] = [];
    for (const told of streams) events.push(...recorded(told, events.length));
    const sides = new Map(Object.entries(projection.sides).map(([name, side]) => [name, documents(side, events)]));
    const own = documents(projection, events, projection.everywhere);
    for (const join of projection.joins) {
      for (const [id, document] of own) own.set(id, asStored(withJoined(document, join, (sideId) => sides.get(join.side)?.get(sideId))));
    }
    if (projection.derive) for (const [id, document] of own) own.set(id, asStored(projection.derive(document)));
    this.#documents = own;
  }

  /** Of all documents, in the order in which they came to be. */
  get ids(): readonly string[] {
    return [...this.#documents.keys()];
  }

  thenDocument(id: string, document: object): this {
    expect(this.#documents.get(id)).toEqual(document);
    return this;
  }

  thenNoDocument(id: string): this {
    expect(this.#documents.get(id)).toBeUndefined();
    return this;
  }

  /** The ids of all documents, in no order. */
  thenIds(...ids: readonly string[]): this {
    expect([...this.ids].sort()).toEqual([...ids].sort());
    return this;
  }
}

/** Folds as the runtime does: by key, then everywhere; an undefined document is gone, a document is seen as it was stored. */
function documents(
  { key, on }: Pick<Side, 'key' | 'on'>,
  events: readonly Recorded[],
  everywhere: Projection['everywhere'] = {},
): Map<string, Document> {
  const folded = new Map<string, Document>();
  for (const event of events) {
    const type = Object.hasOwn(on, event.type) ? event.type : '*';
    const keys = Object.hasOwn(on, type) ? key(event) : undefined;
    for (const id of keys === undefined ? [] : typeof keys === 'string' ? [keys] : keys) {
      const document = on[type]!(folded.get(id), event);
      if (document === undefined) folded.delete(id);
      else folded.set(id, asStored(document));
    }
    for (const [id, document] of Object.hasOwn(everywhere, event.type) ? folded : []) {
      const { where, fold } = everywhere[event.type]!;
      const isMeant = Object.entries(where(event)).every(([field, value]) => [document[field]].flat().includes(value));
      if (isMeant) folded.set(id, asStored(fold(document, event)));
    }
  }
  return folded;
}
