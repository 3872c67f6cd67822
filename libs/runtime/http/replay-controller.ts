import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { overseesService, refusal } from '@letopis/kernel';
import type { Response } from 'express';
import { pipeline } from 'node:stream/promises';
import type { Replayed, Wanted } from '../audit/replay';
import { callerOf, type Call } from './calls';
import { EDGE, type Edge } from './edge';
import { refusalOf } from './problems';
import { recordReading } from './questions';

const ASKED = ['from', 'to', 'category', 'type', 'organizationId', 'actorId'] as const;
type Asked = Partial<Record<(typeof ASKED)[number], string>>;

/** The log itself, for auditors of the service: every event in the order in which it happened, as a stream of lines. */
@Controller('v1/audit/events')
export class ReplayController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  @Get()
  async replay(@Req() request: Call, @Res() response: Response): Promise<void> {
    const { runtime, tokens } = this.edge;
    const actor = await callerOf(request, tokens);
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    if (actor.kind === 'user' && actor.restriction) throw refusalOf(runtime, actor.restriction);
    if (actor.kind !== 'user' || !overseesService(actor)) throw refusal('FORBIDDEN');
    const { from, to, ...asked } = askedOf(request);
    const wanted = this.wantedOf(asked);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const recorded = await recordReading(runtime, request, actor, { what: 'replay', subject: '$all' });
    const pages = runtime.operations.replay(from, to, wanted, gone.signal);
    // The first page is asked for before anything is answered: what is wrong with the question is a problem, not half a file.
    const first = await pages.next();
    response.setHeader('Content-Type', 'application/x-ndjson; charset=utf-8');
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Consistency-Token', String(recorded));
    await pipeline(lines(first, pages), response).catch((error: unknown) => {
      if (!gone.signal.aborted) throw error;
    });
  }

  private wantedOf({ category, type, organizationId, actorId }: Asked): Omit<Wanted, 'after' | 'upTo'> {
    const { aggregates } = this.edge.runtime.composition;
    const [categories, types] = [category?.split(','), type?.split(',')];
    if (categories?.some((one) => !aggregates.has(one))) throw refusal('BAD_QUERY', { name: 'category' });
    const known = new Set([...aggregates.values()].flatMap(({ eventTypes }) => eventTypes));
    if (types?.some((one) => !known.has(one))) throw refusal('BAD_QUERY', { name: 'type' });
    return { categories, types, organizationId, actorId };
  }
}

function askedOf(request: Call): Asked {
  const asked: Asked = {};
  for (const [name, value] of new URL(request.originalUrl, 'http://edge').searchParams) {
    const known = ASKED.find((one) => one === name);
    if (known === undefined || asked[known] !== undefined || value === '') throw refusal('BAD_QUERY', { name });
    asked[known] = value;
  }
  return asked;
}

/** A line of JSON for each event, page by page. */
export async function* lines(
  first: IteratorResult<readonly Replayed[], void>,
  pages: AsyncGenerator<readonly Replayed[], void>,
): AsyncGenerator<string> {
  try {
    for (let page = first; !page.done; page = await pages.next()) yield page.value.map((event) => `${JSON.stringify(event)}\n`).join('');
  } finally {
    await pages.return();
  }
}
