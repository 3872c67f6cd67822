import { after, newId } from '@letopis/kernel';
import { startMongo, type LocalServer } from '@letopis/local';
import { Files, MOST_FILE } from '@letopis/ports';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient, type Db } from 'mongodb';
import { disposition, partOf } from '../../libs/runtime/http/files-controller';
import { pdf } from '../support/documents';

const NOW = '2026-03-02T09:00:00.000Z';
const later = (hours: number) => after(NOW, { hours });
const owner = (id: string) => ({ category: 'document', id });

describe('Files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'letopis-files-'));
  let server: LocalServer;
  let client: MongoClient;
  let db: Db;
  let files: Files;
  beforeAll(async () => {
    server = await startMongo({ port: 0, dataFolder: folder });
    client = await MongoClient.connect(server.url);
    db = client.db('files');
    files = new Files(db);
    await files.prepare();
  });
  afterAll(async () => {
    await client.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function* of(...chunks: readonly Buffer[]) {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  async function* broken(...chunks: readonly Buffer[]) {
    yield* of(...chunks);
    throw new Error('the connection is gone');
  }
  const put = (content: AsyncIterable<Uint8Array>, more: object = {}) =>
    files.put(content, { fileId: newId(), name: 'x.pdf', uploadedBy: 'anna', now: NOW, ...more });
  /** What there is of bytes, and of notes about loose ones. */
  const left = async () => ({
    files: await db.collection('_file_bytes.files').countDocuments(),
    chunks: await db.collection('_file_bytes.chunks').countDocuments(),
    loose: await db.collection('_files_loose').countDocuments(),
  });
  const read = async (fileId: string, part?: { start: number; end: number }) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await files.open(fileId))!.bytes(part)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const yes = () => Promise.resolve(true);
  beforeEach(async () => {
    for (const name of ['_files', '_files_loose', '_file_bytes.files', '_file_bytes.chunks']) await db.collection(name).deleteMany({});
  });

  test('a file is what its content says, hashed on the way, and the same id answers what is there', async () => {
    const fileId = newId();
    const facts = await put(of(pdf('a'), Buffer.alloc(700_000, 1)), { fileId });
    expect(facts).toMatchObject({ fileId, mime: 'application/pdf', size: pdf('a').length + 700_000 });
    expect(await put(of(pdf('a'), Buffer.alloc(700_000, 1)), { fileId })).toEqual(facts);
    await expect(put(of(pdf('a')), { fileId, uploadedBy: 'lena' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect((await read(fileId)).length).toBe(facts.size);
    expect(await read(fileId, { start: 1, end: 4 })).toEqual(Buffer.from('PDF'));
    expect(await left()).toMatchObject({ files: 1, loose: 0 });
  });

  test('a key that was used for a file is refused for another one, longer, shorter, or sent at the same moment', async () => {
    const fileId = newId();
    const facts = await put(of(pdf('one')), { fileId });
    for (const other of [pdf('two'), Buffer.concat([pdf('one'), Buffer.alloc(1)]), pdf('one').subarray(0, -1), Buffer.alloc(0)])
      await expect(put(of(other), { fileId })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await put(of(pdf('one')), { fileId })).toEqual(facts);
    const racing = newId();
    const ended = await Promise.allSettled(['a', 'b', 'a', 'b'].map((text) => put(of(pdf(text)), { fileId: racing })));
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await left()).toMatchObject({ files: 2, loose: 0 });
  });

  test.each([
    ['text', Buffer.from('Привет'), 'text/plain'],
    ['rubbish', Buffer.from([0, 1, 2, 3]), 'application/octet-stream'],
    ['nothing', Buffer.alloc(0), 'application/octet-stream'],
  ])('content without a signature: %s', async (_, content, mime) => {
    expect(await put(of(content))).toMatchObject({ mime, size: content.length });
  });

  test('what is not wanted, is too large or breaks off leaves nothing', async () => {
    const large = Array.from({ length: 51 }, () => Buffer.alloc(1024 * 1024, 1));
    await expect(put(of(pdf('a'), ...large))).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
    await expect(put(of(pdf('a'), Buffer.alloc(2_000)), { most: 1_000 })).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
    const takes = ({ mime }: { mime: string }) => mime === 'image/png';
    await expect(put(of(pdf('a')), { takes })).rejects.toMatchObject({ code: 'FILE_TYPE_NOT_ALLOWED' });
    await expect(put(broken(pdf('a'), Buffer.alloc(600_000)))).rejects.toThrow('the connection is gone');
    expect(await left()).toEqual({ files: 0, chunks: 0, loose: 0 });
    expect(MOST_FILE).toBe(50 * 1024 * 1024);
  });

  test('rubbish is known by its beginning: the rest is not read', async () => {
    let read = 0;
    async function* rubbish() {
      for (; read < 50; read++) yield await Promise.resolve(Buffer.alloc(1024 * 1024, 7));
    }
    await expect(put(rubbish(), { takes: () => false })).rejects.toMatchObject({ code: 'FILE_TYPE_NOT_ALLOWED' });
    expect(read).toBeLessThan(3);
  });

  test('bytes of an upload that died with its process are taken away after a day', async () => {
    // As a death between any two writes leaves it: noted as loose, chunks there, perhaps whole, no file.
    const { bytes } = (await (async () => {
      const { fileId } = await put(of(pdf('dead')));
      const kept = await db.collection('_files').findOne({ _id: fileId as never });
      await db.collection('_files').deleteOne({ _id: fileId as never });
      await db.collection('_files_loose').insertOne({ _id: kept!.bytes as never, since: NOW });
      return kept;
    })())!;
    expect(bytes).toBeDefined();
    expect(await files.sweep(later(23), yes)).toBe(0);
    expect(await files.sweep(later(25), yes)).toBe(1);
    expect(await left()).toEqual({ files: 0, chunks: 0, loose: 0 });
  });

  test('a note about bytes that have become a file after all is only crossed out', async () => {
    const { fileId } = await put(of(pdf('a')));
    await files.port.attach({ fileId, organizationId: 'romashka' });
    const kept = await db.collection('_files').findOne({ _id: fileId as never });
    await db.collection('_files_loose').insertOne({ _id: kept!.bytes as never, since: NOW });
    expect(await files.sweep(later(25), yes)).toBe(0);
    expect(await left()).toMatchObject({ files: 1, loose: 0 });
    expect(await read(fileId)).toEqual(pdf('a'));
  });

  test('a file that nobody has named goes after a day, one that a record has named stays', async () => {
    const [nobodys, named, about] = [await put(of(pdf('1'))), await put(of(pdf('2'))), await put(of(pdf('3')))];
    const asked = { commandId: newId(), now: later(12) };
    expect(await files.port.take({ fileId: named.fileId, owner: owner('d') }, asked)).toEqual(named);
    await files.port.attach({ fileId: named.fileId, organizationId: 'romashka', owner: owner('d') });
    await files.port.take({ fileId: about.fileId, owner: owner('e') }, asked);
    // Whether the record was written is not known yet.
    expect(await files.sweep(later(25), () => Promise.resolve(false))).toBe(0);
    expect(await files.sweep(later(25), yes)).toBe(1);
    expect(await files.open(nobodys.fileId)).toBeUndefined();
    expect(await files.open(about.fileId)).toBeDefined();
    expect(await files.sweep(later(37), yes)).toBe(1);
    expect(await files.open(named.fileId)).toMatchObject({ organizationId: 'romashka', owner: owner('d') });
    expect(await left()).toMatchObject({ files: 1, loose: 0 });
  });

  test('a file is of one record: another may have it only when the first has not named it', async () => {
    const { fileId } = await put(of(pdf('a')));
    const take = (id: string, minutes: number) =>
      files.port.take({ fileId, owner: owner(id) }, { commandId: newId(), now: after(NOW, { minutes }) });
    expect(await take('one', 0)).toBeDefined();
    expect(await take('one', 1)).toBeDefined();
    expect(await take('other', 2)).toBeUndefined();
    expect(await take('other', 17)).toBeDefined();
    await files.port.attach({ fileId, organizationId: 'romashka', owner: owner('other') });
    expect(await take('one', 60)).toBeUndefined();
    expect(await take('other', 60)).toBeDefined();
  });
});

describe('Downloads', () => {
  test.each([
    [undefined, undefined],
    ['bytes=0-3', { start: 0, end: 4 }],
    ['bytes=5-', { start: 5, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-30', { start: 0, end: 10 }],
    ['bytes=8-100', { start: 8, end: 10 }],
    ['bytes=10-', 'beyond'],
    ['bytes=-0', 'beyond'],
    ['bytes=4-2', undefined],
    ['bytes=0-1,3-4', undefined],
    ['lines=0-1', undefined],
    ['bytes=-', undefined],
  ])('the range %s of ten bytes', (header, part) => expect(partOf(header, 10)).toEqual(part));

  test('a name is told in full to those who read UTF-8, and breaks out of nothing', () => {
    expect(disposition(`Акт "№ 1" (итог)'.pdf`)).toBe(
      `attachment; filename="___ __ 1_ (____)'.pdf"; filename*=UTF-8''${encodeURIComponent('Акт "№ 1" ')}%28${encodeURIComponent('итог')}%29%27.pdf`,
    );
  });
});
