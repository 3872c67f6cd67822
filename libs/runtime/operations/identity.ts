import { aggregate, newId, system } from '@letopis/kernel';
import type { Db } from 'mongodb';
import type { Clock } from '../clock';
import { NOTHING, WrongRevision, type EventStore } from '../events/event-store';

/** Which log it is: the one event that tells it from every other. */
export interface Identity {
  readonly storeId: string;
  /** When it was given, UTC. */
  readonly since: string;
}

interface StoreIdentityEvents {
  StoreIdentified: { readonly storeId: string };
}

/** Nobody commands it: the first process that meets a log without a name gives it one. */
export const storeIdentity = aggregate<null, StoreIdentityEvents>().define({
  category: 'storeIdentity',
  initialState: null,
  commands: {},
  decide: {},
  evolve: { StoreIdentified: () => null },
});

const STREAM = 'storeIdentity-log';
const RECORD = 'identity';

interface Belonging {
  readonly _id: string;
  readonly storeId: string;
}

/** Why a database does not go with a log, in words for the person who starts the product, and what repairs it. */
export class WrongDatabase extends Error {}

/** The identity of the log; given to it where it has none. */
export async function identify(store: EventStore, clock: Clock): Promise<Identity> {
  for (;;) {
    const [first] = await store.read(STREAM, 0, 1);
    if (first) return { storeId: (first.data as StoreIdentityEvents['StoreIdentified']).storeId, since: first.metadata.occurredAt };
    const commandId = newId();
    const metadata = {
      commandId,
      commandType: 'StoreIdentified',
      correlationId: commandId,
      causationId: commandId,
      actor: system('start-up'),
      occurredAt: clock.now(),
      schemaVersion: 1,
      fingerprint: '',
    };
    try {
      await store.append(STREAM, NOTHING, [{ id: newId(), type: 'StoreIdentified', data: { storeId: newId() }, metadata }]);
    } catch (error) {
      if (!(error instanceof WrongRevision)) throw error; // another process was faster: its name is the name
    }
  }
}

/**
 * Holds a database to its log: read models and marks of another log, or of a log that went further than this one, would be
 * believed and be wrong. @throws WrongDatabase
 */
export async function checkDatabase(db: Db, { storeId }: Identity, end: number): Promise<void> {
  const own = db.collection<Belonging>('_log');
  const known = await own.findOne({ _id: RECORD });
  if (known && known.storeId !== storeId) {
    throw new WrongDatabase(
      `MONGODB_URL: this database was folded from the log ${known.storeId}, and EVENTSTORE_URL is the log ${storeId}. ` +
        'Name the database that belongs to the log, or an empty one; «letopis fit» fits this one to the log.',
    );
  }
  const [furthest] = await db
    .collection<{ _id: string; position: number }>('_checkpoints')
    .find()
    .sort({ position: -1 })
    .limit(1)
    .toArray();
  if (furthest && furthest.position > end) {
    throw new WrongDatabase(
      `MONGODB_URL: «${furthest._id}» has come to ${furthest.position}, and the log ends at ${end}: it is older than the database, or was copied. ` +
        'Restore the newer log; else «letopis fit» fits the database to the log (after «letopis copy»: --fit-read-models).',
    );
  }
  await own.updateOne({ _id: RECORD }, { $setOnInsert: { storeId } }, { upsert: true });
}

/** A collection of a read model, one of its sides, or something that was folded beside it. */
const FOLDED = /_v\d+(_b\d+)?(__\w+)?$|^_asof_|^_verify_/;

export interface Fitted {
  readonly dropped: readonly string[];
  /** Where sagas go on. */
  readonly sagas: number;
}

/**
 * Fits a database to a log: read models are dropped, to be built anew, and the database is this log's from now on. Passwords,
 * secrets, keys and the memory of sent letters stay. `sagas`: they go on at the end of the log (all of it was reacted to
 * before), or at its start (none of it was; what they did already they find done by its ids). Nothing may be using the database.
 */
export async function fitDatabase(db: Db, { storeId }: Identity, end: number, sagas: 'end' | 'start'): Promise<Fitted> {
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).filter((name) => FOLDED.test(name));
  const checkpoints = db.collection<{ _id: string; position: number }>('_checkpoints');
  const before = await checkpoints.findOne({ _id: 'sagas' });
  const position = sagas === 'start' ? -1 : end;
  // First the marks: what is half dropped must not be believed.
  await checkpoints.deleteMany({});
  await db.collection('_projections').deleteMany({});
  for (const name of names) await db.collection(name).drop();
  // What was given to others was not given here.
  await db.collection('_sagas_given').deleteMany({});
  if (before || sagas === 'end') await checkpoints.updateOne({ _id: 'sagas' }, { $set: { position } }, { upsert: true });
  await db.collection<Belonging>('_log').updateOne({ _id: RECORD }, { $set: { storeId } }, { upsert: true });
  return { dropped: names, sagas: position };
}
