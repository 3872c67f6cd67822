/** CRM: the people and companies with whom an organization deals. */
import { defineContext } from '@letopis/kernel';
import { company } from './company/company';
import { contact } from './contact/contact';
import { crmErrors } from './errors';
import { companies, companyLookup, contactLookup, contacts } from './projections/clients';

export const crm = defineContext({
  name: 'crm',
  aggregates: [contact, company],
  projections: [contacts, companies, contactLookup, companyLookup],
  errors: crmErrors.entries,
});

export { openDealsOf } from './client';
export * from './company/company';
export * from './contact/contact.commands';
export type * from './contact/contact.events';
export { contact, type Contact } from './contact/contact';
export { crmErrors } from './errors';
export { companySide, contactSide } from './projections/clients';
