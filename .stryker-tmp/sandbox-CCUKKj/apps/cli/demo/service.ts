// @ts-nocheck
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** A running product that the demo speaks to. */
export interface Service {
  readonly url: string;
  /** One-time link of the first administrator, while there is one. */
  readonly adminLink?: string;
  /** Ends it, if the demo has started it. */
  stop(): Promise<void>;
}

interface RunNote {
  readonly url: string;
  readonly adminLink?: string;
}

const START_WITHIN = 60_000;

/** The product that runs on this data folder, else one that is started for the demo. */
export async function findOrStart(dataFolder: string, companiesFile: string): Promise<Service> {
  const running = readNote(dataFolder);
  if (running && (await lives(running.url))) return { ...running, stop: async () => {} };

  const port = await freePort();
  const program = join(__dirname, '../../server/main.js');
  const env = {
    ...process.env,
    PORT: String(port),
    LETOPIS_DATA: dataFolder,
    COMPANY_DIRECTORY: process.env.COMPANY_DIRECTORY ?? companiesFile,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
  };
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  process.once('exit', () => child.kill('SIGTERM'));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const deadline = Date.now() + START_WITHIN;
  while (!said.includes('Letopis runs at')) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the product did not start:\n${said.trim()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const note = readNote(dataFolder);
  if (!note) throw new Error('the product has started and left no note of where');
  return { ...note, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  await ended;
}

function readNote(dataFolder: string): RunNote | undefined {
  const file = join(dataFolder, 'run.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunNote) : undefined;
}

const lives = (url: string) =>
  fetch(`${url}/health/live`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
