// @ts-nocheck
import type { Language } from '@letopis/kernel';

/** What a letter is made of once its texts are filled in; everything is escaped already. */
export interface Content {
  readonly locale: Language;
  readonly subject: string;
  /** Paragraphs of the body; `BUTTON` stands alone where the link goes. */
  readonly paragraphs: readonly string[];
  readonly link?: { readonly href: string; readonly caption: string };
  readonly service: { readonly name: string; readonly url: string };
}

/** Stands in the filled text where the link goes: a character that no text brings, since it is taken out of what is filled in. */
export const BUTTON = '\uE000';

const WORDS = {
  ru: {
    noButton: 'Если кнопка не работает, откройте ссылку:',
    footer: 'Письмо отправлено автоматически, отвечать на него не нужно.',
  },
  en: {
    noButton: 'If the button does not work, open the link:',
    footer: 'This letter was sent automatically; there is no need to answer.',
  },
};

const TEXT = 'margin:0 0 16px;font:16px/1.5 -apple-system,Segoe UI,Roboto,Arial,sans-serif;color:#1f2328';
const SMALL = 'margin:0 0 8px;font:13px/1.5 -apple-system,Segoe UI,Roboto,Arial,sans-serif;color:#57606a';
const LINK = 'color:#0b57d0;word-break:break-all';

/**
 * The one page of all letters: one column that fits a phone, styles inline since mail programs drop others, no pictures and
 * nothing that is loaded from elsewhere.
 */
export function page({ locale, subject, paragraphs, link, service }: Content): string {
  const words = WORDS[locale];
  const [greeting, ...rest] = paragraphs;
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${subject}</title>
</head>
<body style="margin:0;padding:0;background:#f3f4f6">
<div style="display:none;max-height:0;overflow:hidden">${preheader(rest) ?? subject}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f3f4f6"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff;border-radius:8px"><tr><td style="padding:24px">
<h1 style="margin:0 0 16px;font:600 20px/1.3 -apple-system,Segoe UI,Roboto,Arial,sans-serif;color:#1f2328">${subject}</h1>
${[greeting ?? '', ...rest].map((paragraph) => block(paragraph, link, words.noButton)).join('\n')}
</td></tr></table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px"><tr><td style="padding:16px 24px">
<p style="${SMALL}">${words.footer}</p>
<p style="${SMALL}"><a href="${service.url}" style="${LINK}">${service.name}</a></p>
</td></tr></table>
</td></tr></table>
</body>
</html>
`;
}

/** The line that mail programs show beside the subject. */
const preheader = (paragraphs: readonly string[]) =>
  paragraphs.find((text) => !text.includes(BUTTON) && !text.includes('<'))?.replaceAll('\n', ' ');

function block(paragraph: string, link: Content['link'], noButton: string): string {
  if (paragraph !== BUTTON) return `<p style="${TEXT}">${paragraph.replaceAll('\n', '<br>')}</p>`;
  if (!link) return '';
  const { href, caption } = link;
  return `<p style="margin:0 0 16px"><a href="${href}" style="display:block;padding:14px 24px;background:#0b57d0;border-radius:6px;font:600 16px/1.3 -apple-system,Segoe UI,Roboto,Arial,sans-serif;color:#ffffff;text-align:center;text-decoration:none">${caption}</a></p>
<p style="${SMALL}">${noButton}<br><a href="${href}" style="${LINK}">${href}</a></p>`;
}

/** The plain text of the same letter. */
export const plain = ({ locale, service }: Pick<Content, 'locale' | 'service'>, body: string): string =>
  `${body}\n\n-- \n${WORDS[locale].footer}\n${service.name}: ${service.url}\n`;
