// @ts-nocheck
import { join } from 'node:path';
import { DurableFile } from '../../file';

/**
 * Format 1. An event is kept as the very bytes that its readers are sent; what must be found by is beside it.
 * Names are blobs because the driver cuts texts at a NUL.
 */
const migrations = [
  `CREATE TABLE streams (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE);
   CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, body BLOB NOT NULL);
   CREATE UNIQUE INDEX events_of_stream ON events (stream, revision);
   CREATE TABLE persistent_groups (source BLOB NOT NULL, name BLOB NOT NULL, settings BLOB NOT NULL, checkpoint INTEGER, PRIMARY KEY (source, name))`,
];

/** Opens `eventstore.db` in the folder, or a file that lives in memory only. @throws LocalFileError */
export function openEventFile(dataFolder: string | undefined): DurableFile {
  const path = dataFolder === undefined ? undefined : join(dataFolder, 'eventstore.db');
  // Folding the log into the file stops the turn that it falls into: doing it seldom, and much at once, costs less in all.
  return new DurableFile({ path, migrations, logPages: 4_000 });
}
