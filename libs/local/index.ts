/** Local servers that speak EventStoreDB's and MongoDB's own protocols over embedded files: for one machine, for tests, for a first look. */
export { LocalFileError } from './file';
export { startEventStore, type EventStoreOptions } from './eventstore';
export { startMongo, type MongoOptions } from './mongodb';
export type { LocalServer, LocalServerOptions } from './server';
export { startInThread, type LocalServerKind } from './thread';
