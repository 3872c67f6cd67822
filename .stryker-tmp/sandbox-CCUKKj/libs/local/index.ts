/** Local servers that speak EventStoreDB's and MongoDB's own protocols over embedded files: for one machine, for tests, for a first look. */
// @ts-nocheck

export { checkDurableFile, contentsOf, copyDurableFile, LocalFileError, settleDurableFile, syncFolder, type CopyProgress } from './file';
export { startEventStore, type EventStoreOptions } from './eventstore';
export { startMongo, type MongoOptions } from './mongodb';
export type { LocalServer, LocalServerOptions } from './server';
export { startInThread, type LocalServerKind } from './thread';
export { localSecurityFrom, secured, withoutLogin, type LocalSecurity } from './security';
