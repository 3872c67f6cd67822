import { ArgumentsHost, Catch, HttpException, type ExceptionFilter } from '@nestjs/common';
import { DomainError, refusal, refusalBy, type Language } from '@letopis/kernel';
import type { Request, Response } from 'express';
import type { FieldError } from '../commands/validation';
import type { Logger } from '../logger';
import type { Runtime } from '../runtime';
import type { Call } from './calls';

/** RFC 9457, with a stable code, texts in the reader's language, and JSON Pointers to what is wrong. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly correlationId: string;
  readonly errors?: readonly { readonly pointer: string; readonly rule: string; readonly message: string }[];
  readonly [parameter: string]: unknown;
}

/** Russian unless the reader prefers English. */
export const languageOf = (request: Request): Language => (request.acceptsLanguages('ru', 'en') === 'en' ? 'en' : 'ru');

export function problemOf(error: DomainError, language: Language, correlationId: string): Problem {
  const { errors, ...params } = error.params as { errors?: readonly FieldError[] };
  return {
    // First: what a refusal tells beside (the «status» of a record) takes the place of no member that RFC 9457 defines.
    ...params,
    type: `urn:letopis:problem:${error.code}`,
    title: error.text(language),
    status: error.entry.status,
    code: error.code,
    correlationId,
    ...(errors ? { errors: errors.map(({ pointer, rule, message }) => ({ pointer, rule, message: message[language] })) } : {}),
  };
}

/** The refusal of a code that a policy or an account gave. */
export const refusalOf = ({ composition }: Runtime, code: string): DomainError => refusalBy(composition.errors, code);

/** Answers every refusal, and every defect without telling what it was, as a problem. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    /** Told of every refusal; must come back at once. */
    private readonly onRefused: (request: Call, refused: DomainError) => void = () => {},
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request & { correlationId?: string }>();
    const response = host.switchToHttp().getResponse<Response>();
    const correlationId = request.correlationId ?? '';
    const refused = asRefusal(error, correlationId);
    this.onRefused(request as Call, refused);
    if (refused.entry.status >= 500) {
      const cause = error instanceof DomainError ? error.cause : error;
      this.logger.error(
        { code: refused.code, correlationId, error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) },
        'a request failed',
      );
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const language = languageOf(request);
    if (refused.entry.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    if (refused.entry.status === 503) response.setHeader('Retry-After', '1');
    if (typeof refused.params.seconds === 'number') response.setHeader('Retry-After', String(refused.params.seconds));
    response
      .status(refused.entry.status)
      .setHeader('Content-Language', language)
      .type('application/problem+json')
      .send(JSON.stringify(problemOf(refused, language, correlationId)));
  }
}

/** Names of the driver's errors that say that the database cannot be reached, not that it refused. */
const MONGODB_IS_AWAY = /^Mongo(Network|ServerSelection|NotConnected|TopologyClosed|ClientClosed|PoolCl|WaitQueue|OperationTimeout)/;

/** The refusal that an error is, or comes down to. */
function asRefusal(error: unknown, correlationId: string): DomainError {
  if (error instanceof DomainError) return error;
  // What the body parser throws carries a type; what Nest throws carries a status.
  const { type, status } = error as { type?: string; status?: number };
  if (type === 'entity.too.large') return refusal('BODY_TOO_LARGE');
  if (type === 'charset.unsupported' || type === 'encoding.unsupported') return refusal('UNSUPPORTED_MEDIA_TYPE');
  if (type !== undefined && status !== undefined && status < 500) return refusal('MALFORMED_JSON');
  if (error instanceof HttpException) {
    if (error.getStatus() === 404) return refusal('UNKNOWN_ADDRESS');
    if (error.getStatus() === 413) return refusal('BODY_TOO_LARGE');
    if (error.getStatus() === 415) return refusal('UNSUPPORTED_MEDIA_TYPE');
    if (error.getStatus() < 500) return refusal('MALFORMED_JSON');
  }
  if (error instanceof URIError) return refusal('UNKNOWN_ADDRESS');
  if (MONGODB_IS_AWAY.test((error as Error).name)) return Object.assign(refusal('STORE_UNAVAILABLE'), { cause: error });
  return refusal('INTERNAL', { correlationId });
}
