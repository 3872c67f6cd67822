import { aggregate, changed, changesOf, ERASED, isTimeZone, oneOf, orgAdmin, staff, systemOnly, type Policy } from '@letopis/kernel';
import { clientKeys, heldByOthers, holdersOf, inUse, openDeals, reachedAt, staffIdOf, staffMemberOf, tagsOf, worksHere } from '../client';
import { refusal } from '../errors';
import * as commands from './contact.commands';
import type { ContactCard, ContactEvents } from './contact.events';

export interface Contact extends ContactCard {
  readonly status: 'none' | 'active' | 'archived' | 'erased';
  readonly organizationId: string;
  readonly responsibleStaffId?: string;
  readonly shared: readonly string[];
}

const noContact: Contact = {
  status: 'none',
  organizationId: '',
  name: '',
  phones: [],
  emails: [],
  messengers: [],
  addresses: [],
  interests: [],
  shared: [],
};

const { command, define, event } = aggregate<Contact, ContactEvents>();

/** Nobody is born before. */
const EARLIEST_BIRTH = '1900-01-01';
const themselves = (_: object, id: string) => `contact:${id}`;

/** Who is responsible edits the card; others need the right to edit all. */
const edit: Policy<object, Contact> = staff('crm.contacts:edit', {
  own: ({ state }, staffId) => staffId !== undefined && state.responsibleStaffId === staffId,
});

export const contact = define({
  category: 'contact',
  initialState: noContact,
  organizationId: ({ organizationId }) => organizationId || undefined,
  personal: {
    ContactCreated: { of: themselves, fields: ['name', 'phones', 'emails', 'messengers', 'addresses', 'birthDate', 'shared'] },
    ContactUpdated: { of: themselves, fields: ['changes', 'shared'] },
  },
  erases: { ContactErased: themselves },
  keys: (state) => (state.status === 'active' && state.name !== ERASED ? clientKeys('contact', state.organizationId, state) : []),

  commands: {
    CreateContact: command(commands.CreateContact, {
      by: oneOf<commands.CreateContact, Contact>(systemOnly, staff('crm.contacts:create', { in: ({ command }) => command.organizationId })),
      needs: ({ command: { organizationId, responsibleStaffId, ...fields }, actor }) => ({
        holders: holdersOf('contact', organizationId, fields),
        self: staffIdOf(organizationId, actor),
        responsible: staffMemberOf(responsibleStaffId),
      }),
      summary: '«Создать → Контакт»: the card of a person with whom the organization deals',
    }),
    UpdateContact: command(commands.UpdateContact, {
      by: oneOf<commands.UpdateContact, Contact>(systemOnly, edit),
      needs: ({ command, state }) => ({ holders: holdersOf('contact', state.organizationId, command) }),
      summary: 'Any field of the card; the mini-card sends its key fields the same way',
    }),
    AssignContactResponsible: command(commands.AssignContactResponsible, {
      by: edit,
      needs: ({ command: { staffId } }) => ({ responsible: staffMemberOf(staffId) }),
      summary: 'Who looks after the client from now on',
    }),
    ArchiveContact: command(commands.ArchiveContact, {
      by: staff('crm.contacts:delete'),
      needs: ({ id }) => ({ deals: openDeals('contact', id) }),
      summary: 'The card goes into the archive',
    }),
    EraseContact: command(commands.EraseContact, {
      by: orgAdmin<object, Contact>(),
      summary: 'Erases the personal data of an archived card, and of letters to the person',
    }),
  },

  decide: {
    CreateContact: (
      { organizationId, responsibleStaffId, allowDuplicate, createdFrom = 'user', ...fields },
      state,
      { holders, self, responsible, id, now },
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (responsibleStaffId !== undefined) worksHere(responsible, organizationId);
      const { contactId: _, ...card } = valid(fields, now);
      const shared = heldByOthers(holders, id, allowDuplicate);
      return [
        event('ContactCreated', {
          organizationId,
          ...noCard,
          ...card,
          name: fields.name.trim(),
          responsibleStaffId: responsibleStaffId ?? self,
          createdFrom,
          shared,
        }),
      ];
    },

    UpdateContact: ({ contactId: _, allowDuplicate, ...fields }, state, { holders, id, now }) => {
      inUse(state);
      const wanted = valid(fields, now);
      const changes = changesOf<ContactCard>(cardOf(state), wanted);
      if (!changes) return [];
      const kept = (values: readonly string[]) => state.shared.filter((value) => values.includes(value));
      const still = [...kept(wanted.phones ?? state.phones), ...kept(wanted.emails ?? state.emails)];
      // What the card has already is no new duplicate.
      const added = Object.fromEntries(Object.entries(holders).filter(([value]) => !still.includes(value)));
      return [event('ContactUpdated', { changes, shared: [...still, ...heldByOthers(added, id, allowDuplicate)] })];
    },

    AssignContactResponsible: ({ staffId }, state, { responsible }) => {
      inUse(state);
      worksHere(responsible, state.organizationId);
      return state.responsibleStaffId === staffId ? [] : [event('ContactResponsibleAssigned', { staffId })];
    },

    EraseContact: (_, { status }) => {
      if (status === 'none') throw refusal('NOT_FOUND');
      if (status === 'erased') return [];
      if (status !== 'archived') throw refusal('INVALID_STATE', { status });
      return [event('ContactErased', {})];
    },

    ArchiveContact: (_, state, { deals }) => {
      if (state.status === 'archived' || state.status === 'erased') return [];
      inUse(state);
      if (deals.members.length > 0) throw refusal('CLIENT_HAS_OPEN_DEALS');
      return [event('ContactArchived', {})];
    },
  },

  evolve: {
    ContactCreated: (_, { createdFrom: __, ...fields }) => erased(fields) ?? { ...noContact, ...fields, status: 'active' },
    ContactUpdated: (state, { changes, shared }) => ((changes as unknown) === ERASED ? state : { ...state, ...changed(changes), shared }),
    ContactResponsibleAssigned: (state, { staffId }) => ({ ...state, responsibleStaffId: staffId }),
    ContactArchived: (state) => ({ ...state, status: 'archived' }),
    ContactErased: ({ organizationId, responsibleStaffId }) => ({
      ...noContact,
      organizationId,
      responsibleStaffId,
      name: ERASED,
      status: 'erased',
    }),
  },
});

const { status: _, organizationId: __, shared: ___, ...noCard } = noContact;

const cardOf = ({
  name,
  phones,
  emails,
  messengers,
  addresses,
  birthDate,
  interests,
  language,
  timeZone,
  source,
}: Contact): ContactCard => ({
  name,
  phones,
  emails,
  messengers,
  addresses,
  birthDate,
  interests,
  language,
  timeZone,
  source,
});

/** A card whose key was destroyed tells only that there was one. */
const erased = ({
  name,
  organizationId,
  responsibleStaffId,
  interests,
}: ContactEvents['ContactCreated'] | Omit<ContactEvents['ContactCreated'], 'createdFrom'>) =>
  name === ERASED ? { ...noContact, status: 'active' as const, name, organizationId, responsibleStaffId, interests } : undefined;

/** The fields in their normal forms. @throws DomainError PHONE_INVALID, EMAIL_INVALID, CLIENT_FIELD_INVALID */
function valid<Fields extends Partial<commands.CreateContact>>(fields: Fields, now: string) {
  const { birthDate, timeZone, name } = fields;
  if (birthDate && !(birthDate >= EARLIEST_BIRTH && birthDate < now.slice(0, 10)))
    throw refusal('CLIENT_FIELD_INVALID', { field: 'birthDate' });
  if (timeZone !== undefined && !isTimeZone(timeZone)) throw refusal('CLIENT_FIELD_INVALID', { field: 'timeZone' });
  if (name !== undefined && name.trim() === '') throw refusal('CLIENT_FIELD_INVALID', { field: 'name' });
  const reached = reachedAt(fields);
  const interests = tagsOf(fields.interests);
  return {
    ...fields,
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(reached.phones && { phones: reached.phones }),
    ...(reached.emails && { emails: reached.emails }),
    ...(interests && { interests }),
  };
}
