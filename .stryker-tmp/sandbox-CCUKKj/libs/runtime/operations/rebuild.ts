// @ts-nocheck
import type { Projection } from '@letopis/kernel';
import type { Db } from 'mongodb';
import { Checkpoints } from '../projections/checkpoints';
import { collectionOf } from '../projections/document';
import type { Projector } from '../projections/projector';
import type { LogParts } from './log';
import { dropBuild, Replica } from './replica';
import { operationErrors } from './saga-failure';
import type { OnProgress } from './verify';

export interface Rebuilt {
  /** The collection that is live now, and the one before it, which is kept. */
  readonly collection: string;
  readonly previous: string;
}

/** Builds a read model anew beside the live one, which goes on answering until the new one holds all that it holds. */
export class Rebuilder {
  readonly #checkpoints: Checkpoints;

  constructor(private readonly parts: LogParts & { readonly db: Db; readonly projector: Projector }) {
    this.#checkpoints = new Checkpoints(parts.db);
  }

  /** @throws DomainError REBUILT_ALREADY while a new version is being built, BrokenOff */
  async rebuild(projection: Projection, onProgress: OnProgress = () => {}): Promise<Rebuilt> {
    const { projector, db } = this.parts;
    const { collection: live } = projector.kept(projection.code);
    if (projector.collection(projection.code) !== live) throw operationErrors.refusal('REBUILT_ALREADY');
    await this.sweep(projection);
    const collection = await projector.builds.next(projection);
    await projector.builds.index(projection, collection);
    try {
      return await this.catchUpAndSwitch(new Replica(this.parts, projection, collection), onProgress);
    } catch (error) {
      if (projector.collection(projection.code) !== collection) await dropBuild(db, projection, collection).catch(() => {});
      throw error;
    }
  }

  /** Goes back to the build before, once that one has caught up. @throws DomainError NOTHING_TO_ROLL_BACK, BrokenOff */
  async rollback(projection: Projection, onProgress: OnProgress = () => {}): Promise<Rebuilt> {
    const collection = await this.parts.projector.builds.previous(projection.code);
    if (collection === undefined || !isBuildOf(projection, collection)) throw operationErrors.refusal('NOTHING_TO_ROLL_BACK');
    const position = await this.#checkpoints.read(collection);
    return this.catchUpAndSwitch(new Replica(this.parts, projection, collection, position), onProgress);
  }

  private async catchUpAndSwitch(replica: Replica, onProgress: OnProgress): Promise<Rebuilt> {
    const { projector } = this.parts;
    const { code } = replica.projection;
    // What comes meanwhile is folded in the next round, and the last of it while the live one stands still.
    for (;;) {
      const upTo = projector.kept(code).position;
      await replica.catchUp(upTo, (position) => onProgress(position, upTo));
      if (projector.kept(code).position === upTo) break;
    }
    return projector.exclusively(code, async ({ collection: previous, position }) => {
      await replica.catchUp(position);
      await projector.switchTo(code, replica.collection);
      return { collection: replica.collection, previous };
    });
  }

  /** Takes away every build but the live one and the one that is kept to go back to. */
  private async sweep(projection: Projection): Promise<void> {
    const { db, projector } = this.parts;
    const kept = [projector.kept(projection.code).collection, await projector.builds.previous(projection.code)];
    const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
    for (const name of names) {
      if (kept.includes(name) || !isBuildOf(projection, name)) continue;
      // First its mark: a build without documents must not look like one that has come somewhere.
      await this.#checkpoints.forget(name);
      await dropBuild(db, projection, name);
    }
  }
}

/** Whether a collection is a build of this version of a projection (and not one of its sides). */
function isBuildOf(projection: Projection, name: string): boolean {
  const own = collectionOf(projection);
  return name === own || (name.startsWith(`${own}_b`) && /^\d+$/.test(name.slice(own.length + 2)));
}
