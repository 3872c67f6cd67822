import type { ErasureNotes } from '@letopis/runtime';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Who was erased, one a line in `erased.subjects` of the data folder (0600), beside the master key and like it outside both
 * databases: where these are restored from copies of an earlier time, what was erased since stays erased. A line names the log
 * and the person, by ids alone.
 */
export function openErasureNotes(dataFolder: string, storeId: string): ErasureNotes {
  const file = join(dataFolder, 'erased.subjects');
  const line = (subject: string) => `${storeId} ${subject}`;
  const noted = new Set<string>();
  if (existsSync(file)) {
    for (const text of readFileSync(file, 'utf8').split('\n')) {
      const [log, subject] = text.split(' ');
      if (log === storeId && subject) noted.add(subject);
    }
  }
  return {
    all: () => noted,
    add: (subjects) => {
      const fresh = subjects.filter((subject) => !noted.has(subject));
      if (fresh.length === 0) return;
      const opened = openSync(file, 'a', 0o600);
      try {
        // A line that a full disk or a death has cut off is ended first.
        writeSync(opened, `\n${fresh.map(line).join('\n')}\n`);
        fsyncSync(opened);
      } finally {
        closeSync(opened);
      }
      for (const subject of fresh) noted.add(subject);
    },
  };
}
