// @ts-nocheck
import pino from 'pino';

/** Structured logs: a line of JSON each. Never payloads, secrets or personal data. */
export type Logger = Pick<pino.Logger, 'info' | 'warn' | 'error' | 'debug' | 'child'>;

export const createLogger = (level = process.env.LOG_LEVEL ?? 'info'): Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: ['password', 'token', 'answer', 'secret', 'authorization'] });

export const silent: Logger = pino({ level: 'silent' });
