import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { isUuid, overseesService, refusal, type Actor, type Definition } from '@letopis/kernel';
import type { Response } from 'express';
import type { Access } from '../audit/access';
import { MOST_ENTRIES } from '../audit/audit';
import { momentOf, timeOf, wholeOf, type Moment } from '../audit/moments';
import { partsOf, streamOf } from '../events/stream-name';
import { callerOf, consistencyToken, type Call } from './calls';
import { EDGE, type Edge } from './edge';
import { refusalOf } from './problems';

/** A record that the caller may look into, and how far. */
interface Open {
  readonly actor: Actor;
  readonly definition: Definition;
  readonly id: string;
  readonly organizationId?: string;
  readonly reader: { readonly forAuditor: boolean };
}

/** Who did what, when and why. Whoever reads it is recorded before the answer is given. */
@Controller('v1/audit')
export class AuditController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  /** Everything that has happened to a record, oldest first, in pages. */
  @Get('records/:category/:id')
  async history(
    @Param('category') category: string,
    @Param('id') id: string,
    @Query('after') after: string | undefined,
    @Query('limit') limit: string | undefined,
    @Req() request: Call,
    @Res({ passthrough: true }) response: Response,
  ) {
    const page = {
      ...(after === undefined ? {} : { after: wholeOf('after', after) }),
      ...(limit === undefined ? {} : { limit: wholeOf('limit', limit) }),
    };
    if (page.limit !== undefined && (page.limit < 1 || page.limit > MOST_ENTRIES)) throw refusal('BAD_QUERY', { name: 'limit' });
    const open = await this.opened(request, category, id);
    await this.recorded(request, response, open, 'history');
    return this.audit.history(streamOf(category, id), open.reader, page);
  }

  /** A record as it was after a revision, or at a time; as it is where neither is said. */
  @Get('records/:category/:id/state')
  async state(
    @Param('category') category: string,
    @Param('id') id: string,
    @Query('revision') revision: string | undefined,
    @Query('at') at: string | undefined,
    @Req() request: Call,
    @Res({ passthrough: true }) response: Response,
  ) {
    if (revision !== undefined && at !== undefined) throw refusal('BAD_QUERY', { name: 'at' });
    const moment: Moment =
      at !== undefined ? { at: timeOf('at', at) } : { revision: revision === undefined ? Infinity : wholeOf('revision', revision) };
    const open = await this.opened(request, category, id);
    await this.recorded(request, response, open, 'state');
    return this.audit.state(open.definition, id, moment, open.reader);
  }

  /** What is otherwise between two moments: each a revision, or a time. */
  @Get('records/:category/:id/diff')
  async diff(
    @Param('category') category: string,
    @Param('id') id: string,
    @Query('from') from: string | undefined,
    @Query('to') to: string | undefined,
    @Req() request: Call,
    @Res({ passthrough: true }) response: Response,
  ) {
    if (from === undefined) throw refusal('BAD_QUERY', { name: 'from' });
    const moments = [momentOf('from', from), to === undefined ? { revision: Infinity } : momentOf('to', to)] as const;
    const open = await this.opened(request, category, id);
    await this.recorded(request, response, open, 'diff');
    return this.audit.diff(open.definition, id, ...moments, open.reader);
  }

  /** By which command of whom, allowed by what, caused by what, with what effects. */
  @Get('events/:id/why')
  async why(@Param('id') id: string, @Req() request: Call, @Res({ passthrough: true }) response: Response) {
    await this.person(request);
    if (!isUuid(id)) throw refusal('NOT_FOUND');
    const row = await this.audit.find(id.toLowerCase());
    const { category, aggregateId } = partsOf(row.stream);
    const open = await this.opened(request, category, aggregateId);
    await this.recorded(request, response, open, 'why', row.eventId);
    return this.audit.why(row, open.reader);
  }

  /** Whoever knows a story's id may wait for it; only auditors see its events. */
  @Get('stories/:correlationId')
  async story(
    @Param('correlationId') correlationId: string,
    @Query('settled') settled: string | undefined,
    @Query('as') as: string | undefined,
    @Req() request: Call,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { tokens } = this.edge;
    if (as !== undefined && as !== 'list' && as !== 'tree') throw refusal('BAD_QUERY', { name: 'as' });
    const actor = await callerOf(request, tokens);
    const shown = audits(actor);
    if (shown) await this.note(actor, request, { what: 'story', subject: correlationId, query: request.query as Record<string, string> });
    const { events, tree, ...story } = await this.audit.story(correlationId, {
      settled: settled === 'true',
      after: consistencyToken(request),
    });
    response.setHeader('X-Consistency-Token', String(story.token));
    if (!shown) return { correlationId: story.correlationId, settled: story.settled, token: story.token };
    return as === 'tree' ? { ...story, tree } : { ...story, events };
  }

  private get audit() {
    return this.edge.runtime.audit;
  }

  private async person(request: Call): Promise<Actor> {
    const actor = await callerOf(request, this.edge.tokens);
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    if (actor.kind === 'user' && actor.restriction) throw refusalOf(this.edge.runtime, actor.restriction);
    return actor;
  }

  /** The record, for auditors and for administrators of its organization; to others it is not there. */
  private async opened(request: Call, category: string, id: string): Promise<Open> {
    const { runtime } = this.edge;
    const actor = await this.person(request);
    const { aggregates } = runtime.composition;
    const definition = aggregates.get(category);
    if (!definition) throw refusal('NOT_FOUND');
    const { state } = await runtime.states.fresh(definition, id);
    const organizationId = definition.organizationId(state, id);
    const forAuditor = audits(actor);
    if (!forAuditor && !(await this.administers(actor, organizationId))) throw refusal('NOT_FOUND');
    return { actor, definition, id, organizationId, reader: { forAuditor } };
  }

  /** Administrators of an organization see the history of its records. */
  private async administers(actor: Actor, organizationId: string | undefined): Promise<boolean> {
    const { states, composition } = this.edge.runtime;
    const organization = composition.aggregates.get('organization');
    if (actor.kind !== 'user' || organizationId === undefined || !organization) return false;
    const { administrators = [] } = (await states.fresh(organization, organizationId)).state as {
      administrators?: readonly string[];
    };
    return administrators.includes(actor.userId);
  }

  private async recorded(request: Call, response: Response, open: Open, what: Access['what'], subject?: string): Promise<void> {
    const { actor, definition, id, organizationId } = open;
    const access = {
      what,
      subject: subject ?? streamOf(definition.category, id),
      organizationId,
      query: request.query as Record<string, string>,
    };
    response.setHeader('X-Consistency-Token', String(await this.note(actor, request, access)));
  }

  private note(actor: Actor, request: Call, access: Access): Promise<number> {
    return this.edge.runtime.access.record(actor, request.correlationId, access);
  }
}

const audits = (actor: Actor) => actor.kind === 'user' && actor.restriction === undefined && overseesService(actor);
