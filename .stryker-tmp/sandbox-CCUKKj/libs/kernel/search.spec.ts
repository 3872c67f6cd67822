// @ts-nocheck
import fc from 'fast-check';
import { normalise, queryVariants, rank, searchWords } from '.';

const found = (typed: string, ...fields: string[]) => rank(fields, queryVariants(typed));

describe('R020 Text search', () => {
  test.each([
    ['bdfyjd', 'иванов'],
    ['ghjlf;b', 'продажи'],
    ['Gtnhjdf', 'петрова'],
    ['шмфтщм', 'ivanov'],
  ])('«%s» typed in the wrong layout means «%s»', (typed, meant) => {
    expect(queryVariants(typed).map(({ text }) => text)).toContain(meant);
    expect(found(typed, meant)).toBe(0);
  });

  test.each([
    ['an exact field', 'иванов', ['Иванов', 'Пётр'], 0],
    ['the beginning of a field', 'иванов п', ['Иванов Пётр'], 1],
    ['the beginning of a word', 'пет', ['Иванов Пётр'], 2],
    ['words in any order', 'петр иван', ['Иванов Пётр'], 2],
    ['words of several fields', 'иван рома', ['Иванов', 'Ромашка'], 2],
    ['ё as е', 'петр', ['Пётр'], 0],
    ['е as ё', 'пётр', ['Петр'], 0],
    ['letters of full width', 'ｉｖａｎ', ['Ivanov'], 1],
    ['a word in quotes', 'ромашка', ['ООО «Ромашка»'], 2],
    ['digits', '77070', ['7707083893'], 1],
    ['not the middle of a word', 'ванов', ['Иванов'], undefined],
    ['not one word of two', 'иван сид', ['Иванов Пётр'], undefined],
    ['not words of two layouts', 'иван зуекщм', ['Иванов Petrov'], undefined],
    ['words of which one was typed in the wrong layout', 'иван gtnh', ['Иванов Пётр'], 2],
    ['not nothing', '', ['Иванов'], undefined],
    ['not spaces', '   ', ['Иванов'], undefined],
  ])('finds %s', (_, typed, fields, expected) => expect(rank(fields, queryVariants(typed))).toBe(expected));

  test('normal forms', () => {
    expect(normalise('  Ёлка\t и   ЁЖ ')).toBe('елка и еж');
    expect(searchWords(['ООО «Ромашка-2»', undefined, 'Ромашка'])).toEqual(['ооо', 'ромашка', '2']);
  });

  const russian = fc.stringMatching(/^[а-яё]{1,12}$/);
  const latin = fc.stringMatching(/^[a-z]{1,12}$/);

  test('whatever is named is found by each beginning of each of its words', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(russian, latin), { minLength: 1, maxLength: 4 }), fc.nat(), fc.nat(), (words, which, length) => {
        const word = words[which % words.length]!;
        return found(word.slice(0, 1 + (length % word.length)), words.join(' ')) !== undefined;
      }),
    );
  });

  test('normalising twice changes nothing', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => normalise(normalise(text)) === normalise(text)));
  });

  test('typed with the other layout on, a Latin word is found all the same', () => {
    const KEYS = Object.fromEntries([...'qwertyuiopasdfghjklzxcvbnm'].map((key, at) => [key, [...'йцукенгшщзфывапролдячсмить'][at]!]));
    fc.assert(fc.property(latin, (word) => found([...word].map((key) => KEYS[key]).join(''), word) === 0));
  });
});
