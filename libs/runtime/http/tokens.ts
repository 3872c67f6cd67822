import { importJWK, jwtVerify, SignJWT, type JWK } from 'jose';
import { newId, refusal, sha256, type Actor, type Keyring } from '@letopis/kernel';
import { portMethod } from '../ports';
import { RecentMap } from '../recent-map';
import type { Runtime } from '../runtime';

type Purpose = 'access' | 'session' | 'service';

/** Life of an access token in seconds. */
export const ACCESS_SECONDS = 300;
/** Signing keys of so many past days are still accepted: a session lasts a week. */
const KEY_DAYS = 8;
const ISSUER = 'letopis';
const ACTIVITY_MILLIS = 10_000;
/** Sessions of which a process remembers when it noted them last. */
const MOST_ACTIVE = 100_000;
/** Tokens that a process remembers the signature of to be good. */
const MOST_KNOWN = 10_000;

/** What a token says, and the day of the key that it is signed with. */
interface Claims {
  readonly sub: string;
  readonly sid?: string;
  readonly use: Purpose;
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly kid: string;
}

export interface SessionTokens {
  readonly accessToken: string;
  /** Life of the access token in seconds. */
  readonly expiresIn: number;
  /** Exchanged for access tokens as long as the session is open. */
  readonly sessionToken: string;
}

/** Bearer tokens: short ones for calls, and the one of a session or a service that these are got with. Keys change every day, by `kid`. */
export class Tokens {
  readonly #keys = new Map<string, Uint8Array>();
  readonly #active = new Map<string, number>();
  /** What is said by tokens whose signature was found good; whether they still hold is judged at every call. */
  readonly #known = new RecentMap<string, Claims>(MOST_KNOWN);

  constructor(
    private readonly runtime: Pick<Runtime, 'callers' | 'states' | 'clock' | 'composition' | 'ports' | 'gate' | 'feed'>,
    private readonly keyring: Keyring,
  ) {}

  /**
   * Lets a caller in from the address of the call. What a person does about the own account (signing out, a new password) is
   * done from anywhere. @throws DomainError IP_NOT_ALLOWED, SESSION_IP_MISMATCH
   */
  async admit(actor: Actor, command: string | undefined): Promise<void> {
    const own = command !== undefined && this.runtime.composition.commands.get(command)?.spec.whileRestricted;
    if (!own) await this.runtime.gate.admit(actor);
  }

  /** Tokens of a session that has just been opened. */
  async forSession(userId: string, sessionId: string): Promise<SessionTokens> {
    return {
      accessToken: await this.sign('access', { sub: userId, sid: sessionId }, ACCESS_SECONDS),
      expiresIn: ACCESS_SECONDS,
      sessionToken: await this.sign('session', { sub: userId, sid: sessionId }, KEY_DAYS * 86_400),
    };
  }

  /**
   * A new access token for an open session. Asking for it counts as using the session, as its calls do.
   * @throws DomainError NOT_AUTHENTICATED, SESSION_CLOSED
   */
  async renew(sessionToken: string): Promise<Omit<SessionTokens, 'sessionToken'>> {
    const { sub, sid } = await this.verify('session', sessionToken);
    const asked = { commandId: newId(), now: this.runtime.clock.now() };
    const presence = (method: 'seen' | 'lastSeen') =>
      portMethod(this.runtime.ports, 'presence', method)({ sessionId: sid, userId: sub }, asked);
    const lastSeenAt = (await presence('lastSeen')) as string | undefined;
    await this.runtime.callers.person(sid!, sub, true, { lastSeenAt });
    await presence('seen');
    return { accessToken: await this.sign('access', { sub, sid }, ACCESS_SECONDS), expiresIn: ACCESS_SECONDS };
  }

  /** An access token for a service that brings its secret, or an assertion signed with its key. @throws DomainError NOT_AUTHENTICATED */
  async forService(serviceId: string, proof: { secret?: string; assertion?: string }): Promise<Omit<SessionTokens, 'sessionToken'>> {
    const { account, credentials } = this.runtime.composition.authentication.service;
    const { state } = await this.runtime.states.fresh(account, serviceId);
    const { secretHashes, publicKeys } = credentials(state as never);
    const proven =
      proof.secret !== undefined
        ? secretHashes.includes(sha256(proof.secret))
        : await signedBy(publicKeys, serviceId, proof.assertion ?? '');
    if (!proven) throw refusal('NOT_AUTHENTICATED');
    return { accessToken: await this.sign('service', { sub: serviceId }, ACCESS_SECONDS), expiresIn: ACCESS_SECONDS };
  }

  /**
   * Who a bearer token speaks for, with the rights of this moment, and at least as new as the position that the caller has
   * been told of. @throws DomainError NOT_AUTHENTICATED, SESSION_CLOSED, PROJECTION_LAG
   */
  async caller(token: string, atLeast = -1): Promise<Actor> {
    const { sub, sid, purpose } = await this.verify(undefined, token);
    await this.runtime.feed.reached(atLeast);
    if (purpose === 'access') {
      const person = await this.runtime.callers.person(sid!, sub, false);
      this.active(sub, sid!);
      return person;
    }
    if (purpose === 'service') return this.runtime.callers.service(sub, false);
    throw refusal('NOT_AUTHENTICATED');
  }

  /** Notes that a session is used, at most once in ten seconds: presence tells minutes. A call neither waits nor fails for it. */
  private active(userId: string, sessionId: string): void {
    const now = this.runtime.clock.now();
    const noted = this.#active.get(sessionId);
    if (noted !== undefined && Date.parse(now) - noted < ACTIVITY_MILLIS) return;
    if (this.#active.size >= MOST_ACTIVE) this.#active.clear();
    this.#active.set(sessionId, Date.parse(now));
    const seen = async () => portMethod(this.runtime.ports, 'presence', 'seen')({ sessionId, userId }, { commandId: newId(), now });
    void seen().catch(() => this.#active.delete(sessionId));
  }

  private async sign(purpose: Purpose, claims: { sub: string; sid?: string }, seconds: number): Promise<string> {
    const now = this.seconds();
    const kid = dayOf(now);
    return new SignJWT({ sid: claims.sid, use: purpose })
      .setProtectedHeader({ alg: 'HS256', kid })
      .setSubject(claims.sub)
      .setIssuer(ISSUER)
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(this.key(kid));
  }

  private async verify(purpose: Purpose | undefined, token: string): Promise<{ sub: string; sid?: string; purpose: Purpose }> {
    try {
      const { sub, sid, use, exp, kid } = this.#known.get(token) ?? (await this.read(token));
      if (exp <= this.seconds() || !this.isInUse(kid)) throw new Error('its time is over');
      if (purpose !== undefined && use !== purpose) throw new Error('a token of another kind');
      return { sub, sid, purpose: use };
    } catch (cause) {
      throw Object.assign(refusal('NOT_AUTHENTICATED'), { cause });
    }
  }

  private async read(token: string): Promise<Claims> {
    const key = ({ kid = '' }) => {
      if (!this.isInUse(kid)) throw new Error('unknown key');
      return this.key(kid);
    };
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      issuer: ISSUER,
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(this.seconds() * 1_000),
    });
    const claims = { ...payload, kid: protectedHeader.kid! } as object as Claims;
    this.#known.set(token, claims);
    return claims;
  }

  /** Whether tokens signed with the key of that day are accepted. */
  private isInUse(kid: string): boolean {
    const age = (Date.parse(dayOf(this.seconds())) - Date.parse(kid)) / 86_400_000;
    return /^\d{4}-\d\d-\d\d$/.test(kid) && age >= -1 && age <= KEY_DAYS;
  }

  private key(kid: string): Uint8Array {
    let key = this.#keys.get(kid);
    if (!key) {
      if (this.#keys.size > KEY_DAYS * 2) this.#keys.clear();
      this.#keys.set(kid, (key = this.keyring.key(`token:${kid}`)));
    }
    return key;
  }

  private seconds(): number {
    return Math.floor(Date.parse(this.runtime.clock.now()) / 1_000);
  }
}

const dayOf = (seconds: number) => new Date(seconds * 1_000).toISOString().slice(0, 10);

/** RFC 7523: a short-lived JWT whose issuer and subject are the service and whose audience is this service. */
async function signedBy(publicKeys: readonly object[], serviceId: string, assertion: string): Promise<boolean> {
  for (const jwk of publicKeys) {
    const algorithm = algorithmOf(jwk as JWK);
    try {
      const key = await importJWK(jwk as JWK, algorithm);
      await jwtVerify(assertion, key, {
        issuer: serviceId,
        subject: serviceId,
        audience: ISSUER,
        maxTokenAge: ACCESS_SECONDS,
        algorithms: [algorithm],
      });
      return true;
    } catch {
      continue; // not signed with this key; the next one may fit
    }
  }
  return false;
}

const algorithmOf = ({ kty, crv }: JWK): string => {
  if (kty === 'OKP') return 'EdDSA';
  return kty === 'EC' ? ({ 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' }[crv ?? ''] ?? 'ES256') : 'RS256';
};
