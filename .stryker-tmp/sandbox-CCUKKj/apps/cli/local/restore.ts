// @ts-nocheck
import { checkDurableFile, copyDurableFile, LocalFileError, settleDurableFile, syncFolder } from '@letopis/local';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { localFilesIn, type LocalFileName } from './files';
import type { CopiedFile } from './backup';

export interface RestoreOptions {
  /** Folder of a backup. */
  readonly from: string;
  readonly dataFolder: string;
  /** Puts aside what is in the data folder. */
  readonly force?: boolean;
  /** Names what is put aside. */
  readonly now?: Date;
  readonly progress?: (copied: number, total: number) => void;
}

export interface Restored {
  readonly files: CopiedFile[];
  /** Where the files lie that were in the way. */
  readonly aside: string[];
}

/**
 * Makes the files of a data folder those of a backup. The backup is copied beside them and checked before anything is
 * touched; a file in the way, also one that the backup does not have, is put aside and not deleted.
 * @throws LocalFileError FILE_HELD while a server holds a file of the data folder; Error when files are in the way
 */
export async function restore({ from, dataFolder, force = false, now = new Date(), progress }: RestoreOptions): Promise<Restored> {
  const names = localFilesIn(from);
  if (names.length === 0) throw new Error(`there is no backup in ${from}`);
  const inTheWay = localFilesIn(dataFolder);
  settle(dataFolder, inTheWay);
  if (inTheWay.length > 0 && !force) {
    throw new Error(`${dataFolder} has ${inTheWay.join(' and ')} already: --force puts them aside`);
  }
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });

  const fresh = (name: LocalFileName) => join(dataFolder, `${name}.restoring`);
  const files: CopiedFile[] = [];
  try {
    for (const name of names) {
      rmSync(fresh(name), { force: true });
      files.push({ name, bytes: await copyDurableFile(join(from, name), fresh(name), progress) });
      checkDurableFile(fresh(name));
    }
    settle(dataFolder, inTheWay); // nobody has started meanwhile
  } catch (cause) {
    for (const name of names) rmSync(fresh(name), { force: true });
    throw cause;
  }
  const aside = inTheWay.flatMap((name) => putAside(join(dataFolder, name), now));
  for (const name of names) renameSync(fresh(name), join(dataFolder, name));
  await syncFolder(dataFolder);
  return { files, aside };
}

/** Makes sure that nobody holds the files. One that is broken holds nobody up. */
function settle(folder: string, names: readonly LocalFileName[]): void {
  for (const name of names) {
    try {
      settleDurableFile(join(folder, name));
    } catch (cause) {
      if (!(cause instanceof LocalFileError) || cause.code !== 'FILE_BROKEN') throw cause;
    }
  }
}

/** A log that stayed beside a broken file goes with it: beside another file it would be taken for that one's. */
function putAside(path: string, now: Date): string[] {
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return ['', '-wal', '-shm', '-journal'].flatMap((ending) => {
    if (!existsSync(path + ending)) return [];
    const to = `${path}.replaced-${stamp}${ending}`;
    if (existsSync(to)) throw new Error(`${to} is there already`);
    renameSync(path + ending, to);
    return [to];
  });
}
