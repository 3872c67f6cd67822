// @ts-nocheck
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import type { DurableFile } from '../file';
import type { LocalServer, LocalServerOptions } from '../server';
import { doorkeeper } from './doorkeeper';
import { GrpcServer } from './grpc/server';
import { isWildcard, serveNode } from './node';
import { Groups } from './persistent/groups';
import { servePersistentSubscriptions } from './persistent/service';
import { openEventFile } from './store/event-file';
import { Links } from './store/links';
import { EventLog } from './store/log';
import { Streams } from './store/streams';
import { Writer } from './store/writer';
import { append } from './streams/append';
import { batchAppend } from './streams/batch-append';
import { softDelete, tombstone } from './streams/delete';
import { read } from './streams/read';
import { SubscriptionHub } from './streams/subscription';
import { decodeBatchRequest } from './wire/batch-append';

export interface EventStoreOptions extends LocalServerOptions {
  /** Bytes of data, metadata and type names (counted twice) in one append; EventStoreDB's default is 1 MiB. */
  maxAppendSize?: number;
  /** Serves over TLS; without it, in clear. */
  tls?: EventStoreTls;
  /** Who may call. Without it everybody on this machine may, as with the real server's `--insecure`. */
  credentials?: { username: string; password: string };
  faults?: EventStoreFaults;
}

/** PEM files. */
export interface EventStoreTls {
  certFile: string;
  keyFile: string;
  /** The certificate by which clients know the server's, when no public authority signed it. */
  caFile?: string;
}

/** How tests make the server behave badly. All of it can be changed while the server runs. */
export interface EventStoreFaults {
  /**
   * A single append of more events ends every live subscription to `$all` with «Consumer too slow …». A real server did so
   * every time with 200 events and never with 100.
   */
  dropLiveAllOver?: number;
  /** Milliseconds that every call waits before it is looked at. */
  answerAfterMs?: number;
}

/** A running server, with what tests need to disturb it. */
export interface EventStoreServer extends LocalServer {
  readonly faults: EventStoreFaults;
  /** Breaks every connection, as a network would; clients may connect again at once. */
  cutConnections(): void;
}

const DEFAULT_MAX_APPEND_SIZE = 1024 * 1024;
/** The real server takes messages up to its largest log record (TFConsts.EffectiveMaxLogRecordSize, 16 MB less a little). */
const MAX_MESSAGE_SIZE = 16 * 1024 * 1024;

/**
 * Starts a server of the EventStoreDB protocol over one durable file, `eventstore.db` in the data folder.
 *
 * It answers an append from disk only; a start on the same folder goes on where the last one ended. Served are all of
 * Streams, PersistentSubscriptions, ServerFeatures and Gossip, and the restart of persistent subscriptions in Operations.
 * `$streams` is there although no projection writes it, see `store/stream-index`.
 * Not served, and refused as UNIMPLEMENTED by name: Projections (so there are no `$ce-…` and `$et-…` either),
 * Users, Monitoring, the rest of Operations (nothing is ever scavenged), and everything between the nodes of a cluster.
 * `$acl` is kept and not enforced: who may call at all is decided at the door.
 *
 * @throws LocalFileError when the file is held, broken or of a newer format; a listen error when the port is taken.
 */
export async function startEventStore(options: EventStoreOptions = {}): Promise<EventStoreServer> {
  if (options.credentials && !options.tls) throw new Error('Credentials need TLS: clients do not send them in clear.');
  const file = openEventFile(options.dataFolder);
  try {
    return await serve(file, options);
  } catch (cause) {
    file.close();
    throw cause;
  }
}

async function serve(file: DurableFile, options: EventStoreOptions): Promise<EventStoreServer> {
  const host = options.host ?? '127.0.0.1';
  const faults: EventStoreFaults = { ...options.faults };
  const maxAppendSize = options.maxAppendSize ?? DEFAULT_MAX_APPEND_SIZE;
  const server = new GrpcServer({
    maxMessageSize: MAX_MESSAGE_SIZE,
    delayMs: () => faults.answerAfterMs ?? 0,
    admit: doorkeeper(options.credentials),
    ...(options.tls ? { tls: { cert: readFileSync(options.tls.certFile), key: readFileSync(options.tls.keyFile) } } : {}),
  });
  const log = new EventLog(file);
  const streams = new Streams(file, log);
  const writer = new Writer(log, streams);
  const links = new Links(log, streams);
  const hub = new SubscriptionHub(log, () => faults.dropLiveAllOver);
  const groups = new Groups(writer, links);

  server.handle(StreamsService.read, (call) => read(call, { log, streams, links, hub }));
  server.handle(StreamsService.append, (call) => append(call, writer, maxAppendSize));
  server.handle({ ...StreamsService.batchAppend, requestDeserialize: decodeBatchRequest }, (call) =>
    batchAppend(call, writer, maxAppendSize),
  );
  server.handle(StreamsService.delete, (call) => softDelete(call, writer));
  server.handle(StreamsService.tombstone, (call) => tombstone(call, writer));
  servePersistentSubscriptions(server, groups);
  let port = 0;
  serveNode(server, () => ({ host, port }));
  port = await server.listen(options.port ?? 0, host);

  let closing: Promise<void> | undefined;
  return {
    port,
    url: urlOf(options, host, port),
    faults,
    cutConnections: () => server.cutConnections(),
    close: () => (closing ??= close()),
  };

  async function close(): Promise<void> {
    groups.close();
    file.flush();
    await setImmediate(); // what was just committed is answered before the calls end
    await server.close();
    file.close();
  }
}

/** What to give to the official client, who may call included. */
function urlOf({ tls, credentials }: EventStoreOptions, host: string, port: number): string {
  const user = credentials ? `${encodeURIComponent(credentials.username)}:${encodeURIComponent(credentials.password)}@` : '';
  const secure = tls ? `tls=true${tls.caFile ? `&tlsCAFile=${encodeURIComponent(tls.caFile)}` : ''}` : 'tls=false';
  const reachable = isWildcard(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `esdb://${user}${reachable}:${port}?${secure}`;
}
