// @ts-nocheck
import { checkDurableFile, copyDurableFile } from '@letopis/local';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { localFilesIn, type LocalFileName } from './files';

export interface BackupOptions {
  readonly dataFolder: string;
  /** Folder for the copies; made when it is not there. */
  readonly to: string;
  /** Bytes of all files together. */
  readonly progress?: (copied: number, total: number) => void;
}

export interface CopiedFile {
  readonly name: LocalFileName;
  readonly bytes: number;
}

/**
 * Copies the files of both local servers as they are at one moment, while the servers run or not, and checks the copies.
 * Read models are fixed first, the log right after them, so that the copied log holds all that the copied read models know.
 * Nothing is left in the folder when one of them fails.
 * @throws LocalFileError, Error
 */
export async function backup({ dataFolder, to, progress = () => undefined }: BackupOptions): Promise<CopiedFile[]> {
  const names = localFilesIn(dataFolder);
  if (names.length === 0) throw new Error(`there are no files of local servers in ${dataFolder}`);
  const there = names.find((name) => existsSync(join(to, name)));
  if (there) throw new Error(`${join(to, there)} is there already: give another folder`);
  await mkdir(to, { recursive: true, mode: 0o700 });

  const sums = new Map<LocalFileName, readonly [number, number]>();
  const report = (name: LocalFileName, copied: number, total: number) => {
    sums.set(name, [copied, total]);
    const [done, all] = [...sums.values()].reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
    progress(done, all);
  };
  const copies: Array<Promise<CopiedFile>> = [];
  try {
    for (const name of names) {
      await new Promise<void>((fixed, failed) => {
        const copying = copyDurableFile(join(dataFolder, name), join(to, name), (copied, total) => {
          fixed();
          report(name, copied, total);
        });
        copies.push(copying.then((bytes) => ({ name, bytes })));
        copying.then(() => fixed(), failed);
      });
    }
    const copied = await Promise.all(copies);
    for (const { name } of copied) checkDurableFile(join(to, name));
    return copied;
  } catch (cause) {
    await Promise.allSettled(copies);
    await Promise.all(names.map((name) => rm(join(to, name), { force: true })));
    throw cause;
  }
}
