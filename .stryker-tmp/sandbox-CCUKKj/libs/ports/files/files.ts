// @ts-nocheck
import { createHash } from 'node:crypto';
import { refusal, type FileFacts, type FilesPort } from '@letopis/kernel';
import { imageSize } from 'image-size';
import { GridFSBucket, ObjectId, type Collection, type Db } from 'mongodb';

interface Kept extends Omit<FileFacts, 'fileId'> {
  readonly _id: string;
  readonly bytes: ObjectId;
  readonly uploadedAt: string;
  /** The organization whose members may read it; until then only who brought it. */
  readonly organizationId?: string;
}

/** The largest file, in bytes. */
export const MOST_FILE = 50 * 1024 * 1024;
/** So much of a file's beginning says what it is. */
const HEAD = 256 * 1024;
const UNKNOWN_TYPE = 'application/octet-stream';

/** What sagas ask of files. */
export interface FilesKeeping {
  /** The file belongs to an organization from now on: its members may read it. */
  attach(input: { fileId: string; organizationId: string }): Promise<void>;
}

/** Files in GridFS. What a file is is found out by its content, never by its name or by what the sender says of it. */
export class Files {
  readonly #files: Collection<Kept>;
  readonly #bucket: GridFSBucket;

  constructor(db: Db) {
    this.#files = db.collection<Kept>('_files');
    this.#bucket = new GridFSBucket(db, { bucketName: '_file_bytes' });
  }

  /**
   * Keeps what comes under the id; the same id again, by the same person, answers what is kept already.
   * @throws DomainError BODY_TOO_LARGE, IDEMPOTENCY_KEY_REUSED
   */
  async put(
    content: AsyncIterable<Uint8Array>,
    { fileId, name, uploadedBy, now }: { fileId: string; name: string; uploadedBy: string; now: string },
  ): Promise<FileFacts> {
    const present = await this.#files.findOne({ _id: fileId });
    if (present) {
      if (present.uploadedBy !== uploadedBy) throw refusal('IDEMPOTENCY_KEY_REUSED');
      return factsOf(present);
    }
    const bytes = new ObjectId();
    const upload = this.#bucket.openUploadStreamWithId(bytes, fileId);
    const hash = createHash('sha256');
    const head: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of content) {
        if (size < HEAD) head.push(chunk);
        size += chunk.length;
        if (size > MOST_FILE) throw refusal('BODY_TOO_LARGE');
        hash.update(chunk);
        if (!upload.write(chunk)) await new Promise((resolve) => upload.once('drain', resolve));
      }
      await new Promise<void>((resolve, reject) => upload.once('error', reject).end(() => resolve()));
    } catch (error) {
      await upload.abort().catch(() => {}); // what is left of it belongs to nothing and is read by nobody
      throw error;
    }
    const kept: Kept = {
      _id: fileId,
      name,
      ...(await kindOf(Buffer.concat(head))),
      size,
      sha256: hash.digest('hex'),
      uploadedBy,
      bytes,
      uploadedAt: now,
    };
    const { upsertedCount } = await this.#files.updateOne({ _id: fileId }, { $setOnInsert: kept }, { upsert: true });
    if (upsertedCount === 0) await this.#bucket.delete(bytes);
    return factsOf((await this.#files.findOne({ _id: fileId }))!);
  }

  /** Facts, whose it is, and the bytes; undefined for a file that is not there. */
  async open(fileId: string): Promise<{ facts: FileFacts; organizationId?: string; bytes: AsyncIterable<Uint8Array> } | undefined> {
    const kept = await this.#files.findOne({ _id: fileId });
    if (!kept) return undefined;
    const { organizationId, bytes } = kept;
    return { facts: factsOf(kept), organizationId, bytes: this.#bucket.openDownloadStream(bytes) };
  }

  readonly port: FilesPort & FilesKeeping = {
    describe: async ({ fileId }) => {
      const kept = await this.#files.findOne({ _id: fileId });
      return kept ? factsOf(kept) : undefined;
    },
    attach: async ({ fileId, organizationId }) => {
      await this.#files.updateOne({ _id: fileId, organizationId: { $exists: false } }, { $set: { organizationId } });
    },
  };
}

const factsOf = ({ _id, bytes: _, uploadedAt: __, organizationId: ___, ...facts }: Kept): FileFacts => ({ fileId: _id, ...facts });

/** Type by magic bytes, and of pictures the size that their header says. */
async function kindOf(head: Buffer): Promise<Pick<FileFacts, 'mime' | 'width' | 'height'>> {
  // An ES module alone, and not to be required.
  const { fileTypeFromBuffer } = await import('file-type');
  const mime = (await fileTypeFromBuffer(head))?.mime ?? UNKNOWN_TYPE;
  if (!mime.startsWith('image/')) return { mime };
  try {
    const { width, height } = imageSize(head);
    return { mime, width, height };
  } catch {
    return { mime }; // a picture without a header that can be read has no size
  }
}
