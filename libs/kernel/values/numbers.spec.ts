import fc from 'fast-check';
import { isInn, isKpp, isOgrn, isOgrnip, isSnils, parsePhone } from '..';

const digit = fc.integer({ min: 0, max: 9 });
const digits = (length: number) => fc.array(digit, { minLength: length, maxLength: length }).map((all) => all.join(''));
/** The text with another digit at the place. */
const altered = (text: string, at: number, by: number) => text.slice(0, at) + ((Number(text[at]) + by) % 10) + text.slice(at + 1);
const another = fc.integer({ min: 1, max: 9 });

/** Completes digits to the one number that the check accepts, as whoever issues numbers does. */
const completed = (text: string, check: (candidate: string) => boolean) => [...'0123456789'].map((last) => text + last).filter(check);

const VALID_INN = ['7707083893', '7736207543', '7830002293', '500100732259', '526317984689'];

describe('R012 INN', () => {
  test.each(VALID_INN)('%s is one', (inn) => expect(isInn(inn)).toBe(true));

  test.each(['7707083894', '500100732258', '123456789012', '0000000000', '770708389'])('%s is none', (inn) =>
    expect(isInn(inn)).toBe(false),
  );

  test.each([
    '',
    '000000000000',
    '0012345678',
    ' 7707083893',
    '7707083893 ',
    '77070838930',
    '770708389x',
    '500100732259x',
    '７７０７０８３８９３',
    '-770708389',
  ])('«%s» is none', (inn) => expect(isInn(inn)).toBe(false));

  test('nine digits that do not begin with 00 have exactly one check digit', () => {
    fc.assert(
      fc.property(
        digits(9).filter((nine) => !nine.startsWith('00')),
        (nine) => completed(nine, isInn).length === 1,
      ),
    );
  });

  // No weight is a multiple of 11, so one slip always changes the remainder; the check digit shows it unless the remainder
  // goes from 0 to 10 or back, for both are written as 0.
  const sum = (inn: string, weights: readonly number[]) => weights.reduce((total, weight, at) => total + weight * Number(inn[at]), 0) % 11;
  const TEN = [2, 4, 10, 3, 5, 9, 4, 6, 8];

  test('a slip in the check digit is always seen', () => {
    fc.assert(
      fc.property(fc.constantFrom(...VALID_INN), another, fc.nat(1), (inn, by, back) => {
        const at = inn.length - 1 - (inn.length === 12 ? back : 0);
        return !isInn(altered(inn, at, by));
      }),
    );
  });

  test('a slip in another digit is seen, save between the remainders 0 and 10', () => {
    fc.assert(
      fc.property(
        digits(9).filter((nine) => !nine.startsWith('00')),
        fc.nat(8),
        another,
        (nine, at, by) => {
          const [inn] = completed(nine, isInn) as [string];
          const slipped = altered(inn, at, by);
          const blind = [sum(inn, TEN), sum(slipped, TEN)].every((remainder) => remainder === 0 || remainder === 10);
          return blind || !isInn(slipped);
        },
      ),
    );
  });

  test('twelve digits need both check digits', () => {
    fc.assert(
      fc.property(
        digits(10).filter((ten) => !ten.startsWith('00')),
        (ten) => completed('', (tens) => completed(ten + tens, isInn).length === 1).length === 1,
      ),
    );
  });
});

describe('KPP', () => {
  test.each(['773601001', '7736AB001', '7736Z9999'])('%s is one', (kpp) => expect(isKpp(kpp)).toBe(true));
  test.each(['', '77360100', '7736010011', '7736ab001', '7736АБ001', '77A601001', '773601001 '])('«%s» is none', (kpp) =>
    expect(isKpp(kpp)).toBe(false),
  );
});

describe('OGRN and OGRNIP', () => {
  test('the known ones', () => {
    expect(isOgrn('1027700132195')).toBe(true);
    expect(isOgrnip('304500116000157')).toBe(true);
    expect(isOgrn('1027700132196')).toBe(false);
    expect(isOgrnip('304500116000158')).toBe(false);
  });

  test.each(['', '102770013219', '10277001321950', '102770013219x'])('«%s» is no OGRN', (ogrn) => expect(isOgrn(ogrn)).toBe(false));
  test.each(['', '1027700132195', '3045001160001570'])('«%s» is no OGRNIP', (ogrnip) => expect(isOgrnip(ogrnip)).toBe(false));

  test('twelve and fourteen digits have exactly one check digit', () => {
    fc.assert(fc.property(digits(12), (twelve) => completed(twelve, isOgrn).length === 1));
    fc.assert(fc.property(digits(14), (fourteen) => completed(fourteen, isOgrnip).length === 1));
  });

  test('a digit less or more makes none, whatever the check digit', () => {
    for (const [length, check] of [[13, isOgrn] as const, [15, isOgrnip] as const])
      for (const rest of [length - 2, length]) fc.assert(fc.property(digits(rest), (text) => completed(text, check).length === 0));
  });
});

describe('SNILS', () => {
  test.each([
    ['11223344595'],
    ['00100199965'],
    ['08765430200'], // the sum's remainder is 100
    ['08765430300'], // the sum is twice 101
    ['00100199877'], // older than the check
    ['00000000100'],
  ])('%s is one', (snils) => expect(isSnils(snils)).toBe(true));

  test.each([
    '',
    '11223344596',
    '00100199966',
    '1122334459',
    '112233445950',
    '011223344595',
    '112-233-445 95',
    '1122334459x',
    '00100199x77',
  ])('«%s» is none', (snils) => expect(isSnils(snils)).toBe(false));

  test('nine digits above 001-001-998 have exactly one check number', () => {
    const numbers = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));
    fc.assert(
      fc.property(fc.integer({ min: 1_001_999, max: 999_999_999 }), (number) => {
        const nine = String(number).padStart(9, '0');
        expect(numbers.filter((two) => isSnils(nine + two))).toHaveLength(1);
      }),
    );
  });
});

describe('Phone', () => {
  test.each([
    ['+7 (495) 123-45-67', '+74951234567'],
    ['8 495 123 45 67', '+74951234567'],
    ['84951234567', '+74951234567'],
    ['74951234567', '+74951234567'],
    ['+84951234567', '+84951234567'],
    [' +49 30 1234567 ', '+49301234567'],
    ['12345678', '+12345678'],
    ['+123456789012345', '+123456789012345'],
  ])('«%s» is %s', (typed, number) => expect(parsePhone(typed)).toBe(number));

  test.each(['', '1234567', '+1234567890123456', '+0123456789', '8-800-ABC', '+7+4951234567', 'phone', '()-'])('«%s» is none', (typed) =>
    expect(parsePhone(typed)).toBeUndefined(),
  );

  test('a number that was taken is taken again as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+?[0-9 ()-]{5,20}$/), (typed) => {
        const number = parsePhone(typed);
        expect(number === undefined || (/^\+[1-9]\d{7,14}$/.test(number) && parsePhone(number) === number)).toBe(true);
      }),
    );
  });
});
