import { COMPOUND_MIME, isAsNamed, OFFICE_MIME, OPEN_MIME, refOf, type FileFacts, type FileRef } from '@letopis/kernel';
import { refusal } from '../errors';

export type { FileRef };

/** What documents are usually written in, and what they are scanned as. */
export const USUAL_MIME: readonly string[] = [
  'application/pdf',
  `${OFFICE_MIME}.wordprocessingml.document`,
  `${OFFICE_MIME}.spreadsheetml.sheet`,
  `${OPEN_MIME}.text`,
  `${OPEN_MIME}.spreadsheet`,
  COMPOUND_MIME,
  'application/rtf',
  'image/*',
];
export const AUDIO_MIME: readonly string[] = ['audio/*'];

/** Whether a type takes files of that content; one that names no types takes all. */
export const takes = (allowedMime: readonly string[], mime: string): boolean =>
  allowedMime.length === 0 || allowedMime.some((each) => each === mime || (each.endsWith('/*') && mime.startsWith(each.slice(0, -1))));

const MEGABYTE = 1024 * 1024;

/** The file as the event names it. @throws DomainError FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED */
export function filed(
  file: FileFacts,
  { allowedMime, maxSizeMb }: { readonly allowedMime: readonly string[]; readonly maxSizeMb: number },
): FileRef {
  if (file.size > maxSizeMb * MEGABYTE) throw refusal('FILE_TOO_LARGE');
  if (file.size === 0 || !takes(allowedMime, file.mime) || !isAsNamed(file)) throw refusal('FILE_TYPE_NOT_ALLOWED');
  return refOf(file);
}
