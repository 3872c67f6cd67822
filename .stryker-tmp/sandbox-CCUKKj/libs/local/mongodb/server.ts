// @ts-nocheck
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { LocalServer, LocalServerOptions } from '../server';
import { Expressions } from './aggregate/expressions';
import { checkAuthenticated, saslStart, speculative } from './auth/scram';
import type { Document } from './bson/value';
import { COMMANDS } from './commands/registry';
import { requestOf, type Services } from './commands/command';
import { Cursors } from './cursors';
import { MongoError } from './errors';
import { Catalog } from './storage/catalog';
import { TtlMonitor } from './ttl';
import { type CommandServer, Connection } from './wire/connection';

/** What tests may ask the server to do wrong; may be changed while it runs. */
export interface MongoFaults {
  /** Milliseconds to wait before a command is served. */
  delay?: (command: string) => number;
  /** Cuts the connection before a command is served, or after it has taken effect but before it is answered. */
  cut?: (command: string) => 'before' | 'after' | undefined;
}

export interface MongoOptions extends LocalServerOptions {
  /** Asks clients for this user's password (SCRAM-SHA-256, user `letopis` of `admin` unless named). */
  password?: string;
  user?: string;
  /** How often expired documents are looked for; a server does it every 60 seconds. */
  ttlSeconds?: number;
  /** SQLite's page cache. */
  cacheKiB?: number;
  faults?: MongoFaults;
}

const REAP_MS = 30_000;
const LAST_WRITE_MS = 1_000;

/**
 * Starts a server that speaks MongoDB's protocol over `<dataFolder>/mongodb.db` (nothing is kept without a folder).
 * Every answer to a write is sent after its commit is on disk. Throws `LocalFileError` when the file is held by another
 * process, broken or newer, and the socket's error when the port is taken.
 */
export async function startMongo(options: MongoOptions = {}): Promise<LocalServer> {
  const { port = 0, host = '127.0.0.1', dataFolder, cacheKiB, password, user = 'letopis', faults = {} } = options;
  const catalog = new Catalog({
    path: dataFolder === undefined ? undefined : join(dataFolder, 'mongodb.db'),
    cacheKiB,
    filters: new Expressions(),
  });
  const connections = new Set<Connection>();
  const services: Services = {
    catalog,
    cursors: new Cursors(),
    startedAt: new Date(),
    port: () => addressOf(listener),
    connections: () => connections.size,
    counters: { insert: 0, query: 0, update: 0, delete: 0, getmore: 0, command: 0, connections: 0 },
    ...(password === undefined ? {} : { credentials: { user, password } }),
  };
  const commands = new LocalCommands(services, faults, (connection) => connections.delete(connection));
  const listener = createServer((socket) => {
    services.counters.connections++;
    connections.add(new Connection(socket, commands));
  });
  try {
    await listen(listener, port, host);
  } catch (cause) {
    catalog.file.close();
    throw cause;
  }
  const ttl = new TtlMonitor(catalog, (options.ttlSeconds ?? 60) * 1000);
  const reaper = setInterval(() => services.cursors.reap(), REAP_MS);
  reaper.unref();
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    clearInterval(reaper);
    ttl.stop();
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
    await commands.finish(connections);
    await closed;
    catalog.file.close();
  };
  const login = password === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  const shownHost = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host;
  return {
    port: addressOf(listener),
    url: `mongodb://${login}${shownHost}:${addressOf(listener)}/?directConnection=true`,
    close: () => (closing ??= close()),
  };
}

function listen(listener: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, host, () => {
      listener.off('error', reject);
      resolve();
    });
  });
}

function addressOf(listener: Server): number {
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the server is not listening on a port');
  return address.port;
}

/** Runs commands and answers each after what it wrote, and what it may have seen of others' writes, is on disk. */
class LocalCommands implements CommandServer {
  #running = 0;
  #idle: (() => void) | undefined;

  constructor(
    readonly services: Services,
    readonly faults: MongoFaults,
    readonly onClosed: (connection: Connection) => void,
  ) {}

  async run(connection: Connection, { body, sequences }: { body: Document; sequences: Map<string, Buffer[]> }): Promise<Document | Buffer> {
    this.#running++;
    try {
      const name = Object.keys(body)[0] ?? '';
      const answer = await this.#undoing(() => this.#execute(name, connection, body, sequences));
      await this.services.catalog.file.committed();
      return answer;
    } finally {
      this.#running--;
      if (this.#running === 0) this.#idle?.();
    }
  }

  /** When the engine fails (a full disk), it may have undone the turn already: all that shared it are told. */
  async #undoing<T>(execute: () => Promise<T>): Promise<T> {
    try {
      return await execute();
    } catch (cause) {
      if ((cause as { code?: unknown } | undefined)?.code === 'ERR_SQLITE_ERROR') this.services.catalog.file.rollback(cause);
      throw cause;
    }
  }

  async #execute(name: string, connection: Connection, body: Document, sequences: Map<string, Buffer[]>): Promise<Document | Buffer> {
    const { services } = this;
    const command = COMMANDS.get(name);
    if (!command) throw new MongoError(59, `no such command: '${name}'`);
    checkAuthenticated(name, connection.state.user, services.credentials);
    checkTransaction(body);
    services.counters[COUNTED[name] ?? 'command']++;
    const request = requestOf(name, body, sequences, connection, services);
    const answer = await command(request);
    if (!HANDSHAKES.has(name)) return answer;
    const started = speculative(body, (start, db) => saslStart({ ...request, body: start, db }) as Document);
    return started ? { ...(answer as Document), speculativeAuthenticate: started } : answer;
  }

  async fault(command: string, when: 'before' | 'after'): Promise<'cut' | void> {
    if (when === 'before' && this.faults.delay) {
      const milliseconds = this.faults.delay(command);
      if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
    return this.faults.cut?.(command) === when ? 'cut' : undefined;
  }

  closed(connection: Connection): void {
    this.onClosed(connection);
  }

  /** Lets running commands be answered, then ends all connections. */
  async finish(connections: Set<Connection>): Promise<void> {
    for (const connection of connections) if (connection.idle) connection.socket.destroy();
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    // One turn for the last answers to be handed to their sockets.
    await new Promise((resolve) => setImmediate(resolve));
    for (const connection of connections) connection.socket.destroySoon();
    // Who does not take an answer is not waited for.
    const patience = setTimeout(() => connections.forEach(({ socket }) => socket.destroy()), LAST_WRITE_MS);
    patience.unref();
  }
}

const HANDSHAKES = new Set(['hello', 'isMaster', 'ismaster']);
const COUNTED: Record<string, string> = { insert: 'insert', find: 'query', update: 'update', delete: 'delete', getMore: 'getmore' };

/** https://github.com/mongodb/specifications/blob/master/source/transactions/transactions.md: what a standalone answers. */
function checkTransaction(body: Document): void {
  if (body.txnNumber !== undefined || body.startTransaction !== undefined || body.autocommit !== undefined) {
    throw new MongoError(20, 'Transaction numbers are only allowed on a replica set member or mongos');
  }
}
