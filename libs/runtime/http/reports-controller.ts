import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import { isUuid, refusal, type Asked, type Report } from '@letopis/kernel';
import { NeedsResolver } from '../commands/needs-resolver';
import { callerOf, consistencyToken, type Call } from './calls';
import { EDGE, type Edge } from './edge';
import { listQuery } from './questions';
import { readRegistries } from './reading-registries';

/** The most rows of one registry that a report is made of. */
const MOST_ROWS = 5_000;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** What is computed when it is asked for. */
@Controller('v1/analytics')
export class ReportsController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  @Get(':report')
  async rows(@Param('report') code: string, @Req() request: Call) {
    const { runtime, tokens } = this.edge;
    const report = runtime.composition.reports.get(code);
    if (!report) throw refusal('UNKNOWN_REGISTRY', { name: code });
    const actor = await callerOf(request, tokens, { registry: code });
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    const asked = askedOf(report, listQuery(request, []).filter);
    const resolver = new NeedsResolver({ ...runtime, aggregates: runtime.composition.aggregates });
    const answers = await resolver.resolve(report.needs?.(asked) ?? {}, runtime.clock.now(), false);
    const readings = report.reads(asked, answers);
    for (const { registry } of readings) await runtime.projector.mark(registry).reached(consistencyToken(request));
    const rows = await readRegistries(runtime, actor, readings, MOST_ROWS);
    return { items: report.rows({ asked, actor, rows, answers }) };
  }
}

/** @throws DomainError BAD_QUERY for a filter that is missing, not offered or of the wrong kind */
function askedOf({ asked }: Report, filter: Readonly<Record<string, string>>): Asked {
  const wrong = (name: string) => refusal('BAD_QUERY', { name: `filter[${name}]` });
  for (const name of Object.keys(filter)) if (!Object.hasOwn(asked, name)) throw wrong(name);
  for (const [name, kind] of Object.entries(asked)) {
    const value = filter[name];
    if (value === undefined || !(kind === 'id' ? isUuid(value) : MONTH.test(value))) throw wrong(name);
  }
  return filter;
}
