// @ts-nocheck
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Teaches plain Node to require this project's TypeScript, as jest's transform does. */
const HOOK = `
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');
require.extensions['.ts'] = (module, filename) => module._compile(transformSync(readFileSync(filename, 'utf8'), {
  filename, jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true, decoratorMetadata: true } },
  module: { type: 'commonjs' }, sourceMaps: 'inline',
}).code, filename);`;

const ROOT = join(__dirname, '../..');

/** Runs a TypeScript expression body in a process of its own, with \`startEventStore\` at hand and \`args\` as JSON. */
export function childProcess(body: string, args: unknown): ChildProcess {
  const script = `${HOOK}
const { startEventStore } = require('./libs/local/eventstore');
const args = JSON.parse(process.argv[1]);
(async () => { ${body} })().catch((error) => { console.error(error); process.exit(1); });`;
  return spawn(process.execPath, ['-e', script, JSON.stringify(args)], { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
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
