// @ts-nocheck
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { refusal } from '@letopis/kernel';
import type { Response } from 'express';
import { pipeline } from 'node:stream/promises';
import { callerOf, consistencyToken, type Call } from './calls';
import { EDGE, type Edge } from './edge';
import { columnsOf, csv, xlsx } from './export';
import { languageOf } from './problems';
import { asOfOf, listQuery, recordReading, seen, served } from './questions';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** A registry as a file: the rows that its list shows the caller, filtered, searched and sorted as there, all of them. */
@Controller('v1')
export class ExportController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  @Get('registries/:code/export')
  async file(@Param('code') code: string, @Query('format') format = 'csv', @Req() request: Call, @Res() response: Response): Promise<void> {
    const { runtime, tokens } = this.edge;
    const projection = served(runtime, code, 'registry');
    const actor = await callerOf(request, tokens, { registry: code });
    if (format !== 'csv' && format !== 'xlsx') throw refusal('BAD_QUERY', { name: 'format' });
    const query = listQuery(request, ['format', 'asOf']);
    await runtime.projector.mark(code).reached(consistencyToken(request));
    const visible = await seen({ runtime, projection, actor, query });
    const { asOf } = runtime.operations;
    const moment = asOfOf(request);
    const collection = moment === undefined ? undefined : await asOf.list(projection, await asOf.position(moment));
    const recorded = await recordReading(runtime, request, actor, { what: 'export', subject: code });

    const language = languageOf(request);
    const title = projection.title[language];
    const columnsFor = (rows: readonly Readonly<Record<string, unknown>>[]) => columnsOf(projection, rows, language);
    const pages = runtime.queries.pages(projection, query, visible, collection);
    // The first page is asked for before anything is answered: what is wrong with the question is a problem, not half a file.
    const first = await pages.next();
    const all = (async function* () {
      try {
        if (!first.done) yield first.value;
        for await (const page of pages) yield page;
        // A list of the past that was let go meanwhile is broken off, not ended early as if it had no more.
        if (collection !== undefined && !asOf.holds(collection)) throw refusal('STORE_UNAVAILABLE');
      } finally {
        await pages.return(undefined);
      }
    })();
    const workbook = format === 'xlsx' ? await xlsx(all, columnsFor, { language, title }) : undefined;
    const name = `${code}-${runtime.clock.now().slice(0, 10)}.${format}`;
    response.setHeader('Content-Type', workbook ? XLSX : 'text/csv; charset=utf-8');
    response.setHeader('Content-Disposition', `attachment; filename="${name}"; filename*=UTF-8''${encodeURIComponent(`${title} ${name}`)}`);
    response.setHeader('Content-Language', language);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Consistency-Token', String(recorded));
    if (workbook) {
      response.end(workbook);
      return;
    }
    // Who goes away before the end ends the reading as well; that is no failure of ours.
    await pipeline(csv(all, columnsFor, language), response).catch((error: unknown) => {
      if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  }
}
