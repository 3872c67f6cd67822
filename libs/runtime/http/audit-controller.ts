import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { overseesService, refusal, type Actor } from '@letopis/kernel';
import type { Response } from 'express';
import { callerOf, consistencyToken, type Call } from './calls';
import { EDGE, type Edge } from './edge';
import { refusalOf } from './problems';

const audits = (actor: Actor) => actor.kind === 'user' && actor.restriction === undefined && overseesService(actor);

/** Who did what, when and why. */
@Controller('v1/audit')
export class AuditController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  @Get('records/:category/:id')
  async history(@Param('category') category: string, @Param('id') id: string, @Req() request: Call) {
    const { runtime, tokens } = this.edge;
    const actor = await callerOf(request, tokens);
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    if (actor.kind === 'user' && actor.restriction) throw refusalOf(runtime, actor.restriction);
    const definition = runtime.composition.aggregates.get(category);
    if (!definition) throw refusal('NOT_FOUND');
    const forAuditor = audits(actor);
    if (!forAuditor && !(await this.administers(actor, category, id))) throw refusal('NOT_FOUND');
    return { items: await runtime.audit.history(`${category}-${id}`, { forAuditor }) };
  }

  /** Whoever knows a story's id may wait for it; only auditors see its events. */
  @Get('stories/:correlationId')
  async story(
    @Param('correlationId') correlationId: string,
    @Query('settled') settled: string | undefined,
    @Req() request: Call,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { runtime, tokens } = this.edge;
    const actor = await callerOf(request, tokens);
    const story = await runtime.audit.story(correlationId, { settled: settled === 'true', after: consistencyToken(request) });
    response.setHeader('X-Consistency-Token', String(story.token));
    return audits(actor) ? story : { correlationId: story.correlationId, settled: story.settled, token: story.token };
  }

  /** Administrators of an organization see the history of its records. */
  private async administers(actor: Actor, category: string, id: string): Promise<boolean> {
    const { runtime } = this.edge;
    const { aggregates } = runtime.composition;
    const definition = aggregates.get(category)!;
    const { state } = await runtime.states.fresh(definition, id);
    const organizationId = definition.organizationId(state, id);
    const organization = aggregates.get('organization');
    if (actor.kind !== 'user' || organizationId === undefined || !organization) return false;
    const { administrators = [] } = (await runtime.states.fresh(organization, organizationId)).state as {
      administrators?: readonly string[];
    };
    return administrators.includes(actor.userId);
  }
}
