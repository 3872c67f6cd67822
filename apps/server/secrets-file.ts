import { Keyring, wrappingId } from '@letopis/kernel';
import { StartError, type KeyFile } from '@letopis/runtime';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The master key and the wrapping keys that were added since, and where they are kept. */
export interface Keys {
  readonly keyring: Keyring;
  readonly file: KeyFile;
}

/**
 * The keys: from the configuration, separated by commas, else from the file `master.key` of the data folder, one a line,
 * made on first start and readable for its owner alone; each is 32 bytes in base64. The first is the master key, the others
 * wrap, the newest last. They never lie in either database.
 * @throws StartError
 */
export function openKeyring(dataFolder: string, configured?: string): Keys {
  if (configured !== undefined) {
    const [master, ...added] = keysOf(configured.split(','), 'LETOPIS_MASTER_KEY');
    return { keyring: new Keyring(master!, () => added), file: { add: () => undefined, retire: () => [] } };
  }
  const file = join(dataFolder, 'master.key');
  if (!existsSync(file)) {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    writeFileSync(file, text([randomBytes(32)]), { mode: 0o600, flag: 'wx' });
  }
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new StartError(`${file} can be read by others: it must have the mode 0600`);
  }
  // Another process may add a key: the file is read again when it is another one. Its time alone does not tell, since two
  // writes may fall into one tick of the clock that it is taken from.
  let read = { version: '', keys: [] as readonly Buffer[] };
  const present = () => {
    const { ino, mtimeMs, size } = statSync(file);
    const version = [ino, mtimeMs, size].join(':');
    if (version !== read.version) read = { version, keys: keysOf(readFileSync(file, 'utf8').split('\n'), file) };
    return read.keys;
  };
  const write = (keys: readonly Buffer[]) => {
    // Whole or not at all: half a file would lose every key.
    writeFileSync(`${file}.new`, text(keys), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    read = { version: '', keys: [] };
  };
  return {
    keyring: new Keyring(present()[0]!, () => present().slice(1)),
    file: {
      add: () => {
        const key = randomBytes(32);
        write([...present(), key]);
        return wrappingId(key);
      },
      retire: (used) => {
        const [master, ...added] = present() as [Buffer, ...Buffer[]];
        const newest = added.at(-1);
        const kept = added.filter((key) => key === newest || used.includes(wrappingId(key)));
        if (kept.length < added.length) write([master, ...kept]);
        return added.filter((key) => !kept.includes(key)).map(wrappingId);
      },
    },
  };
}

const text = (keys: readonly Buffer[]) => `${keys.map((key) => key.toString('base64')).join('\n')}\n`;

function keysOf(lines: readonly string[], where: string): Buffer[] {
  const keys = lines.map((line) => line.trim()).filter((line) => line !== '').map((line) => Buffer.from(line, 'base64')); // prettier-ignore
  if (keys.length === 0 || keys.some((key) => key.length < 32)) throw new StartError(`${where} does not hold a key of 32 bytes in base64`);
  return keys;
}
