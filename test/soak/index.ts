import { Command } from 'commander';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { People } from './people';
import { Part, type Memory } from './parts';
import { flat, median } from './verdict';

const MiB = 1024 * 1024;

/** Mixed load on the product for minutes, and a verdict whether its memory is flat. */
async function soak({ minutes, every, callers }: { minutes: number; every: number; callers: number }): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'letopis-soak-'));
  const parts: Part[] = [];
  const begin = async (...given: Parameters<typeof Part.start>) => {
    const part = await Part.start(...given);
    parts.push(part);
    return part;
  };
  try {
    const [eventStore, mongo, port] = await Promise.all([freePort(), freePort(), freePort()]);
    const serve = (eventstorePort: number, mongodbPort: number) => [
      ...['local', 'serve', '--data', folder],
      ...['--eventstore-port', String(eventstorePort), '--mongodb-port', String(mongodbPort)],
    ];
    await begin('event store', 'cli/main.js', serve(eventStore, 0), {});
    await begin('document store', 'cli/main.js', serve(0, mongo), {});
    await begin('product', 'server/main.js', [], {
      ...{ LETOPIS_DATA: folder, PORT: String(port), SMTP_URL: '', LETOPIS_ROLE: 'all', NODE_ENV: 'production', LOG_LEVEL: 'warn' },
      ...{ EVENTSTORE_URL: `esdb://127.0.0.1:${eventStore}?tls=false`, MONGODB_URL: `mongodb://127.0.0.1:${mongo}/letopis` },
      ...{ STRANGERS_PER_MINUTE: '60000', PUBLIC_URL: 'http://letopis.test' },
    });
    const { adminLink } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { adminLink: string };
    const people = new People({ folder, apis: [`http://127.0.0.1:${port}`] }, callers);
    await people.prepare(adminLink);

    const seen = parts.map((): Memory[] => []);
    const end = performance.now() + minutes * 60_000;
    const working = people.work(() => performance.now() < end);
    console.log(`time   ${parts.map(({ name }) => `${name} (rss, heap MiB)`.padEnd(32)).join('')}commands  questions`);
    for (let next = performance.now() + every * 1_000; next < end + every * 500; next += every * 1_000) {
      await new Promise((done) => setTimeout(done, Math.max(0, next - performance.now())));
      const now = await Promise.all(parts.map((part) => part.memory()));
      now.forEach((memory, at) => seen[at]!.push(memory));
      const told = now.map(({ rss, heapUsed }) => `${(rss / MiB).toFixed(0)}  ${(heapUsed / MiB).toFixed(1)}`.padEnd(32)).join('');
      const seconds = Math.round((minutes * 60_000 - (end - performance.now())) / 1_000);
      console.log(`${String(seconds).padStart(4)} s ${told}${String(people.commands).padStart(8)}  ${people.questions}`);
    }
    await working;
    let good = people.failures.length === 0;
    for (const failure of people.failures.slice(0, 10)) console.log(`failed: ${failure}`);
    for (const [at, { name }] of parts.entries()) {
      for (const kind of ['rss', 'heapUsed'] as const) {
        const thirds = thirdsOf(seen[at]!.map((memory) => memory[kind] / MiB));
        const holds = flat(thirds);
        good &&= holds;
        console.log(`${name} ${kind}: ${thirds.map((third) => third.toFixed(1)).join(' → ')} MiB, ${holds ? 'flat' : 'NOT FLAT'}`);
      }
    }
    console.log(good ? 'memory is flat' : 'memory is not flat, or calls have failed');
    return good;
  } finally {
    for (const part of parts.reverse()) await part.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Medians of the thirds of a run. */
function thirdsOf(values: readonly number[]): [number, number, number] {
  const size = Math.max(1, Math.floor(values.length / 3));
  return [median(values.slice(0, size)), median(values.slice(size, -size)), median(values.slice(-size))];
}

const freePort = () =>
  new Promise<number>((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => found(port));
    });
  });

const program = new Command('soak')
  .option('--minutes <minutes>', 'how long', '10')
  .option('--every <seconds>', 'how often memory is looked at', '30')
  .option('--callers <number>', 'people who call at once', '8')
  .parse();
const { minutes, every, callers } = program.opts<{ minutes: string; every: string; callers: string }>();
soak({ minutes: Number(minutes), every: Number(every), callers: Number(callers) }).then(
  (good) => process.exit(good ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
