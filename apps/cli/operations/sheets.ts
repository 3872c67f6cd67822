import type { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { at, register, type Where } from './commands';

interface Asked extends Where {
  readonly locale: string;
  readonly timeZone?: string;
  readonly output?: string;
}

/** `letopis sheet approval <process>`: pages to be printed, as HTML; a browser prints them. */
export function registerSheets(program: Command): void {
  register(program, 'sheet', 'a page to be printed about a record, as HTML: `sheet approval <process>` is who agreed to what, and when')
    .argument('<code>', 'which page: approval')
    .argument('<id>', 'id of the record')
    .option('--locale <language>', 'ru or en', 'ru')
    .option('--time-zone <name>', 'IANA name (default: Europe/Moscow)')
    .option('--output <file>', 'into a file')
    .action((code: string, id: string, { output, ...asked }: Asked) =>
      at(asked, async (door) => {
        const html = await door.sheet(code, id, asked);
        if (output === undefined) process.stdout.write(html);
        else writeFileSync(output, html);
      }),
    );
}
