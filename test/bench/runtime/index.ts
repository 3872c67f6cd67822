/**
 * `npm run bench`: whole commands and read models of the runtime beside the bare client, the textbook loop and a peer, all in
 * one run on the same local servers, each server in a thread of its own.
 *
 * `-- --rows a,b` picks rows by their keys, `--scale 0.1` makes them short, `--events 200000` sets the events of the catch-up,
 * `--rounds 5` how often rows of commands are measured (the median is told), `--json FILE` writes the rows as well.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startInThread } from '@letopis/local';
import type { Bench } from './bench';
import { contenders, hotInFlight, hotStream, loading, manyStreams, newStreams } from './commands';
import { absent, table, withRatios, type Row } from './measure';
import { EMMETT, INSTALL, peersInstalled } from './peers';
import { runningProcesses } from './processes';
import { catchUp } from './reading';
import { rights } from './rights';
import { timersDueAtOnce } from './timers';
import { visible } from './visible';
import { overHttp, wholeProcess } from './whole';

/** Every row by its key, in the order of the table. */
const ROWS: Readonly<Record<string, { title: string; run: (bench: Bench, title: string) => Promise<Row[]> }>> = {
  new: { title: 'new streams, one by one', run: (bench, title) => newStreams(bench, title, 1, bench.scaled(600)) },
  new64: { title: 'new streams, 64 in flight', run: (bench, title) => newStreams(bench, title, 64, bench.scaled(4_000)) },
  whole: { title: 'new streams, 64 in flight, read models beside', run: wholeProcess },
  http: { title: 'new streams, 64 in flight, over HTTP', run: overHttp },
  hot: { title: 'one hot stream, one by one', run: (bench, title) => hotStream(bench, title, 1) },
  hot64: { title: 'one hot stream, 64 in flight', run: hotInFlight },
  many: { title: '1,000 streams of 20 events, 64 in flight', run: manyStreams },
  contenders: { title: '20 contenders on one stream', run: contenders },
  load: { title: 'loading a stream of 1,000 events', run: (bench, title) => loading(bench, title, 1_000, bench.scaled(60, 5)) },
  load100k: {
    title: 'loading a stream of 100,000 events',
    run: (bench, title) => loading(bench, title, bench.scaled(100_000, 1_000), bench.scaled(5, 3)),
  },
  catchup: { title: 'read model catching up', run: catchUp },
  rights: { title: 'rights of 1,000 staff in 50 departments', run: rights },
  timers: { title: 'timers that come due at once', run: timersDueAtOnce },
  processes: { title: 'processes: 10,000 running instances', run: runningProcesses },
  visible: { title: 'command to visible in a list', run: visible },
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string' },
      scale: { type: 'string', default: '1' },
      events: { type: 'string', default: '200000' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'string' },
    },
  });
  const keys = values.rows?.split(',') ?? Object.keys(ROWS);
  for (const key of keys) if (!ROWS[key]) throw new Error(`there is no row ${key}: ${Object.keys(ROWS).join(', ')}`);
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 10)) throw new Error('--scale takes a number from above 0 to 10');
  if (!(Number(values.rounds) >= 1)) throw new Error('--rounds takes a whole number from 1 on');
  const scaled = (count: number, least = 20) => Math.max(least, Math.round(count * scale));

  const folder = mkdtempSync(join(tmpdir(), 'letopis-bench-'));
  const eventStore = await startInThread('eventstore', { dataFolder: folder });
  const mongo = await startInThread('mongodb', { dataFolder: folder });
  const bench: Bench = {
    eventStoreUrl: eventStore.url,
    mongoUrl: mongo.url,
    events: scaled(Number(values.events)),
    rounds: Number(values.rounds),
    scaled,
  };
  try {
    await newStreams({ ...bench, rounds: 1 }, 'warm-up', 16, scaled(2_000));
    const rows: Row[] = peersInstalled() ? [] : [absent('peers', EMMETT, INSTALL)];
    for (const key of keys) {
      const { title, run } = ROWS[key]!;
      process.stderr.write(`${title} …\n`);
      const measured = await run(bench, title);
      for (const { system, perSecond, p50Ms } of measured) process.stderr.write(`  ${system}: ${perSecond} per second, p50 ${p50Ms} ms\n`);
      rows.push(...measured);
    }
    const named = withRatios(rows);
    console.log(
      `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, scale ${scale}, median of ${values.rounds}\n\n${table(named)}`,
    );
    if (values.json) writeFileSync(values.json, `${JSON.stringify(named, undefined, 2)}\n`);
  } finally {
    await mongo.close();
    await eventStore.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
