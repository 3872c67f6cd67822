import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { refusal, type Actor, type Projection, type Reading, hasPlatformRole, overseesService, refusalBy } from '@letopis/kernel';
import type { Response } from 'express';
import { envelop, type Accepted } from '../commands/envelope';
import { NeedsResolver } from '../commands/needs-resolver';
import { parseCommand } from '../commands/validation';
import type { Mark } from '../projections/mark';
import type { ListQuery } from '../projections/queries';
import { typedFilters } from '../projections/queries';
import type { Runtime } from '../runtime';
import { callerOf, consistencyToken, envelopeFrom, type Call } from './calls';
import { EDGE, type Edge } from './edge';

/** Every command of every context: `POST /v1/commands/<Name>`. */
@Controller('v1/commands')
export class CommandsController {
  constructor(
    @Inject(EDGE) private readonly edge: Edge,
    @Inject(CommandBus) private readonly bus: CommandBus,
  ) {}

  @Post(':name')
  @HttpCode(200)
  async send(@Param('name') name: string, @Body() body: unknown, @Req() request: Call, @Res({ passthrough: true }) response: Response) {
    const { runtime, tokens } = this.edge;
    const entry = runtime.composition.commands.get(name);
    if (!entry || entry.spec.by.name === 'system') throw refusal('UNKNOWN_COMMAND', { name });
    const actor = await callerOf(request, tokens, { command: name });
    const command = parseCommand(entry.type, body ?? {});
    const envelope = envelopeFrom(request, actor);
    const accepted = await this.bus.execute<object, Accepted>(envelop(command, envelope));

    if (entry.spec.concealed) {
      // The end of the log, whatever has happened: nothing in the answer may tell whether the record exists.
      response.setHeader('X-Consistency-Token', String(await runtime.store.head()));
      return { commandId: accepted.commandId };
    }
    response.setHeader('X-Consistency-Token', String(accepted.position));
    if (accepted.repeated) response.setHeader('Idempotency-Replayed', 'true');
    response.setHeader('ETag', `"${accepted.revision}"`);
    const { repeated: _, ...answer } = accepted;
    if (!entry.spec.opensSession) return answer;
    const { userId, sessionId } = accepted.data as { userId: string; sessionId: string };
    return { ...answer, data: { ...accepted.data, ...(await tokens.forSession(userId, sessionId)) } };
  }
}

/** What an actor may see of a read model. @throws DomainError with the code of the refusal */
async function seen({ runtime, projection, actor, query }: { runtime: Runtime; projection: Projection; actor: Actor; query: ListQuery }) {
  if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
  if (actor.kind === 'service') {
    if (!actor.registries.includes(projection.code)) throw refusal('FORBIDDEN');
    return {};
  }
  const reading: Reading = { actor, filter: typedFilters(projection.list, query.filter) };
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

const refusalOf = ({ composition }: Runtime, code: string) => refusalBy(composition.errors, code);

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
    return runtime.queries.list(projection, query, await seen({ runtime, projection, actor, query }));
  }

  @Get('registries/:code/:id')
  async one(@Param('code') code: string, @Param('id') id: string, @Req() request: Call) {
    const { runtime, tokens } = this.edge;
    const projection = this.projection(code, 'registry');
    const actor = await callerOf(request, tokens, { registry: code });
    await runtime.projector.mark(code).reached(consistencyToken(request));
    const query = listQuery(request);
    return runtime.queries.one(projection, id, await seen({ runtime, projection, actor, query }));
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

  private projection(code: string, as: 'registry' | 'lookup'): Projection {
    const projection = this.edge.runtime.composition.projections.get(code);
    if (!projection || (projection.serves !== as && projection.serves !== 'both')) throw refusal('UNKNOWN_REGISTRY', { name: code });
    return projection;
  }
}

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

/** Tokens, captchas, secrets and what a client must know before it signs in. */
@Controller('v1')
export class SignInController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  @Get('about')
  about() {
    const { settings } = this.edge.runtime;
    return {
      name: 'Letopis',
      publicUrl: settings.publicUrl,
      consentPolicyVersion: settings.consentPolicyVersion,
      captchas: ['picture', 'work'],
    };
  }

  @Post('captcha')
  @HttpCode(200)
  captcha(@Query('kind') kind = 'picture') {
    if (kind !== 'picture' && kind !== 'work') throw refusal('BAD_QUERY', { name: 'kind' });
    return this.edge.captchas.issue(kind, this.edge.runtime.clock.now());
  }

  @Post('tokens')
  @HttpCode(200)
  async tokens(@Body() body: Record<string, unknown> | undefined) {
    const { sessionToken, serviceId, secret, assertion } = body ?? {};
    if (typeof sessionToken === 'string') return this.edge.tokens.renew(sessionToken);
    if (typeof serviceId !== 'string') throw refusal('NOT_AUTHENTICATED');
    return this.edge.tokens.forService(serviceId, {
      secret: typeof secret === 'string' ? secret : undefined,
      assertion: typeof assertion === 'string' ? assertion : undefined,
    });
  }

  /** The secret of a new service account: once, to an administrator of the service. */
  @Post('service-accounts/:id/secret')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async secret(@Param('id') id: string, @Req() request: Call) {
    const { runtime, tokens } = this.edge;
    const actor = await callerOf(request, tokens);
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    if (actor.kind !== 'user' || actor.restriction || !hasPlatformRole(actor, 'PLATFORM_ADMIN')) throw refusal('FORBIDDEN');
    const { account, credentials } = runtime.composition.authentication.service;
    const { secretRef } = credentials((await runtime.states.fresh(account, id)).state as never);
    const secret = secretRef === undefined ? undefined : await this.edge.vault.get(secretRef, runtime.clock.now());
    if (secret === undefined) throw refusal('NOT_FOUND');
    await this.edge.vault.destroy([secretRef!]);
    return { serviceId: id, secret };
  }
}

/** Whether the process lives, and whether it is fit to answer. */
@Controller('health')
export class HealthController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  @Get('live')
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response) {
    const { runtime } = this.edge;
    const head = await runtime.store.head();
    await runtime.db.command({ ping: 1 });
    const state = ({ position, movedAt }: Mark) => {
      const behind = Math.max(0, head - position);
      return { behind, stuck: behind > 0 && Date.now() - movedAt > STUCK_AFTER };
    };
    const projections = [...runtime.composition.projections.keys()].map((code) => ({ code, ...state(runtime.projector.mark(code)) }));
    const sagas = state(runtime.sagas.mark);
    const ready = !sagas.stuck && projections.every(({ stuck }) => !stuck);
    response.status(ready ? 200 : 503);
    return { status: ready ? 'ok' : 'stuck', head, sagas, projections };
  }
}

/** A mark that is behind and has not moved for so long is stuck, in milliseconds. */
const STUCK_AFTER = 10_000;
