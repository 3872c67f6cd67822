/** The one runtime: commands, events, projections, sagas, timers, audit and the HTTP edge, for whatever contexts it is given. */
// @ts-nocheck

export { defaultRetention, type Retention } from './audit/logbook';
export * from './clock';
export { envelop, envelopeOf, type Accepted, type Envelope } from './commands/envelope';
export { compose, type Composition } from './composition';
export { createLogger, silent, type Logger } from './logger';
export { type Ports } from './ports';
export { collectionOf } from './projections/document';
export type { Job } from './operations/jobs';
export { type ParkedDocument, type WaitingView } from './operations/operations';
export type { Place } from './operations/refold';
export type { Difference, Verified } from './operations/verify';
export { Projector } from './projections/projector';
export { Runtime, StartError, type RuntimeOptions } from './runtime';
export { startServer, type ServerOptions } from './http/server';
