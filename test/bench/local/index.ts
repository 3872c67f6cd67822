/**
 * `npm run bench:local`: what one client gets out of each local server on this machine, everything durable, with SQLite's own
 * commit rate of the same run beside. `-- --json FILE` writes the rows as well. With EVENTSTORE_URL or MONGODB_URL set it
 * measures that server instead. The rows mean something on an otherwise idle machine only. `-- --memory [GB …]` compares the
 * memory that the servers take over small and large files instead.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { bench, table, type Row } from './eventstore';
import { memory } from './memory';
import { benchMongo } from './mongodb';

/** Rows of both servers, named alike. */
async function all(): Promise<Row[]> {
  const eventstore = await bench();
  const mongodb = await benchMongo();
  const named = (rows: readonly Row[], server: string, real: string | undefined): Row[] =>
    rows.map((row) => ({ ...row, system: /sqlite/i.test(row.system) ? 'SQLite alone' : `${real ? 'real' : 'local'} ${server}` }));
  return [...named(eventstore, 'EventStoreDB', process.env['EVENTSTORE_URL']), ...named(mongodb, 'MongoDB', process.env['MONGODB_URL'])];
}

async function main(argv: readonly string[]): Promise<void> {
  if (argv[0] === '--memory') return memory(argv.length > 1 ? argv.slice(1).map(Number) : [0.2, 2]);
  const json = argv.indexOf('--json');
  const file = json < 0 ? undefined : argv[json + 1];
  if (json >= 0 && !file) throw new Error('--json takes the name of a file');
  const rows = await all();
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, load ${loadavg()[0]?.toFixed(1)}\n\n${table(rows).replaceAll(/ +$/gm, '')}`,
  );
  if (file) writeFileSync(file, `${JSON.stringify(rows, undefined, 2)}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
