import { performance } from 'node:perf_hooks';

/** A line of the table. */
export interface Row {
  readonly row: string;
  readonly system: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly note: string;
}

/** What a run took: how much was done, in how many seconds, and how long each single thing took in milliseconds. */
export interface Measured {
  readonly count: number;
  readonly seconds: number;
  readonly samples: readonly number[];
}

/** Does `total` things, `lanes` of them at a time; every one is a sample. */
export async function inFlight(total: number, lanes: number, work: (index: number) => Promise<unknown>): Promise<Measured> {
  const samples: number[] = [];
  let next = 0;
  const lane = async () => {
    while (next < total) {
      const at = performance.now();
      await work(next++);
      samples.push(performance.now() - at);
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  return { count: total, seconds: (performance.now() - begin) / 1_000, samples };
}

/** One thing that does `count` things: its time is the only sample. */
export async function once(count: number, work: () => Promise<unknown>): Promise<Measured> {
  const { seconds, samples } = await inFlight(1, 1, work);
  return { count, seconds, samples };
}

const quantile = (sorted: readonly number[], q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
const hundredths = (value: number) => Math.round(value * 100) / 100;

export function rowOf(row: string, system: string, { count, seconds, samples }: Measured, note: string): Row {
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    row,
    system,
    perSecond: Math.round(count / seconds),
    p50Ms: hundredths(quantile(sorted, 0.5)),
    p99Ms: hundredths(quantile(sorted, 0.99)),
    note,
  };
}

/** A row that could not be measured and says why. */
export const absent = (row: string, system: string, note: string): Row => ({ row, system, perSecond: 0, p50Ms: 0, p99Ms: 0, note });

/** The bare client's name: what every other row is compared with. */
export const BARE = 'bare client';

/** Puts the ratio to the bare client's rate in front of each note. */
export function withRatios(rows: readonly Row[]): Row[] {
  return rows.map((row) => {
    const bare = rows.find(({ row: name, system }) => name === row.row && system === BARE);
    if (!bare || bare === row || row.perSecond === 0) return row;
    return { ...row, note: [`${(row.perSecond / bare.perSecond).toFixed(2)} × bare`, row.note].filter(Boolean).join('; ') };
  });
}

/** Refuses a result that is not what was asked for: a fast wrong answer is no row. */
export function mustBe(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: found ${String(found)}, not ${String(expected)}`);
}

/** The rows as text, a blank line between groups. */
export function table(rows: readonly Row[]): string {
  const head = ['row', 'system', 'per second', 'p50 ms', 'p99 ms', 'note'];
  const cells = rows.map(({ row, system, perSecond, p50Ms, p99Ms, note }) => [
    row,
    system,
    ...(perSecond === 0 ? ['–', '–', '–'] : [String(perSecond), p50Ms.toFixed(2), p99Ms.toFixed(2)]),
    note,
  ]);
  const widths = head.map((name, at) => Math.max(name.length, ...cells.map((line) => line[at]!.length)));
  const isNumber = (at: number) => at >= 2 && at <= 4;
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => (isNumber(at) ? text.padStart(widths[at]!) : text.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd();
  const body = cells.flatMap((texts, at) => [...(at > 0 && cells[at - 1]![0] !== texts[0] ? [''] : []), line(texts)]);
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}
