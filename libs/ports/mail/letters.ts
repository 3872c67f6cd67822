import Handlebars from 'handlebars';
import { MOSCOW, written, type Language, type Letter, type LetterTemplate } from '@letopis/kernel';
import { BUTTON, page, plain, type Content } from './layout';

/** A letter as people read it, in both of its forms. */
export interface WrittenLetter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface Filling {
  readonly locale: Language;
  readonly timeZone: string;
  readonly link?: string;
  readonly token?: string;
}

/** `{{time at}}`: a moment in the reader's language and zone. */
function time(this: Filling, moment: string): string {
  return written(moment, this);
}

/** Where the letter leads; a token joins the address as its fragment, which reaches no server's log. */
const address = ({ link, token }: Filling) => (token === undefined ? link : `${link}#${token}`);

function engineOf(helpers: Readonly<Record<string, Handlebars.HelperDelegate>>, noEscape: boolean) {
  const engine = Handlebars.create();
  engine.registerHelper({ time, ...helpers });
  const compiled = new Map<string, Handlebars.TemplateDelegate>();
  return (template: string, data: object): string => {
    let run = compiled.get(template);
    if (!run) compiled.set(template, (run = engine.compile(template, { noEscape, strict: false })));
    return run(data);
  };
}

/** `{{button}}` is the letter's link, `{{code value}}` something to be copied letter by letter. */
const asText = engineOf(
  { button: (options: { data: { root: Filling } }) => address(options.data.root), code: (value: string) => value },
  true,
);
const asHtml = engineOf(
  {
    button: () => BUTTON,
    code: (value: string) =>
      new Handlebars.SafeString(`<code style="font:600 18px/1.5 Consolas,Menlo,monospace">${Handlebars.escapeExpression(value)}</code>`),
  },
  false,
);

/** What is filled in brings no mark of the layout. */
const unmarked = <Values extends object>(values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? value.replaceAll(BUTTON, '') : (value as unknown)]),
  ) as Values;

/** Subject, text and HTML of a letter in its language. @throws Error for a template that no context defines */
export function write(
  templates: Readonly<Record<string, LetterTemplate>>,
  { template: name, locale, timeZone = MOSCOW, data }: Letter,
  secrets: Readonly<Record<string, string>>,
  service: Content['service'],
): WrittenLetter {
  const template = templates[name];
  if (!template) throw new Error(`there is no letter ${name}`);
  const filling: Filling = unmarked({ ...data, ...secrets, locale, timeZone });
  const body = template.body[locale];
  const escape = Handlebars.escapeExpression;
  const href = address(filling);
  const content: Content = {
    locale,
    subject: asHtml(template.subject[locale], filling).replace(/\s+/g, ' '),
    paragraphs: asHtml(body, filling).split(/\n{2,}/),
    link: href === undefined ? undefined : { href: escape(href), caption: escape(template.button?.[locale] ?? BUTTONS[locale]) },
    service: { name: escape(service.name), url: escape(service.url) },
  };
  return {
    subject: asText(template.subject[locale], filling).replace(/\s+/g, ' '),
    text: plain({ locale, service }, asText(body, filling)),
    html: page(content),
  };
}

const BUTTONS = { ru: 'Открыть', en: 'Open' };
