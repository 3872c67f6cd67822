// @ts-nocheck
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The files of the two local servers, in the order in which they must be copied: what read models say must never be ahead of
 * the log that they are made from.
 */
export const LOCAL_FILES = ['mongodb.db', 'eventstore.db'] as const;
export type LocalFileName = (typeof LOCAL_FILES)[number];

/** Those of them that are in a folder. */
export const localFilesIn = (folder: string): LocalFileName[] => LOCAL_FILES.filter((name) => existsSync(join(folder, name)));
