import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sheetAddress } from '@letopis/kernel';
import { storyText } from '../operations/tables';
import type { Caller } from './caller';
import { lettersTo, type ReceivedLetter } from './letters';
import type { Outcome } from './player';
import type { Step } from './script';
import { table } from './tables';

const REPORTS = ['table', 'history', 'letters', 'story', 'sheet'] as const;
export type Report = Extract<Step, { kind: (typeof REPORTS)[number] }>;

/** Whether a step only looks. */
export const isReport = (step: Step): step is Report => (REPORTS as readonly string[]).includes(step.kind);

interface Tools {
  readonly caller: (name: string) => Promise<Caller>;
  /** With names of earlier steps filled in. */
  readonly filled: (text: string) => string;
  readonly address: (who: string) => string;
  /** The story of the command that was saved under a name. */
  readonly story: (saved: string) => string | undefined;
  readonly outbox: string;
  readonly dataFolder: string;
}

interface HistoryItem {
  readonly at: string;
  readonly type: string;
  readonly actor: { readonly kind: string; readonly userId?: string };
  readonly reason?: string;
  readonly data: { readonly reason?: string; readonly comment?: string; readonly to?: unknown };
}

/** What a play has come to, as it is printed after all the rest. */
export class Reports {
  constructor(private readonly tools: Tools) {}

  async of(step: Report): Promise<Outcome> {
    const { caller, filled, dataFolder } = this.tools;
    const told = (count: number, text: string): Outcome => ({
      ok: true,
      line: `${step.title}: ${count}`,
      report: `${step.title}\n${text}`,
    });
    switch (step.kind) {
      case 'letters': {
        const received = await lettersTo(this.tools.outbox, this.tools.address(step.to));
        const found = received.filter(({ subject }) => subject.includes(step.about));
        if (found.length === 0) return { ok: false, line: `${step.title}: нет ни одного` };
        return told(found.length, found.map((letter) => letterText(letter, step.text)).join('\n'));
      }
      case 'table': {
        const query = step.query ? `?${filled(step.query)}` : '';
        const { items } = await (await caller(step.as)).get(`/v1/registries/${step.registry}${query}`);
        return told(items.length, table(step.columns, items));
      }
      case 'history': {
        const { items } = await (await caller(step.as)).get(`/v1/audit/records/${step.category}/${filled(step.id)}`);
        return told(items.length, await this.history(items));
      }
      case 'story': {
        const story = this.tools.story(step.of);
        if (story === undefined) return { ok: false, line: `${step.title}: «${step.of}» was saved by no command before` };
        const found = await (await caller(step.as)).get(`/v1/audit/stories/${story}?as=tree`);
        return { ok: true, line: step.title, report: `${step.title}\n${indented(storyText(found))}` };
      }
      case 'sheet': {
        const page = await (await caller(step.as)).text(sheetAddress(step.code, filled(step.id)));
        const file = join(dataFolder, step.file);
        writeFileSync(file, page, { mode: 0o600 });
        return { ok: true, line: `${step.title}: ${file}`, report: `${step.title} (${file})\n${indented(pageText(page))}` };
      }
    }
  }

  private async history(items: readonly HistoryItem[]): Promise<string> {
    const { items: users } = await (await this.tools.caller('admin')).get('/v1/registries/users_registry?limit=200');
    const emails = new Map((users as { id: string; email: string }[]).map(({ id, email }) => [id, email]));
    const rows = items.map(({ at, type, actor, reason, data }) => ({
      когда: at,
      кто: actor.userId ? (emails.get(actor.userId) ?? actor.userId) : actor.kind,
      что: typeof data.to === 'string' ? `${type} → ${data.to}` : type,
      почему: reason ?? data.reason ?? data.comment,
    }));
    return table(['когда', 'кто', 'что', 'почему'], rows);
  }
}

const indented = (text: string) => text.replace(/^(?=.)/gm, '  ');

function letterText({ subject, text, attachments }: ReceivedLetter, whole: boolean): string {
  if (!whole) return `  ${subject}`;
  const files = attachments.map(({ name, type, content }) => `[${name}, ${type}, ${content.length} байт]`);
  return indented([subject, text.trim(), ...files].join('\n'));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'", '#x60': '`', '#x3D': '=' };

/** A page as lines: cells of a row side by side. It is our own page, so its marks are known. */
const pageText = (page: string) =>
  page
    .replace(/^[^]*<\/style>/, '')
    .replace(/<\/t[dh]><t[dh][^>]*>/g, ' │ ')
    .replace(/<br>/g, ' ')
    .replace(/<h2>/g, '\n')
    .replace(/<\/dt><dd>/g, ': ')
    .replace(/<[^>]*>/g, '')
    .replace(/&(#?\w+);/g, (all, name: string) => ENTITIES[name] ?? all)
    .replace(/\n{3,}/g, '\n\n')
    .trim();
