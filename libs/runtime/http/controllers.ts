import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { actorId, canonical, derivedId, hasPlatformRole, refusal } from '@letopis/kernel';
import type { Response } from 'express';
import { envelop, type Accepted } from '../commands/envelope';
import { parseCommand } from '../commands/validation';
import { callerOf, envelopeFrom, type Call } from './calls';
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
    const given = envelopeFrom(request, actor);
    // Where nothing may tell whether there is an account, a key with another payload is another key: that it has been
    // used is known only of accounts that are there.
    const discreet = entry.spec.concealed || entry.spec.opensSession;
    const secretly = (id: string) => derivedId(runtime.keyring.mac('discreet', canonical([id, name, actorId(actor), command])));
    const envelope = {
      ...given,
      // Whoever could wait for the story would see whether there is one.
      ...(discreet ? { commandId: secretly(given.commandId), correlationId: secretly(given.correlationId) } : {}),
    };
    const accepted = await this.bus.execute<object, Accepted>(envelop(command, envelope));

    if (entry.spec.concealed) {
      // The end of the log, whatever has happened: nothing in the answer may tell whether the record exists.
      response.setHeader('X-Consistency-Token', String(await runtime.store.head()));
      return { commandId: given.commandId };
    }
    response.setHeader('X-Consistency-Token', String(accepted.position));
    if (accepted.repeated) response.setHeader('Idempotency-Replayed', 'true');
    response.setHeader('ETag', `"${accepted.revision}"`);
    const { repeated: _, ...told } = accepted;
    const answer = { ...told, commandId: given.commandId };
    if (!entry.spec.opensSession) return answer;
    const { userId, sessionId } = accepted.data as { userId: string; sessionId: string };
    return { ...answer, data: { ...accepted.data, ...(await tokens.forSession(userId, sessionId)) } };
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
      captchas: this.edge.captchas.kinds,
    };
  }

  @Post('captcha')
  @HttpCode(200)
  captcha(@Query('kind') kind?: string) {
    const { captchas } = this.edge;
    if (kind !== undefined && !captchas.kinds.includes(kind)) throw refusal('BAD_QUERY', { name: 'kind' });
    return captchas.issue(kind ?? captchas.kinds[0]!, this.edge.runtime.clock.now());
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
