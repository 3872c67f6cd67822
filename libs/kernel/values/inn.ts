/** Weighted sum of the leading digits, modulo `modulus`, then modulo 10. */
const checkDigit = (digits: readonly number[], weights: readonly number[]) =>
  (weights.reduce((sum, weight, at) => sum + weight * digits[at]!, 0) % 11) % 10;

const TEN = [2, 4, 10, 3, 5, 9, 4, 6, 8];
const ELEVENTH = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
const TWELFTH = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

/** Whether a text is an INN: 10 digits (legal entity) or 12 (sole proprietor or person) with right check digits, not beginning with 00. */
export function isInn(value: string): boolean {
  if (!/^(\d{10}|\d{12})$/.test(value) || value.startsWith('00')) return false;
  const digits = [...value].map(Number);
  return digits.length === 10
    ? checkDigit(digits, TEN) === digits[9]
    : checkDigit(digits, ELEVENTH) === digits[10] && checkDigit(digits, TWELFTH) === digits[11];
}

/** Whether a text is a KPP: four digits, two digits or Latin capitals, three digits. */
export const isKpp = (value: string): boolean => /^\d{4}[0-9A-Z]{2}\d{3}$/.test(value);

const remainderIsLast = (value: string, modulus: bigint) => (BigInt(value.slice(0, -1)) % modulus) % 10n === BigInt(value.slice(-1));

/** Whether a text is an OGRN of a legal entity: 13 digits, the last one the check digit. */
export const isOgrn = (value: string): boolean => /^\d{13}$/.test(value) && remainderIsLast(value, 11n);

/** Whether a text is an OGRNIP of a sole proprietor: 15 digits, the last one the check digit. */
export const isOgrnip = (value: string): boolean => /^\d{15}$/.test(value) && remainderIsLast(value, 13n);

/** Whether a text is a SNILS: 11 digits, the last two the check number (of numbers above 001-001-998). */
export function isSnils(value: string): boolean {
  if (!/^\d{11}$/.test(value)) return false;
  const number = value.slice(0, 9);
  if (number <= '001001998') return true;
  const sum = [...number].reduce((total, digit, at) => total + Number(digit) * (9 - at), 0);
  return (sum % 101) % 100 === Number(value.slice(9));
}
