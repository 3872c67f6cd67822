// @ts-nocheck
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { refusal, type Actor, hasPlatformRole } from '@letopis/kernel';
import type { Job } from '../operations/jobs';
import type { Asked, Operations } from '../operations/operations';
import { callerOf, envelopeFrom, type Call } from './calls';
import { EDGE, type Edge } from './edge';
import { refusalOf } from './problems';

type Fields = Record<string, unknown> | undefined;

/** What administrators of the service see of the machinery, and what they may do about it. */
@Controller('v1/operations')
export class OperationsController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  @Get('info')
  async info(@Req() request: Call) {
    await this.administrator(request);
    return this.operations.info();
  }

  @Get('timers')
  async timers(@Query('limit') limit = '20', @Req() request: Call) {
    await this.administrator(request);
    if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > 1_000) throw refusal('BAD_QUERY', { name: 'limit' });
    return this.operations.timers(Number(limit));
  }

  @Get('parked')
  async parked(@Query('saga') saga: string | undefined, @Req() request: Call) {
    await this.administrator(request);
    const [steps, documents] = [await this.operations.waiting(saga), saga === undefined ? await this.operations.parkedDocuments() : []];
    return { steps, documents };
  }

  @Post('parked/retry')
  @HttpCode(200)
  async retry(@Body() body: Fields, @Req() request: Call) {
    const asked = await this.asked(request);
    return this.operations.retryAll(optional(body, 'saga'), asked);
  }

  @Post('documents/refold')
  @HttpCode(200)
  async refold(@Body() body: Fields, @Req() request: Call) {
    await this.administrator(request);
    return this.operations.refold({ projection: text(body, 'projection'), side: optional(body, 'side'), key: text(body, 'key') });
  }

  @Post('verify')
  @HttpCode(202)
  async verify(@Body() body: Fields, @Req() request: Call): Promise<Job> {
    const actor = await this.administrator(request);
    const heal = body?.heal ?? false;
    if (typeof heal !== 'boolean') throw refusal('VALIDATION_FAILED');
    return this.operations.verify(optional(body, 'projection'), heal, actor);
  }

  @Post('rebuild')
  @HttpCode(202)
  async rebuild(@Body() body: Fields, @Req() request: Call): Promise<Job> {
    const actor = await this.administrator(request);
    return this.operations.rebuild(text(body, 'projection'), actor);
  }

  @Post('rollback')
  @HttpCode(202)
  async rollback(@Body() body: Fields, @Req() request: Call): Promise<Job> {
    const actor = await this.administrator(request);
    return this.operations.rollback(text(body, 'projection'), actor);
  }

  @Get('jobs/:id')
  async job(@Param('id') id: string, @Req() request: Call): Promise<Job> {
    await this.administrator(request);
    const job = this.operations.jobs.get(id);
    if (!job) throw refusal('NOT_FOUND');
    return job;
  }

  private get operations(): Operations {
    return this.edge.runtime.operations;
  }

  private administrator(request: Call): Promise<Actor> {
    return administratorOf(request, this.edge);
  }

  private async asked(request: Call): Promise<Asked> {
    return envelopeFrom(request, await this.administrator(request));
  }
}

/** The administrator of the service who calls. @throws DomainError NOT_AUTHENTICATED, FORBIDDEN, or the code of a restriction */
export async function administratorOf(request: Call, { tokens, runtime }: Edge): Promise<Actor> {
  const actor = await callerOf(request, tokens);
  if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
  if (actor.kind === 'user' && actor.restriction) throw refusalOf(runtime, actor.restriction);
  if (!hasPlatformRole(actor, 'PLATFORM_ADMIN')) throw refusal('FORBIDDEN');
  return actor;
}

function optional(body: Fields, name: string): string | undefined {
  const value = body?.[name];
  if (value !== undefined && (typeof value !== 'string' || value === '' || value.length > 500)) throw refusal('VALIDATION_FAILED');
  return value;
}

function text(body: Fields, name: string): string {
  const value = optional(body, name);
  if (value === undefined) throw refusal('VALIDATION_FAILED');
  return value;
}
