import { createHmac, randomBytes } from 'node:crypto';
import {
  call,
  defineContext,
  derivedId,
  ERASED,
  openBox,
  sealBox,
  subjectOf,
  type Context,
  type Definition,
  type Keyring,
  type Recorded,
  type Saga,
  type Sealing,
} from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';
import type { NewEvent } from './codec';

interface SubjectKey {
  readonly _id: string;
  /** The key, encrypted under the master key; absent once it was destroyed, and then for ever. */
  readonly wrapped?: string;
  readonly destroyedAt?: Date;
}

/** Keys that are kept open in memory. */
const KEPT = 10_000;
const SEALED = /^sealed:1:([0-9a-f-]{36}):([A-Za-z0-9+/=]+)$/;

/**
 * Personal fields of events, sealed per person: AES-256-GCM under a key that lies outside the log, wrapped by the master
 * key. Each sealed value names its key. Where a key cannot be had, nothing is written and nothing is told; where it was
 * destroyed, every reading says «Данные удалены».
 */
export class Sealer {
  readonly #keys: Collection<SubjectKey>;
  readonly #open = new Map<string, Buffer | typeof ERASED>();
  #forgotten: (subject: string) => void = () => {};
  readonly #wrapping: Buffer;
  readonly #sealings = new Map<string, Sealing>();
  readonly #erasers = new Map<string, (event: Recorded) => string>();

  constructor(db: Db, keyring: Keyring, aggregates: Iterable<Definition>) {
    this.#keys = db.collection<SubjectKey>('_subject_keys');
    this.#wrapping = keyring.key('subjectKeys');
    for (const { personal, erases } of aggregates) {
      for (const [type, sealing] of Object.entries(personal)) this.#sealings.set(type, sealing);
      for (const [type, subject] of Object.entries(erases)) this.#erasers.set(type, ({ data, aggregateId }) => subject(data, aggregateId));
    }
  }

  /** The event as it is stored. */
  async seal(event: NewEvent, aggregateId: string): Promise<NewEvent> {
    const sealing = this.#sealings.get(event.type);
    const { actor } = event.metadata;
    const metadata =
      actor.kind === 'user' && actor.ip !== undefined
        ? { ...event.metadata, actor: { ...actor, ip: await this.sealed(subjectOf(actor.userId), actor.ip) } }
        : event.metadata;
    if (!sealing) return metadata === event.metadata ? event : { ...event, metadata };
    const data = { ...(event.data as Record<string, unknown>) };
    const subject = sealing.of(event.data, aggregateId);
    for (const field of sealing.fields) if (data[field] !== undefined) data[field] = await this.sealed(subject, data[field]);
    return { ...event, data, metadata };
  }

  /**
   * The event as it is read, and the keys that were opened for it.
   * @param fields its personal fields, where they are not those of today
   */
  async open(event: Recorded, fields = this.#sealings.get(event.type)?.fields ?? []): Promise<Recorded> {
    const { actor } = event.metadata;
    const metadata =
      actor.kind === 'user' && actor.ip !== undefined
        ? { ...event.metadata, actor: { ...actor, ip: (await this.opened(actor.ip)).value as string } }
        : event.metadata;
    if (fields.length === 0) return metadata === event.metadata ? event : { ...event, metadata };
    const data = { ...(event.data as Record<string, unknown>) };
    const subjects = new Set<string>();
    for (const field of fields) {
      if (data[field] === undefined) continue;
      const { value, keyId } = await this.opened(data[field]);
      data[field] = value;
      if (keyId !== undefined) subjects.add(keyId);
    }
    return { ...event, data, metadata, ...(subjects.size > 0 ? { subjects: [...subjects] } : {}) };
  }

  /** The keys that the personal fields of a new event are sealed under. */
  subjectsOf({ type, data }: Pick<NewEvent, 'type' | 'data'>, aggregateId: string): readonly string[] | undefined {
    const sealing = this.#sealings.get(type);
    return sealing && [keyIdOf(sealing.of(data, aggregateId))];
  }

  /** A text that opens only while none of these keys is destroyed; undefined when one is already. */
  async sealTogether(keyIds: readonly string[], boundTo: string, text: string): Promise<string | undefined> {
    const key = await this.together(keyIds);
    return key && sealBox(key, boundTo, text);
  }

  /** The text; undefined once one of the keys is destroyed. */
  async openTogether(keyIds: readonly string[], boundTo: string, box: string): Promise<string | undefined> {
    const key = await this.together(keyIds);
    return key && openBox(key, boundTo, box);
  }

  /** The person whose key an event destroys. */
  erasedBy(event: Recorded): string | undefined {
    return this.#erasers.get(event.type)?.(event);
  }

  /** Destroys a person's key. It stays destroyed: nothing is ever sealed for that person again. */
  async destroy(subject: string): Promise<void> {
    const keyId = keyIdOf(subject);
    await this.#keys.updateOne({ _id: keyId }, { $unset: { wrapped: '' }, $set: { destroyedAt: new Date() } }, { upsert: true });
    this.keep(keyId, ERASED);
    this.#forgotten(subject);
  }

  /** Told whenever a key has gone: what was opened with it is to be let go as well. */
  onForgotten(listener: (subject: string) => void): void {
    this.#forgotten = listener;
  }

  /** Lets go of a key that another process has destroyed. */
  forget(subject: string): void {
    this.#open.delete(keyIdOf(subject));
    this.#forgotten(subject);
  }

  private async sealed(subject: string, value: unknown): Promise<string> {
    const keyId = keyIdOf(subject);
    const key = await this.key(keyId, true);
    if (key === ERASED) return ERASED;
    return `sealed:1:${keyId}:${sealBox(key, keyId, JSON.stringify(value))}`;
  }

  /** What is not sealed was written before sealing, or stands for something erased: it is read as it is. */
  private async opened(sealed: unknown): Promise<{ value: unknown; keyId?: string }> {
    const [, keyId, box] = typeof sealed === 'string' ? (SEALED.exec(sealed) ?? []) : [];
    if (!keyId) return { value: sealed };
    const key = await this.key(keyId, false);
    return key === ERASED ? { value: ERASED } : { value: JSON.parse(openBox(key, keyId, box!)), keyId };
  }

  private async together(keyIds: readonly string[]): Promise<Buffer | undefined> {
    const keys = await Promise.all([...keyIds].sort().map((keyId) => this.key(keyId, false)));
    if (keys.includes(ERASED)) return undefined;
    return createHmac('sha256', Buffer.concat(keys as Buffer[]))
      .update('together')
      .digest();
  }

  private async key(keyId: string, make: boolean): Promise<Buffer | typeof ERASED> {
    const open = this.#open.get(keyId);
    if (open) return open;
    let found = await this.#keys.findOne({ _id: keyId });
    if (!found && make) {
      const wrapped = sealBox(this.#wrapping, keyId, randomBytes(32).toString('base64'));
      found = await this.#keys.findOneAndUpdate({ _id: keyId }, { $setOnInsert: { wrapped } }, { upsert: true, returnDocument: 'after' });
    }
    if (!found) throw new Error(`the key ${keyId} of sealed data is missing: the keys belong to another store than the log`);
    const key = found.wrapped === undefined ? ERASED : Buffer.from(openBox(this.#wrapping, keyId, found.wrapped), 'base64');
    this.keep(keyId, key);
    return key;
  }

  private keep(keyId: string, key: Buffer | typeof ERASED): void {
    this.#open.delete(keyId);
    this.#open.set(keyId, key);
    if (this.#open.size > KEPT) this.#open.delete(this.#open.keys().next().value!);
  }
}

/** The id of a person's key. */
export const keyIdOf = (subject: string) => derivedId('subjectKey', subject);

/** The port by which sagas destroy keys. */
export const keysPort = (sealer: Sealer) => ({ destroy: ({ subject }: { subject: string }) => sealer.destroy(subject) });

/** Destroys the key of a person whom an event erases: before the answer, and again by the saga should that have failed. */
export function erasure(contexts: readonly Context[]): Context {
  const erasers = Object.assign(
    {},
    ...contexts.flatMap(({ aggregates }) => aggregates.map(({ erases }) => erases)),
  ) as Definition['erases'];
  const reactions = Object.entries(erasers).map(([type, subject]) => [
    type,
    ({ data, aggregateId }: Recorded) => [call('keys', 'destroy', { subject: subject(data, aggregateId) })],
  ]);
  const subjectKeys: Saga = { name: 'SubjectKeysSaga', promptly: Object.fromEntries(reactions) as Saga['promptly'], on: {}, onTimer: {} };
  return defineContext({ name: 'erasure', aggregates: [], sagas: [subjectKeys] });
}
