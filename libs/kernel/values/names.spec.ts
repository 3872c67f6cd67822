import fc from 'fast-check';
import { displayName, emailKey, maskedEmail, parseEmail, parsePersonName } from '..';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const domain = fc.tuple(label, fc.constantFrom('ru', 'com', 'рф', 'xn--p1ai')).map((parts) => parts.join('.'));
const address = fc.tuple(fc.stringMatching(/^[a-zA-Zа-яА-Я0-9._+-]{1,20}$/), domain).map(([local, host]) => `${local}@${host}`);

describe('Email', () => {
  test.each([
    ['anna@romashka.ru', 'anna@romashka.ru'],
    ['  anna@romashka.ru ', 'anna@romashka.ru'],
    ['Anna.B+tag@Romashka.RU', 'Anna.B+tag@Romashka.RU'],
    ['анна@ромашка.рф', 'анна@ромашка.рф'],
    [`${'a'.repeat(64)}@x.ru`, `${'a'.repeat(64)}@x.ru`],
    ...['anna@1.2.ru', 'anna@romashka.a1', 'anna@romashka.1a', `${'a'.repeat(64)}@${'b.'.repeat(93)}com`].map((same) => [same, same]),
  ])('«%s» is an address', (typed, parsed) => expect(parseEmail(typed)).toBe(parsed));

  test.each([
    ['nothing', ''],
    ['no @', 'anna'],
    ['two @', 'a@b.ru@c.ru'],
    ['no local part', '@romashka.ru'],
    ['no domain', 'anna@'],
    ['a domain without a dot', 'anna@localhost'],
    ['a local part of 65', `${'a'.repeat(65)}@x.ru`],
    ['255 characters', `${'a'.repeat(60)}@${'b.'.repeat(96)}ru`],
    ['a space inside', 'an na@romashka.ru'],
    ['a line break', 'anna\n@romashka.ru'],
    ['an empty label', 'anna@romashka..ru'],
    ['a domain that is too long in punycode', `anna@${'ёж.'.repeat(60)}рф`],
    ['a hyphen at the beginning of a label', 'anna@-romashka.ru'],
    ['a hyphen at the end of a label', 'anna@romashka-.ru'],
    ['an address as domain', 'anna@127.0.0.1'],
    ['another address as domain', 'anna@127.0.0.10'],
    ['a port', 'anna@romashka.ru:25'],
    ['a path', 'anna@romashka.ru/x'],
    ['quotes', '"anna"@romashka.ru'],
    ['brackets', 'Anna <anna@romashka.ru>'],
  ])('%s is none', (_, typed) => expect(parseEmail(typed)).toBeUndefined());

  test.each([
    ['case', 'Anna@Romashka.RU', 'anna@romashka.ru'],
    ['width', 'ａｎｎａ@romashka.ru', 'anna@romashka.ru'],
    ['punycode', 'anna@Ромашка.РФ', 'anna@xn--80aa3agjl3d.xn--p1ai'],
  ])('D04 %s makes no other address', (_, typed, key) => expect(emailKey(typed)).toBe(key));

  test('D04 dots and pluses make another address', () => {
    expect(new Set(['anna.b@x.ru', 'annab@x.ru', 'annab+tag@x.ru'].map(emailKey)).size).toBe(3);
  });

  test('the key of a key is the key, in every case', () => {
    fc.assert(
      fc.property(address, (typed) => {
        const key = emailKey(typed);
        expect(emailKey(key)).toBe(key);
        expect(emailKey(typed.toUpperCase())).toBe(key);
        expect(emailKey(` ${typed} `)).toBe(key);
      }),
    );
  });

  test('what was parsed is parsed again as it is', () => {
    fc.assert(
      fc.property(fc.oneof(address, fc.string(), fc.emailAddress()), (typed) => {
        const parsed = parseEmail(typed);
        return parsed === undefined || (parseEmail(parsed) === parsed && parsed.length <= 254 && emailKey(parsed).includes('.'));
      }),
    );
  });

  test('a masked address shows the first letter and the domain', () => expect(maskedEmail('anna@romashka.ru')).toBe('a***@romashka.ru'));
});

describe('R024 PersonName', () => {
  const name = (lastName: string, firstName = 'Анна', middleName?: string) => parsePersonName({ lastName, firstName, middleName });

  test('is put into its normal form', () => {
    expect(name('  Петрова-Водкина ', ' Анна   Мария', '')).toEqual({ lastName: 'Петрова-Водкина', firstName: 'Анна Мария' });
    expect(name("О'Коннор", 'Анна', 'Ильинична')).toEqual({ lastName: "О'Коннор", firstName: 'Анна', middleName: 'Ильинична' });
    expect(name('Щёголева'.normalize('NFD'))).toEqual({ lastName: 'Щёголева', firstName: 'Анна' });
  });

  test.each([
    ['lastName', ['']],
    ['lastName', ['   ']],
    ['lastName', ['Иванов1']],
    ['lastName', ['-Иванов']],
    ['lastName', ['Я'.repeat(101)]],
    ['firstName', ['Иванов', '']],
    ['firstName', ['Иванов', 'Анна!']],
    ['firstName', ['Иванов', 'Я'.repeat(101)]],
    ['middleName', ['Иванов', 'Анна', '...']],
    ['middleName', ['Иванов', 'Анна', 'я'.repeat(101)]],
  ] as [string, Parameters<typeof name>][])('names the wrong field %s of %p', (wrong, typed) => expect(name(...typed)).toEqual({ wrong }));

  test('100 letters are enough', () => expect(name('Я'.repeat(100), 'Я'.repeat(100), 'я'.repeat(100))).not.toHaveProperty('wrong'));

  test('is shown as «Фамилия Имя Отчество»', () => {
    expect(displayName({ lastName: 'Иванов', firstName: 'Пётр', middleName: 'Ильич' })).toBe('Иванов Пётр Ильич');
    expect(displayName({ lastName: 'Иванов', firstName: 'Пётр' })).toBe('Иванов Пётр');
  });
});
