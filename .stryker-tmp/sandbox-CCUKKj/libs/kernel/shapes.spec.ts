// @ts-nocheck
import { validateSync } from 'class-validator';
import { Code, Codes, EmailText, Flag, Id, OneOf, SecretText, Text, Time } from '.';

class Form {
  @Id({ optional: true }) id?: unknown;
  @Code({ optional: true }) code?: unknown;
  @Text(2, 3, { optional: true }) text?: unknown;
  @EmailText({ optional: true }) email?: unknown;
  @SecretText({ optional: true }) secret?: unknown;
  @Time({ optional: true }) time?: unknown;
  @OneOf(['a', 1], { optional: true }) word?: unknown;
  @Flag({ optional: true }) flag?: unknown;
  @Codes(2, { optional: true }) codes?: unknown;
}
class Filled {
  @Text(1, 9) text: unknown;
}
const wrong = (form: object) => validateSync(Object.assign(new Form(), form)).map(({ property }) => property);

describe('Shapes', () => {
  test.each([
    { id: '01890a5d-ac96-774b-bcce-b302099a8057' },
    { code: 'crm.deals:1_2-3' },
    { text: 'ab' },
    { text: 'abc' },
    { email: 'anna@romashka.ru' },
    { secret: 'x' },
    { time: '2026-01-01T00:00:00.000Z' },
    { word: 'a' },
    { word: 1 },
    { flag: false },
    { codes: ['a', 'b'] },
    { codes: [] },
  ])('%p may be', (form) => expect(wrong(form)).toEqual([]));

  test.each([
    { id: 'x' },
    { id: ['01890a5d-ac96-774b-bcce-b302099a8057'] },
    { code: '' },
    { code: 'a b' },
    { code: 'я' },
    { code: 'a'.repeat(201) },
    { text: 'a' },
    { text: 'abcd' },
    { text: 12 },
    { email: 'anna' },
    { email: 'anna@romashka' },
    { email: 'an na@romashka.ru' },
    { secret: '' },
    { secret: 'x'.repeat(513) },
    { time: '2026-02-30T00:00:00.000Z' },
    { time: 0 },
    { word: 'b' },
    { word: '1' },
    { flag: 'true' },
    { codes: 'a' },
    { codes: ['a', 'b', 'c'] },
    { codes: ['a', 1] },
    { codes: [''] },
  ])('%p may not be', (form) => expect(wrong(form)).toEqual(Object.keys(form)));

  test('an address typed with spaces around it was refused although the decider trims it', () => {
    expect(wrong({ email: ' anna@romashka.ru ' })).toEqual([]);
  });

  test('a field that is not optional has to be there', () => {
    expect(validateSync(new Filled()).map(({ property }) => property)).toEqual(['text']);
  });
});
