// @ts-nocheck
import { existsSync, fstat, read } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { LocalFileError } from './opening';

/** Told how much is copied; the first time with nothing yet, when what will be copied can change no more. */
export type CopyProgress = (copied: number, total: number) => void;

const CHUNK = 1 << 20;
const stat = promisify(fstat);
const readAt = promisify(read);

/**
 * Copies a file that does not change meanwhile, readable for its owner alone. It appears under its name only when all of
 * it is on disk. `interrupted` is asked before each chunk. @param fd the open file; it stays open @returns its bytes
 * @throws LocalFileError FILE_UNWRITABLE
 */
export async function copyBytes(
  { fd, path }: { fd: number; path: string },
  to: string,
  progress: CopyProgress,
  interrupted: () => boolean,
): Promise<number> {
  if (existsSync(to)) throw new LocalFileError('FILE_UNWRITABLE', `${to} is there already`);
  const part = `${to}.part`;
  try {
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    const { size } = await stat(fd);
    progress(0, size);
    const target = await open(part, 'w', 0o600);
    try {
      const chunk = Buffer.allocUnsafe(CHUNK);
      for (let at = 0; at < size; progress(at, size)) {
        if (interrupted()) throw new Error('the file was closed meanwhile');
        const { bytesRead } = await readAt(fd, chunk, 0, Math.min(CHUNK, size - at), at);
        if (bytesRead === 0) throw new Error('the file became shorter meanwhile');
        await target.writeFile(chunk.subarray(0, bytesRead));
        at += bytesRead;
      }
      await target.sync();
    } finally {
      await target.close();
    }
    if (interrupted()) throw new Error('the file was closed meanwhile');
    await rename(part, to);
    await syncFolder(dirname(to));
    return size;
  } catch (cause) {
    await rm(part, { force: true });
    throw new LocalFileError('FILE_UNWRITABLE', `${path} could not be copied to ${to}: ${(cause as Error).message}`, { cause });
  }
}

/** A file's new name is durable when its folder is; Windows knows no such thing. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
