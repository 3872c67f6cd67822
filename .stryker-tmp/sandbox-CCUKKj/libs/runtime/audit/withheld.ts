// @ts-nocheck
import type { Actor } from '@letopis/kernel';

/** Hashes of secrets and references to them: they say nothing to a reader and are nobody's business. */
const KEPT_BACK = ['tokenHash', 'secretRef', 'passwordRef', 'credentialVersion', 'credential', 'secretHash', 'secretHashes'];
/** Where somebody was: for auditors alone. */
const WHENCE = ['ip', 'userAgent', 'sessionId'];

/** A value without what its reader must not see, at any depth. */
export function shownTo(value: unknown, { forAuditor }: { forAuditor: boolean }): unknown {
  const withheld = forAuditor ? KEPT_BACK : [...KEPT_BACK, ...WHENCE];
  const shown = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(shown);
    if (part === null || typeof part !== 'object') return part;
    return Object.fromEntries(
      Object.entries(part)
        .filter(([name]) => !withheld.includes(name))
        .map(([name, member]) => [name, shown(member)]),
    );
  };
  return shown(value);
}

/** Who acted, without from where and in which session. */
export const named = (actor: Actor): Partial<Actor> => {
  const { kind, userId, serviceId, name } = actor as { kind: Actor['kind']; userId?: string; serviceId?: string; name?: string };
  return { kind, userId, serviceId, name } as Partial<Actor>;
};
