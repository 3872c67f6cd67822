// @ts-nocheck
export { type MongoFaults, type MongoOptions, startMongo } from './server';
