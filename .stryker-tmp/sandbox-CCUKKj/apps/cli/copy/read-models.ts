// @ts-nocheck
import { MongoClient, type Db } from 'mongodb';
import { isCopied, type Source } from './log-copy';
import type { RawEvent } from './raw-log';

interface Checkpoint {
  readonly _id: string;
  readonly position: number;
}

/** A read model's collection: its code, its version, perhaps a side table. */
const READ_MODEL = /_v\d+(__\w+)?$/;

/** What is to be done, kept before it is begun: a position that was moved once must not be moved again. */
interface Plan {
  readonly _id: 'copied';
  readonly target: string;
  readonly positions: readonly Checkpoint[];
  readonly done: boolean;
}

/**
 * Fits a database to the copied log, once. Positions are another log's there: read models are dropped, to be built anew, and
 * whatever else has come so far in the log (sagas) is told where that is now. Password hashes, secrets and the memory of sent
 * letters stay. Nothing may be using the database. @returns the names of what was dropped
 */
export async function fitReadModels(db: Db, source: Source, target: Source, targetName: string): Promise<string[]> {
  const checkpoints = db.collection<Checkpoint>('_checkpoints');
  const plans = db.collection<Plan>('_log');
  let plan = await plans.findOne({ _id: 'copied', target: targetName });
  if (plan?.done) return [];
  if (!plan) {
    const others = (await checkpoints.find().toArray()).filter(({ _id }) => !READ_MODEL.test(_id));
    const positions: Checkpoint[] = [];
    for (const { _id, position } of others) positions.push({ _id, position: await samePosition(source, target, position) });
    plan = { _id: 'copied', target: targetName, positions, done: false };
    await plans.replaceOne({ _id: 'copied' }, plan, { upsert: true });
  }
  const names = (await db.listCollections({}, { nameOnly: true }).toArray())
    .map(({ name }) => name)
    .filter((name) => READ_MODEL.test(name));
  for (const { _id, position } of plan.positions) await checkpoints.updateOne({ _id }, { $set: { position } });
  await checkpoints.deleteMany({ _id: READ_MODEL });
  await db.collection('_projections').deleteMany({});
  for (const name of names) await db.collection(name).drop();
  await plans.updateOne({ _id: 'copied' }, { $set: { done: true } });
  return names;
}

/** Does it to the database of a URL: its path, else `letopis`, as the product takes it. */
export async function fitReadModelsAt(url: string, source: Source, target: Source, targetName: string): Promise<string[]> {
  const name = new URL(url.replace(/^mongodb(\+srv)?:/, 'http:').replace(/,[^/]*/, '')).pathname.slice(1) || 'letopis';
  const client = await MongoClient.connect(url, { serverSelectionTimeoutMS: 5_000 });
  try {
    return await fitReadModels(client.db(name), source, target, targetName);
  } finally {
    await client.close();
  }
}

/** The position at the target of the last copied event up to a position of the source; -1 when there is none. */
async function samePosition(source: Source, target: Source, position: number): Promise<number> {
  const last = await lastUpTo(source, position);
  if (!last) return -1;
  for await (const page of target.after(undefined)) {
    const there = page.find(({ stream, revision }) => stream === last.stream && revision === last.revision);
    if (there) return Number(there.position.commit);
  }
  throw new Error(`${last.stream} has no revision ${last.revision} at the target`);
}

async function lastUpTo(source: Source, position: number): Promise<RawEvent | undefined> {
  let last: RawEvent | undefined;
  for await (const page of source.after(undefined)) {
    for (const event of page) {
      if (Number(event.position.commit) > position) return last;
      if (isCopied(event)) last = event;
    }
  }
  return last;
}
