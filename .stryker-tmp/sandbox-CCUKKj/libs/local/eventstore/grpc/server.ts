// @ts-nocheck
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { Call, type Answering, type CallLimits, type Method } from './call';
import { RpcError, toRpcError } from './rpc-error';

export interface GrpcServerOptions extends CallLimits {
  tls?: { cert: string | Buffer; key: string | Buffer };
  /** Throws an {@link RpcError} to refuse a call before its handler sees it. */
  admit?: (path: string, headers: IncomingHttpHeaders) => void;
  /** Milliseconds before each call is handed on, for tests of slow servers. */
  delayMs?: () => number;
}

/** Makes the call of a new HTTP/2 stream, and gives it to its handler when asked. */
type Opener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => { call: Answering; hand: () => void };

const KEEP_ALIVE_MS = 30_000;

/**
 * A gRPC server on Node's own HTTP/2. The library's server writes each message of a stream on its own; this one puts all
 * that a turn of the event loop produced for a call into one write, and lets the server cut connections on demand.
 */
export class GrpcServer {
  readonly #server: Http2Server | Http2SecureServer;
  readonly #methods = new Map<string, Opener>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<Socket>();
  readonly #calls = new Set<Answering>();

  constructor(readonly options: GrpcServerOptions) {
    // The session's own memory limit counts data that waits for slow readers, and then refuses new calls of the others.
    const settings = { maxSessionMemory: Number.MAX_SAFE_INTEGER, settings: { initialWindowSize: 1 << 20, maxConcurrentStreams: 10_000 } };
    this.#server = options.tls ? createSecureServer({ ...settings, ...options.tls }) : createServer(settings);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('session', (session) => this.#session(session));
    this.#server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => this.#stream(stream, headers));
    this.#server.on('sessionError', () => undefined);
  }

  /** Serves a method of a generated service definition. */
  handle<Request>(method: Method<Request>, handler: (call: Call<Request>) => void): void {
    this.#methods.set(method.path, (stream, headers) => {
      const call = new Call(stream, headers, method, this.options);
      return { call, hand: () => handler(call) };
    });
  }

  /** The paths served. */
  get paths(): string[] {
    return [...this.#methods.keys()];
  }

  /** @returns the port taken. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host, exclusive: true }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', () => undefined);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Breaks every connection, as a network would. */
  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Takes no more connections and calls; ends those that would never end by themselves; resolves when all sockets are closed. */
  async close(graceMs = 1_000): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const call of [...this.#calls]) call.cut(new RpcError(status.UNAVAILABLE, 'Server is shutting down'));
    for (const session of this.#sessions) session.close();
    const late = setTimeout(() => {
      for (const session of this.#sessions) session.destroy();
    }, graceMs);
    await closed;
    clearTimeout(late);
  }

  #session(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.setLocalWindowSize(4 << 20);
    session.on('error', () => undefined);
    session.on('close', () => this.#sessions.delete(session));
  }

  #stream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', () => undefined);
    if (headers[':method'] !== 'POST' || !String(headers['content-type'] ?? '').startsWith('application/grpc')) {
      stream.respond({ ':status': 415 }, { endStream: true });
      return;
    }
    const path = String(headers[':path'] ?? '');
    const opener = this.#methods.get(path) ?? unserved(path, this.options);
    let opened: ReturnType<Opener>;
    try {
      opened = opener(stream, headers);
    } catch (cause) {
      const { code, message } = toRpcError(cause);
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(code), 'grpc-message': message },
        { endStream: true },
      );
      return;
    }
    const { call, hand } = opened;
    this.#calls.add(call);
    stream.on('close', () => this.#calls.delete(call));
    const begin = () => {
      if (call.over) return;
      try {
        this.options.admit?.(path, headers);
        hand();
      } catch (cause) {
        call.fail(cause);
      }
    };
    const delay = this.options.delayMs?.() ?? 0;
    if (delay === 0) return begin();
    stream.pause();
    setTimeout(() => {
      begin();
      stream.resume();
    }, delay);
  }
}

/** The answer to a method that is not served: its name, so that whoever called it knows. */
function unserved(path: string, limits: CallLimits): Opener {
  const slash = path.lastIndexOf('/');
  return (stream, headers) => {
    const call = new Call(stream, headers, { path, requestDeserialize: () => undefined, requestStream: true }, limits);
    return {
      call,
      hand: () =>
        call.fail(
          new RpcError(status.UNIMPLEMENTED, `Method '${path.slice(slash + 1)}' of service '${path.slice(1, slash)}' is unimplemented.`),
        ),
    };
  };
}
