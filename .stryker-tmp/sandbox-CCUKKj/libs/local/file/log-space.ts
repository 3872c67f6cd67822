// @ts-nocheck
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';

const CHUNK = Buffer.alloc(1 << 20);

/**
 * Lengthens a write-ahead log with zeros, which SQLite takes for the end of it (walIndexRecover: a frame without the log's
 * salts ends the log). A commit then overwrites space that the file has already. One that makes the file longer must have
 * its new length written too, and took half as long again on ext4. Without the room it is as it was.
 *
 * Safe for the thread that alone writes the log: what is there is not touched.
 */
export function layOutLog(path: string, bytes: number): void {
  let fd: number;
  try {
    fd = openSync(path, 'r+');
  } catch {
    return; // no log yet
  }
  const { size } = fstatSync(fd);
  try {
    for (let at = size; at < bytes;) at += writeSync(fd, CHUNK, 0, Math.min(CHUNK.length, bytes - at), at);
  } catch {
    ftruncateSync(fd, size); // a disk that is nearly full is left to the data
  } finally {
    closeSync(fd);
  }
}
