import { fork, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';

const DIST = resolve(__dirname, '../../dist/apps');

/** Bytes that a process holds: all of it, and of its main thread's heap what is still in use after a collection. */
export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
}

/** A process of the product that can be asked what memory it holds. */
export class Part {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    /** What it said when it came up. */
    readonly said: string,
  ) {}

  static async start(name: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Part> {
    const child = fork(join(DIST, program), args, {
      env: { ...process.env, ...env },
      execArgv: ['--expose-gc', '-r', join(__dirname, 'memory.cjs')],
      silent: true,
    });
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    await new Promise<void>((up, failed) => {
      child.once('exit', (code) => failed(new Error(`${name} ended with ${code}: ${said}`)));
      child.stdout!.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (/Letopis runs at|data: /.test(said)) up();
      });
    });
    return new Part(name, child, said);
  }

  async memory(): Promise<Memory> {
    const told = new Promise<Memory>((done) => this.child.once('message', (message) => done(message as Memory)));
    this.child.send('memory');
    return told;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGTERM');
    await ended;
  }
}
