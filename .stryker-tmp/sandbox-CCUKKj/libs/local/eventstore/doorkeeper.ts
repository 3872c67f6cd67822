// @ts-nocheck
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http2';
import { errors } from './errors';
import { basicCredentials } from './grpc/call';

/** What clients ask before they say who they are (the real server lets anyone ask it). */
const OPEN = ['/event_store.client.gossip.Gossip/', '/event_store.client.server_features.ServerFeatures/'];

/**
 * Lets calls in by name and password: nobody named is «Access Denied», a wrong name or password is «Unauthenticated»
 * (AuthenticationMiddleware). Without credentials to ask for, everybody is let in.
 */
export function doorkeeper(
  expected: { username: string; password: string } | undefined,
): (path: string, headers: IncomingHttpHeaders) => void {
  if (!expected) return () => undefined;
  const wanted = digest(expected);
  return (path, headers) => {
    if (OPEN.some((service) => path.startsWith(service))) return;
    const given = basicCredentials(headers.authorization);
    if (!given) throw errors.accessDenied();
    if (!timingSafeEqual(digest(given), wanted)) throw errors.unauthenticated();
  };
}

const digest = ({ username, password }: { username: string; password: string }) =>
  createHash('sha256').update(`${username}\0${password}`).digest();
