import type { FileFacts } from '@letopis/kernel';
import { refusal } from '../errors';

/** A file as events name it. */
export interface FileRef {
  readonly fileId: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  readonly sha256: string;
}

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const OPEN = 'application/vnd.oasis.opendocument';
/** The files of before 2007 are told apart by their names alone: inside they are one container. */
const COMPOUND = 'application/x-cfb';

/** Extension → what a file of that name is inside. Of other names anything may be inside. */
const INSIDE: Readonly<Record<string, readonly string[]>> = {
  pdf: ['application/pdf'],
  docx: [`${OFFICE}.wordprocessingml.document`],
  xlsx: [`${OFFICE}.spreadsheetml.sheet`],
  pptx: [`${OFFICE}.presentationml.presentation`],
  odt: [`${OPEN}.text`],
  ods: [`${OPEN}.spreadsheet`],
  odp: [`${OPEN}.presentation`],
  doc: [COMPOUND],
  xls: [COMPOUND],
  ppt: [COMPOUND],
  rtf: ['application/rtf', 'text/rtf'],
  jpg: ['image/jpeg'],
  jpeg: ['image/jpeg'],
  png: ['image/png'],
  gif: ['image/gif'],
  bmp: ['image/bmp'],
  tif: ['image/tiff'],
  tiff: ['image/tiff'],
  webp: ['image/webp'],
  heic: ['image/heic'],
  zip: ['application/zip'],
  txt: ['text/plain'],
  csv: ['text/plain', 'text/csv'],
  xml: ['application/xml', 'text/xml', 'text/plain'],
  mp3: ['audio/mpeg'],
  wav: ['audio/wav', 'audio/vnd.wave'],
  ogg: ['audio/ogg'],
};

/** What documents are usually written in, and what they are scanned as. */
export const USUAL_MIME: readonly string[] = [
  'application/pdf',
  `${OFFICE}.wordprocessingml.document`,
  `${OFFICE}.spreadsheetml.sheet`,
  `${OPEN}.text`,
  `${OPEN}.spreadsheet`,
  COMPOUND,
  'application/rtf',
  'image/*',
];
export const AUDIO_MIME: readonly string[] = ['audio/*'];

const extensionOf = (name: string) => /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase();

/** Whether a type takes files of that content; one that names no types takes all. */
export const takes = (allowedMime: readonly string[], mime: string): boolean =>
  allowedMime.length === 0 || allowedMime.some((each) => each === mime || (each.endsWith('/*') && mime.startsWith(each.slice(0, -1))));

/** Whether the content is what the name promises: nobody opens a program for a contract. */
export const isAsNamed = ({ name, mime }: Pick<FileFacts, 'name' | 'mime'>): boolean => {
  const promised = INSIDE[extensionOf(name) ?? ''];
  return promised === undefined || promised.includes(mime);
};

const MEGABYTE = 1024 * 1024;

/** The file as the event names it. @throws DomainError FILE_TOO_LARGE, FILE_TYPE_NOT_ALLOWED */
export function filed(
  file: FileFacts,
  { allowedMime, maxSizeMb }: { readonly allowedMime: readonly string[]; readonly maxSizeMb: number },
): FileRef {
  if (file.size > maxSizeMb * MEGABYTE) throw refusal('FILE_TOO_LARGE');
  if (file.size === 0 || !takes(allowedMime, file.mime) || !isAsNamed(file)) throw refusal('FILE_TYPE_NOT_ALLOWED');
  const { fileId, name, mime, size, sha256 } = file;
  return { fileId, name, mime, size, sha256 };
}
