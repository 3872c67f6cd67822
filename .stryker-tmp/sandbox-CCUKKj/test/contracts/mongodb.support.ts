// @ts-nocheck
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collection, type Db, type Document, MongoClient, type MongoServerError } from 'mongodb';
import { type MongoOptions, startMongo } from '../../libs/local/mongodb';

/** The server under test: the local one, or a real one at `MONGODB_URL`. */
export const REAL_URL = process.env.MONGODB_URL;
/** For behaviour that only our own server has (faults, files). */
export const localOnly = REAL_URL ? describe.skip : describe;

export interface Bench {
  client: MongoClient;
  db: Db;
  /** A collection that no other test uses. */
  fresh<T extends Document = Document>(): Collection<T>;
  stop(): Promise<void>;
}

/** Connects to the server under test, starting one that keeps nothing unless a folder is given. */
export async function open(options: MongoOptions = {}): Promise<Bench> {
  const server = REAL_URL ? undefined : await startMongo(options);
  const client = await MongoClient.connect(REAL_URL ?? server!.url, { serverSelectionTimeoutMS: 5_000 });
  const db = client.db(`contract_${process.pid}_${Date.now()}`);
  let made = 0;
  return {
    client,
    db,
    fresh: <T extends Document>() => db.collection<T>(`c${++made}`),
    async stop() {
      await db.dropDatabase();
      await client.close();
      await server?.close();
    },
  };
}

/** What a promise is refused with. */
export async function refusal(promise: Promise<unknown>): Promise<MongoServerError> {
  try {
    await promise;
  } catch (error) {
    return error as MongoServerError;
  }
  throw new Error('expected a refusal, got an answer');
}

/** Which way a query is served: the stages of the winning plan, outermost first. */
export function stages(explanation: Document): string[] {
  const names: string[] = [];
  const visit = (plan: Document | undefined): void => {
    if (!plan) return;
    if (plan.stage) names.push(plan.stage as string);
    visit((plan.queryPlan as Document | undefined) ?? (plan.inputStage as Document | undefined));
  };
  visit((explanation.queryPlanner as Document).winningPlan as Document);
  return names;
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'letopis-mongodb-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Teaches plain Node to require this project's TypeScript, as jest's transform does. */
const HOOK = `
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');
require.extensions['.ts'] = (module, filename) => module._compile(transformSync(readFileSync(filename, 'utf8'), {
  filename, jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } }, module: { type: 'commonjs' },
}).code, filename);`;

/** Starts the server in a process of its own; resolves with its URL once it listens. */
export async function serverProcess(
  options: MongoOptions,
  { fileLimitKiB }: { fileLimitKiB?: number } = {},
): Promise<{ url: string; process: ChildProcess }> {
  const script = `${HOOK}
require('./libs/local/mongodb').startMongo(JSON.parse(process.argv[1])).then(
  (server) => {
    process.stdout.write(server.url + '\\n');
    process.once('SIGTERM', () => server.close().then(() => process.exit(0)));
  },
  (error) => { process.stdout.write('refused ' + error.code + ' ' + error.message + '\\n'); process.exit(1); });`;
  const node = ['-e', script, JSON.stringify(options)];
  // A limit on the size of files stands for a full disk: writes beyond it fail instead of killing the process.
  const [command, args] = fileLimitKiB
    ? ['bash', ['-c', `trap '' XFSZ; ulimit -f ${fileLimitKiB}; exec "$0" "$@"`, process.execPath, ...node]]
    : [process.execPath, node];
  const child = spawn(command, args, { cwd: join(__dirname, '../..'), stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { url, process: child };
}

export const exited = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve())));
