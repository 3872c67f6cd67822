import { existsSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What must be free in memory before anything is put there, in bytes. */
const ROOM = 2 * 1024 ** 3;

/**
 * A new folder in memory where there is a place for it, else on disk. For what the death of a process must not lose, which memory
 * keeps as well: only a test of what the death of the machine loses needs a disk, and every commit waits for one.
 */
export function swiftFolder(name = ''): string {
  return mkdtempSync(join(hasRoom('/dev/shm') ? '/dev/shm' : tmpdir(), `letopis-${name}`));
}

function hasRoom(place: string): boolean {
  if (!existsSync(place)) return false;
  const { bavail, bsize } = statfsSync(place);
  return bavail * bsize > ROOM;
}
