import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MongoOptions } from '../../libs/local/mongodb';

const ROOT = join(__dirname, '../..');
const HOOK = `require(${JSON.stringify(join(ROOT, 'test/support/typescript.cjs'))});`;

/**
 * Runs a TypeScript expression body in a process of its own, with \`startEventStore\` and \`startMongo\` at hand and \`args\` as JSON. A limit on
 * the size of files stands for a full disk: writes beyond it fail instead of killing the process.
 */
export function childProcess(body: string, args: unknown, { fileLimitKiB }: { fileLimitKiB?: number } = {}): ChildProcess {
  const script = `${HOOK}
const { startEventStore } = require('./libs/local/eventstore');
const { startMongo } = require('./libs/local/mongodb');
const args = JSON.parse(process.argv[1]);
(async () => { ${body} })().catch((error) => { console.error(error); process.exit(1); });`;
  const node = ['-e', script, JSON.stringify(args)];
  const [command, given] = fileLimitKiB
    ? ['bash', ['-c', `trap '' XFSZ; ulimit -f ${fileLimitKiB}; exec "$0" "$@"`, process.execPath, ...node]]
    : [process.execPath, node];
  return spawn(command, given, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
}

/** Starts the server in a worker thread, as production does. */
export function serverInThread(options: unknown): Promise<{ url: string; close(): Promise<void> }> {
  const script = `${HOOK}
const { parentPort, workerData } = require('node:worker_threads');
const { startEventStore } = require(workerData.root + '/libs/local/eventstore');
startEventStore(workerData.options).then((server) => {
  parentPort.postMessage({ url: server.url });
  parentPort.once('message', () => server.close().then(() => process.exit(0)));
}, (error) => { throw error; });`;
  const worker = new Worker(script, { eval: true, workerData: { root: ROOT, options } });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', ({ url }: { url: string }) => {
      resolve({
        url,
        close: () =>
          new Promise((done) => {
            worker.once('exit', () => done());
            worker.postMessage('close');
          }),
      });
    });
  });
}

/** Starts a MongoDB-protocol server in a process of its own; resolves with its URL once it listens. SIGTERM ends it. */
export async function serverProcess(
  options: MongoOptions,
  limits: { fileLimitKiB?: number } = {},
): Promise<{ url: string; process: ChildProcess }> {
  const child = childProcess(
    `const server = await startMongo(args).catch((error) => { console.log('refused ' + error.code + ' ' + error.message); process.exit(1); });
     console.log(server.url);
     process.once('SIGTERM', () => server.close().then(() => process.exit(0)));`,
    options,
    limits,
  );
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim()));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { url, process: child };
}

export const exited = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve())));
