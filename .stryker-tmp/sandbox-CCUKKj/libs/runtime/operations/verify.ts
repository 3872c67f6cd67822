// @ts-nocheck
import { newId, type Projection } from '@letopis/kernel';
import type { Db } from 'mongodb';
import { sideOf, type Stored } from '../projections/document';
import type { Projector } from '../projections/projector';
import { isExpired } from './expiry';
import { logUpTo, type LogParts } from './log';
import type { Refolder } from './refold';
import { dropBuild, Replica } from './replica';

/** A document that is not what the log says. Names of fields only: their values are nobody's business here. */
export interface Difference {
  readonly projection: string;
  readonly side?: string;
  readonly key: string;
  /** `missing` from the live read model, `surplus` in it, or `different` in the fields that are named. */
  readonly kind: 'missing' | 'surplus' | 'different';
  readonly fields: readonly string[];
  readonly healed: boolean;
}

export interface Verified {
  readonly documents: number;
  /** All that differ; the first thousand of them are named. */
  readonly different: number;
  readonly healed: number;
  readonly differences: readonly Difference[];
}

export type OnProgress = (done: number, total: number) => void;

/** Documents that are compared at once: the live read model waits for so long. */
const PAGE = 500;
const MOST_NAMED = 1_000;
const PREFIX = '_verify_';
/** What a broken-off verification has left is taken away after so long, in milliseconds. */
const LEFTOVER = 86_400_000;

/** Folds read models anew beside the live ones and compares, document by document. */
export class Verifier {
  constructor(
    private readonly parts: LogParts & { readonly db: Db; readonly projector: Projector; readonly now: () => string },
    private readonly refolder: Refolder,
  ) {}

  /**
   * Verifies read models in one pass over the log; `heal` folds what differs anew.
   * Progress is told in positions of the log. @throws BrokenOff
   */
  async verify(projections: readonly Projection[], { heal = false, onProgress = (() => {}) as OnProgress } = {}): Promise<Verified> {
    const { db, projector } = this.parts;
    await this.sweep();
    const run = `${PREFIX}${Date.now().toString(36)}_${newId().slice(-8)}_`;
    const replicas = projections.map((projection) => new Replica(this.parts, projection, `${run}${projection.code}`));
    try {
      await Promise.all(replicas.map(({ projection, collection }) => projector.builds.index(projection, collection)));
      const upTo = Math.max(-1, ...projections.map(({ code }) => projector.kept(code).position));
      for await (const page of logUpTo(this.parts, -1, upTo)) {
        await Promise.all(replicas.map((replica) => replica.take(page)));
        onProgress(page.at(-1)!.position, upTo);
      }
      const found = new Findings();
      for (const replica of replicas) await this.compareAll(replica, heal, found);
      return found.told();
    } finally {
      for (const { projection, collection } of replicas) await dropBuild(db, projection, collection);
    }
  }

  /** Sides first: what is healed in them is carried into the documents before these are looked at. */
  private async compareAll(replica: Replica, heal: boolean, found: Findings): Promise<void> {
    for (const side of [...Object.keys(replica.projection.sides), undefined]) {
      let after: string | undefined = '';
      while (after !== undefined) after = await this.comparePage(replica, side, after, heal, found);
    }
  }

  /** Compares the documents behind a key; answers the last key of the page, undefined when there was none. */
  private async comparePage(replica: Replica, side: string | undefined, after: string, heal: boolean, found: Findings) {
    const { db, projector } = this.parts;
    const { code } = replica.projection;
    const different: Array<{ difference: Omit<Difference, 'healed'>; streams?: readonly string[] }> = [];
    const last = await projector.exclusively(code, async ({ collection, position }) => {
      await replica.catchUp(position);
      const page = (name: string) =>
        db
          .collection<Stored>(side === undefined ? name : sideOf(name, side))
          .find({ _id: { $gt: after } })
          .sort({ _id: 1 })
          .limit(PAGE)
          .toArray();
      const [live, anew] = await Promise.all([page(collection), page(replica.collection)]);
      const end = lastCommon(live, anew);
      const liveByKey = byKey(live, end);
      const anewByKey = byKey(anew, end);
      for (const key of new Set([...liveByKey.keys(), ...anewByKey.keys()])) {
        found.documents++;
        if (isExpired(replica.projection, liveByKey.get(key) ?? anewByKey.get(key), this.parts.now())) continue;
        const difference = differenceOf(liveByKey.get(key), anewByKey.get(key));
        if (!difference) continue;
        // What the fold anew does not have is folded from nothing.
        const streams = anewByKey.has(key) ? anewByKey.get(key)!._streams : [];
        different.push({ difference: { projection: code, side, key, ...difference }, streams });
      }
      return end;
    });
    for (const { difference, streams } of different) {
      if (heal) await this.refolder.refold(difference, streams);
      found.add({ ...difference, healed: heal });
    }
    return last;
  }

  /** Takes away what verifications of processes that died have left. */
  private async sweep(): Promise<void> {
    const { db } = this.parts;
    for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
      if (!name.startsWith(PREFIX)) continue;
      const begun = Number.parseInt(name.slice(PREFIX.length), 36);
      if (!(Date.now() - begun < LEFTOVER)) await db.collection(name).drop();
    }
  }
}

class Findings {
  documents = 0;
  #different = 0;
  #healed = 0;
  readonly #named: Difference[] = [];

  add(difference: Difference): void {
    this.#different++;
    if (difference.healed) this.#healed++;
    if (this.#named.length < MOST_NAMED) this.#named.push(difference);
  }

  told(): Verified {
    return { documents: this.documents, different: this.#different, healed: this.#healed, differences: this.#named };
  }
}

/** Both pages tell everything up to this key: a full page says nothing of what comes behind it. */
function lastCommon(live: readonly Stored[], anew: readonly Stored[]): string | undefined {
  const ends = [live, anew].filter(({ length }) => length === PAGE).map((page) => page.at(-1)!._id);
  if (ends.length > 0) return ends.reduce((a, b) => (before(a, b) ? a : b));
  return [live.at(-1)?._id, anew.at(-1)?._id].reduce((a, b) => (a === undefined || (b !== undefined && before(a, b)) ? b : a));
}

/** As the database orders strings: by their bytes in UTF-8. */
const before = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

const byKey = (page: readonly Stored[], end: string | undefined) =>
  new Map(page.filter(({ _id }) => end !== undefined && !before(end, _id)).map((document) => [document._id, document]));

/** Where two documents differ; what is deleted and what was never there are one. */
export function differenceOf(live: Stored | undefined, anew: Stored | undefined): Pick<Difference, 'kind' | 'fields'> | undefined {
  const there = live && !live._deleted ? live : undefined;
  const wanted = anew && !anew._deleted ? anew : undefined;
  if (!there && !wanted) return undefined;
  if (!there) return { kind: 'missing', fields: [] };
  if (!wanted) return { kind: 'surplus', fields: [] };
  // Both wait behind the same event: what else they hold depends on how the pages fell.
  if (there._parked && wanted._parked && there._parked.position === wanted._parked.position) return undefined;
  const names = new Set([...Object.keys(there), ...Object.keys(wanted)]);
  const fields = [...names].filter((name) => !LEFT_OUT.includes(name) && canonical(there[name]) !== canonical(wanted[name]));
  // Documents of before streams were remembered do not know them.
  if (there._streams && canonical(there._streams) !== canonical(wanted._streams)) fields.push('_streams');
  return fields.length > 0 ? { kind: 'different', fields: fields.sort() } : undefined;
}

/** Where pages and fan-outs were split is not part of a document. */
const LEFT_OUT = ['_position', '_streams'];

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  ) ?? 'undefined';
