// @ts-nocheck
import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { refusal } from '@letopis/kernel';
import { callerOf, consistencyToken, type Call } from './calls';
import { EDGE, type Edge } from './edge';
import { asOfOf, listQuery, recordReading, seen, served } from './questions';

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
    const projection = served(this.edge.runtime, code, 'registry');
    const actor = await callerOf(request, tokens, { registry: code });
    const query = listQuery(request);
    await runtime.projector.mark(code).reached(consistencyToken(request));
    const visible = await seen({ runtime, projection, actor, query });
    const { asOf } = runtime.operations;
    const moment = asOfOf(request);
    const collection = moment === undefined ? undefined : await asOf.list(projection, await asOf.position(moment));
    if (collection !== undefined || projection.readsRecorded) {
      await recordReading(runtime, request, actor, { what: 'registry', subject: code });
    }
    return runtime.queries.list(projection, query, visible, collection);
  }

  @Get('registries/:code/:id')
  async one(@Param('code') code: string, @Param('id') id: string, @Req() request: Call) {
    const { runtime, tokens } = this.edge;
    const projection = served(this.edge.runtime, code, 'registry');
    const actor = await callerOf(request, tokens, { registry: code });
    await runtime.projector.mark(code).reached(consistencyToken(request));
    const query = listQuery(request);
    const visible = await seen({ runtime, projection, actor, query });
    const { asOf } = runtime.operations;
    const moment = asOfOf(request);
    const position = moment === undefined ? undefined : await asOf.position(moment);
    if (position !== undefined || projection.readsRecorded) {
      await recordReading(runtime, request, actor, { what: 'record', subject: `${code}/${id}` });
    }
    if (position === undefined) return runtime.queries.one(projection, id, visible);
    return runtime.queries.found(projection, await asOf.row(projection, id, position, visible));
  }

  @Get('lookups/:code')
  async lookup(@Param('code') code: string, @Query('q') q: string | undefined, @Req() request: Call) {
    const { runtime, tokens } = this.edge;
    const projection = served(this.edge.runtime, code, 'lookup');
    const actor = await callerOf(request, tokens, { registry: code });
    if (typeof q !== 'string' || q.length > 200) throw refusal('BAD_QUERY', { name: 'q' });
    await runtime.projector.mark(code).reached(consistencyToken(request));
    return runtime.queries.lookup(projection, q, await seen({ runtime, projection, actor, query: { filter: {} } }));
  }
}
