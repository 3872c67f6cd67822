import { createHmac } from 'node:crypto';
import {
  call,
  defineContext,
  derivedId,
  ERASED,
  openBox,
  sealBox,
  projection,
  refused,
  subjectOf,
  type Context,
  type Definition,
  type Keyring,
  type Recorded,
  type Saga,
  type Sealing,
} from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';
import type { KeyState } from '../audit/legal-hold';
import type { Stored } from '../projections/document';
import type { NewEvent } from './codec';
import { SubjectKeys } from './subject-keys';

const SEALED = /^sealed:1:([0-9a-f-]{36}):([A-Za-z0-9+/=]+)$/;

/**
 * Personal fields of events, sealed per person: AES-256-GCM under a key that lies outside the log, wrapped by the master
 * key. Each sealed value names its key. Where a key cannot be had, nothing is written and nothing is told; where it was
 * destroyed, every reading says «Данные удалены».
 */
export class Sealer {
  readonly keys: SubjectKeys;
  #forgotten: (subject: string) => void = () => {};
  readonly #sealings = new Map<string, Sealing>();
  readonly #erasers = new Map<string, (event: Recorded) => string>();

  constructor(
    db: Db,
    keyring: Keyring,
    aggregates: Iterable<Definition>,
    private readonly notes?: ErasureNotes,
  ) {
    this.keys = new SubjectKeys(db, keyring);
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
    await this.keys.destroy([keyIdOf(subject)]);
    this.notes?.add([subject]);
    this.#forgotten(subject);
  }

  /** Told whenever a key has gone: what was opened with it is to be let go as well. */
  onForgotten(listener: (subject: string) => void): void {
    this.#forgotten = listener;
  }

  /** Lets go of a key that another process has destroyed. */
  forget(subject: string): void {
    this.keys.forget(keyIdOf(subject));
    this.#forgotten(subject);
  }

  private async sealed(subject: string, value: unknown): Promise<string> {
    const keyId = keyIdOf(subject);
    const key = await this.keys.key(keyId, true);
    if (key === ERASED) return ERASED;
    return `sealed:1:${keyId}:${sealBox(key, keyId, JSON.stringify(value))}`;
  }

  /** What is not sealed was written before sealing, or stands for something erased: it is read as it is. */
  private async opened(sealed: unknown): Promise<{ value: unknown; keyId?: string }> {
    const [, keyId, box] = typeof sealed === 'string' ? (SEALED.exec(sealed) ?? []) : [];
    if (!keyId) return { value: sealed };
    const key = await this.keys.key(keyId, false);
    return key === ERASED ? { value: ERASED } : { value: JSON.parse(openBox(key, keyId, box!)), keyId };
  }

  private async together(keyIds: readonly string[]): Promise<Buffer | undefined> {
    const keys = await Promise.all([...keyIds].sort().map((keyId) => this.keys.key(keyId, false)));
    if (keys.includes(ERASED)) return undefined;
    return createHmac('sha256', Buffer.concat(keys as Buffer[]))
      .update('together')
      .digest();
  }
}

/** The id of a person's key. */
export const keyIdOf = (subject: string) => derivedId('subjectKey', subject);

/** The port by which sagas destroy keys, and decisions learn whether there is one. */
export const keysPort = (sealer: Sealer) => ({
  destroy: ({ subject }: { subject: string }) => sealer.destroy(subject),
  state: ({ subject }: { subject: string }): Promise<KeyState> => sealer.keys.state(keyIdOf(subject)),
});

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
  const journal = projection<Erasure, Record<string, unknown>>()({
    code: ERASURES,
    version: 1,
    title: { ru: 'Удаления личных данных', en: 'Erasures of personal data' },
    serves: 'sagas',
    key: ({ id }) => id,
    on: Object.fromEntries(
      Object.entries(erasers).map(([type, subject]) => [
        type,
        (_: unknown, { data, aggregateId, metadata }: Recorded) => ({ subject: subject(data, aggregateId), at: metadata.occurredAt }),
      ]),
    ),
    list: { filters: { subject: 'string' }, sorts: ['at'], search: [], defaultSort: 'at' },
    policy: { name: 'system', see: () => refused('FORBIDDEN') },
  });
  return defineContext({ name: 'erasure', aggregates: [], sagas: [subjectKeys], projections: [journal] });
}

/** Who was erased of one log, noted outside both databases: these may be restored from copies of a time before. */
export interface ErasureNotes {
  all(): Iterable<string>;
  /** Durable when it comes back; those that are there already are left alone. */
  add(subjects: readonly string[]): void;
}

/** Who was erased, as the log says. */
export const ERASURES = 'erasures';
export interface Erasure {
  readonly subject: string;
  readonly at: string;
}

/** Subjects that are looked at together. */
const TOGETHER = 1_000;

/**
 * Destroys again whatever keys of erased persons are there: they come back with an older copy of the key database. What the
 * journal does not know yet is destroyed when it passes by on the subscription. Answers how many were there.
 */
export async function destroyAgain(journal: Collection<Stored>, keys: SubjectKeys, notes?: ErasureNotes): Promise<number> {
  let destroyed = 0;
  for (let after = ''; ;) {
    const page = await journal.find({ _id: { $gt: after } }).sort({ _id: 1 }).limit(TOGETHER).toArray(); // prettier-ignore
    const last = page.at(-1);
    if (!last) return destroyed;
    after = last._id;
    const subjects = page.map(({ subject }) => String(subject));
    notes?.add(subjects);
    destroyed += await keys.destroy(await keys.notDestroyed(subjects.map(keyIdOf)));
  }
}

/** Destroys the keys of those who were noted as erased and are there again all the same. Answers who they were. */
export async function destroyNoted(notes: ErasureNotes, keys: SubjectKeys): Promise<string[]> {
  const back: string[] = [];
  const noted = [...notes.all()];
  for (let from = 0; from < noted.length; from += TOGETHER) {
    const page = noted.slice(from, from + TOGETHER);
    const kept = new Set(await keys.kept(page.map(keyIdOf)));
    await keys.destroy([...kept]);
    back.push(...page.filter((subject) => kept.has(keyIdOf(subject))));
  }
  return back;
}
