import { randomFillSync } from 'node:crypto';
import { v5, v7 } from 'uuid';

/** The namespace of every id that Letopis derives. */
export const NAMESPACE = 'f0c5a9d2-6f0f-5c1e-9b1a-3d1a7c0e5b42';

const RANDOM = 16;
const pool = new Uint8Array(256 * RANDOM);
let used = pool.length;

/** Random bytes of one id; they are fetched for many at once, which costs a tenth. */
function random(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.slice(used, (used += RANDOM));
}

let moment = Number.NEGATIVE_INFINITY;
let sequence = 0;

/** A new id that sorts by time (UUID v7), also within a millisecond. Impure: for the edge and the runtime, never for a decider. */
export function newId(): string {
  const bytes = random();
  const now = Date.now();
  if (now > moment) {
    moment = now;
    sequence = new DataView(bytes.buffer).getInt32(0);
  } else {
    sequence = (sequence + 1) | 0;
    if (sequence === 0) moment++;
  }
  return v7({ random: bytes, msecs: moment, seq: sequence });
}

/** An id that follows from its parts (UUID v5): the same parts give the same id, everywhere and always. */
export const derivedId = (...parts: readonly (string | number)[]): string => v5(parts.join(':'), NAMESPACE);

/**
 * The id of what an organization is given at its start (a department, a role, the first provider): it follows from the
 * organization and a code, so that a start that is repeated makes nothing twice.
 */
export const seededId = (organizationId: string, code: string): string => derivedId('seed', organizationId, code);

/** The first provider of an organization: its own business face. */
export const firstProviderOf = (organizationId: string): string => derivedId('provider', organizationId, 'default');

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

export const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);
