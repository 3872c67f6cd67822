// @ts-nocheck
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { CopyProgress } from './copying';
import { holder, LocalFileError } from './opening';

/** What is in a file: its format, its size, and how many rows each table has. */
export interface FileContents {
  readonly format: number;
  readonly bytes: number;
  readonly tables: Readonly<Record<string, number>>;
}

/** What another process may ask of the one that holds a file. */
export interface Asked {
  copyTo(destination: string, progress: CopyProgress): Promise<number>;
  contents(): Promise<FileContents>;
}

type Question = { readonly ask: 'copy'; readonly to: string } | { readonly ask: 'contents' };
type Said =
  | { readonly copied: number; readonly total: number }
  | { readonly done: number | FileContents }
  | { readonly error: { readonly code: LocalFileError['code']; readonly message: string } };

const noteOf = (path: string) => `${path}.door`;
const LONGEST_QUESTION = 8_192;
const PATIENCE_MS = 5_000;

/**
 * The door of a held file: a port on the loopback address, named together with a secret in a note that only the file's owner
 * can read. Whoever holds a file exclusively is the only one who can copy it; this is how others ask for it.
 */
export class Door {
  readonly #server: Server;
  readonly #secret = randomBytes(32);
  #shut = false;

  constructor(
    readonly path: string,
    asked: Asked,
  ) {
    this.#server = createServer((socket) => this.#answer(socket, asked));
    this.#server.on('error', () => undefined); // no port to be had: the file is served all the same, and not copied meanwhile
    this.#server.listen(0, '127.0.0.1', () => this.#announce());
    this.#server.unref();
  }

  shut(): void {
    this.#shut = true;
    this.#server.close();
    rmSync(noteOf(this.path), { force: true });
  }

  #announce(): void {
    if (this.#shut) return;
    const { port } = this.#server.address() as AddressInfo;
    const note = noteOf(this.path);
    try {
      writeFileSync(`${note}.new`, JSON.stringify({ port, secret: this.#secret.toString('base64') }), { mode: 0o600 });
      renameSync(`${note}.new`, note);
    } catch {
      // A full disk: as if there were no port.
    }
  }

  #answer(socket: Socket, asked: Asked): void {
    socket.on('error', () => undefined);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    firstLine(socket, (line) => {
      const question = this.#question(line);
      if (!question) return void socket.destroy();
      socket.setTimeout(0);
      const say = (said: Said) => socket.write(`${JSON.stringify(said)}\n`);
      const answer = question.ask === 'copy' ? asked.copyTo(question.to, (copied, total) => say({ copied, total })) : asked.contents();
      answer.then(
        (done) => socket.end(`${JSON.stringify({ done } satisfies Said)}\n`),
        (error: LocalFileError) => {
          const { code, message } = error;
          socket.end(`${JSON.stringify({ error: { code: code ?? 'FILE_UNWRITABLE', message } } satisfies Said)}\n`);
        },
      );
    });
  }

  #question(line: string): Question | undefined {
    try {
      const { secret, ...question } = JSON.parse(line) as Question & { secret: string };
      const given = Buffer.from(secret, 'base64');
      return given.length === this.#secret.length && timingSafeEqual(given, this.#secret) ? question : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Asks the process that holds `path`. @throws LocalFileError its own, or FILE_HELD when it does not answer */
export function askHolder(path: string, question: { ask: 'contents' }): Promise<FileContents>;
export function askHolder(path: string, question: { ask: 'copy'; to: string }, progress: CopyProgress): Promise<number>;
export function askHolder(path: string, question: Question, progress?: CopyProgress): Promise<number | FileContents> {
  const deaf = (cause?: unknown) =>
    new LocalFileError('FILE_HELD', `${path} is held by ${holder(path)}, which does not answer: stop it, then try again`, { cause });
  return new Promise((resolve, reject) => {
    let note: { port: number; secret: string };
    try {
      note = JSON.parse(readFileSync(noteOf(path), 'utf8')) as typeof note;
    } catch (cause) {
      return reject(deaf(cause));
    }
    const socket = createConnection(note.port, '127.0.0.1');
    socket.on('error', (cause) => reject(deaf(cause)));
    socket.on('close', () => reject(deaf()));
    socket.write(`${JSON.stringify({ secret: note.secret, ...question })}\n`);
    eachLine(socket, (line) => {
      const said = JSON.parse(line) as Said;
      if ('copied' in said) return progress?.(said.copied, said.total);
      if ('done' in said) resolve(said.done);
      else reject(new LocalFileError(said.error.code, said.error.message));
    });
  });
}

function firstLine(socket: Socket, take: (line: string) => void): void {
  let text = '';
  socket.setEncoding('utf8');
  const hear = (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0 && text.length <= LONGEST_QUESTION) return;
    socket.off('data', hear);
    take(text.slice(0, Math.max(end, 0)));
  };
  socket.on('data', hear);
}

function eachLine(socket: Socket, take: (line: string) => void): void {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    lines.forEach(take);
  });
}
