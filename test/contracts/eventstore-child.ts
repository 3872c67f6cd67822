import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

const ROOT = join(__dirname, '../..');
const HOOK = `require(${JSON.stringify(join(ROOT, 'test/support/typescript.cjs'))});`;

/**
 * Runs a TypeScript expression body in a process of its own, with \`startEventStore\` at hand and \`args\` as JSON. A limit on
 * the size of files stands for a full disk: writes beyond it fail instead of killing the process.
 */
export function childProcess(body: string, args: unknown, { fileLimitKiB }: { fileLimitKiB?: number } = {}): ChildProcess {
  const script = `${HOOK}
const { startEventStore } = require('./libs/local/eventstore');
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
