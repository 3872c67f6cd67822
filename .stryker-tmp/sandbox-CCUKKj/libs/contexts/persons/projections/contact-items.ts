// @ts-nocheck
import { ERASED, projection, staffSees } from '@letopis/kernel';
import type { ItemChanges } from '../contact-item/contact-item';
import type { EmailAddressEvents } from '../contact-item/email-address';
import type { PhoneNumberEvents } from '../contact-item/phone-number';
import type { PersonEvents } from '../person/person.events';
import { personSide } from './persons';

interface ItemRow {
  readonly organizationId: string;
  readonly value: string;
  readonly type: string;
  readonly comment?: string;
  /** The cards that link to the item, and their names. */
  readonly links: readonly string[];
  readonly persons?: readonly (string | null)[];
  readonly unused: boolean;
}

const list = {
  filters: { organizationId: 'string', type: 'string', unused: 'boolean' },
  sorts: ['value', 'type'],
  search: ['value', 'persons', 'comment'],
  defaultSort: 'value',
} as const;
const joins = [{ by: 'links', side: 'person', fields: { fullName: 'persons' } }];
const derive = <Row extends ItemRow>(row: Row): Row => ({ ...row, unused: row.links.length === 0 });
const changed = <Row extends ItemRow>(row: Row | undefined, { data: { changes } }: { data: { changes: ItemChanges } }): Row | undefined =>
  row === undefined || (changes as unknown) === ERASED
    ? row
    : { ...row, ...Object.fromEntries(Object.entries(changes).map(([field, { to }]) => [field, to])) };
const linked = <Row extends ItemRow>(row: Row | undefined, { data: { personId } }: { data: { personId: string } }): Row | undefined =>
  row && { ...row, links: [...row.links.filter((id) => id !== personId), personId] };
const unlinked = <Row extends ItemRow>(row: Row | undefined, { data: { personId } }: { data: { personId: string } }): Row | undefined =>
  row && { ...row, links: row.links.filter((id) => id !== personId) };
const gone = () => undefined;

export interface PhoneItemRow extends ItemRow {
  readonly phoneNumberId: string;
  readonly extension?: string;
}

/** «Номера телефонов» */
export const phoneItems = projection<PhoneItemRow, PhoneNumberEvents & PersonEvents>()({
  code: 'phone_items',
  version: 1,
  title: { ru: 'Номера телефонов', en: 'Phone numbers' },
  key: ({ category, aggregateId }) => (category === 'phoneNumber' ? aggregateId : undefined),
  on: {
    PhoneNumberAdded: (_, { aggregateId, data }) => ({ phoneNumberId: aggregateId, ...data, links: [], unused: true }),
    PhoneNumberUpdated: changed,
    PhoneNumberLinked: linked,
    PhoneNumberUnlinked: unlinked,
    PhoneNumberRemoved: gone,
    PhoneNumberErased: gone,
  },
  sides: { person: personSide },
  joins,
  derive,
  list,
  policy: staffSees('persons.phones:view'),
});

export interface EmailItemRow extends ItemRow {
  readonly emailAddressId: string;
}

/** «Адреса электронной почты» */
export const emailItems = projection<EmailItemRow, EmailAddressEvents & PersonEvents>()({
  code: 'email_items',
  version: 1,
  title: { ru: 'Адреса электронной почты', en: 'E-mail addresses' },
  key: ({ category, aggregateId }) => (category === 'emailAddress' ? aggregateId : undefined),
  on: {
    EmailAddressAdded: (_, { aggregateId, data }) => ({ emailAddressId: aggregateId, ...data, links: [], unused: true }),
    EmailAddressUpdated: changed,
    EmailAddressLinked: linked,
    EmailAddressUnlinked: unlinked,
    EmailAddressRemoved: gone,
    EmailAddressErased: gone,
  },
  sides: { person: personSide },
  joins,
  derive,
  list,
  policy: staffSees('persons.emails:view'),
});
