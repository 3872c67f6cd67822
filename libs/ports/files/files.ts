import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { before, refusal, type FileFacts, type FileOwner, type FilesPort } from '@letopis/kernel';
import { GridFSBucket, ObjectId, type Collection, type Db } from 'mongodb';
import { kindOf } from './kinds';

interface Kept extends Omit<FileFacts, 'fileId'> {
  readonly _id: string;
  readonly bytes: ObjectId;
  readonly uploadedAt: string;
  /** The record that is about to name it, or has done so. */
  readonly owner?: FileOwner;
  /** When the record said so. */
  readonly takenAt?: string;
  /** The organization whose record has named it for good; until then only who brought it may read it. */
  readonly organizationId?: string;
}

/** Bytes that belong to no file yet, or no longer: they are taken away when it is certain that nobody will want them. */
interface Loose {
  readonly _id: ObjectId;
  readonly since: string;
}

/** The largest file, in bytes. */
export const MOST_FILE = 50 * 1024 * 1024;
/** So much of a file's beginning says what it is. */
const HEAD = 256 * 1024;
/** A file that nobody has named for so long is nobody's. */
const NAMED_WITHIN = { hours: 24 };
/** So long a record that said it would name a file has to do so, before another may. */
const TAKEN_FOR = { minutes: 15 };
/** Files that are taken away at one sweep. */
const AT_ONCE = 1_000;

const BYTES = '_file_bytes';

/** What sagas ask of files. */
export interface FilesKeeping {
  /** The file belongs to an organization from now on: its members may read it, or those who may read the record that it is of. */
  attach(input: { fileId: string; organizationId: string; owner?: FileOwner }): Promise<void>;
}

/** How a file is taken in. */
export interface Taking {
  readonly fileId: string;
  readonly name: string;
  readonly uploadedBy: string;
  readonly now: string;
  /** Bytes; the largest file of all unless it says less. */
  readonly most?: number;
  /** Whether a file of that content is wanted; asked as soon as its beginning is there. */
  readonly takes?: (file: { readonly name: string; readonly mime: string }) => boolean;
}

/** A part of a file, in bytes: `end` is the first that does not belong to it. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

export interface Opened {
  readonly facts: FileFacts;
  readonly organizationId?: string;
  readonly owner?: FileOwner;
  bytes(part?: Part): AsyncIterable<Uint8Array>;
}

/** Files in GridFS. What a file is is found out by its content, never by its name or by what the sender says of it. */
export class Files {
  /** Bytes of the largest file that is taken at all. */
  readonly most = MOST_FILE;
  readonly #files: Collection<Kept>;
  readonly #loose: Collection<Loose>;
  readonly #bucket: GridFSBucket;

  constructor(private readonly db: Db) {
    this.#files = db.collection<Kept>('_files');
    this.#loose = db.collection<Loose>('_files_loose');
    this.#bucket = new GridFSBucket(db, { bucketName: BYTES });
  }

  /** Makes what sweeping looks for quick to find. */
  async prepare(): Promise<void> {
    await this.#files.createIndex({ organizationId: 1, uploadedAt: 1 });
  }

  /**
   * Keeps what comes under the id; the same file again under it, by the same person, answers what is kept already. A file is
   * there whole or not at all: its bytes are noted as loose before the first of them is written, and until the file itself is.
   * @throws DomainError FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED, IDEMPOTENCY_KEY_REUSED
   */
  async put(content: AsyncIterable<Uint8Array>, taking: Taking): Promise<FileFacts> {
    const { fileId, name, uploadedBy, now } = taking;
    const present = await this.#files.findOne({ _id: fileId });
    if (present) {
      if (present.uploadedBy !== uploadedBy || !(await isContentOf(present, content))) throw refusal('IDEMPOTENCY_KEY_REUSED');
      return factsOf(present);
    }
    const bytes = new ObjectId();
    await this.#loose.insertOne({ _id: bytes, since: now });
    const measured = new Measured(content, taking);
    try {
      await pipeline(measured.chunks(), this.#bucket.openUploadStreamWithId(bytes, fileId));
    } catch (error) {
      await this.drop(bytes).catch(() => {}); // they are noted as loose: the sweep takes what stays
      throw error;
    }
    const kept: Kept = {
      _id: fileId,
      name,
      ...measured.kind,
      size: measured.size,
      sha256: measured.sha256,
      uploadedBy,
      bytes,
      uploadedAt: now,
    };
    const { upsertedCount } = await this.#files.updateOne({ _id: fileId }, { $setOnInsert: kept }, { upsert: true });
    if (upsertedCount === 0) {
      // Another sending of the same key was faster.
      await this.drop(bytes);
      const first = (await this.#files.findOne({ _id: fileId }))!;
      if (first.uploadedBy !== uploadedBy || first.sha256 !== kept.sha256) throw refusal('IDEMPOTENCY_KEY_REUSED');
      return factsOf(first);
    }
    await this.#loose.deleteOne({ _id: bytes });
    return factsOf(kept);
  }

  /** Facts, whose it is, and the bytes or a part of them; undefined for a file that is not there. */
  async open(fileId: string): Promise<Opened | undefined> {
    const kept = await this.#files.findOne({ _id: fileId });
    if (!kept) return undefined;
    const { organizationId, owner, bytes } = kept;
    return { facts: factsOf(kept), organizationId, owner, bytes: (part) => this.#bucket.openDownloadStream(bytes, part) };
  }

  /**
   * Takes away files that nobody has named for a day, and bytes of uploads that never came to an end.
   * @param allNamed whether every record that has named a file is known to have said so: else only loose bytes go
   */
  async sweep(now: string, allNamed: () => Promise<boolean>): Promise<number> {
    const over = before(now, NAMED_WITHIN);
    let gone = 0;
    for (const { _id } of await this.#loose
      .find({ since: { $lt: over } })
      .limit(AT_ONCE)
      .toArray()) {
      if (await this.#files.findOne({ bytes: _id })) await this.#loose.deleteOne({ _id });
      else gone += await this.drop(_id);
    }
    const nobodys = {
      organizationId: { $exists: false },
      uploadedAt: { $lt: over },
      $or: [{ takenAt: { $exists: false } }, { takenAt: { $lt: over } }],
    };
    const found = await this.#files.find(nobodys).limit(AT_ONCE).toArray();
    if (found.length === 0 || !(await allNamed())) return gone;
    for (const { _id, bytes } of found) {
      await this.#loose.updateOne({ _id: bytes }, { $set: { since: now } }, { upsert: true });
      // Somebody may have taken it in this very moment.
      const { deletedCount } = await this.#files.deleteOne({ _id, ...nobodys });
      if (deletedCount === 0) await this.#loose.deleteOne({ _id: bytes });
      else gone += await this.drop(bytes);
    }
    return gone;
  }

  readonly port: FilesPort & FilesKeeping = {
    describe: async ({ fileId }) => {
      const kept = await this.#files.findOne({ _id: fileId });
      return kept ? factsOf(kept) : undefined;
    },
    take: async ({ fileId, owner }, { now }) => {
      const free = {
        organizationId: { $exists: false },
        $or: [{ owner: { $exists: false } }, { takenAt: { $lt: before(now, TAKEN_FOR) } }],
      };
      const own = { 'owner.category': owner.category, 'owner.id': owner.id };
      const kept = await this.#files.findOneAndUpdate({ _id: fileId, $or: [free, own] }, { $set: { owner, takenAt: now } });
      return kept ? factsOf(kept) : undefined;
    },
    attach: async ({ fileId, organizationId, owner }) => {
      const named = { organizationId, ...(owner && { owner }) };
      await this.#files.updateOne({ _id: fileId, organizationId: { $exists: false } }, { $set: named });
    },
  };

  /** Takes bytes away, whether they are whole or not. */
  private async drop(bytes: ObjectId): Promise<number> {
    await this.db.collection(`${BYTES}.files`).deleteOne({ _id: bytes });
    await this.db.collection(`${BYTES}.chunks`).deleteMany({ files_id: bytes });
    await this.#loose.deleteOne({ _id: bytes });
    return 1;
  }
}

/** Whether it is the same file that comes again. */
async function isContentOf({ size, sha256 }: Kept, content: AsyncIterable<Uint8Array>): Promise<boolean> {
  const hash = createHash('sha256');
  let read = 0;
  for await (const chunk of content) {
    read += chunk.length;
    if (read > size) return false;
    hash.update(chunk);
  }
  return read === size && hash.digest('hex') === sha256;
}

/** A file on its way: counted, hashed and looked at while it passes. */
class Measured {
  size = 0;
  kind: Awaited<ReturnType<typeof kindOf>> = { mime: '' };
  readonly #hash = createHash('sha256');

  constructor(
    private readonly content: AsyncIterable<Uint8Array>,
    private readonly taking: Taking,
  ) {}

  get sha256(): string {
    return this.#hash.digest('hex');
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const { most = MOST_FILE } = this.taking;
    let head: Uint8Array[] | undefined = [];
    for await (const chunk of this.content) {
      this.size += chunk.length;
      if (this.size > most) throw refusal('FILE_TOO_LARGE');
      this.#hash.update(chunk);
      head?.push(chunk);
      if (head && this.size >= HEAD) {
        await this.look(head);
        head = undefined;
      }
      yield chunk;
    }
    if (head) await this.look(head);
  }

  /** @throws DomainError FILE_TYPE_NOT_ALLOWED */
  private async look(head: readonly Uint8Array[]): Promise<void> {
    this.kind = await kindOf(Buffer.concat(head));
    const { name, takes = () => true } = this.taking;
    if (!takes({ name, mime: this.kind.mime })) throw refusal('FILE_TYPE_NOT_ALLOWED');
  }
}

const factsOf = ({ _id, bytes: _, uploadedAt: __, organizationId: ___, owner: ____, takenAt: _____, ...facts }: Kept): FileFacts => ({
  fileId: _id,
  ...facts,
});
