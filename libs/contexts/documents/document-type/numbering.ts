/** How documents of a type are numbered: `Д-{seq:4}/{yyyy}` gives Д-0001/2026. */
export interface Numbering {
  readonly template: string;
  /** The sequence number that the next document gets. */
  readonly next: number;
  readonly reset: 'never' | 'yearly';
}

export const RESETS = ['never', 'yearly'] as const;

const TOKEN = /\{(seq:\d|seq|yyyy|mm)\}/g;
/** Numbers of one type must differ: one sequence, no digit that could run together with it, and a year where it begins anew. */
export function isTemplate(template: string, reset: Numbering['reset']): boolean {
  if (/[{}]/.test(template.replace(TOKEN, ''))) return false;
  if ((template.match(/\{seq(:\d)?\}/g) ?? []).length !== 1) return false;
  if (/[\d}]\{seq|\{seq(:\d)?\}[\d{]/.test(template)) return false;
  return reset === 'never' || template.includes('{yyyy}');
}

const MOSCOW = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Moscow', year: 'numeric', month: '2-digit', day: '2-digit' });

/** Year and month of a moment where the product's calendar is kept. */
export const calendarOf = (now: string): { readonly year: string; readonly month: string } => {
  const [year = '', month = ''] = MOSCOW.format(new Date(now)).split('-');
  return { year, month };
};

/** The number as people read it. */
export const numberOf = (template: string, seq: number, now: string): string => {
  const { year, month } = calendarOf(now);
  return template.replace(TOKEN, (_, token: string) => {
    if (token === 'yyyy') return year;
    if (token === 'mm') return month;
    return String(seq).padStart(Number(token.split(':')[1] ?? 1), '0');
  });
};
