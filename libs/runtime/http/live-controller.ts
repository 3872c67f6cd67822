import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { DomainError, refusal, type Actor, type Projection, type UserActor } from '@letopis/kernel';
import type { Response } from 'express';
import type { Seen } from '../projections/queries';
import { callerOf, consistencyToken, type Call } from './calls';
import { EDGE, type Edge } from './edge';
import { Outlet, TooSlow } from './outlet';
import { seen } from './questions';

/** A sign of life at least so often, in milliseconds: proxies close what is silent. */
const BEAT = 15_000;
/** How long one wait for news takes, and how long news are gathered before they are looked for. */
const WAIT = 1_000;
const GATHER = 100;
/** Whoever has missed more rows is told to read the lists anew. */
const MOST_MISSED = 5_000;
/** Feeds that one person, and all together, keep open in this process. */
const MOST_OF_ONE = 10;
const MOST = 2_000;

/**
 * Changes as they happen (server-sent events): rows of live read models that the caller may see, each in the state that it has
 * now. The id of an event is the position of the log that everything has been told up to, so `Last-Event-ID` goes on exactly
 * there, in whatever process. Rights are judged anew at every look; a session that is over ends its feeds.
 */
@Controller('v1/feed')
export class LiveController {
  readonly #open = new Map<string, number>();
  #all = 0;

  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  @Get()
  async live(@Req() request: Call, @Res() response: Response): Promise<void> {
    const { runtime, tokens } = this.edge;
    const actor = await callerOf(request, tokens);
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    if (actor.kind !== 'user' || actor.viaServiceId !== undefined) throw refusal('FORBIDDEN');
    const projections = await this.wanted(request, actor);
    const marks = projections.map(({ code }) => runtime.projector.mark(code));
    const end = () => Math.min(...marks.map(({ position }) => position));
    await Promise.all(marks.map((mark) => mark.reached(consistencyToken(request))));
    const from = resumed(request) ?? end();
    await this.visible(projections, actor);
    this.enter(actor.userId);
    const outlet = new Outlet(response);
    try {
      response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
      response.setHeader('Cache-Control', 'no-store');
      response.setHeader('X-Accel-Buffering', 'no');
      response.flushHeaders();
      await outlet.send(`retry: 2000\nid: ${from}\nevent: open\ndata: {}\n\n`);
      let at = from;
      const now = () => Date.parse(runtime.clock.now());
      let beaten = now();
      while (!outlet.isClosed) {
        const upTo = end();
        const rows = await this.visible(projections, await this.again(actor));
        if (upTo > at) {
          await this.tell(outlet, rows, at, upTo);
          at = upTo;
        }
        // Whichever way the clock was set meanwhile.
        if (Math.abs(now() - beaten) >= BEAT) {
          await outlet.send(`: here\nid: ${at}\n\n`);
          beaten = now();
        }
        const moved = await Promise.all(marks.map((mark) => mark.reached(at + 1, WAIT))).then(
          () => true,
          () => false, // nothing has happened meanwhile
        );
        if (moved) await new Promise((done) => setTimeout(done, GATHER));
      }
    } catch (error) {
      // What is thrown once the stream has begun cannot be a problem any more: it is told as the last event.
      if (error instanceof DomainError) await outlet.send(`event: end\ndata: ${JSON.stringify({ code: error.code })}\n\n`).catch(() => {});
      else if (!(error instanceof TooSlow)) runtime.logger.warn({ error: String(error) }, 'a feed has ended early');
    } finally {
      this.leave(actor.userId);
      response.end();
    }
  }

  /** The read models that are named, or all live ones that the caller may see. @throws DomainError BAD_QUERY, or why one is not to be seen */
  private async wanted(request: Call, actor: Actor): Promise<readonly Projection[]> {
    const live = [...this.edge.runtime.composition.projections.values()].filter((projection) => projection.live);
    const named = new URL(request.originalUrl, 'http://edge').searchParams.get('registries')?.split(',');
    if (named !== undefined) {
      const found = live.filter(({ code }) => named.includes(code));
      if (found.length !== new Set(named).size) throw refusal('BAD_QUERY', { name: 'registries' });
      return found;
    }
    const found: Projection[] = [];
    for (const projection of live) {
      const refused = await this.visible([projection], actor).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refused === undefined) found.push(projection);
      else if (!(refused instanceof DomainError)) throw refused;
    }
    if (found.length === 0) throw refusal('FORBIDDEN');
    return found;
  }

  private visible(projections: readonly Projection[], actor: Actor): Promise<readonly Seen[]> {
    const { runtime } = this.edge;
    return Promise.all(
      projections.map(async (projection) => ({ projection, only: await seen({ runtime, projection, actor, query: { filter: {} } }) })),
    );
  }

  /** The caller as of now. @throws DomainError where the session is over or may not be used from here */
  private async again({ sessionId, userId, ip, userAgent }: UserActor): Promise<Actor> {
    const now: Actor = { ...(await this.edge.runtime.callers.person(sessionId, userId, false)), ip, userAgent };
    await this.edge.tokens.admit(now, undefined);
    return now;
  }

  private async tell(outlet: Outlet, rows: readonly Seen[], at: number, upTo: number): Promise<void> {
    const { queries } = this.edge.runtime;
    let missed = 0;
    for (const each of rows) missed += await queries.countChanged(each, at, upTo, MOST_MISSED + 1);
    if (missed > MOST_MISSED) return outlet.send(`id: ${upTo}\nevent: reset\ndata: {}\n\n`);
    for await (const { code, position, isLast, row } of queries.changed(rows, at, upTo)) {
      // The id stands only where all that has changed at this position has been told.
      await outlet.send(`${isLast ? `id: ${position}\n` : ''}event: ${code}\ndata: ${JSON.stringify(row)}\n\n`);
      if (outlet.isClosed) return;
    }
  }

  private enter(userId: string): void {
    const own = this.#open.get(userId) ?? 0;
    if (own >= MOST_OF_ONE || this.#all >= MOST) throw refusal('RATE_LIMITED', { seconds: BEAT / 1_000 });
    this.#open.set(userId, own + 1);
    this.#all += 1;
  }

  private leave(userId: string): void {
    const own = (this.#open.get(userId) ?? 1) - 1;
    if (own > 0) this.#open.set(userId, own);
    else this.#open.delete(userId);
    this.#all -= 1;
  }
}

/** The position that the caller has been told up to. @throws DomainError BAD_HEADER */
function resumed(request: Call): number | undefined {
  const given = request.headers['last-event-id'];
  if (given === undefined) return undefined;
  const position = Number(given);
  if (typeof given !== 'string' || !/^-?\d+$/.test(given) || !Number.isSafeInteger(position))
    throw refusal('BAD_HEADER', { name: 'Last-Event-ID' });
  return position;
}
