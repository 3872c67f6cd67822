// @ts-nocheck
import { newId } from '@letopis/kernel';
import { collectionOf, Projector, silent, type Runtime } from '@letopis/runtime';

/** How long a read model may take to come to the end of the log, in milliseconds: a machine may be busy. */
const PATIENCE = 60_000;

/** Folds every read model from the start of the log into another database and names those that come out otherwise. */
export async function differencesAfterRebuild(runtime: Runtime): Promise<string[]> {
  const other = runtime.db.client.db(`rebuilt_${newId().slice(-12)}`);
  const projections = [...runtime.composition.projections.values()];
  const head = await runtime.store.head();
  const rebuilt = new Projector({ store: runtime.store, db: other, logger: silent }, projections);
  await rebuilt.start();
  try {
    const different: string[] = [];
    for (const projection of projections) {
      await Promise.all([
        rebuilt.mark(projection.code).reached(head, PATIENCE),
        runtime.projector.mark(projection.code).reached(head, PATIENCE),
      ]);
      const rows = (db: typeof other, name: string) => db.collection(name).find().sort({ _id: 1 }).toArray();
      const [live, again] = await Promise.all([
        rows(runtime.db, runtime.projector.collection(projection.code)),
        rows(other, collectionOf(projection)),
      ]);
      if (JSON.stringify(sorted(live)) !== JSON.stringify(sorted(again))) different.push(projection.code);
    }
    return different;
  } finally {
    await rebuilt.stop();
    await other.dropDatabase();
  }
}

/** Members in the order of their names, so that equal documents read equal. Where a fan-out was split is not part of a document. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).filter(([name]) => name !== '_position');
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
};
