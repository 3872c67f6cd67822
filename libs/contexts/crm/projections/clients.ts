import { changed, ERASED, projection, side, staffSees, type Localized, type Projection, type ReadPolicy } from '@letopis/kernel';
import { staffSide } from '@letopis/contexts/staff';
import type { CompanyCard, CompanyEvents } from '../company/company';
import type { ContactCard, ContactEvents } from '../contact/contact.events';

export interface ContactRow extends ContactCard {
  readonly contactId: string;
  readonly organizationId: string;
  readonly responsibleStaffId?: string;
  readonly responsibleName?: string;
  readonly createdFrom: string;
  readonly createdAt: string;
  readonly status: 'active' | 'archived' | 'erased';
  readonly phoneForms?: readonly string[];
}

export interface CompanyRow extends CompanyCard {
  readonly companyId: string;
  readonly organizationId: string;
  readonly responsibleStaffId?: string;
  readonly responsibleName?: string;
  readonly createdAt: string;
  readonly status: 'active' | 'archived';
  readonly phoneForms?: readonly string[];
}

/** A number as it is written with and without the code of the country: a search finds it by the beginning of either. */
const formsOf = (phone: string) => {
  const digits = phone.replace(/\D/g, '');
  return digits.startsWith('7') && digits.length === 11 ? [digits, `8${digits.slice(1)}`, digits.slice(1)] : [digits];
};
/** Of an erased card there are no numbers. */
const withForms = <Row extends { readonly phones: readonly string[] }>(row: Row): Row => ({
  ...row,
  phoneForms: Array.isArray(row.phones) ? row.phones.flatMap(formsOf) : [],
});

const responsible = {
  sides: { staff: staffSide },
  joins: [{ by: 'responsibleStaffId', side: 'staff', fields: { displayName: 'responsibleName' } }],
};
const filters = {
  organizationId: 'string',
  status: 'string',
  responsibleStaffId: 'string',
  interests: 'string',
  createdAt: 'time',
} as const;

const active = (policy: ReadPolicy): ReadPolicy => ({
  ...policy,
  see: (reading, answers) => {
    const seen = policy.see(reading, answers);
    return 'only' in seen ? { only: { ...seen.only, status: 'active' } } : seen;
  },
});

/** That there was a card, and who looked after it. */
const withoutPerson = ({ contactId, organizationId, responsibleStaffId, createdFrom, createdAt, status }: ContactRow): ContactRow => ({
  contactId,
  organizationId,
  responsibleStaffId,
  createdFrom,
  createdAt,
  status,
  name: ERASED,
  phones: [],
  emails: [],
  messengers: [],
  addresses: [],
  interests: [],
});

/** «Контакты». */
export const contacts = projection<ContactRow, ContactEvents>()({
  code: 'contacts',
  version: 2,
  title: { ru: 'Контакты', en: 'Contacts' },
  on: {
    ContactCreated: (_, { aggregateId, data: { shared: __, ...fields }, metadata }) => ({
      contactId: aggregateId,
      ...fields,
      createdAt: metadata.occurredAt,
      status: 'active',
    }),
    ContactUpdated: (row, { data: { changes } }) => (row && (changes as unknown) !== ERASED ? { ...row, ...changed(changes) } : row),
    ContactResponsibleAssigned: (row, { data: { staffId } }) => row && { ...row, responsibleStaffId: staffId },
    ContactArchived: (row) => row && { ...row, status: 'archived' },
    ContactErased: (row) => row && { ...withoutPerson(row), status: 'erased' },
  },
  ...responsible,
  derive: withForms,
  list: {
    filters: { ...filters, source: 'string', emails: 'string', phones: 'string' },
    sorts: ['name', 'createdAt', 'responsibleName', 'source'],
    search: ['name', 'phoneForms', 'emails'],
    defaultSort: 'name',
  },
  policy: staffSees('crm.contacts:view'),
  hidden: ['phoneForms'],
});

/** «Контрагенты». */
export const companies = projection<CompanyRow, CompanyEvents>()({
  code: 'companies',
  version: 1,
  title: { ru: 'Контрагенты', en: 'Companies' },
  on: {
    CompanyCreated: (_, { aggregateId, data: { shared: __, ...fields }, metadata }) => ({
      companyId: aggregateId,
      ...fields,
      createdAt: metadata.occurredAt,
      status: 'active',
    }),
    CompanyUpdated: (row, { data: { changes } }) => row && { ...row, ...changed(changes) },
    CompanyResponsibleAssigned: (row, { data: { staffId } }) => row && { ...row, responsibleStaffId: staffId },
    CompanyArchived: (row) => row && { ...row, status: 'archived' },
  },
  ...responsible,
  derive: withForms,
  list: {
    filters: { ...filters, inn: 'string', emails: 'string', phones: 'string', industry: 'string' },
    sorts: ['name', 'createdAt', 'responsibleName', 'inn'],
    search: ['name', 'inn', 'phoneForms', 'emails'],
    defaultSort: 'name',
  },
  policy: staffSees('crm.companies:view'),
  hidden: ['phoneForms'],
});

/** Clients that are not in the archive, found by name, phone or e-mail. */
const lookup = (registry: Projection, code: string, title: Localized): Projection => ({
  ...registry,
  code,
  title,
  serves: 'lookup',
  policy: active(registry.policy),
});
export const contactLookup = lookup(contacts, 'contact_lookup', { ru: 'Поиск контакта', en: 'Finding a contact' });
export const companyLookup = lookup(companies, 'company_lookup', { ru: 'Поиск контрагента', en: 'Finding a company' });

/** What rows of others show of a client. */
export const contactSide = side<{ name: string }, ContactEvents>()({
  ContactCreated: (_, { data: { name } }) => ({ name }),
  ContactUpdated: (known, { data: { changes } }) =>
    (changes as unknown) === ERASED || !changes.name?.to ? known : { name: changes.name.to },
  ContactErased: () => ({ name: ERASED }),
});
export const companySide = side<{ name: string }, CompanyEvents>()({
  CompanyCreated: (_, { data: { name } }) => ({ name }),
  CompanyUpdated: (known, { data: { changes } }) => (changes.name?.to ? { name: changes.name.to } : known),
});
