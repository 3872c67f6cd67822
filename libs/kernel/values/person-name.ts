export interface PersonName {
  readonly lastName: string;
  readonly firstName: string;
  readonly middleName?: string;
}

const WORDS = /^[\p{L}\p{M}](?:[\p{L}\p{M} '’\-]*[\p{L}\p{M}])?$/u;

const part = (value: string, least: number) => {
  const text = value.normalize('NFC').trim().replace(/\s+/g, ' ');
  return text.length >= least && text.length <= 100 && (text === '' || WORDS.test(text)) ? text : undefined;
};

/** The name in its normal form, or the field that is wrong. Letters, spaces, hyphens and apostrophes; 1–100 each, the middle one may be absent. */
export function parsePersonName(name: PersonName): PersonName | { readonly wrong: keyof PersonName } {
  const lastName = part(name.lastName, 1);
  if (lastName === undefined) return { wrong: 'lastName' };
  const firstName = part(name.firstName, 1);
  if (firstName === undefined) return { wrong: 'firstName' };
  const middleName = part(name.middleName ?? '', 0);
  if (middleName === undefined) return { wrong: 'middleName' };
  return { lastName, firstName, ...(middleName ? { middleName } : {}) };
}

/** «Фамилия Имя Отчество». */
export const displayName = ({ lastName, firstName, middleName }: PersonName): string =>
  [lastName, firstName, middleName].filter(Boolean).join(' ');
