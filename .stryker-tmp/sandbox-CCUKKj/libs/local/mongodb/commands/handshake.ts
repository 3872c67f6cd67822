// @ts-nocheck
import { arch, cpus, freemem, hostname, platform, release, totalmem } from 'node:os';
import { BSON } from 'mongodb';
import { MAX_DOCUMENT_BYTES, OK } from '../bson/encode';
import { type Document, isDocument } from '../bson/value';
import { MongoError } from '../errors';
import { MAX_MESSAGE_BYTES } from '../wire/message';
import { mechanismsFor } from '../auth/scram';
import { onlyAdmin } from './admin';
import type { Command } from './command';

/** The server whose behaviour this one follows. Its wire version (21) is the newest without what is refused here. */
export const VERSION = '7.0.14';
const VERSION_ARRAY = [7, 0, 14, 0];
const MAX_WIRE_VERSION = 21;

/**
 * Presents a standalone: no `setName` (so drivers send neither retryable writes nor transactions) and no
 * `topologyVersion` (so they do not wait in a streaming hello).
 * https://github.com/mongodb/specifications/blob/master/source/mongodb-handshake/handshake.md
 */
export const hello: Command = (request) => {
  const { name, body, connection, services } = request;
  if (isDocument(body.client)) connection.state.clientMetadata = body.client;
  const mechanisms = mechanismsFor(body.saslSupportedMechs, services.credentials);
  return {
    ...(body.helloOk === true ? { helloOk: true } : {}),
    [name === 'hello' ? 'isWritablePrimary' : 'ismaster']: true,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId: connection.id,
    minWireVersion: 0,
    maxWireVersion: MAX_WIRE_VERSION,
    readOnly: false,
    ...(mechanisms ? { saslSupportedMechs: mechanisms } : {}),
    ok: OK,
  };
};

export const ping: Command = () => ({ ok: OK });

export const buildInfo: Command = () => ({
  version: VERSION,
  gitVersion: 'letopis-local',
  modules: [],
  allocator: 'system',
  javascriptEngine: 'none',
  sysInfo: 'deprecated',
  versionArray: VERSION_ARRAY,
  openssl: { running: 'none', compiled: 'none' },
  bits: 64,
  debug: false,
  maxBsonObjectSize: MAX_DOCUMENT_BYTES,
  storageEngines: ['sqlite'],
  ok: OK,
});

const PARAMETERS: Document = {
  featureCompatibilityVersion: { version: '7.0' },
  ttlMonitorEnabled: true,
  authenticationMechanisms: ['SCRAM-SHA-256'],
  logLevel: 0,
  quiet: false,
  cursorTimeoutMillis: 600_000n,
  maxTimeMSForHedgedReads: 150,
};

/** https://www.mongodb.com/docs/manual/reference/command/getParameter/ */
export const getParameter: Command = ({ db, body }) => {
  onlyAdmin(db, 'getParameter');
  const all = body.getParameter === '*' || (isDocument(body.getParameter) && body.getParameter.allParameters === true);
  const wanted = all ? Object.keys(PARAMETERS) : Object.keys(body).filter((name) => name in PARAMETERS);
  if (wanted.length === 0) throw new MongoError(72, 'no option found to get');
  return { ...Object.fromEntries(wanted.map((name) => [name, PARAMETERS[name]])), ok: OK };
};

/** https://www.mongodb.com/docs/manual/reference/command/serverStatus/ */
export const serverStatus: Command = ({ services }) => {
  const uptimeMillis = Date.now() - services.startedAt.getTime();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    host: `${hostname()}:${services.port()}`,
    version: VERSION,
    process: 'mongod',
    pid: BigInt(process.pid),
    uptime: new BSON.Double(uptimeMillis / 1000),
    uptimeMillis: BigInt(uptimeMillis),
    localTime: new Date(),
    connections: { current: services.connections(), available: 100_000, totalCreated: services.counters.connections },
    mem: { bits: 64, resident: Math.round(rss / 1048576), virtual: Math.round(heapUsed / 1048576), supported: true },
    metrics: { cursor: { open: { total: BigInt(services.cursors.size) } } },
    opcounters: Object.fromEntries(
      ['insert', 'query', 'update', 'delete', 'getmore', 'command'].map((name) => [name, BigInt(services.counters[name] ?? 0)]),
    ),
    storageEngine: {
      name: 'sqlite',
      supportsCommittedReads: true,
      persistent: services.catalog.file.options.path !== undefined,
      readOnly: false,
    },
    ok: OK,
  };
};

export const hostInfo: Command = () => ({
  system: {
    currentTime: new Date(),
    hostname: hostname(),
    cpuAddrSize: 64,
    memSizeMB: BigInt(Math.round(totalmem() / 1048576)),
    memLimitMB: BigInt(Math.round((totalmem() - freemem()) / 1048576)),
    numCores: cpus().length,
    cpuArch: arch(),
    numaEnabled: false,
  },
  os: { type: platform(), name: platform(), version: release() },
  extra: {},
  ok: OK,
});

export const getLog: Command = ({ db, body }) => {
  onlyAdmin(db, 'getLog');
  if (body.getLog === '*') return { names: ['global', 'startupWarnings'], ok: OK };
  if (body.getLog !== 'global' && body.getLog !== 'startupWarnings') throw new MongoError(96, `No log named '${String(body.getLog)}'`);
  return { totalLinesWritten: 0, log: [], ok: OK };
};

export const whatsmyuri: Command = ({ connection }) => ({ you: connection.remote, ok: OK });

export const connectionStatus: Command = ({ connection, body }) => {
  const { user } = connection.state;
  return {
    authInfo: {
      authenticatedUsers: user ? [{ user: user.name, db: user.db }] : [],
      authenticatedUserRoles: user ? [{ role: 'root', db: 'admin' }] : [],
      ...(body.showPrivileges === true ? { authenticatedUserPrivileges: [] } : {}),
    },
    ok: OK,
  };
};

export const getCmdLineOpts: Command = ({ services }) => ({
  argv: ['letopis', 'local'],
  parsed: { net: { port: services.port() } },
  ok: OK,
});

/** Sessions are names only on a standalone: there is nothing to keep for them. */
export const sessions: Command = () => ({ ok: OK });

export const startSession: Command = () => ({ id: { id: new BSON.UUID() }, timeoutMinutes: 30, ok: OK });

export const notAReplicaSet: Command = () => {
  throw new MongoError(76, 'not running with --replSet');
};
