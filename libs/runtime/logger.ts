import pino from 'pino';
import { present } from './scope';

/** Structured logs: a line of JSON each. Never payloads, secrets or personal data. */
export type Logger = Pick<pino.Logger, 'info' | 'warn' | 'error' | 'debug' | 'child'>;

export const createLogger = (level = process.env.LOG_LEVEL ?? 'info', destination?: pino.DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['password', 'token', 'answer', 'secret', 'authorization'],
      // As part of which call, by which command or saga: what the line says itself goes before.
      mixin: () => ({ ...present() }),
      mixinMergeStrategy: (line, scope) => ({ ...scope, ...line }),
    },
    destination,
  );

export const silent: Logger = pino({ level: 'silent' });
