// @ts-nocheck
import { readFile } from 'node:fs/promises';
import type { CompanyDetails, CompanyDirectoryPort } from '@letopis/kernel';

/** A directory that knows nobody: names stay as people type them. */
export const noDirectory: CompanyDirectoryPort = { lookup: async () => undefined };

/**
 * A directory of companies in a CSV file: a first line of names (inn, kpp, ogrn, shortName, fullName, legalAddress), then
 * a company a line, separated by `;`. It is read again for every question, so that it may be edited while all runs.
 */
export function csvDirectory(file: string): CompanyDirectoryPort {
  return {
    lookup: async ({ inn, kpp }) => {
      const [head, ...lines] = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '').split(/\r?\n/);
      const names = cells(head ?? '');
      for (const line of lines) {
        const row = Object.fromEntries(cells(line).map((cell, at) => [names[at], cell || undefined]));
        if (row.inn === inn && (kpp === undefined || row.kpp === kpp)) {
          const { shortName, fullName, ogrn, legalAddress } = row;
          const details: CompanyDetails = { shortName, fullName, kpp: row.kpp, ogrn, legalAddress };
          return details;
        }
      }
      return undefined;
    },
  };
}

/** Cells of a line: separated by `;`, in quotation marks where they hold one, a quotation mark inside doubled. */
const cells = (line: string) => {
  const found: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/(?:^|;)(?:"((?:[^"]|"")*)"|([^;]*))/g)) {
    found.push((quoted?.replaceAll('""', '"') ?? plain ?? '').trim());
  }
  return found;
};
