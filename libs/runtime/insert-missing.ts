import type { Collection, Document, OptionalUnlessRequiredId } from 'mongodb';

/** Inserts what is not there yet; whatever another process inserts meanwhile stays as that one wrote it. */
export async function insertMissing<Row extends Document>(
  rows: Collection<Row>,
  missing: readonly OptionalUnlessRequiredId<Row>[],
): Promise<void> {
  if (missing.length === 0) return;
  await rows.insertMany([...missing], { ordered: false }).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 11000) throw error;
  });
}
