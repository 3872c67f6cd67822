import type { Everywhere, Projection, Recorded } from '@letopis/kernel';
import type { Db } from 'mongodb';
import { UNKNOWN_POSITION } from '../events/codec';
import { sideOf, stored, streamsWith, visible, type Stored } from '../projections/document';
import { foldOne, reactionTo, type Reducer } from '../projections/folding';
import { fanOut, idsIn, joined } from '../projections/joining';
import { elseParked, load, withStreams, write } from '../projections/page';
import type { Kept, Projector } from '../projections/projector';
import { logUpTo, type LogParts } from './log';

/** A document of a read model, or of one of its sides. */
export interface Place {
  readonly projection: string;
  readonly side?: string;
  readonly key: string;
}

/** Streams of one document that are read together; with more it is the log that is read. */
const TOGETHER = 100;

/** Folds single documents anew from the log: what an event parked, or what verification found different. */
export class Refolder {
  constructor(private readonly parts: LogParts & { readonly db: Db; readonly projector: Projector }) {}

  /**
   * Folds one document anew, joins it, and carries a side into all that join it. The projection stands still meanwhile.
   * @param streams where its events lie, if the caller knows better than the document
   * @returns whether it is parked now (again)
   */
  async refold({ projection: code, side, key }: Place, streams?: readonly string[]): Promise<{ parked: boolean }> {
    return this.parts.projector.exclusively(code, async (kept) => {
      const { db } = this.parts;
      const { projection, collection, position } = kept;
      const reducer = side === undefined ? projection : projection.sides[side];
      if (!reducer) throw new Error(`${code} has no side ${side}`);
      const own = db.collection<Stored>(collection);
      const target = side === undefined ? own : db.collection<Stored>(sideOf(collection, side));
      const before = (await load(target, [key])).get(key);

      const folded = await this.fold(kept, reducer, key, streams ?? before?._streams);
      const document = side === undefined ? await this.join(kept, folded) : folded;
      // A parked document stands at the event that it could not take; every other has passed all that was read.
      const after = document._parked ? document : { ...document, _position: position };
      await write(target, { loaded: new Map(before ? [[key, before]] : []), folded: new Map([[key, after]]) });
      for (const join of projection.joins) {
        if (join.side !== side || after._parked) continue;
        await fanOut(own, projection, { join, id: key, position, document: after }, { folded: new Map() }, (name, ids) =>
          load(db.collection<Stored>(sideOf(collection, name)), ids),
        );
      }
      return { parked: after._parked !== undefined };
    });
  }

  /**
   * A document folded anew in memory from its own streams, as far as the live one has come; undefined where these are not
   * known or too many. To be called within `exclusively`.
   */
  async anew({ code }: Projection, { _id: key, _streams: streams }: Stored): Promise<Stored | undefined> {
    if (!streams || streams.length > TOGETHER) return undefined;
    const kept = this.parts.projector.kept(code);
    return this.join(kept, await this.fold(kept, kept.projection, key, streams));
  }

  /**
   * One document as it was when the log had come to a position: folded in memory from the streams that the present one
   * names. Undefined where they are not known, and only the whole log could tell.
   */
  async then({ projection: code, key }: Place, upTo: number): Promise<Stored | undefined> {
    const { db, projector } = this.parts;
    const { projection, collection } = projector.kept(code);
    const present = (await load(db.collection<Stored>(collection), [key])).get(key);
    if (!present?._streams) return undefined;
    const at = { projection, collection, position: upTo };
    const folded = await this.fold(at, projection, key, present._streams);
    return this.join(at, folded, async (side, ids) => {
      const sides = await load(db.collection<Stored>(sideOf(collection, side)), ids);
      for (const [id, { _streams }] of sides) sides.set(id, await this.fold(at, projection.sides[side]!, id, _streams));
      return sides;
    });
  }

  private async fold({ projection, position: upTo }: Kept, reducer: Reducer, key: string, streams?: readonly string[]): Promise<Stored> {
    const search = reducer === projection ? projection.list.search : [];
    let document: Stored | undefined;
    for await (const page of this.events(streams, upTo)) {
      for (const event of page) {
        if (concerns(reducer, event, key)) document = foldOne(document, event, key, reducer, search);
        const everywhere = reducer === projection ? everywhereOf(projection, event) : undefined;
        if (everywhere) document = foldEverywhere(projection, document, everywhere, event);
      }
    }
    return document ?? stored(key, upTo, undefined, [], streams);
  }

  /** The events of the streams in the order of the log, or of the whole log where that order cannot be had from them. */
  private async *events(streams: readonly string[] | undefined, upTo: number): AsyncGenerator<readonly Recorded[]> {
    if (streams && streams.length <= TOGETHER) {
      const events = (await Promise.all(streams.map((stream) => this.parts.store.read(stream)))).flat();
      if (events.every(({ position }) => position !== UNKNOWN_POSITION)) {
        yield events.filter(({ position }) => position <= upTo).sort((a, b) => a.position - b.position || a.revision - b.revision);
        return;
      }
    }
    yield* logUpTo(this.parts, UNKNOWN_POSITION, upTo);
  }

  private async join(
    { projection, collection }: Kept,
    folded: Stored,
    sidesOf = (side: string, ids: readonly string[]) => load(this.parts.db.collection<Stored>(sideOf(collection, side)), ids),
  ): Promise<Stored> {
    const { derive, joins, list } = projection;
    const { _id: key, _position: position, _streams: streams } = folded;
    let document = folded;
    const fill = (whole: () => Stored) => {
      document = elseParked(projection, whole, document, key, { position }, streams);
    };
    if (joins.length === 0 && derive && !folded._deleted && !folded._parked)
      fill(() => stored(key, position, derive(visible(folded)!), list.search, streams));
    for (const join of joins) {
      if (document._deleted || document._parked) break;
      const sides = await sidesOf(join.side, idsIn(document[join.by]));
      fill(() => joined(projection, document, join, (id) => sides.get(id), position));
    }
    return document;
  }
}

function concerns(reducer: Reducer, event: Recorded, key: string): boolean {
  if (!reactionTo(reducer, event)) return false;
  const keys = reducer.key(event);
  return typeof keys === 'string' ? keys === key : (keys?.includes(key) ?? false);
}

const everywhereOf = ({ everywhere }: Projection, { type }: Recorded) => (Object.hasOwn(everywhere, type) ? everywhere[type] : undefined);

function foldEverywhere(
  projection: Projection,
  present: Stored | undefined,
  { where, fold }: Everywhere,
  event: Recorded,
): Stored | undefined {
  const before = visible(present);
  if (!present || !before || present._position >= event.position) return present;
  const found = Object.entries(where(event)).every(([field, value]) => idsIn(before[field]).includes(value));
  if (!found) return present;
  const streams = streamsWith(present, event.stream);
  if (present._parked) return withStreams(present, streams);
  return elseParked(
    projection,
    () => stored(present._id, event.position, fold(before, event), projection.list.search, streams),
    present,
    present._id,
    event,
    streams,
  );
}
