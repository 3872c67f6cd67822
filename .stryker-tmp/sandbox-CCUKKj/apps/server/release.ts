// @ts-nocheck
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where everything lies that states are folded by. */
const FOLDS = ['../../libs/kernel', '../../libs/contexts'];

/**
 * Names the program by what states are folded with: another kernel or other contexts have another name, and do not go on
 * from states that these have folded.
 */
export function releaseOf(folders: readonly string[] = FOLDS.map((folder) => join(__dirname, folder))): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.spec|\.d)\.(js|ts)$/.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name));
    for (const file of files.sort()) hash.update(file.slice(folder.length)).update(readFileSync(file));
  }
  return hash.digest('base64url');
}
