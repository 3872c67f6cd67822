import { Controller, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { isUuid, newId, refusal, refusedAtTheDoor, standingOf, type Actor, type FileFacts, type Standing } from '@letopis/kernel';
import type { Response } from 'express';
import { NeedsResolver } from '../commands/needs-resolver';
import { callerOf, type Call } from './calls';
import { EDGE, type Edge, type FilePart, type OpenedFile } from './edge';
import { refusalOf } from './problems';

/** Longest name of a file. */
const MOST_NAME = 255;
/** What comes beyond what is wanted is read and thrown away up to so many bytes, so that the caller can read why. */
const PATIENCE = 64 * 1024 * 1024;

/** Files that commands name afterwards: bytes come here, events hold what they were found to be. */
@Controller('v1/files')
export class FilesController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  /**
   * The body is the file; `Idempotency-Key` becomes its id, `X-File-Name` (percent-encoded) its name. `?for=` says what it is
   * for (`document`, with `organizationId` and `typeCode`): then what is not wanted is refused before it is kept.
   */
  @Post()
  @HttpCode(200)
  async put(@Req() request: Call): Promise<FileFacts> {
    const content = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    let isKnown = false;
    try {
      const actor = await callerOf(request, this.edge.tokens);
      if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
      if (actor.kind !== 'user' || actor.restriction) throw refusal('FORBIDDEN');
      isKnown = true;
      const fileId = request.headers['idempotency-key'] ?? newId();
      if (!isUuid(fileId)) throw refusal('BAD_HEADER', { name: 'Idempotency-Key' });
      const { runtime, files } = this.edge;
      const name = nameOf(request);
      const { most, takes } = await this.wanted(request, actor);
      // What is said to be too large is refused before a byte of it is taken.
      if (Number(request.headers['content-length'] ?? 0) > (most ?? files.most)) throw refusal('FILE_TOO_LARGE');
      return await files.put(content, {
        fileId: fileId.toLowerCase(),
        name,
        uploadedBy: actor.userId,
        now: runtime.clock.now(),
        most,
        takes,
      });
    } catch (error) {
      // Nobody waits for what strangers send.
      if (isKnown) await readAway(request);
      throw error;
    }
  }

  @Get(':id')
  async get(@Param('id') id: string, @Req() request: Call, @Res() response: Response): Promise<void> {
    const actor = await callerOf(request, this.edge.tokens);
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    const found = await this.edge.files.open(id);
    if (!found) throw refusal('NOT_FOUND');
    const refused = await this.refused(actor, found);
    if (refused !== undefined) throw refusalOf(this.edge.runtime, refused);
    const { mime, size, sha256, name } = found.facts;
    const tag = `"${sha256}"`;
    response.setHeader('Accept-Ranges', 'bytes');
    response.setHeader('ETag', tag);
    response.setHeader('Cache-Control', 'private, no-cache');
    // Whatever it is, a browser saves it and runs nothing of it.
    response.setHeader('Content-Disposition', disposition(name));
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
    if (request.headers['if-none-match'] === tag) {
      response.status(304).end();
      return;
    }
    const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === tag;
    const part = isSame ? partOf(request.headers.range, size) : undefined;
    if (part === 'beyond') {
      response.setHeader('Content-Range', `bytes */${size}`);
      response.status(416).end();
      return;
    }
    response.setHeader('Content-Type', mime);
    response.setHeader('Content-Length', String(part ? part.end - part.start : size));
    if (part) response.status(206).setHeader('Content-Range', `bytes ${part.start}-${part.end - 1}/${size}`);
    for await (const chunk of found.bytes(part)) {
      if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      if (response.destroyed) return;
    }
    response.end();
  }

  /** What may be sent for what it is said to be for. @throws DomainError the refusal of whose it would be; BAD_QUERY */
  private async wanted(
    request: Call,
    actor: Actor,
  ): Promise<{ most?: number; takes?: (file: { readonly name: string; readonly mime: string }) => boolean }> {
    const { for: kind, ...about } = Object.fromEntries(new URL(request.url, 'http://here').searchParams);
    if (kind === undefined) return {};
    const { runtime } = this.edge;
    const { uploads } = runtime.composition.files;
    const upload = Object.hasOwn(uploads, kind) ? uploads[kind] : undefined;
    if (!upload) throw refusal('BAD_QUERY', { name: 'for' });
    const now = runtime.clock.now();
    const judge = async (recent: boolean) =>
      upload.judge(await this.resolver().resolve(upload.needs(about, actor), now, recent), about, actor, now);
    let judged = await judge(true);
    // A refusal on what was kept is judged again on what is there now.
    if ('refused' in judged) judged = await judge(false);
    if ('refused' in judged) throw refusalOf(runtime, judged.refused);
    return judged;
  }

  /** The code of the refusal to show a file: who brought it reads it until a record has it, then those who may read the record. */
  private async refused(actor: Actor, { facts, organizationId, owner }: OpenedFile): Promise<string | undefined> {
    if (actor.kind !== 'user') return 'NOT_FOUND';
    if (actor.restriction) return actor.restriction;
    if (organizationId === undefined) return facts.uploadedBy === actor.userId ? undefined : 'NOT_FOUND';
    const { runtime } = this.edge;
    const now = runtime.clock.now();
    const { readers } = runtime.composition.files;
    const reader = owner && Object.hasOwn(readers, owner.category) ? readers[owner.category] : undefined;
    const judge = async (recent: boolean): Promise<string | undefined> => {
      if (!owner || !reader) {
        if (facts.uploadedBy === actor.userId) return undefined;
        const { standing } = await this.resolver().resolve({ standing: standingOf(organizationId, actor.userId) }, now, recent);
        return refusedAtTheDoor(standing as Standing, actor) === undefined ? undefined : 'NOT_FOUND';
      }
      const definition = runtime.composition.aggregates.get(owner.category)!;
      const { state } = await (recent ? runtime.states.recent(definition, owner.id) : runtime.states.fresh(definition, owner.id));
      const question = { actor, command: {}, state, id: owner.id, now } as never;
      const answers = await this.resolver().resolve(reader.needs?.(question) ?? {}, now, recent);
      const verdict = reader.judge(question, answers);
      return verdict === 'allow' ? undefined : verdict;
    };
    return (await judge(true)) === undefined ? undefined : judge(false);
  }

  private resolver(): NeedsResolver {
    const { runtime } = this.edge;
    return new NeedsResolver({ ...runtime, aggregates: runtime.composition.aggregates });
  }
}

/** Reads what a refused caller still sends: whoever is cut off in the middle of sending never sees the answer. */
async function readAway(request: Call): Promise<void> {
  if (request.destroyed || request.readableEnded || Number(request.headers['content-length'] ?? 0) > PATIENCE) return;
  let read = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      read += (chunk as Uint8Array).length;
      if (read > PATIENCE) return;
    }
  } catch {
    // The caller has gone: there is nobody to answer.
  }
}

/** Paths, control characters, and marks that let a name read otherwise than it is written: «…fdp.exe». */
const UNREADABLE = /[\p{Cc}/\\\u202a-\u202e\u2066-\u2069]/u;

function nameOf(request: Call): string {
  const given = request.headers['x-file-name'];
  try {
    const name = typeof given === 'string' ? decodeURIComponent(given).trim() : 'file';
    if (name.length >= 1 && name.length <= MOST_NAME && !UNREADABLE.test(name)) return name;
  } catch {
    // not percent-encoded: refused below
  }
  throw refusal('BAD_HEADER', { name: 'X-File-Name' });
}

/** RFC 6266: the name as it is for those who read UTF-8, and for others without what they cannot write. */
export function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** One range of RFC 9110; several at once, or none that can be read, mean the whole file. */
export function partOf(header: string | undefined, size: number): FilePart | 'beyond' | undefined {
  const asked = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  const [, from = '', to = ''] = asked ?? [];
  if (!asked || (from === '' && to === '')) return undefined;
  if (from === '') return Number(to) === 0 ? 'beyond' : { start: Math.max(0, size - Number(to)), end: size };
  const start = Number(from);
  if (to !== '' && Number(to) < start) return undefined;
  return start >= size ? 'beyond' : { start, end: to === '' ? size : Math.min(Number(to) + 1, size) };
}
