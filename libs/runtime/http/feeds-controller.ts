import { Controller, Get, Header, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { DomainError, isUuid, refusal, type Feed, type OpenLink, type UserActor } from '@letopis/kernel';
import type { Response } from 'express';
import { createHash, timingSafeEqual } from 'node:crypto';
import { NeedsResolver } from '../commands/needs-resolver';
import { callerOf, type Call } from './calls';
import { EDGE, type Edge } from './edge';
import { readRegistries } from './reading-registries';

/** The most rows of one file: programs that subscribe read all of it every time. */
const MOST_ROWS = 5_000;
/** How long a program need not ask again, in seconds. */
const FRESH = 300;

/** Files for programs that cannot sign in: whoever has the secret link reads what its owner may see. */
@Controller('v1/feeds')
export class FeedsController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  /** The address of a link: once, to whom it belongs. */
  @Post(':code/:id/link')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async address(@Param('code') code: string, @Param('id') id: string, @Req() request: Call) {
    const { runtime, tokens, vault } = this.edge;
    const feed = this.feed(code);
    const actor = await callerOf(request, tokens);
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    const link = await this.link(feed, id);
    if (actor.kind !== 'user' || actor.userId !== link?.userId) throw refusal('NOT_FOUND');
    const secret = link.secretRef === undefined ? undefined : await vault.get(link.secretRef, runtime.clock.now());
    if (secret === undefined) throw refusal('NOT_FOUND');
    await vault.destroy([link.secretRef!]);
    return { url: `${runtime.settings.publicUrl}/v1/feeds/${code}/${id}.${secret}.${feed.extension}` };
  }

  @Get(':code/:link')
  async file(@Param('code') code: string, @Param('link') link: string, @Req() request: Call, @Res() response: Response): Promise<void> {
    const feed = this.feed(code);
    const [id = '', secret = ''] = link.split('.');
    const open = await this.link(feed, id);
    // One answer for every link that opens nothing: what is wrong with it is nobody's business.
    if (!open || !isSame(this.edge.runtime.keyring.mac(feed.keyedFor, secret), open.tokenHash)) throw refusal('NOT_FOUND');
    const body = await this.read(feed, open, id, request);
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    response.setHeader('ETag', etag);
    response.setHeader('Cache-Control', `private, max-age=${FRESH}`);
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Content-Type', feed.contentType);
    response.setHeader('Content-Disposition', `inline; filename="${code}.${feed.extension}"`);
    if (request.headers['if-none-match'] === etag) response.status(304).end();
    else response.end(body);
  }

  private feed(code: string): Feed {
    const feed = this.edge.runtime.composition.feeds.get(code);
    if (!feed) throw refusal('UNKNOWN_ADDRESS');
    return feed;
  }

  private async link(feed: Feed, id: string): Promise<OpenLink | undefined> {
    return isUuid(id) ? feed.open((await this.edge.runtime.states.fresh(feed.link, id)).state) : undefined;
  }

  /** @throws DomainError NOT_FOUND also where the owner may not see it any more */
  private async read(feed: Feed, link: OpenLink, id: string, request: Call): Promise<string> {
    const { runtime } = this.edge;
    const { userId, organizationId } = link;
    const actor: UserActor = { kind: 'user', userId, organizationId, sessionId: id, ip: request.ip };
    const now = runtime.clock.now();
    const all = await readRegistries(runtime, actor, feed.reads(link, now), MOST_ROWS).catch((error: unknown) => {
      throw error instanceof DomainError && error.entry.status < 500 ? refusal('NOT_FOUND') : error;
    });
    const resolver = new NeedsResolver({ ...runtime, aggregates: runtime.composition.aggregates });
    return feed.file(all, await resolver.resolve(feed.needs?.(link) ?? {}, now, true));
  }
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
