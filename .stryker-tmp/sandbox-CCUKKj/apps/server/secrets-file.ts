// @ts-nocheck
import { Keyring } from '@letopis/kernel';
import { StartError } from '@letopis/runtime';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The master key: from the configuration (base64 of 32 bytes), else from the file `master.key` of the data folder, made
 * on first start and readable for its owner alone. It never lies in either database.
 * @throws StartError
 */
export function openKeyring(dataFolder: string, configured?: string): Keyring {
  if (configured !== undefined) return keyring(configured, 'LETOPIS_MASTER_KEY');
  const file = join(dataFolder, 'master.key');
  if (!existsSync(file)) {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  }
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new StartError(`${file} can be read by others: it must have the mode 0600`);
  }
  return keyring(readFileSync(file, 'utf8'), file);
}

function keyring(text: string, where: string): Keyring {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length < 32) throw new StartError(`${where} does not hold a key of 32 bytes in base64`);
  return new Keyring(key);
}
