import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { refusal, type Actor, type Projection, type Reading } from '@letopis/kernel';
import type { Access } from '../audit/access';
import { NeedsResolver } from '../commands/needs-resolver';
import { typedFilters, type ListQuery } from '../projections/queries';
import type { Runtime } from '../runtime';
import { callerOf, consistencyToken, type Call } from './calls';
import { EDGE, type Edge } from './edge';
import { refusalOf } from './problems';

/** What an actor may see of a read model. @throws DomainError with the code of the refusal */
async function seen({ runtime, projection, actor, query }: { runtime: Runtime; projection: Projection; actor: Actor; query: ListQuery }) {
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

/** `filter[field]`, `filter[field.gte]`, sort, q, limit, cursor, count: everything else is refused. */
function listQuery(request: Call): ListQuery {
  const filter: Record<string, string> = {};
  const rest: Record<string, string> = {};
  for (const [name, value] of new URL(request.originalUrl, 'http://edge').searchParams) {
    const field = /^filter\[([A-Za-z0-9_.]+)\]$/.exec(name)?.[1];
    if (field !== undefined) filter[field] = value;
    else if (['sort', 'q', 'limit', 'cursor', 'count'].includes(name)) rest[name] = value;
    else throw refusal('BAD_QUERY', { name });
  }
  const limit = rest.limit === undefined ? undefined : Number(rest.limit);
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 200)) throw refusal('BAD_QUERY', { name: 'limit' });
  if ((rest.q?.length ?? 0) > 200) throw refusal('BAD_QUERY', { name: 'q' });
  return { filter, sort: rest.sort, q: rest.q, limit, cursor: rest.cursor, count: rest.count === 'true' };
}

/** Read models as registries and look-ups, with whatever the caller may see of them. */
@Controller('v1')
export class RegistriesController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  @Get('registries')
  async all(@Req() request: Call) {
    const actor = await callerOf(request, this.edge.tokens);
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    const projections = [...this.edge.runtime.composition.projections.values()].filter(({ serves }) => serves !== 'sagas');
    return { items: projections.map(({ code, title, list, serves }) => ({ code, title, serves, ...list })) };
  }

  @Get('registries/:code')
  async list(@Param('code') code: string, @Req() request: Call) {
    const { runtime, tokens } = this.edge;
    const projection = this.projection(code, 'registry');
    const actor = await callerOf(request, tokens, { registry: code });
    const query = listQuery(request);
    await runtime.projector.mark(code).reached(consistencyToken(request));
    const visible = await seen({ runtime, projection, actor, query });
    if (projection.readsRecorded) await this.recorded(request, actor, { what: 'registry', subject: code });
    return runtime.queries.list(projection, query, visible);
  }

  @Get('registries/:code/:id')
  async one(@Param('code') code: string, @Param('id') id: string, @Req() request: Call) {
    const { runtime, tokens } = this.edge;
    const projection = this.projection(code, 'registry');
    const actor = await callerOf(request, tokens, { registry: code });
    await runtime.projector.mark(code).reached(consistencyToken(request));
    const query = listQuery(request);
    const visible = await seen({ runtime, projection, actor, query });
    if (projection.readsRecorded) await this.recorded(request, actor, { what: 'record', subject: `${code}/${id}` });
    return runtime.queries.one(projection, id, visible);
  }

  @Get('lookups/:code')
  async lookup(@Param('code') code: string, @Query('q') q: string | undefined, @Req() request: Call) {
    const { runtime, tokens } = this.edge;
    const projection = this.projection(code, 'lookup');
    const actor = await callerOf(request, tokens, { registry: code });
    if (typeof q !== 'string' || q.length > 200) throw refusal('BAD_QUERY', { name: 'q' });
    await runtime.projector.mark(code).reached(consistencyToken(request));
    return runtime.queries.lookup(projection, q, await seen({ runtime, projection, actor, query: { filter: {} } }));
  }

  private recorded(request: Call, actor: Actor, access: Access): Promise<number> {
    const query = Object.fromEntries(new URL(request.originalUrl, 'http://edge').searchParams);
    return this.edge.runtime.access.record(actor, request.correlationId, { ...access, query });
  }

  private projection(code: string, as: 'registry' | 'lookup'): Projection {
    const projection = this.edge.runtime.composition.projections.get(code);
    if (!projection || (projection.serves !== as && projection.serves !== 'both')) throw refusal('UNKNOWN_REGISTRY', { name: code });
    return projection;
  }
}
