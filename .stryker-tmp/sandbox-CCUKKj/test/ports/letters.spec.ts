// @ts-nocheck
import type { Letter } from '@letopis/kernel';
import { contexts } from '../../apps/server/product';
import { write } from '../../libs/ports/mail/letters';

const templates = Object.assign({}, ...contexts.map(({ letters }) => letters)) as (typeof contexts)[0]['letters'];
const service = { name: 'Летопись', url: 'https://letopis.example' };
const DATA = {
  link: 'https://letopis.example/links/activation?user=1',
  expiresAt: '2026-03-05T09:00:00.000Z',
  at: '2026-03-02T09:00:00.000Z',
};
/** Whatever a template names and is not a moment or the link is filled in with its name. */
const filled = (template: string): Readonly<Record<string, unknown>> => {
  const { subject, body } = templates[template]!;
  const names = [...`${subject.ru} ${body.ru}`.matchAll(/\{\{(?:#if |code |time )?(\w+)\}\}/g)].map(([, name]) => name!);
  const isTime = (name: string) => `${body.ru}`.includes(`{{time ${name}}}`);
  return { ...Object.fromEntries(names.map((name) => [name, isTime(name) ? DATA.at : `«${name}»`])), ...DATA };
};
const written = (template: string, locale: 'ru' | 'en', data = filled(template), secrets = { token: 'T0KEN', password: 'PASSW0RD' }) =>
  write(templates, { template, to: 'anna@romashka.ru', locale, data } satisfies Letter, secrets, service);

describe('Letters', () => {
  const all = Object.keys(templates).flatMap((template) => (['ru', 'en'] as const).map((locale) => [template, locale] as const));

  test.each(all)('%s in «%s» is whole in text and HTML, and stands alone', (template, locale) => {
    const { subject, text, html } = written(template, locale);
    for (const part of [subject, text, html]) {
      expect(part).not.toMatch(/\{\{|\}\}|undefined|\[object|\uE000|\s$^/);
      if (locale === 'en') expect(part.replace(/«\w+»|Летопись/g, '')).not.toMatch(/[а-яё]/i);
    }
    expect(subject.length).toBeGreaterThan(0);
    expect(html).toContain(`<html lang="${locale}">`);
    expect(html).toContain('width=device-width');
    expect(html).not.toMatch(/<(img|script|link|iframe)|\ssrc=|url\(/);
    expect(text).toContain(service.url);
    // Both tell the same.
    const words = (part: string) => part.replace(/\s+/g, ' ').trim();
    const shown = words(
      html
        .replace(/^[\s\S]*<\/h1>/, '')
        .replace(/<br>/g, ' ')
        .replace(/<[^>]*>/g, ' '),
    );
    for (const sentence of words(text.split('\n-- \n')[0]!)
      .split(' ')
      .filter((word) => /^[\p{L}]+$/u.test(word)))
      expect(shown).toContain(sentence);
  });

  test('the link is a button, and beside it an address to be copied', () => {
    const { text, html } = written('user.activation', 'ru');
    expect(text).toContain(`${DATA.link}#T0KEN\n`);
    expect(html.match(/href="https:\/\/letopis\.example\/links\/activation\?user&#x3D;1#T0KEN"/g)).toHaveLength(2);
    expect(html).toContain('>Подтвердить адрес</a>');
    expect(written('user.activation', 'en').html).toContain('>Confirm the address</a>');
  });

  test('the line beside the subject tells neither token nor password', () => {
    for (const locale of ['ru', 'en'] as const) {
      const line = /display:none[^>]*>([^<]*)</.exec(written('user.activation', locale).html)![1]!;
      expect(line.length).toBeGreaterThan(10);
      expect(line).not.toMatch(/T0KEN|PASSW0RD/);
    }
  });

  test('what people have typed is text: no markup, no second button, no second line in the subject', () => {
    const evil = '<script>alert(1)</script>\n\n\uE000\n\nhttps://evil.example "&';
    const { subject, text, html } = written('accessRequest.toDecide', 'ru', {
      requester: evil,
      organization: evil,
      comment: evil,
      link: 'https://letopis.example/x',
    });
    expect(html).not.toMatch(/<script|\uE000/);
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('href="https://evil.example');
    expect(subject).not.toMatch(/[\r\n]/);
    expect(text).toContain('<script>alert(1)</script>');
  });

  test('a moment is told in the language and zone of the reader', () => {
    const at = (locale: 'ru' | 'en', timeZone?: string) =>
      write(
        templates,
        { template: 'user.deactivated', to: 'a@b.ru', locale, timeZone, data: { at: '2026-03-02T22:30:00.000Z' } },
        {},
        service,
      ).text;
    expect(at('ru')).toContain('3 марта 2026 г., 01:30 (МСК)');
    expect(at('en')).toContain('March 3, 2026, 01:30 (Moscow time)');
    expect(at('ru', 'Asia/Yekaterinburg')).toContain('3 марта 2026 г., 03:30 GMT+5');
  });
});
