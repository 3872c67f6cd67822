import { refusal } from '@letopis/kernel';
import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';

const MINUTE = 60_000;

/**
 * How often one address may ask for what anybody may ask for without signing in: captchas, tokens, and commands of
 * strangers; and how often it may try links of feeds. The headers are those of the IETF draft (`RateLimit`, `RateLimit-Policy`).
 */
export function strangersLimit(perMinute: number): RequestHandler {
  return rateLimit({
    windowMs: MINUTE,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skip: ({ method, headers, path }) =>
      !path.startsWith('/v1/feeds/') && (method !== 'POST' || (headers.authorization !== undefined && path.startsWith('/v1/commands/'))),
    handler: (request, _, next) => {
      const { resetTime } = (request as typeof request & { rateLimit?: { resetTime?: Date } }).rateLimit ?? {};
      next(refusal('RATE_LIMITED', { seconds: Math.max(1, Math.ceil(((resetTime?.getTime() ?? Date.now()) - Date.now()) / 1_000)) }));
    },
  });
}
