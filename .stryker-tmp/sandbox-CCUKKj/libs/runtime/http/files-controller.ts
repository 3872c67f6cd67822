// @ts-nocheck
import { Controller, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { isUuid, newId, refusal, refusedAtTheDoor, standingOf, type Actor, type FileFacts } from '@letopis/kernel';
import type { Response } from 'express';
import { NeedsResolver } from '../commands/needs-resolver';
import { callerOf, type Call } from './calls';
import { EDGE, type Edge } from './edge';

/** Longest name of a file. */
const MOST_NAME = 255;

/** Files that commands name afterwards: bytes come here, events hold what they were found to be. */
@Controller('v1/files')
export class FilesController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  /** The body is the file; `Idempotency-Key` becomes its id, `X-File-Name` (percent-encoded) its name. */
  @Post()
  @HttpCode(200)
  async put(@Req() request: Call): Promise<FileFacts> {
    const actor = await callerOf(request, this.edge.tokens);
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    if (actor.kind !== 'user' || actor.restriction) throw refusal('FORBIDDEN');
    const fileId = request.headers['idempotency-key'] ?? newId();
    if (!isUuid(fileId)) throw refusal('BAD_HEADER', { name: 'Idempotency-Key' });
    const { runtime, files } = this.edge;
    return files.put(request, { fileId: fileId.toLowerCase(), name: nameOf(request), uploadedBy: actor.userId, now: runtime.clock.now() });
  }

  @Get(':id')
  async get(@Param('id') id: string, @Req() request: Call, @Res() response: Response): Promise<void> {
    const actor = await callerOf(request, this.edge.tokens);
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    const found = await this.edge.files.open(id);
    if (!found || !(await this.mayRead(actor, found))) throw refusal('NOT_FOUND');
    const { mime, size, sha256, name } = found.facts;
    response.setHeader('Content-Type', mime);
    response.setHeader('Content-Length', String(size));
    response.setHeader('ETag', `"${sha256}"`);
    // Whatever it is, a browser saves it and runs nothing of it.
    response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
    for await (const chunk of found.bytes) {
      if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      if (response.destroyed) return;
    }
    response.end();
  }

  /** Who brought it, and once it belongs to an organization its members. */
  private async mayRead(actor: Actor, { facts, organizationId }: { facts: FileFacts; organizationId?: string }): Promise<boolean> {
    if (actor.kind !== 'user' || actor.restriction) return false;
    if (facts.uploadedBy === actor.userId) return true;
    if (organizationId === undefined) return false;
    const { runtime } = this.edge;
    const resolver = new NeedsResolver({ ...runtime, aggregates: runtime.composition.aggregates }, '');
    const answers = await resolver.resolve({ standing: standingOf(organizationId, actor.userId) }, runtime.clock.now(), true);
    return refusedAtTheDoor(answers.standing as never, actor) === undefined;
  }
}

function nameOf(request: Call): string {
  const given = request.headers['x-file-name'];
  try {
    const name = typeof given === 'string' ? decodeURIComponent(given).trim() : 'file';
    if (name.length >= 1 && name.length <= MOST_NAME && !/[\p{Cc}/\\]/u.test(name)) return name;
  } catch {
    // not percent-encoded: refused below
  }
  throw refusal('BAD_HEADER', { name: 'X-File-Name' });
}
