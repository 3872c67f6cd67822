import type { Actor } from './actor';
import type { FileFacts } from './standard-ports';

/** A file as events name it. */
export interface FileRef {
  readonly fileId: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  readonly sha256: string;
}

export const OFFICE_MIME = 'application/vnd.openxmlformats-officedocument';
export const OPEN_MIME = 'application/vnd.oasis.opendocument';
/** The files of before 2007 are told apart by their names alone: inside they are one container. */
export const COMPOUND_MIME = 'application/x-cfb';

/** Extension → what a file of that name is inside. Of other names anything may be inside. */
const INSIDE: Readonly<Record<string, readonly string[]>> = {
  pdf: ['application/pdf'],
  docx: [`${OFFICE_MIME}.wordprocessingml.document`],
  xlsx: [`${OFFICE_MIME}.spreadsheetml.sheet`],
  pptx: [`${OFFICE_MIME}.presentationml.presentation`],
  odt: [`${OPEN_MIME}.text`],
  ods: [`${OPEN_MIME}.spreadsheet`],
  odp: [`${OPEN_MIME}.presentation`],
  doc: [COMPOUND_MIME],
  xls: [COMPOUND_MIME],
  ppt: [COMPOUND_MIME],
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

const extensionOf = (name: string) => /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase();

/** Whether the content is what the name promises: nobody opens a program for a contract. */
export const isAsNamed = ({ name, mime }: Pick<FileFacts, 'name' | 'mime'>): boolean => {
  const promised = INSIDE[extensionOf(name) ?? ''];
  return promised === undefined || promised.includes(mime);
};

/** What runs when it is opened. */
const PROGRAMS: readonly string[] = [
  'application/vnd.microsoft.portable-executable',
  'application/x-msdownload',
  'application/x-elf',
  'application/x-mach-binary',
  'application/java-vm',
  'application/java-archive',
  'application/vnd.android.package-archive',
  'application/x-ms-shortcut',
  'application/x-msi',
];
export const isProgram = (mime: string): boolean => PROGRAMS.includes(mime);

/** The file as events name it. */
export const refOf = ({ fileId, name, mime, size, sha256 }: FileFacts): FileRef => ({ fileId, name, mime, size, sha256 });

/** Whether a file is of whoever brings it; the system brings what it was given. */
export const isBroughtBy = ({ uploadedBy }: FileFacts, actor: Actor): boolean =>
  actor.kind === 'system' || (actor.kind === 'user' && uploadedBy === actor.userId);
