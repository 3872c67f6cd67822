import { newId } from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';
import { hostname } from 'node:os';
import { insertMissing } from '../insert-missing';

interface LeaseRow {
  readonly _id: string;
  readonly owner: string;
  /** Grows with every change of the owner. */
  readonly epoch: number;
  /** On the clock of the database. */
  readonly until: Date;
  /** Who asked the owner to hand it over. */
  readonly wantedBy?: string;
}

/** How long a lease holds without being renewed, in milliseconds. */
export const LEASE = 5_000;
/** Part of a lease by which its owner stops before it ends: two clocks may run apart by so much meanwhile. */
const MARGIN = 0.1;

/** The owner of what is free. */
const NOBODY = '';

/** The owners of this very process that have not ended: its own number says nothing about them. */
const alive = new Set<string>();

/**
 * Names that one process at a time owns. A lease ends on the database's clock; its owner counts on its own monotonic clock
 * from the moment before it asked, less a margin, so that it stops first.
 *
 * Leases keep processes out of each other's way. That nothing is written twice or wrongly is not left to them: documents
 * are written at the position they were loaded at, and what sagas do has derived ids.
 */
export class Leases {
  readonly owner = `${hostname()}:${process.pid}:${newId()}`;
  readonly #rows: Collection<LeaseRow>;
  /** Until when each holds, on this process's own clock. */
  readonly #held = new Map<string, number>();

  /** @param lease how long a name is held without being renewed, in milliseconds */
  constructor(
    db: Db,
    readonly lease = LEASE,
  ) {
    this.#rows = db.collection<LeaseRow>('_leases');
    alive.add(this.owner);
  }

  /** Whether this process owns the name for certain. */
  holds(name: string): boolean {
    return performance.now() < (this.#held.get(name) ?? 0);
  }

  get held(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** Takes the name if nobody owns it, or the owner is gone. */
  async take(name: string): Promise<boolean> {
    return (await this.takeAll([name])).length > 0;
  }

  /** Takes those of the names that nobody owns, or whose owner is gone; answers which these are. */
  async takeAll(names: readonly string[]): Promise<readonly string[]> {
    if (names.length === 0) return [];
    const asked = performance.now();
    const known = await this.#rows.find({ _id: { $in: [...names] } }).toArray();
    const missing = names.filter((name) => !known.some(({ _id }) => _id === name));
    await insertMissing(
      this.#rows,
      missing.map((_id) => ({ _id, owner: NOBODY, epoch: 0, until: new Date(0) })),
    );
    const gone = [this.owner, ...known.map(({ owner }) => owner).filter(isGone)];
    await this.#rows.updateMany(
      { _id: { $in: [...names] }, $expr: { $or: [{ $in: ['$owner', [...new Set(gone)]] }, { $lt: ['$until', '$$NOW'] }] } },
      [
        {
          $set: {
            owner: this.owner,
            until: { $add: ['$$NOW', this.lease] },
            epoch: { $add: ['$epoch', { $cond: [{ $eq: ['$owner', this.owner] }, 0, 1] }] },
          },
        },
        { $unset: 'wantedBy' },
      ],
    );
    const taken = await this.#rows.find({ _id: { $in: [...names] }, owner: this.owner }).toArray();
    for (const { _id } of taken) this.#held.set(_id, asked + this.lease * (1 - MARGIN));
    return taken.map(({ _id }) => _id);
  }

  /** Renews what is held; answers what was lost meanwhile, and what others want to have. */
  async renew(): Promise<{ lost: readonly string[]; wanted: readonly string[] }> {
    const names = this.held;
    if (names.length === 0) return { lost: [], wanted: [] };
    const asked = performance.now();
    const mine = { _id: { $in: [...names] }, owner: this.owner };
    await this.#rows.updateMany(mine, [{ $set: { until: { $add: ['$$NOW', this.lease] } } }]);
    const rows = await this.#rows.find(mine).toArray();
    const still = new Set(rows.map(({ _id }) => _id));
    const lost = names.filter((name) => !still.has(name));
    for (const name of lost) this.#held.delete(name);
    for (const name of still) if (this.#held.has(name)) this.#held.set(name, asked + this.lease * (1 - MARGIN));
    return { lost, wanted: rows.filter(({ wantedBy }) => wantedBy !== undefined && wantedBy !== this.owner).map(({ _id }) => _id) };
  }

  /** Asks the owner to hand the name over. */
  async want(name: string): Promise<void> {
    await this.#rows.updateOne({ _id: name }, { $set: { wantedBy: this.owner } });
  }

  /** Gives names back: to those who asked for them, else to whoever looks next. */
  async release(names: readonly string[]): Promise<void> {
    for (const name of names) this.#held.delete(name);
    if (names.length === 0) return;
    const given = {
      owner: { $ifNull: ['$wantedBy', NOBODY] },
      until: { $cond: [{ $ifNull: ['$wantedBy', false] }, { $add: ['$$NOW', this.lease] }, new Date(0)] },
      epoch: { $add: ['$epoch', 1] },
    };
    await this.#rows.updateMany({ _id: { $in: [...names] }, owner: this.owner }, [{ $set: given }, { $unset: 'wantedBy' }]);
  }

  /** Owners of names that begin so and hold. */
  async owners(prefix: string): Promise<number> {
    const rows = await this.#rows
      .find({ ...beginning(prefix), $expr: { $gt: ['$until', '$$NOW'] } })
      .project<{ owner: string }>({ owner: 1 })
      .toArray();
    return new Set(rows.map(({ owner }) => owner).filter((owner) => owner !== NOBODY && !isGone(owner))).size;
  }

  /** Takes away rows that begin so and do not hold any more. */
  async sweep(prefix: string): Promise<void> {
    await this.#rows.deleteMany({ ...beginning(prefix), $expr: { $lt: ['$until', '$$NOW'] } });
  }

  /** Gives everything back, for good. */
  async end(): Promise<void> {
    await this.release(this.held);
    alive.delete(this.owner);
  }
}

const beginning = (prefix: string) => ({ _id: { $gte: prefix, $lt: `${prefix}\uffff` } });

/** Whether an owner of this machine has ended without giving back what it had. */
function isGone(owner: string): boolean {
  const [host, pid] = owner.split(':');
  if (host !== hostname()) return false;
  if (Number(pid) === process.pid) return !alive.has(owner);
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as { code?: unknown }).code === 'ESRCH';
  }
}
