import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { refusal } from '@letopis/kernel';
import type { Response } from 'express';
import { callerOf, consistencyToken, type Call } from './calls';
import { EDGE, type Edge } from './edge';
import { languageOf } from './problems';
import { printed, readableIn, readBySheet, type SheetAsked } from './sheets';

/** Pages to be printed about a record, of what the caller may see of it. */
@Controller('v1/sheets')
export class SheetsController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  @Get(':code/:id')
  async sheet(@Param('code') code: string, @Param('id') id: string, @Req() request: Call, @Res() response: Response): Promise<void> {
    const { runtime, tokens } = this.edge;
    const actor = await callerOf(request, tokens);
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    const sheet = runtime.composition.sheets.get(code);
    if (!sheet) throw refusal('UNKNOWN_ADDRESS');
    const { locale, timeZone } = asked(request);
    for (const registry of readBySheet(sheet, id)) await runtime.projector.mark(registry).reached(consistencyToken(request));
    const body = await printed(runtime, { code, id, locale, timeZone, actor });
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    // Nothing in it runs or is fetched, whatever people have written into what it tells.
    response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-modals");
    response.setHeader('Content-Disposition', 'inline');
    response.end(body);
  }
}

/** @throws DomainError BAD_QUERY */
function asked(request: Call): Pick<SheetAsked, 'locale' | 'timeZone'> {
  const query = new URL(request.originalUrl, 'http://edge').searchParams;
  for (const name of query.keys()) if (!['locale', 'timeZone'].includes(name)) throw refusal('BAD_QUERY', { name });
  return readableIn(query.get('locale') ?? languageOf(request), query.get('timeZone') ?? undefined);
}
