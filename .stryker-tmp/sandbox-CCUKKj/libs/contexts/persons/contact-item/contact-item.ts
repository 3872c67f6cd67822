// @ts-nocheck
import { ERASED } from '@letopis/kernel';
import { refusal } from '../errors';

/** A phone number or an e-mail address of an organization: an item of its own, which person cards link to. */
export interface ContactItem {
  readonly status: 'none' | 'active' | 'removed' | 'erased';
  readonly organizationId: string;
  readonly value: string;
  readonly type: string;
  readonly extension?: string;
  readonly comment?: string;
  /** The cards that link to it. */
  readonly links: readonly string[];
}

export const noItem: ContactItem = { status: 'none', organizationId: '', value: '', type: '', links: [] };

/** Field → what it was and what it is. */
export type ItemChanges = Readonly<
  Partial<Record<'value' | 'type' | 'extension' | 'comment', { readonly from?: string; readonly to?: string }>>
>;

/** What an item is found by: one of each value in an organization. */
export const itemKey = (scope: 'phoneItem' | 'emailItem', organizationId: string, key: string) => ({
  scope,
  value: `${organizationId}:${key}`,
});

/** Refuses what is not there (any more). */
export const existing = (item: ContactItem): ContactItem => {
  if (item.status !== 'active') throw refusal('NOT_FOUND');
  return item;
};

export const heldByNobodyElse = (holder: string | undefined, id: string) => {
  if (holder && holder !== id) throw refusal('ITEM_DUPLICATE', { itemId: holder });
};

/** The fields that differ; an empty text takes a field away. */
export function changesTo(item: ContactItem, wanted: Readonly<Record<string, string | undefined>>): ItemChanges {
  const present = item as object as Readonly<Record<string, string | undefined>>;
  const changes = Object.entries(wanted)
    .filter(([, to]) => to !== undefined)
    .map(([field, to]) => [field, { from: present[field], to: to || undefined }] as const)
    .filter(([, { from, to }]) => from !== to);
  return Object.fromEntries(changes);
}

export const added = (_: ContactItem, data: Omit<ContactItem, 'status' | 'links'>): ContactItem => ({
  ...noItem,
  ...data,
  status: 'active',
});

/** Changes whose key was destroyed are none that could be told. */
export const updated = (item: ContactItem, { changes }: { changes: ItemChanges | typeof ERASED }): ContactItem =>
  changes === ERASED ? item : { ...item, ...Object.fromEntries(Object.entries(changes).map(([field, { to }]) => [field, to])) };

export const removed = (item: ContactItem): ContactItem => ({ ...item, status: 'removed' });

export const linked = (item: ContactItem, { personId }: { personId: string }): ContactItem => ({
  ...item,
  links: [...item.links.filter((id) => id !== personId), personId],
});

export const unlinked = (item: ContactItem, { personId }: { personId: string }): ContactItem => ({
  ...item,
  links: item.links.filter((id) => id !== personId),
});

export const erasedItem = ({ organizationId, type }: ContactItem): ContactItem => ({ ...noItem, status: 'erased', organizationId, type });

/** Whether a removal may go on: no card links to the item. */
export const unused = (item: ContactItem) => {
  existing(item);
  if (item.links.length > 0) throw refusal('ITEM_IN_USE');
};
