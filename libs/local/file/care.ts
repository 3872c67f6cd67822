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
