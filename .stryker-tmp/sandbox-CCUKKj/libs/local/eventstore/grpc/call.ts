// @ts-nocheck
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { status } from '@grpc/grpc-js';
import { FrameReader, frame } from './frames';
import { RpcError, toRpcError } from './rpc-error';

/** The part of a generated service definition that a server needs. */
export interface Method<Request> {
  readonly path: string;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly requestStream: boolean;
}

export interface CallLimits {
  /** Bytes of the largest message taken from a client. */
  maxMessageSize: number;
}

const GRACE_MS = 5_000;
/**
 * Bytes on their way beyond which a sender waits: one page and a half. So the next page is read while the last one travels,
 * and a client that does not take what it is sent costs two pages.
 */
const ENOUGH_UNDER_WAY = 96 * 1024;
const noop = () => undefined;

/**
 * One gRPC call on one HTTP/2 stream, of any of the four kinds.
 *
 * A handler sets `onRequest`, `onRequestsEnd` and `onClosed` before its first return to the event loop, sends with
 * {@link send}, and ends with {@link end} or {@link fail}, exactly once; what it does after the client has gone is ignored.
 * Written against «gRPC over HTTP2» (grpc/grpc: doc/PROTOCOL-HTTP2.md).
 */
export class Call<Request = unknown> {
  onRequest: (request: Request) => void = noop;
  onRequestsEnd: () => void = noop;
  /** The client went away, the deadline passed or the server cut the call: nothing more can be sent. Not called after an own end. */
  onClosed: () => void = noop;

  readonly deadline: number | undefined;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Bytes written that the client's flow control has not let through yet. */
  #underWay = 0;
  #flushing = false;
  #over = false;
  #responded = false;
  #drainListener: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly stream: ServerHttp2Stream,
    readonly headers: IncomingHttpHeaders,
    readonly method: Method<Request>,
    limits: CallLimits,
  ) {
    const timeout = parseTimeout(headers['grpc-timeout']);
    if (timeout !== undefined) {
      this.deadline = Date.now() + timeout;
      this.#timer = setTimeout(() => this.#cut(new RpcError(status.DEADLINE_EXCEEDED, 'Deadline Exceeded')), Math.min(timeout, 0x7fffffff));
    }
    const reader = new FrameReader(limits.maxMessageSize, headers['grpc-encoding'] as string | undefined, (message) =>
      this.#request(message),
    );
    stream.on('data', (chunk: Buffer) => {
      if (this.#over) return;
      try {
        reader.push(chunk);
      } catch (cause) {
        this.#cut(toRpcError(cause));
      }
    });
    stream.on('end', () => {
      if (this.#over) return;
      if (reader.pending > 0) return this.#cut(new RpcError(status.INTERNAL, 'Incomplete message.'));
      this.#guard(() => this.onRequestsEnd());
    });
    stream.on('error', noop);
    stream.on('close', () => this.#lost());
  }

  get over(): boolean {
    return this.#over;
  }

  /** Where the client calls from. */
  get peer(): string {
    const socket = this.stream.session?.socket;
    return `${socket?.remoteAddress ?? 'unknown'}:${socket?.remotePort ?? 0}`;
  }

  /** The name in the call's basic credentials. */
  get user(): string {
    return basicCredentials(this.header('authorization'))?.username ?? 'anonymous';
  }

  /** The value of a request header, as its first value. */
  header(name: string): string | undefined {
    const value = this.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  /** Sends one encoded message. @returns false when the client is behind: go on in {@link whenDrained}. */
  send(message: Uint8Array): boolean {
    if (this.#over) return false;
    this.#pending.push(message);
    this.#pendingBytes += message.length;
    if (this.#pendingBytes > 65_536) this.#flush();
    else if (!this.#flushing) {
      this.#flushing = true;
      process.nextTick(() => this.#flush());
    }
    return this.ready;
  }

  /** The client takes what it is sent: more may follow. */
  get ready(): boolean {
    return this.#pendingBytes + this.#underWay <= ENOUGH_UNDER_WAY;
  }

  /** Calls back once, when most of what was sent has left for the client; in the next turn if it has already. */
  whenDrained(listener: () => void): void {
    if (this.#over) return;
    this.#flush();
    if (!this.ready) this.#drainListener = listener;
    else
      setImmediate(() => {
        if (!this.#over) this.#guard(listener);
      });
  }

  /** Sends the status OK after everything sent so far. */
  end(last?: Uint8Array): void {
    if (this.#over) return;
    if (last) this.send(last);
    this.#finish(status.OK, '', {});
  }

  /** Ends the call with the status and trailers of `cause`. */
  fail(cause: unknown): void {
    if (this.#over) return;
    const error = toRpcError(cause);
    this.#finish(error.code, error.message, error.trailers);
  }

  /** Ends the call from the server's side, telling the handler as if the client had gone. */
  cut(error: RpcError): void {
    this.#cut(error);
  }

  get #gone(): boolean {
    return this.stream.destroyed || this.stream.closed;
  }

  #request(message: Buffer): void {
    if (this.#over) return;
    let request: Request;
    try {
      request = this.method.requestDeserialize(message);
    } catch {
      return this.#cut(new RpcError(status.INTERNAL, 'Failed to deserialize request message.'));
    }
    this.#guard(() => this.onRequest(request));
  }

  #guard(handle: () => void): void {
    try {
      handle();
    } catch (cause) {
      this.#cut(toRpcError(cause));
    }
  }

  #respond(): void {
    if (this.#responded) return;
    this.#responded = true;
    this.stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-accept-encoding': 'identity,gzip,deflate' },
      { waitForTrailers: true },
    );
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#pending.length === 0 || this.#gone || this.stream.writableEnded) return;
    const frames = frame(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#underWay += frames.length;
    try {
      this.#respond();
      this.stream.write(frames, () => this.#left(frames.length));
    } catch {
      this.#lost(); // the connection went away in this very turn
    }
  }

  #left(bytes: number): void {
    this.#underWay -= bytes;
    const listener = this.#drainListener;
    if (!listener || this.#over || !this.ready) return;
    this.#drainListener = undefined;
    this.#guard(listener);
  }

  #finish(code: status, message: string, trailers: Readonly<Record<string, string>>): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#drainListener = undefined;
    const stream = this.stream;
    if (this.#gone) return;
    this.#flush();
    const tail: Record<string, string> = { 'grpc-status': String(code) };
    if (message) tail['grpc-message'] = percentEncode(message);
    for (const [key, value] of Object.entries(trailers)) tail[key] = percentEncode(value);
    try {
      if (!this.#responded) {
        this.#responded = true;
        stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...tail }, { endStream: true });
      } else {
        stream.once('wantTrailers', () => {
          if (!this.#gone) stream.sendTrailers(tail);
        });
        stream.end();
      }
    } catch {
      return; // the connection went away in this very turn: there is nobody to tell
    }
    stream.resume();
    // A client that never closes its half would keep the stream for ever.
    const guard = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), GRACE_MS);
    guard.unref();
    stream.once('close', () => clearTimeout(guard));
  }

  #cut(error: RpcError): void {
    if (this.#over) return;
    this.fail(error);
    this.onClosed();
  }

  #lost(): void {
    if (this.#over) return;
    this.#over = true;
    this.#pending = [];
    this.#drainListener = undefined;
    clearTimeout(this.#timer);
    this.onClosed();
  }
}

/** The side of a call that answers, whatever was asked. */
export type Answering = Pick<Call, 'over' | 'send' | 'whenDrained' | 'end' | 'fail' | 'cut'>;

const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** Milliseconds of a `grpc-timeout` header; undefined when there is none. @throws RpcError INTERNAL for a malformed one. */
function parseTimeout(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const match = /^(\d{1,8})([HMSmun])$/.exec(String(header));
  if (!match) throw new RpcError(status.INTERNAL, `Invalid grpc-timeout value '${String(header)}'`);
  return Math.ceil(Number(match[1]) * (UNITS[match[2] as string] as number));
}

/** Name and password of an `authorization` header of the basic kind. */
export function basicCredentials(header: string | undefined): { username: string; password: string } | undefined {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Percent-encoding of `grpc-message`: everything but printable ASCII, and the percent sign itself. */
function percentEncode(text: string): string {
  return text.replace(/[^\x20-\x24\x26-\x7e]+/g, (part) =>
    [...Buffer.from(part)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
  );
}
