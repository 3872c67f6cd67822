/** Who acts. Set where the caller is known (the edge, a saga, a timer), never from a command's body. */
// @ts-nocheck

export type Actor = AnonymousActor | UserActor | ServiceActor | SystemActor;

interface From {
  readonly ip?: string;
  readonly userAgent?: string;
}

export interface AnonymousActor extends From {
  readonly kind: 'anonymous';
}

export interface UserActor extends From {
  readonly kind: 'user';
  readonly userId: string;
  readonly sessionId: string;
  readonly organizationId?: string;
  readonly platformRoles?: readonly string[];
  /** A code that refuses every command but those marked `whileRestricted` (consent missing, password to be changed). */
  readonly restriction?: string;
  /** The service account that acts for the person, where one does. */
  readonly viaServiceId?: string;
}

export interface ServiceActor extends From {
  readonly kind: 'service';
  readonly serviceId: string;
  readonly commands: readonly string[];
  readonly registries: readonly string[];
}

/** The runtime itself: sagas, timers, start-up. Never reachable over HTTP. */
export interface SystemActor extends From {
  readonly kind: 'system';
  /** The saga or part of the runtime that acts. */
  readonly name: string;
}

export const system = (name: string): SystemActor => ({ kind: 'system', name });

/** The id by which decisions name an actor: a user, a service or `system`. */
export function actorId(actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return actor.userId;
    case 'service':
      return actor.serviceId;
    case 'system':
      return 'system';
    case 'anonymous':
      return 'anonymous';
  }
}

/** Whether a person has one of the given roles in the service as a whole. */
export const hasPlatformRole = (actor: Actor, ...roles: readonly string[]): boolean =>
  actor.kind === 'user' && roles.some((role) => actor.platformRoles?.includes(role));

/** Whether a person oversees the service: its administrators and auditors see what is closed to others. */
export const overseesService = (actor: Actor): boolean => hasPlatformRole(actor, 'PLATFORM_ADMIN', 'AUDITOR');

/** What of an actor is recorded with an event: who and from where, without rights that may change. */
export function recordedActor(actor: Actor): Actor {
  if (actor.kind === 'user') {
    const { kind, userId, sessionId, organizationId, viaServiceId, ip } = actor;
    return { kind, userId, sessionId, organizationId, viaServiceId, ip };
  }
  if (actor.kind === 'service') return { kind: 'service', serviceId: actor.serviceId, commands: [], registries: [], ip: actor.ip };
  // From where a stranger came is told by the events that need it, sealed for the person that the stranger becomes.
  if (actor.kind === 'anonymous') return { kind: 'anonymous' };
  return actor;
}
