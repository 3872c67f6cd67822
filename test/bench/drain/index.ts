/**
 * `npm run bench:drain`: notifications that are queued while nobody sends, then carried to a mail server by one process. Tells
 * letters per second, the most memory that the sending process took, and the most letters that were with the server at once;
 * memory must not grow with the queue.
 *
 * The sender has a small heap: left to itself, Node lets garbage lie for as long as there is room.
 *
 * `-- --queued 1000,10000` sets how many are queued, `--slow 50` how many milliseconds the mail server takes for a letter,
 * `--json FILE` writes the rows as well.
 */
import { RequestNotification } from '@letopis/contexts/communication';
import { defaultSettings, newId, system } from '@letopis/kernel';
import { startInThread } from '@letopis/local';
import { parseCommand, silent } from '@letopis/runtime';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { progressBar } from '../../../apps/cli/local/progress';
import { startCore, type Core } from '../../../apps/server/product';
import { Worker } from '../../crash/support/worker';
import { CountingOffice } from '../../support/counting-office';

const MiB = 1024;
/** Of the process that sends, in MiB. */
const HEAP = 128;
/** Notifications that are asked for side by side. */
const BESIDE = 64;

interface Drained {
  readonly queued: number;
  readonly perSecond: number;
  readonly peakMiB: number;
  readonly atOnce: number;
}

async function drain(queued: number, slow: number): Promise<Drained> {
  const folder = mkdtempSync(join(tmpdir(), 'letopis-drain-'));
  const [eventStore, mongo] = await Promise.all([
    startInThread('eventstore', { dataFolder: folder, port: 0 }),
    startInThread('mongodb', { dataFolder: folder, port: 0 }),
  ]);
  const office = new CountingOffice(slow);
  await office.open();
  const masterKey = randomBytes(32).toString('base64');
  const core = await startCore(
    {
      ...{ roles: ['api', 'projections'], port: 0, host: '127.0.0.1', dataFolder: folder, masterKey, mongoUrl: mongo.url },
      ...{ eventStoreUrl: eventStore.url, mailFrom: 'nobody', strangersPerMinute: 1, settings: defaultSettings },
    },
    { logger: silent },
  );
  const worker = new Worker({
    ...{ LETOPIS_DATA: folder, LETOPIS_MASTER_KEY: masterKey, MONGODB_URL: mongo.url, EVENTSTORE_URL: eventStore.url },
    SMTP_URL: office.url,
  });
  try {
    await queue(core, queued);
    const begun = performance.now();
    await worker.start({ NODE_OPTIONS: `--max-old-space-size=${HEAP}` });
    const bar = progressBar('letters', 'recorded');
    for (let left = queued; left > 0; left = await underWay(core)) {
      bar(queued - left, queued);
      await new Promise((done) => setTimeout(done, 200));
    }
    bar.stop();
    const seconds = (performance.now() - begun) / 1_000;
    if (office.ids.size !== queued || office.received !== queued)
      throw new Error(`${queued} were queued, ${office.received} came, ${office.ids.size} of them different`);
    return { queued, perSecond: Math.round(queued / seconds), peakMiB: Math.round(peakOf(worker.pid)), atOnce: office.mostAtOnce };
  } finally {
    await worker.kill();
    await core.stop();
    await Promise.all([office.close(), eventStore.close(), mongo.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Asks for so many letters to people without an account; nobody sends them yet. */
async function queue({ runtime }: Core, count: number): Promise<void> {
  const bar = progressBar('queue', 'asked for');
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < count; at = next++) {
      const recipient = { external: { email: `reader-${at}@example.org` } };
      const text = { textSite: `Напоминание ${at}: ${'договор ждёт подписи. '.repeat(20)}` };
      const command = { notificationId: newId(), recipient, category: 'process', policy: 'email', ...text };
      const asked = { actor: system('bench'), commandId: newId(), correlationId: newId() };
      await runtime.dispatcher.execute(parseCommand(RequestNotification as never, command), asked);
      bar(at + 1, count);
    }
  };
  await Promise.all(Array.from({ length: BESIDE }, lane));
  bar.stop();
}

/** Messages that are not recorded as delivered, by the read model that `letopis notifications drain` asks. */
const underWay = async ({ runtime: { db, projector } }: Core): Promise<number> =>
  db.collection(projector.collection('delivery_log')).countDocuments({ status: { $in: ['requested', 'routed'] } });

/** The most memory that a process took, as Linux tells it, in MiB. */
function peakOf(pid: number): number {
  const [, kilobytes = 'NaN'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / MiB;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { queued: { type: 'string', default: '1000,10000' }, slow: { type: 'string', default: '0' }, json: { type: 'string' } },
  });
  const rows: Drained[] = [];
  for (const queued of values.queued.split(',').map(Number)) {
    const row = await drain(queued, Number(values.slow));
    rows.push(row);
    console.log(
      `${row.queued} queued: ${row.perSecond} letters per second, at most ${row.peakMiB} MiB, at most ${row.atOnce} letters with the server at once`,
    );
  }
  if (!values.json) return;
  const named = rows.map(({ queued, perSecond, peakMiB, atOnce }) => ({
    ...{ row: `${queued} queued letters`, system: 'letopis', perSecond, p50Ms: null, p99Ms: null },
    note: `peak ${peakMiB} MiB, at most ${atOnce} at once`,
  }));
  writeFileSync(values.json, `${JSON.stringify(named, undefined, 2)}\n`);
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
