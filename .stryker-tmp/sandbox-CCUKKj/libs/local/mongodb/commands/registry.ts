// @ts-nocheck
import { logout, saslContinue, saslStart } from '../auth/scram';
import { create, drop, dropDatabase, listCollections, listDatabases, renameCollection, validate } from './admin';
import { aggregate } from './aggregate';
import type { Command } from './command';
import { currentOp, fsync, rolesInfo, usersInfo } from './diagnostics';
import { explain } from './explain';
import { findAndModify } from './find-and-modify';
import {
  buildInfo,
  connectionStatus,
  getCmdLineOpts,
  getLog,
  getParameter,
  hello,
  hostInfo,
  notAReplicaSet,
  ping,
  serverStatus,
  sessions,
  startSession,
  whatsmyuri,
} from './handshake';
import { collMod, createIndexes, dropIndexes, listIndexes } from './indexes';
import { count, distinct, find, getMore, killCursors } from './read';
import { collStats, dbStats } from './stats';
import { insert, remove, update } from './write';

/** All commands that are served, by the names that clients use. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>(
  Object.entries({
    aggregate,
    buildInfo,
    buildinfo: buildInfo,
    collMod,
    collStats,
    collstats: collStats,
    connectionStatus,
    count,
    create,
    createIndexes,
    currentOp,
    dbStats,
    dbstats: dbStats,
    delete: remove,
    distinct,
    drop,
    dropDatabase,
    dropIndexes,
    deleteIndexes: dropIndexes,
    endSessions: sessions,
    explain,
    find,
    findAndModify,
    findandmodify: findAndModify,
    fsync,
    getCmdLineOpts,
    getLog,
    getMore,
    getParameter,
    hello,
    hostInfo,
    insert,
    isMaster: hello,
    ismaster: hello,
    killCursors,
    killAllSessions: sessions,
    killSessions: sessions,
    listCollections,
    listDatabases,
    listIndexes,
    logout,
    ping,
    refreshSessions: sessions,
    renameCollection,
    rolesInfo,
    replSetGetStatus: notAReplicaSet,
    saslContinue,
    saslStart,
    serverStatus,
    startSession,
    update,
    usersInfo,
    validate,
    whatsmyuri,
  }),
);
