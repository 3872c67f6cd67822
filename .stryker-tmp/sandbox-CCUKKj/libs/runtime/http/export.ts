// @ts-nocheck
import type { FieldType, Language, Projection } from '@letopis/kernel';
import { stringify } from 'csv-stringify';
import { Readable } from 'node:stream';
import writeXlsxFile from 'write-excel-file/node';
import { readingErrors } from '../audit/errors';

type Row = Readonly<Record<string, unknown>>;
type Pages = AsyncIterable<readonly Row[]>;

export interface Column {
  readonly field: string;
  readonly title: string;
  readonly type: FieldType;
}

/** Rows of a workbook: it is made in memory, for a workbook's end stands at its beginning. */
export const MOST_IN_WORKBOOK = 50_000;
/** Characters of one cell of a workbook. */
const MOST_IN_CELL = 32_767;

/**
 * The columns of an export: the fields that the read model names, with their titles; else what its list knows and what the
 * first rows have, by their names.
 */
export function columnsOf({ columns, list, hidden }: Projection, firstRows: readonly Row[], language: Language): Column[] {
  const typed = (field: string): FieldType => (Object.hasOwn(list.filters, field) ? list.filters[field]! : 'string');
  if (columns) return Object.entries(columns).map(([field, title]) => ({ field, title: title[language], type: typed(field) }));
  const found = firstRows.flatMap((row) => Object.keys(row));
  const named = [...Object.keys(list.filters), ...list.sorts].filter((field) => !field.includes('.'));
  const fields = [...new Set(['id', ...found, ...named])].filter((field) => !hidden.includes(field) && field !== 'stale');
  return fields.map((field) => ({ field, title: field, type: typed(field) }));
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const YES = { ru: ['нет', 'да'], en: ['no', 'yes'] } as const;

/** A value as a spreadsheet takes it: a date, a number, or a text; lists by commas, what has parts as JSON. */
export function cellOf(value: unknown, type: FieldType, language: Language): string | number | Date | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return YES[language][value ? 1 : 0];
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return type === 'time' && MOMENT.test(value) ? new Date(value) : value;
  if (Array.isArray(value) && value.every((part) => typeof part !== 'object')) return value.join(', ');
  return JSON.stringify(value);
}

/** The beginning by which Excel knows UTF-8. */
const BOM = '\uFEFF';

/**
 * Comma-separated values as the Russian Excel opens them: UTF-8 with its mark, semicolons, times in UTC without their `Z`.
 * What begins like a formula is made a text (CWE-1236). Flows: a page at a time, as fast as it is read.
 */
export function csv(pages: Pages, columnsFor: (firstRows: readonly Row[]) => Column[], language: Language): Readable {
  const written = async function* () {
    let columns: Column[] | undefined;
    for await (const page of pages) {
      if (!columns) yield (columns = columnsFor(page)).map(({ title }) => title);
      for (const row of page) yield columns.map(({ field, type }) => inCsv(cellOf(row[field], type, language)));
    }
    if (!columns) yield columnsFor([]).map(({ title }) => title);
  };
  const lines = stringify({ delimiter: ';', bom: true, record_delimiter: 'windows', escape_formulas: true });
  const source = Readable.from(written());
  // One that breaks takes the other along: nobody is left waiting, and nothing is read that nobody takes.
  source.once('error', (error) => lines.destroy(error));
  lines.once('close', () => source.destroy());
  return source.pipe(lines);
}

const inCsv = (cell: ReturnType<typeof cellOf>) =>
  cell instanceof Date
    ? cell
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, '')
    : typeof cell === 'string' && cell.startsWith(BOM)
      ? cell.slice(1)
      : cell;

/** A workbook of one sheet. @throws DomainError EXPORT_TOO_LARGE beyond so many rows */
export async function xlsx(
  pages: Pages,
  columnsFor: (firstRows: readonly Row[]) => Column[],
  { language, title, most = MOST_IN_WORKBOOK }: { language: Language; title: string; most?: number },
): Promise<Buffer> {
  const rows: Row[] = [];
  for await (const page of pages) {
    rows.push(...page);
    if (rows.length > most) throw readingErrors.refusal('EXPORT_TOO_LARGE', { most });
  }
  const columns = columnsFor(rows.slice(0, 200));
  const heading = columns.map((column) => ({ value: column.title, fontWeight: 'bold' as const }));
  const data = [heading, ...rows.map((row) => columns.map(({ field, type }) => inWorkbook(cellOf(row[field], type, language))))];
  const sheet = title.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31);
  return writeXlsxFile(data, { sheet, stickyRowsCount: 1, columns: columns.map(() => ({ width: 24 })) }).toBuffer();
}

function inWorkbook(cell: ReturnType<typeof cellOf>) {
  if (cell === undefined) return null;
  if (cell instanceof Date) return { value: cell, type: Date, format: 'yyyy-mm-dd hh:mm:ss' };
  if (typeof cell === 'number') return { value: cell, type: Number };
  return { value: cell.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '').slice(0, MOST_IN_CELL), type: String };
}
