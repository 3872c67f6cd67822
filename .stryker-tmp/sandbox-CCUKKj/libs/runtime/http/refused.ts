// @ts-nocheck
import type { Actor } from '@letopis/kernel';
import type { Refused } from '../audit/refusals';
import type { Composition } from '../composition';
import type { Call } from './calls';

/** What a refusal may tell of a target: an id, never a text. */
const ID = /^[A-Za-z0-9.:_-]{1,200}$/;

/** What a call was about, by its address and by the id that it names: the rest of its body is the caller's own business. */
export function aboutCall(
  { route, params, body, correlationId }: Pick<Call, 'params' | 'body' | 'correlationId'> & { route?: unknown },
  { commands }: Pick<Composition, 'commands'>,
  caller: Actor,
): Refused {
  const pattern = (route as { path?: unknown } | undefined)?.path;
  const path = typeof pattern === 'string' ? pattern : '';
  const told = (value: unknown) => (typeof value === 'string' && ID.test(value) ? value : undefined);
  const common = { correlationId, organizationId: caller.kind === 'user' ? caller.organizationId : undefined };
  const { name, code, category, id } = params as Record<string, string | undefined>;
  if (path.startsWith('/v1/commands/')) {
    const entry = commands.get(name ?? '');
    const field = entry && (body as Record<string, unknown> | undefined)?.[`${entry.of.category}Id`];
    return { ...common, kind: 'command', name: entry?.name ?? 'unknown', target: told(field) };
  }
  if (path.startsWith('/v1/registries/') || path.startsWith('/v1/lookups/')) {
    return { ...common, kind: 'registry', name: told(code) ?? 'unknown', target: told(id) };
  }
  if (path.startsWith('/v1/audit/')) {
    return { ...common, kind: 'audit', name: path, target: told(category === undefined ? id : `${category}-${id}`) };
  }
  return { ...common, kind: path.startsWith('/v1/operations/') ? 'operations' : 'other', name: path || 'unknown', target: told(id) };
}
