import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { swiftFolder } from '../../support/folders';

const DIST = resolve(__dirname, '../../../dist/apps');
/** What a process says once it is up. */
const STARTED = /Letopis runs at|mongodb: |eventstore: /;
/** A process that came up and then ends by itself may do so for one reason: its database was killed while it started. */
const START_AGAIN = 200;

export const KINDS = ['api', 'projections', 'sagas', 'eventstore', 'mongodb'] as const;
export type Kind = (typeof KINDS)[number];

/** One process of the product: what it runs, and whether it is to run. */
interface Member {
  readonly name: string;
  readonly kind: Kind;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  child?: ChildProcess;
  up: boolean;
  wanted: boolean;
}

export interface Death {
  readonly name: string;
  readonly code: number | null;
}

/**
 * The product as separate processes over one data folder: two local servers, two of each role. Whoever is killed is started
 * again; who ends by itself after it was up is remembered as dead without a reason.
 */
export class Cluster {
  readonly folder = swiftFolder('crash-');
  readonly kills: Record<Kind, number> = { api: 0, projections: 0, sagas: 0, eventstore: 0, mongodb: 0 };
  /** Ends that nobody asked for. */
  readonly deaths: Death[] = [];
  readonly #members: Member[] = [];
  #stopped = false;
  #listeners: Array<() => void> = [];

  private constructor(
    readonly eventStoreUrl: string,
    readonly mongoUrl: string,
    readonly apis: readonly string[],
    readonly masterKey: string,
  ) {}

  static async start(masterKey: string): Promise<Cluster> {
    const [eventStore, mongo, ...apis] = await Promise.all(Array.from({ length: 4 }, freePort));
    const urls = apis.map((port) => `http://127.0.0.1:${port}`);
    const cluster = new Cluster(`esdb://127.0.0.1:${eventStore}?tls=false`, `mongodb://127.0.0.1:${mongo}/letopis`, urls, masterKey);
    mkdirSync(join(cluster.folder, 'logs'));
    const serve = (kind: 'eventstore' | 'mongodb', ports: { eventstore?: number; mongodb?: number }) =>
      cluster.add(kind, kind, 'cli/main.js', [
        ...['local', 'serve', '--data', cluster.folder],
        ...['--eventstore-port', String(ports.eventstore ?? 0), '--mongodb-port', String(ports.mongodb ?? 0)],
      ]);
    serve('eventstore', { eventstore: eventStore! });
    serve('mongodb', { mongodb: mongo! });
    await cluster.allUp();
    // The first alone: it makes the administrator and the keys.
    for (const [at, port] of apis.entries()) {
      cluster.add(`api-${at + 1}`, 'api', 'server/main.js', ['--role', 'api'], { PORT: String(port) });
      if (at === 0) await cluster.allUp();
    }
    for (const role of ['projections', 'sagas'] as const)
      for (const number of [1, 2]) cluster.add(`${role}-${number}`, role, 'server/main.js', ['--role', role], { PORT: '0' });
    await cluster.allUp();
    return cluster;
  }

  /** The names of the processes, for whoever chooses among them. */
  get names(): readonly string[] {
    return this.#members.map(({ name }) => name);
  }

  /** Kills with -9 and starts again after a while. */
  kill(name: string, startAfter: number): void {
    const member = this.#members.find((one) => one.name === name)!;
    if (!member.child || !member.up) return;
    this.kills[member.kind]++;
    member.up = member.wanted = false;
    member.child.kill('SIGKILL');
    member.child = undefined;
    setTimeout(() => {
      member.wanted = true;
      this.launch(member);
    }, startAfter);
  }

  /** Waits until every process is up. */
  async allUp(): Promise<void> {
    while (!this.#members.every(({ up }) => up)) await new Promise<void>((done) => this.#listeners.push(done));
  }

  /** Ends all processes as an operator would, or with -9 when they do not end; answers those that did not end well. */
  async stop(names: readonly string[] = this.names): Promise<readonly Death[]> {
    const bad: Death[] = [];
    for (const stores of [false, true]) {
      const members = this.#members.filter(
        ({ kind, name }) => names.includes(name) && (kind === 'eventstore' || kind === 'mongodb') === stores,
      );
      await Promise.all(
        members.map(async (member) => {
          member.wanted = member.up = false;
          const { child } = member;
          if (!child || child.exitCode !== null) return;
          const ended = new Promise<number | null>((done) => child.once('exit', done));
          child.kill('SIGTERM');
          const tooLong = setTimeout(() => child.kill('SIGKILL'), 20_000);
          const code = await ended.finally(() => clearTimeout(tooLong));
          if (code !== 0) bad.push({ name: member.name, code });
        }),
      );
    }
    return bad;
  }

  /** Runs the command line against the data; answers its exit code, what it said and what it complained of. */
  run(...args: readonly string[]): Promise<{ code: number | null; said: string; complained: string }> {
    const child = spawn(process.execPath, [join(DIST, 'cli/main.js'), ...args], { env: this.env(), stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let complained = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()));
    return new Promise((done) => child.once('close', (code) => done({ code, said, complained })));
  }

  /** Ends everything, whatever state it is in, and takes the folder away unless it is to be looked at. */
  async end(keep = false): Promise<void> {
    this.#stopped = true;
    for (const { child } of this.#members) child?.kill('SIGKILL');
    await new Promise((done) => setTimeout(done, 100));
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }

  private add(name: string, kind: Kind, program: string, args: readonly string[], env: Record<string, string> = {}): void {
    const member: Member = { name, kind, program, args, env, up: false, wanted: true };
    this.#members.push(member);
    this.launch(member);
  }

  private launch(member: Member): void {
    if (this.#stopped || !member.wanted) return;
    const child = spawn(process.execPath, [join(DIST, member.program), ...member.args], {
      env: this.env(member.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    member.child = child;
    const log = createWriteStream(join(this.folder, 'logs', `${member.name}.log`), { flags: 'a' });
    child.stdout.on('data', (chunk: Buffer) => {
      log.write(chunk);
      if (member.child !== child || member.up || !STARTED.test(chunk.toString())) return;
      member.up = true;
      for (const told of this.#listeners.splice(0)) told();
    });
    child.stderr.pipe(log);
    child.once('exit', (code) => {
      if (member.child !== child || !member.wanted || this.#stopped) return;
      if (member.up) this.deaths.push({ name: member.name, code });
      member.up = false;
      setTimeout(() => this.launch(member), START_AGAIN);
    });
  }

  private env(own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    return {
      ...process.env,
      NODE_ENV: 'production',
      LETOPIS_DATA: this.folder,
      LETOPIS_MASTER_KEY: this.masterKey,
      EVENTSTORE_URL: this.eventStoreUrl,
      MONGODB_URL: this.mongoUrl,
      SMTP_URL: '',
      LETOPIS_ROLE: '',
      PUBLIC_URL: 'http://letopis.test',
      STRANGERS_PER_MINUTE: '60000',
      LOG_LEVEL: 'warn',
      ...own,
    };
  }
}

const freePort = () =>
  new Promise<number>((found, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => found(port));
    });
  });
