// @ts-nocheck
import { resolve } from 'node:path';
import type { CopyProgress } from './copying';
import { askHolder, type FileContents } from './door';
import { DurableFile } from './durable-file';
import { holder, LocalFileError } from './opening';

/**
 * Copies a durable file as it is at one moment: by whoever holds it while servers run, else by this process.
 * @returns the bytes of the copy @throws LocalFileError
 */
export function copyDurableFile(path: string, destination: string, progress: CopyProgress = () => undefined): Promise<number> {
  const to = resolve(destination);
  return byWhoMay(
    path,
    (file) => file.copyTo(to, progress),
    () => askHolder(path, { ask: 'copy', to }, progress),
  );
}

/** What is in a durable file, and who holds it, if somebody does. @throws LocalFileError */
export function contentsOf(path: string): Promise<FileContents & { readonly holder?: string }> {
  return byWhoMay(
    path,
    (file) => file.contents(),
    async () => ({ holder: holder(path), ...(await askHolder(path, { ask: 'contents' })) }),
  );
}

/**
 * Makes sure that nobody holds the file and that all of it is in it, no log beside. Nothing holds it afterwards either.
 * @throws LocalFileError FILE_HELD, FILE_BROKEN
 */
export function settleDurableFile(path: string): void {
  new DurableFile({ path }).close();
}

/** Reads a whole file that nobody holds, and makes sure that it can be relied on. @throws LocalFileError FILE_BROKEN, FILE_HELD */
export function checkDurableFile(path: string): void {
  const file = new DurableFile({ path });
  try {
    const [first] = file.sql('PRAGMA quick_check(1)').all() as Array<{ quick_check: string }>;
    if (first?.quick_check !== 'ok') throw new LocalFileError('FILE_BROKEN', `${path} is broken: ${first?.quick_check}`);
  } catch (cause) {
    if (cause instanceof LocalFileError) throw cause;
    throw new LocalFileError('FILE_BROKEN', `${path} is broken: ${(cause as { message?: string }).message}`, { cause });
  } finally {
    file.close();
  }
}

async function byWhoMay<Answer>(path: string, own: (file: DurableFile) => Promise<Answer>, others: () => Promise<Answer>): Promise<Answer> {
  let file: DurableFile;
  try {
    file = new DurableFile({ path });
  } catch (cause) {
    if (cause instanceof LocalFileError && cause.code === 'FILE_HELD') return others();
    throw cause;
  }
  try {
    return await own(file);
  } finally {
    file.close();
  }
}
