import { isTimeZone, MOSCOW, refusal, written, type Actor, type Language, type Sheet } from '@letopis/kernel';
import Handlebars from 'handlebars';
import { NeedsResolver } from '../commands/needs-resolver';
import type { Runtime } from '../runtime';
import { readRegistries } from './reading-registries';

/** The most rows of one registry that a sheet is made of. */
const MOST_ROWS = 5_000;

export interface SheetAsked {
  readonly code: string;
  readonly id: string;
  readonly locale: Language;
  readonly timeZone: string;
  readonly actor: Actor;
}

/** The language and the zone that a sheet is asked for in. @throws DomainError BAD_QUERY */
export function readableIn(locale: string, timeZone = MOSCOW): Pick<SheetAsked, 'locale' | 'timeZone'> {
  if (locale !== 'ru' && locale !== 'en') throw refusal('BAD_QUERY', { name: 'locale' });
  if (!isTimeZone(timeZone)) throw refusal('BAD_QUERY', { name: 'timeZone' });
  return { locale, timeZone };
}

/** A sheet as HTML, of what the actor may see. @throws DomainError UNKNOWN_ADDRESS, NOT_FOUND, or what a registry refuses with */
export async function printed(runtime: Runtime, { code, id, locale, timeZone, actor }: SheetAsked): Promise<string> {
  const sheet = runtime.composition.sheets.get(code);
  if (!sheet) throw refusal('UNKNOWN_ADDRESS');
  const now = runtime.clock.now();
  const resolver = new NeedsResolver({ ...runtime, aggregates: runtime.composition.aggregates });
  const answers = await resolver.resolve(sheet.needs?.(id) ?? {}, now);
  const rows = await readRegistries(runtime, actor, sheet.reads(id, answers), MOST_ROWS);
  const known = { ...answers, ...(await resolver.resolve(sheet.names?.(rows) ?? {}, now)) };
  return page(sheet, { ...sheet.fill({ id, locale, caller: actor, now, rows, answers: known }), locale, timeZone });
}

/** Registries that a sheet is made of. */
export const readBySheet = (sheet: Sheet, id: string): readonly string[] => [
  ...new Set(sheet.reads(id, {}).map(({ registry }) => registry)),
];

const engine = Handlebars.create();
engine.registerHelper({
  /** `{{time at}}`: a moment in the reader's language and zone; nothing where there is none. */
  time: (moment: unknown, { data }: Handlebars.HelperOptions) =>
    typeof moment === 'string' ? written(moment, (data as { root: { locale: Language; timeZone: string } }).root) : '',
});
const compiled = new Map<string, Handlebars.TemplateDelegate>();

/** Everything that is filled in is escaped, the title too; templates are the product's own. */
function page(
  { code, template, style = '' }: Sheet,
  data: { readonly title: string; readonly locale: Language; readonly timeZone: string },
): string {
  let body = compiled.get(code);
  if (!body) compiled.set(code, (body = engine.compile(template, { knownHelpers: { time: true }, knownHelpersOnly: true })));
  return `<!doctype html>
<html lang="${data.locale}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${Handlebars.escapeExpression(data.title)}</title>
<style>${STYLE}${style}</style>
${body(data)}</html>
`;
}

/** On paper a table goes on with its head on the next page, a row stays whole, and colours are printed as they are. */
const STYLE = `@page{size:A4;margin:15mm 12mm}
*{box-sizing:border-box;-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{font:14px/1.45 "PT Sans","Liberation Sans",Arial,sans-serif;color:#111;max-width:190mm;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem;break-after:avoid}h3{font-size:1rem;margin:1rem 0 .25rem;break-after:avoid}
p{margin:.25rem 0}dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:1rem 0}dt{color:#555}dd{margin:0}
table{border-collapse:collapse;width:100%}thead{display:table-header-group}tr{break-inside:avoid}
th,td{border:1px solid #999;padding:.3rem .45rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f1f1f1;font-weight:600}
code{font:11px/1.3 "PT Mono","Liberation Mono",Consolas,monospace;overflow-wrap:anywhere}
.mark{display:inline-block;width:.75em;height:.75em;border-radius:50%;margin-right:.35em;border:1px solid #0003}
footer{margin-top:2rem;border-top:1px solid #999;padding-top:.5rem;color:#555;font-size:12px}
@media print{body{max-width:none;margin:0;padding:0}}
`;
