// @ts-nocheck
import { refusal, type Actor, type Projection, type Reading } from '@letopis/kernel';
import type { Access } from '../audit/access';
import { NeedsResolver } from '../commands/needs-resolver';
import { typedFilters, type ListQuery } from '../projections/queries';
import type { Runtime } from '../runtime';
import type { Call } from './calls';
import { refusalOf } from './problems';

/** What an actor may see of a read model. @throws DomainError with the code of the refusal */
export async function seen({
  runtime,
  projection,
  actor,
  query,
}: {
  runtime: Runtime;
  projection: Projection;
  actor: Actor;
  query: ListQuery;
}) {
  if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
  if (actor.kind === 'service') {
    if (!actor.registries.includes(projection.code)) throw refusal('FORBIDDEN');
    return {};
  }
  const reading: Reading = { actor, filter: typedFilters(projection.list, query.filter), now: runtime.clock.now() };
  const judge = async (recent: boolean) => {
    const resolver = new NeedsResolver({ ...runtime, aggregates: runtime.composition.aggregates }, '');
    const answers = await resolver.resolve(projection.policy.needs?.(reading) ?? {}, runtime.clock.now(), recent);
    return projection.policy.see(reading, answers);
  };
  let visible = await judge(true);
  if ('refused' in visible) visible = await judge(false);
  if (actor.kind === 'user' && actor.restriction) visible = { refused: actor.restriction };
  if ('only' in visible) return visible.only;
  throw refusalOf(runtime, visible.refused);
}

/** What lists take, and files do not all. */
const PAGED = ['limit', 'cursor', 'count', 'asOf'];

/** `filter[field]`, `filter[field.gte]`, sort, q, limit, cursor, count, or what else is named: everything else is refused. */
export function listQuery(request: Call, also: readonly string[] = PAGED): ListQuery {
  const filter: Record<string, string> = {};
  const rest: Record<string, string> = {};
  for (const [name, value] of new URL(request.originalUrl, 'http://edge').searchParams) {
    const field = /^filter\[([A-Za-z0-9_.]+)\]$/.exec(name)?.[1];
    if (field !== undefined) filter[field] = value;
    else if (['sort', 'q', ...also].includes(name)) rest[name] = value;
    else throw refusal('BAD_QUERY', { name });
  }
  const limit = rest.limit === undefined ? undefined : Number(rest.limit);
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 200)) throw refusal('BAD_QUERY', { name: 'limit' });
  if ((rest.q?.length ?? 0) > 200) throw refusal('BAD_QUERY', { name: 'q' });
  return { filter, sort: rest.sort, q: rest.q, limit, cursor: rest.cursor, count: rest.count === 'true' };
}

/** The registry of that code. @throws DomainError UNKNOWN_REGISTRY */
export function served({ composition }: Runtime, code: string, as: 'registry' | 'lookup'): Projection {
  const projection = composition.projections.get(code);
  if (!projection || (projection.serves !== as && projection.serves !== 'both')) throw refusal('UNKNOWN_REGISTRY', { name: code });
  return projection;
}

/** Notes that somebody has read; answers the position of the note. */
export function recordReading({ access }: Runtime, request: Call, actor: Actor, about: Access): Promise<number> {
  const query = Object.fromEntries(new URL(request.originalUrl, 'http://edge').searchParams);
  return access.record(actor, request.correlationId, { ...about, query });
}

/** The moment that a question is about, if not the present: `asOf`, a time or a position. */
export const asOfOf = (request: Call): string | undefined =>
  new URL(request.originalUrl, 'http://edge').searchParams.get('asOf') ?? undefined;
