import { seededId } from '@letopis/kernel';
import type { CreateFolder } from './disk-folder/disk-folder';
import type { CreateDocumentType, DocumentStatus } from './document-type/document-type';
import { AUDIO_MIME, USUAL_MIME } from './document/file-kinds';

/** What the disk of every workspace begins with. */
const FOLDERS = {
  contracts: 'Договоры',
  orders: 'Приказы',
  acts: 'Акты',
  incoming: 'Входящие',
  invoices: 'Счета',
  other: 'Прочее',
  recordings: 'Телефония: записи звонков',
} as const;

export const folderOf = (organizationId: string, code: keyof typeof FOLDERS): string => seededId(organizationId, `folder:${code}`);

export const seededFolders = (organizationId: string): readonly CreateFolder[] =>
  (Object.keys(FOLDERS) as (keyof typeof FOLDERS)[]).map((code) => ({
    diskFolderId: folderOf(organizationId, code),
    organizationId,
    name: FOLDERS[code],
    system: true,
    access: code === 'recordings' ? { mode: 'restricted', allowed: [{ kind: 'administrators' }] } : { mode: 'all_members', allowed: [] },
  }));

const GREY = '#9E9E9E';
const AMBER = '#FFB300';
const BLUE = '#1E88E5';
const GREEN = '#43A047';
const DARK = '#616161';

const statuses = (
  ...rows: readonly (readonly [code: string, name: string, color: string, end?: 'success' | 'final'])[]
): DocumentStatus[] =>
  rows.map(([code, name, color, end], order) => ({ code, name, color, order, isFinal: end !== undefined, isSuccess: end === 'success' }));

const SIMPLE = statuses(['new', 'Новый', GREY], ['signed', 'Подписан', GREEN, 'success'], ['archived', 'Архив', DARK, 'final']);

export const seededTypes = (organizationId: string): readonly CreateDocumentType[] => {
  const type = (
    code: string,
    name: string,
    folder: keyof typeof FOLDERS,
    template: string,
    more: Partial<CreateDocumentType> = {},
  ): CreateDocumentType => ({
    organizationId,
    code,
    name,
    folderId: folderOf(organizationId, folder),
    numbering: { template, reset: template.includes('{yyyy}') ? 'yearly' : 'never' },
    statuses: SIMPLE,
    allowedMime: [...USUAL_MIME],
    ...more,
  });
  return [
    type('contract', 'Договор', 'contracts', 'Д-{seq:4}/{yyyy}', {
      statuses: statuses(
        ['new', 'Новый', GREY],
        ['on_approval', 'На согласовании', AMBER],
        ['on_signing', 'На подписании', BLUE],
        ['signed', 'Подписан', GREEN, 'success'],
        ['archived', 'Архив', DARK, 'final'],
      ),
    }),
    type('incoming', 'Входящий документ', 'incoming', 'ВХ-{seq:5}', {
      statuses: statuses(['new', 'Новое', GREY], ['in_work', 'В обработке', BLUE], ['processed', 'Обработано', GREEN, 'success']),
      allowedMime: [...USUAL_MIME, ...AUDIO_MIME, 'text/plain'],
    }),
    type('order', 'Приказ', 'orders', 'П-{seq:4}/{yyyy}'),
    type('act', 'Акт', 'acts', 'А-{seq:4}/{yyyy}'),
    type('invoice', 'Счёт', 'invoices', 'С-{seq:4}/{yyyy}'),
  ];
};
