import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';

const SERVER = resolve(__dirname, '../../../dist/apps/server/main.js');

/** The process that runs sagas and sends messages, which a test kills. */
export class Worker {
  #child: ChildProcess | undefined;

  constructor(private readonly env: Readonly<Record<string, string>>) {}

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Waits until it is up. @throws Error with what it said where it ends before */
  async start(more: Readonly<Record<string, string>> = {}): Promise<void> {
    const child = spawn(process.execPath, [SERVER, '--role', 'sagas'], {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', PORT: '0', LOG_LEVEL: 'error', VERIFY_EVERY: '0', ...this.env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let said = '';
    await new Promise<void>((up, failed) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          if (said.includes('Letopis runs at')) up();
        });
      child.once('exit', () => failed(new Error(said)));
    });
  }

  /** Kills it with -9, if it is still there, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.gone();
  }

  /** Waits until it has ended. */
  async gone(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise((ended) => child.once('exit', ended));
  }
}

/** A preloaded module ends the process, as kill -9 does, as soon as a letter lies in the outbox; once, while the named file is there. */
export const diesAfterLetter = (once: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--require=${join(__dirname, 'dies-after-letter.cjs')}`,
  DIES_ONCE: once,
});
