/** Persons & links: cards of people, their phones and addresses, and the bond between a card and a user. */
import { defineContext } from '@letopis/kernel';
import { emailAddress } from './contact-item/email-address';
import { phoneNumber } from './contact-item/phone-number';
import { personErrors } from './errors';
import { letters } from './letters';
import { personLink } from './person-link/person-link';
import { person } from './person/person';
import { emailItems, phoneItems } from './projections/contact-items';
import { myPersonLinks, personLinks } from './projections/person-links';
import { personLookup, personsRegistry, personUsage } from './projections/persons';
import { contactItemsSaga } from './sagas/contact-items.saga';
import { personLinkCleanupSaga, personLinkSaga } from './sagas/person-link.saga';

export const persons = defineContext({
  name: 'persons',
  aggregates: [phoneNumber, emailAddress, person, personLink],
  sagas: [contactItemsSaga, personLinkSaga, personLinkCleanupSaga],
  projections: [personsRegistry, personLookup, phoneItems, emailItems, personLinks, myPersonLinks, personUsage],
  errors: personErrors.entries,
  letters,
});

export * from './contact-item/email-address';
export * from './contact-item/phone-number';
export * from './person/person.commands';
export * from './person/person.events';
export { person } from './person/person';
export { nameOf, type Person } from './person/person.state';
export * from './person-link/person-link';
export type { PersonLinkRow } from './projections/person-links';
export { personSide } from './projections/persons';
export { personErrors } from './errors';
