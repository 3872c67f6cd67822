import { newId, refusal, type Projection } from '@letopis/kernel';
import { Query } from 'mingo';
import type { Db } from 'mongodb';
import { readingErrors } from '../audit/errors';
import { timeOf, wholeOf } from '../audit/moments';
import { stories } from '../audit/stories';
import type { Clock } from '../clock';
import { UNKNOWN_POSITION } from '../events/codec';
import { LONGEST_WAIT } from '../projections/mark';
import type { Stored } from '../projections/document';
import { documents, type Projector } from '../projections/projector';
import { logUpTo, type LogParts } from './log';
import type { Refolder } from './refold';
import { Replica } from './replica';

/** Lists of the past that are kept at once; another one takes the place of the one that was not asked for longest. */
const MOST_LISTS = 5;
/** A list is kept so long after it was asked for, in milliseconds. */
const KEPT = 900_000;
/** Lists that a process has left behind when it died are taken away after so long, in milliseconds. */
const LEFTOVER = 7_200_000;
const LOOK = 60_000;
/** Events that are folded for one list. */
const MOST_EVENTS = 2_000_000;
const PREFIX = '_asof_';

/** A read model as it was when the log had come to a position. */
interface Past {
  readonly replica: Replica;
  readonly built: Promise<void>;
  done: number;
  readonly total: number;
  usedAt: number;
  state: 'building' | 'ready' | 'gone';
}

interface Parts extends LogParts {
  readonly db: Db;
  readonly projector: Projector;
  readonly refolder: Refolder;
  readonly clock: Clock;
}

/** Rows and lists as they were: folded from the log, seen by the rights of today, without what was erased since. */
export class AsOf {
  readonly #lists = new Map<string, Past>();
  #timer: NodeJS.Timeout | undefined;
  #tidying: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly parts: Parts,
    private readonly limits = { lists: MOST_LISTS, events: MOST_EVENTS, wait: LONGEST_WAIT },
  ) {}

  start(): void {
    const tidy = () => {
      this.#tidying = this.tidy().catch((error: unknown) =>
        this.parts.logger.warn({ error: String(error) }, 'lists of the past could not be taken away, trying again later'),
      );
    };
    this.#timer = setInterval(tidy, LOOK);
    this.#timer.unref();
    tidy();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#tidying;
    await this.forget();
  }

  /**
   * The position that a moment stands for: said itself, or that of the last event at or before a time, by the clock that
   * stamped it. @throws DomainError BAD_QUERY for what is no moment, or is still to come
   */
  async position(text: string, name = 'asOf'): Promise<number> {
    const { store, clock, projector, db } = this.parts;
    const head = await store.head();
    if (/^\d+$/.test(text)) {
      const position = wholeOf(name, text);
      if (position > head) throw refusal('BAD_QUERY', { name });
      return position;
    }
    const at = timeOf(name, text);
    if (at > clock.now()) throw refusal('BAD_QUERY', { name });
    await projector.mark(stories.code).reached(head);
    const rows = documents(db, projector, stories.code);
    const [last] = await rows.find({ at: { $lte: at } }).sort({ at: -1, _id: -1 }).limit(1).toArray(); // prettier-ignore
    if (!last) return UNKNOWN_POSITION;
    // What one append has written has one time.
    const [newest] = await rows.find({ at: last.at }).sort({ position: -1, _id: -1 }).limit(1).toArray();
    return (newest ?? last)._position;
  }

  /** One row as it was, if it was there and the actor may see it as it was. @throws DomainError as `list` */
  async row(projection: Projection, key: string, position: number, only: Readonly<Record<string, unknown>>): Promise<Stored | undefined> {
    const { projector, db } = this.parts;
    await projector.mark(projection.code).reached(position);
    const folded = await this.parts.refolder.then({ projection: projection.code, key }, position);
    // Where the present tells nothing of the streams (a row that is gone, or of very many), the list of then is asked.
    const found = folded ?? (await db.collection<Stored>(await this.list(projection, position)).findOne({ _id: key })) ?? undefined;
    return found && !found._deleted && new Query(only as never).test(found as never) ? found : undefined;
  }

  /**
   * The collection with the rows of then. @throws DomainError AS_OF_BUILDING while it is put together (asked again, it
   * goes on), AS_OF_TOO_LARGE, BUSY while another one is
   */
  async list(projection: Projection, position: number): Promise<string> {
    await this.parts.projector.mark(projection.code).reached(position);
    const name = `${projection.code}_v${projection.version}_${position}`;
    let past = this.#lists.get(name);
    if (!past) {
      if ([...this.#lists.values()].some(({ state }) => state === 'building')) throw refusal('BUSY');
      past = this.begin(projection, position, name);
      await this.makeRoom();
    }
    past.usedAt = Date.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.limits.wait)));
    await Promise.race([past.built, late]).finally(() => clearTimeout(timer));
    if (past.state !== 'ready') {
      const percent = Math.min(99, Math.floor((100 * past.done) / Math.max(1, past.total)));
      throw readingErrors.refusal('AS_OF_BUILDING', { percent });
    }
    return past.replica.collection;
  }

  /** Whether the rows of a list are still all there: one that is gone must not look like one that has ended. */
  holds(collection: string): boolean {
    return [...this.#lists.values()].some(({ replica, state }) => replica.collection === collection && state === 'ready');
  }

  /** Lets every list go: somebody's data have been erased, and they hold them open. */
  async forget(): Promise<void> {
    await Promise.all([...this.#lists.keys()].map((name) => this.drop(name)));
  }

  private begin(projection: Projection, position: number, name: string): Past {
    const collection = `${PREFIX}${Date.now().toString(36)}_${newId().slice(-8)}_${name}`;
    const replica = new Replica(this.parts, projection, collection);
    const past: Past = {
      replica,
      done: 0,
      total: position,
      usedAt: Date.now(),
      state: 'building',
      built: Promise.resolve().then(() => this.build(name, past, position)),
    };
    past.built.catch(() => {}); // those who wait hear of it, and whoever comes later begins anew
    this.#lists.set(name, past);
    return past;
  }

  private async build(name: string, past: Past, upTo: number): Promise<void> {
    const { replica } = past;
    try {
      await this.parts.projector.builds.index(replica.projection, replica.collection);
      let events = 0;
      for await (const page of logUpTo(this.parts, UNKNOWN_POSITION, upTo)) {
        if (past.state === 'gone') break;
        events += page.length;
        if (events > this.limits.events) throw readingErrors.refusal('AS_OF_TOO_LARGE', { most: this.limits.events });
        await replica.take(page);
        past.done = page.at(-1)!.position;
      }
      if (past.state === 'building') past.state = 'ready';
    } catch (error) {
      past.state = 'gone';
      if (this.#lists.get(name) === past) this.#lists.delete(name);
      throw error;
    } finally {
      if (past.state === 'gone') await replica.drop().catch(() => {});
    }
  }

  private async makeRoom(): Promise<void> {
    const ready = [...this.#lists].filter(([, { state }]) => state === 'ready').sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [name] of ready.slice(0, Math.max(0, this.#lists.size - this.limits.lists))) await this.drop(name);
  }

  private async drop(name: string): Promise<void> {
    const past = this.#lists.get(name);
    if (!past) return;
    this.#lists.delete(name);
    const ready = past.state === 'ready';
    past.state = 'gone';
    if (ready) await past.replica.drop();
    else await past.built.catch(() => {}); // it notices, and takes what it has made away
  }

  private async tidy(): Promise<void> {
    for (const [name, { state, usedAt }] of this.#lists) if (state === 'ready' && Date.now() - usedAt > KEPT) await this.drop(name);
    const { db } = this.parts;
    for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
      if (!name.startsWith(PREFIX)) continue;
      const begun = Number.parseInt(name.slice(PREFIX.length), 36);
      if (!(Date.now() - begun < LEFTOVER) && ![...this.#lists.values()].some(({ replica }) => name.startsWith(replica.collection))) {
        await db.collection(name).drop();
      }
    }
  }
}
