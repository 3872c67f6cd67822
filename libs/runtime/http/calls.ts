import { isUuid, newId, refusal, type Actor, type UserActor } from '@letopis/kernel';
import type { NextFunction, Request, Response } from 'express';
import type { Envelope } from '../commands/envelope';
import { within } from '../scope';
import type { Tokens } from './tokens';

/** What the edge has found out about a call before anything is done. */
export interface Call extends Request {
  correlationId: string;
  /** Who calls, once it has been found out. */
  caller?: Actor;
}

const header = (request: Request, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/** Gives every call a correlation id: the caller's own where it is a UUID. */
export function correlate(request: Request, response: Response, next: NextFunction): void {
  const given = header(request, 'x-correlation-id');
  (request as Call).correlationId = isUuid(given) ? given : newId();
  response.setHeader('X-Correlation-Id', (request as Call).correlationId);
  within({ correlationId: (request as Call).correlationId }, next);
}

/** Refuses bodies that are not JSON before they are read. */
export function jsonOnly(request: Request, _: Response, next: NextFunction): void {
  const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  const isFile = request.path === '/v1/files';
  if (request.method === 'POST' && !isFile && hasBody && request.headers['content-length'] !== '0' && !request.is('application/json')) {
    next(refusal('UNSUPPORTED_MEDIA_TYPE'));
    return;
  }
  next();
}

const from = (request: Request) => ({ ip: request.ip, userAgent: header(request, 'user-agent')?.slice(0, 300) });

/**
 * Who calls: nobody, a person, a service, or a service for a person who has lent it the own access token.
 * @throws DomainError NOT_AUTHENTICATED for a token that is not good, even where none is needed
 */
export async function callerOf(request: Request, tokens: Tokens, wants: { command?: string; registry?: string } = {}): Promise<Actor> {
  const authorization = header(request, 'authorization');
  if (authorization === undefined) return known(request, { kind: 'anonymous' });
  const caller = await tokens.caller(bearer(authorization), consistencyToken(request));
  const here = known(request, caller);
  const lent = header(request, 'x-on-behalf-of');
  if (lent === undefined) {
    await tokens.admit(here, wants.command);
    return here;
  }
  if (caller.kind !== 'service') throw refusal('FORBIDDEN');
  // For a person, too, a service does only what its own account allows.
  const allowed = caller.commands.includes(wants.command ?? '') || caller.registries.includes(wants.registry ?? '');
  if (!allowed) throw refusal('FORBIDDEN');
  const person = await tokens.caller(lent);
  if (person.kind !== 'user') throw refusal('FORBIDDEN');
  const lender = known(request, { ...(person as UserActor), viaServiceId: caller.serviceId });
  await tokens.admit(lender, wants.command);
  return lender;
}

/** The caller, remembered with the call: a refusal of it is told with who got it. */
function known(request: Request, caller: Actor): Actor {
  const here = { ...caller, ...from(request) };
  (request as Call).caller = here;
  return here;
}

function bearer(authorization: string): string {
  const [scheme, token] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) throw refusal('NOT_AUTHENTICATED');
  return token;
}

/** The envelope that the headers of a call make. @throws DomainError BAD_HEADER */
export function envelopeFrom(request: Call, actor: Actor): Envelope {
  const commandId = header(request, 'idempotency-key') ?? newId();
  if (!isUuid(commandId)) throw refusal('BAD_HEADER', { name: 'Idempotency-Key' });
  const traceparent = header(request, 'traceparent');
  return {
    commandId: commandId.toLowerCase(),
    actor,
    correlationId: request.correlationId,
    reason: reasonOf(request),
    expectedRevision: whole(request, 'if-match', (text) => text.replace(/^"(.*)"$/, '$1')),
    traceparent: traceparent && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent) ? traceparent : undefined,
  };
}

/** The reason of a command, percent-encoded since headers are ASCII. */
function reasonOf(request: Request): string | undefined {
  const given = header(request, 'x-reason');
  if (given === undefined) return undefined;
  try {
    const reason = decodeURIComponent(given);
    if (reason.length <= 1_000) return reason;
  } catch {
    // not percent-encoded: refused below
  }
  throw refusal('BAD_HEADER', { name: 'X-Reason' });
}

/** The position that a question must not be answered before. @throws DomainError BAD_HEADER */
export const consistencyToken = (request: Request): number => whole(request, 'x-consistency-token') ?? -1;

function whole(request: Request, name: string, strip: (text: string) => string = (text) => text): number | undefined {
  const given = header(request, name);
  if (given === undefined) return undefined;
  const number = Number(strip(given));
  if (!/^-?\d+$/.test(strip(given)) || !Number.isSafeInteger(number)) throw refusal('BAD_HEADER', { name });
  return number;
}
