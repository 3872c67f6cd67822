import Handlebars from 'handlebars';
import type { Letter, LetterTemplate } from '@letopis/kernel';

/** A letter as people read it. */
export interface WrittenLetter {
  readonly subject: string;
  readonly text: string;
}

const TIME_ZONE = 'Europe/Moscow';
const engine = Handlebars.create();

engine.registerHelper('time', function (this: { locale: string }, moment: string) {
  const format = new Intl.DateTimeFormat(this.locale, { dateStyle: 'long', timeStyle: 'short', timeZone: TIME_ZONE });
  return `${format.format(new Date(moment))} (${this.locale === 'ru' ? 'МСК' : 'Moscow time'})`;
});

const compiled = new Map<string, Handlebars.TemplateDelegate>();

/** Fills a template in; texts are plain, so nothing is escaped. */
function fill(template: string, data: object): string {
  let run = compiled.get(template);
  if (!run) compiled.set(template, (run = engine.compile(template, { noEscape: true, strict: false })));
  return run(data);
}

/** Subject and text of a letter in its language. @throws Error for a template that no context defines */
export function write(
  templates: Readonly<Record<string, LetterTemplate>>,
  letter: Letter,
  secrets: Readonly<Record<string, string>>,
): WrittenLetter {
  const template = templates[letter.template];
  if (!template) throw new Error(`there is no letter ${letter.template}`);
  const data = { ...letter.data, ...secrets, locale: letter.locale };
  return { subject: fill(template.subject[letter.locale], data).replace(/\s+/g, ' '), text: fill(template.body[letter.locale], data) };
}
