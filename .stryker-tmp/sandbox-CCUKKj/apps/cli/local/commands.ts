// @ts-nocheck
import { localSecurityFrom } from '@letopis/local';
import type { Command } from 'commander';
import { join, resolve } from 'node:path';
import { backup } from './backup';
import { info, infoLines } from './info';
import { progressBar, size } from './progress';
import { restore } from './restore';
import { serveLocal } from './serve';

const DATA = process.env.LETOPIS_DATA ?? '.letopis';

/** `letopis local …`: the local servers as a program of their own, and the care of their files. */
export function registerLocal(program: Command): void {
  const local = program.command('local').description('the local servers as a program of their own, and the care of their files');

  local
    .command('serve')
    .description('runs the local servers until told to end')
    .option('--eventstore-port <port>', 'port of the EventStoreDB protocol, 0 = off', '2113')
    .option('--mongodb-port <port>', 'port of the MongoDB protocol, 0 = off', '27017')
    .option('--host <address>', 'where they listen (default: the loopback address)')
    .option('--data <folder>', 'data folder', DATA)
    .action(
      async ({ eventstorePort, mongodbPort, host, data }: { eventstorePort: string; mongodbPort: string; host?: string; data: string }) => {
        const security = localSecurityFrom(process.env);
        await serveLocal({ eventstore: Number(eventstorePort), mongodb: Number(mongodbPort), host, dataFolder: resolve(data), security });
      },
    );

  local
    .command('backup')
    .description('copies the files of both servers as they are at one moment, while the servers run or not')
    .argument('[folder]', 'folder for the copies (default: backups/<time> in the data folder)')
    .option('--data <folder>', 'data folder', DATA)
    .action(async (folder: string | undefined, { data }: { data: string }) => {
      const to = resolve(folder ?? join(data, 'backups', new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')));
      const progress = progressBar('backup', '', size);
      const copied = await backup({ dataFolder: resolve(data), to, progress }).finally(() => progress.stop());
      for (const { name, bytes } of copied) console.log(`${join(to, name)}  ${size(bytes)}`);
      console.log('The master key is not among them: keep it apart. Without it a restored folder is of no use.');
    });

  local
    .command('restore')
    .description('makes the files of the data folder those of a backup')
    .argument('<folder>', 'folder of the backup')
    .option('--data <folder>', 'data folder', DATA)
    .option('--force', 'put aside the files that are there')
    .action(async (folder: string, { data, force }: { data: string; force?: boolean }) => {
      const progress = progressBar('restore', '', size);
      const { files, aside } = await restore({ from: resolve(folder), dataFolder: resolve(data), force, progress }).finally(() =>
        progress.stop(),
      );
      for (const path of aside) console.log(`put aside: ${path}`);
      for (const { name, bytes } of files) console.log(`restored: ${join(resolve(data), name)}  ${size(bytes)}`);
    });

  local
    .command('info')
    .description('format, size, contents and holder of the files')
    .option('--data <folder>', 'data folder', DATA)
    .option('--json', 'as JSON')
    .action(async ({ data, json }: { data: string; json?: boolean }) => {
      const infos = await info(resolve(data));
      console.log(json ? JSON.stringify(infos, null, 2) : infoLines(infos, resolve(data)).join('\n'));
    });
}
