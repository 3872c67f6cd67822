// @ts-nocheck
import type { Projection } from '@letopis/kernel';
import type { Db } from 'mongodb';
import { Checkpoints } from '../projections/checkpoints';
import type { Projector } from '../projections/projector';

/** The version and the number of the build that a collection (or a side of it) is named by; undefined for another's. */
export function buildOf(code: string, collection: string): { readonly version: number; readonly build: number } | undefined {
  const [, version, build] = new RegExp(`^${code}_v(\\d+)(?:_b(\\d+))?(?:__\\w+)?$`).exec(collection) ?? [];
  return version === undefined ? undefined : { version: Number(version), build: Number(build ?? 0) };
}

/**
 * Takes away builds that are not folded any more: of older versions, and those that were kept to go back to. They do not
 * hear of an erasure, and would tell for ever what was erased. Builds that are newer than the live one are somebody's work.
 */
export async function dropLeftovers(db: Db, projector: Projector, projections: readonly Projection[]): Promise<string[]> {
  const checkpoints = new Checkpoints(db);
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  const dropped: string[] = [];
  for (const { code } of projections) {
    const live = projector.collection(code);
    const present = buildOf(code, live);
    if (!present) continue;
    const previous = await projector.builds.previous(code);
    for (const name of names) {
      const build = buildOf(code, name);
      if (!build || name === live || name.startsWith(`${live}__`)) continue;
      const older = build.version < present.version;
      const wasLive = previous !== undefined && (name === previous || name.startsWith(`${previous}__`));
      if (!older && !wasLive) continue;
      await checkpoints.forget(name);
      await db.collection(name).drop();
      dropped.push(name);
    }
    if (previous !== undefined) await projector.builds.forgetPrevious(code, previous);
  }
  return dropped;
}
