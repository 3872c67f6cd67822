// @ts-nocheck
import { type Socket } from 'node:net';
import { BSON } from 'mongodb';
import type { Document } from '../bson/value';
import { asMongoError, MongoError } from '../errors';
import { HEADER_BYTES, MAX_FRAME_BYTES, messageReply, OpCode, parseMessage, parseQuery, queryReply, readHeader } from './message';

/** Serves commands; an answer is a document or the bytes of one. */
export interface CommandServer {
  run(connection: Connection, message: { body: Document; sequences: Map<string, Buffer[]>; legacy?: boolean }): Promise<Document | Buffer>;
  /** Before and after a command, for tests: may wait, or ask for the connection to be cut. */
  fault?(command: string, when: 'before' | 'after'): Promise<'cut' | void> | 'cut' | void;
  /** What was left undone when a connection goes away. */
  closed(connection: Connection): void;
}

/** What authentication and metadata a connection has. */
export interface ConnectionState {
  user?: { name: string; db: string };
  conversation?: unknown;
  clientMetadata?: Document;
}

let nextConnectionId = 1;

/**
 * One client's connection. Commands are served one after the other; while one is under way, or its answer has not been
 * taken by the client, nothing more is read from the socket, so a slow reader costs one answer of memory.
 */
export class Connection {
  readonly id = nextConnectionId++;
  readonly state: ConnectionState = {};
  #chunks: Buffer[] = [];
  #buffered = 0;
  #busy = false;
  #ended = false;

  constructor(
    readonly socket: Socket,
    readonly server: CommandServer,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('end', () => this.#end());
    socket.on('close', () => {
      this.#ended = true;
      this.#chunks = [];
      this.#buffered = 0;
      server.closed(this);
    });
  }

  get remote(): string {
    return `${this.socket.remoteAddress}:${this.socket.remotePort}`;
  }

  get idle(): boolean {
    return !this.#busy;
  }

  #end(): void {
    this.#ended = true;
    if (!this.#busy) this.socket.end();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#busy) this.socket.pause();
    else void this.#serve();
  }

  async #serve(): Promise<void> {
    this.#busy = true;
    try {
      for (let message = this.#next(); message; message = this.#next()) {
        await this.#answer(message);
        if (this.socket.destroyed) return;
      }
    } catch {
      // A frame that cannot be understood leaves no way to find the next one.
      this.socket.destroy();
    } finally {
      this.#busy = false;
      if (this.#ended) this.socket.end();
      else this.socket.resume();
    }
  }

  /** The next whole message, or undefined until more has come. */
  #next(): Buffer | undefined {
    if (this.#buffered < HEADER_BYTES) return undefined;
    if (this.#chunks[0].length < HEADER_BYTES) this.#chunks = [Buffer.concat(this.#chunks)];
    const { length } = readHeader(this.#chunks[0]);
    if (length < HEADER_BYTES || length > MAX_FRAME_BYTES) throw new MongoError(9, `a message of ${length} bytes`);
    if (this.#buffered < length) return undefined;
    const all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#chunks = all.length > length ? [all.subarray(length)] : [];
    this.#buffered -= length;
    return all.subarray(0, length);
  }

  async #answer(message: Buffer): Promise<void> {
    const { requestId, opCode } = readHeader(message);
    switch (opCode) {
      case OpCode.message:
        await this.#answerMessage(message, requestId);
        return;
      case OpCode.query:
        await this.#answerQuery(message, requestId);
        return;
      case OpCode.compressed:
        await this.#write(
          messageReply(requestId, refusal(new MongoError(96, 'this server negotiates no compression; connect without compressors'))),
        );
        return;
      default:
        throw new MongoError(9, `op code ${opCode}`);
    }
  }

  async #answerMessage(message: Buffer, requestId: number): Promise<void> {
    let reply: Document | Buffer;
    let silent = false;
    try {
      const command = parseMessage(message);
      silent = command.unacknowledged;
      const name = Object.keys(command.body)[0] ?? '';
      if (await this.#cut(name, 'before')) return;
      reply = await this.server.run(this, command);
      if (await this.#cut(name, 'after')) return;
    } catch (cause) {
      reply = refusal(cause);
    }
    if (!silent) await this.#write(encodable(requestId, reply));
  }

  async #answerQuery(message: Buffer, requestId: number): Promise<void> {
    let reply: Document;
    try {
      const { collection, query } = parseQuery(message);
      const name = Object.keys(query)[0] ?? '';
      if (!collection.endsWith('.$cmd') || !/^(hello|ismaster)$/i.test(name)) {
        throw new MongoError(
          352,
          `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade. For more details see https://dochub.mongodb.org/core/legacy-opcode-removal`,
        );
      }
      const body = { ...query, $db: collection.slice(0, -'.$cmd'.length) };
      reply = (await this.server.run(this, { body, sequences: new Map(), legacy: true })) as Document;
    } catch (cause) {
      reply = refusal(cause);
    }
    await this.#write(queryReply(requestId, reply));
  }

  async #cut(command: string, when: 'before' | 'after'): Promise<boolean> {
    if ((await this.server.fault?.(command, when)) !== 'cut') return false;
    this.socket.destroy();
    return true;
  }

  /** Resolves when the client has taken the answer, or has gone. */
  async #write(parts: readonly Buffer[]): Promise<void> {
    const { socket } = this;
    if (socket.destroyed) return;
    let more = true;
    if (parts.length > 1) socket.cork();
    for (const part of parts) more = socket.write(part);
    if (parts.length > 1) socket.uncork();
    if (more || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        socket.off('drain', done);
        socket.off('close', done);
        resolve();
      };
      socket.on('drain', done);
      socket.on('close', done);
    });
  }
}

function encodable(requestId: number, reply: Document | Buffer): Buffer[] {
  try {
    return messageReply(requestId, reply);
  } catch (cause) {
    return messageReply(requestId, refusal(cause));
  }
}

const NOT_OK = new BSON.Double(0);

/** `{ ok: 0, errmsg, code, codeName, … }` */
export function refusal(cause: unknown): Document {
  const error = asMongoError(cause);
  return { ok: NOT_OK, errmsg: error.message, code: error.code, codeName: error.codeName, ...error.extra };
}
