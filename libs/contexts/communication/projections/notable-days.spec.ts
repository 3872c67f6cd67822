import { company, contact, type CompanyEvents, type ContactEvents } from '@letopis/contexts/crm';
import { person, type PersonEvents } from '@letopis/contexts/persons';
import { derivedId, ERASED } from '@letopis/kernel';
import { facts, given, stream, type Fact } from '../../../kernel/testing';
import { boris, romashka } from '../communication.fixtures';
import { notableDays } from './notable-days';

const id = derivedId('record', 'lutik');
const staffId = derivedId('staff', 'boris');
const ofContact = facts<ContactEvents>();
const ofCompany = facts<CompanyEvents>();
const ofPerson = facts<PersonEvents>();
const reached = { phones: [], emails: [], addresses: [], interests: [], shared: [] };
const contactCreated = ofContact('ContactCreated', {
  ...{ organizationId: romashka, name: 'Лютиков Пётр', birthDate: '1990-03-05', responsibleStaffId: staffId, createdFrom: 'user' },
  ...{ messengers: [], ...reached },
});
const companyCreated = ofCompany('CompanyCreated', { organizationId: romashka, name: 'Лютик', foundedOn: '2001-04-01', ...reached });
const personCreated: Fact = {
  ...ofPerson('PersonCreated', {
    ...{ organizationId: romashka, name: { lastName: 'Лютиков', firstName: 'Пётр' }, birthDate: '1990-03-05' },
    ...{ employment: 'employee', phoneIds: [], emailIds: [] },
  }),
  by: boris,
};
const row = { recordId: id, organizationId: romashka, name: 'Лютиков Пётр', day: '03-05', current: true };

describe('notable_days', () => {
  const after = (...told: readonly Fact[]) => given(notableDays, stream(contact, id, contactCreated, ...told));

  test('R051 knows the birthdays of contacts and persons and the founding days of companies, without the year', () => {
    after().thenDocument(id, { ...row, type: 'contact', staffId });
    given(notableDays, stream(company, id, companyCreated)).thenDocument(id, { ...row, type: 'company', name: 'Лютик', day: '04-01' });
    given(notableDays, stream(person, id, personCreated)).thenDocument(id, { ...row, type: 'person', authorUserId: boris.userId });
  });

  test('R051 follows the card: name, day, responsible, archive', () => {
    const changes = { name: { to: 'Лютикова Анна' }, birthDate: { from: '1990-03-05', to: '1991-12-31' } };
    const other = derivedId('staff', 'other');
    after(ofContact('ContactUpdated', { changes, shared: [] }), ofContact('ContactResponsibleAssigned', { staffId: other })).thenDocument(
      id,
      {
        ...row,
        ...{ type: 'contact', name: 'Лютикова Анна', day: '12-31', staffId: other },
      },
    );
    after(ofContact('ContactUpdated', { changes: { birthDate: { from: '1990-03-05' } }, shared: [] })).thenDocument(id, {
      ...row,
      ...{ type: 'contact', day: undefined, staffId },
    });
    after(ofContact('ContactArchived', {})).thenDocument(id, { ...row, type: 'contact', staffId, current: false });
  });

  test('of whoever was erased no day is known', () => {
    given(notableDays, stream(person, id, personCreated, ofPerson('PersonArchived', {}), ofPerson('PersonErased', {}))).thenNoDocument(id);
    given(
      notableDays,
      stream(contact, id, contactCreated, ofContact('ContactArchived', {}), ofContact('ContactErased', {})),
    ).thenNoDocument(id);
    const sealed = ofContact('ContactUpdated', { changes: ERASED as never, shared: [] });
    after(sealed).thenDocument(id, { ...row, type: 'contact', staffId });
    const unknown = { ...contactCreated, data: { ...(contactCreated.data as object), name: ERASED, birthDate: ERASED } };
    given(notableDays, stream(contact, id, unknown)).thenDocument(id, { ...row, type: 'contact', staffId, name: ERASED, day: undefined });
  });
});
