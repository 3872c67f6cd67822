// @ts-nocheck
import { v5, v7 } from 'uuid';

/** The namespace of every id that Letopis derives. */
export const NAMESPACE = 'f0c5a9d2-6f0f-5c1e-9b1a-3d1a7c0e5b42';

/** A new id that sorts by time (UUID v7). Impure: for the edge and the runtime, never for a decider. */
export const newId = (): string => v7();

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
