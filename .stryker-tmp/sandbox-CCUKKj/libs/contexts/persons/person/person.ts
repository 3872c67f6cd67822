// @ts-nocheck
import {
  aggregate,
  derivedId,
  followedBy,
  isInn,
  isSnils,
  known,
  oneOf,
  orgAdmin,
  ownerOf,
  parsePersonName,
  staff,
  stateIn,
  stateOf,
  systemOnly,
  type Need,
} from '@letopis/kernel';
import { organization, type Organization } from '@letopis/contexts/organizations';
import { emailAddress } from '../contact-item/email-address';
import { phoneNumber } from '../contact-item/phone-number';
import type { ContactItem } from '../contact-item/contact-item';
import { refusal } from '../errors';
import type { PersonLink } from '../person-link/person-link';
import * as commands from './person.commands';
import type { Card, CardChanges, PersonEvents, RelationTarget } from './person.events';
import { evolvePerson, noPerson, type Attached, type Person } from './person.state';

const { command, define, event } = aggregate<Person, PersonEvents>();

/** Nobody is born before. */
const EARLIEST_BIRTH = '1900-01-01';

const themselves = (_: object, id: string) => `person:${id}`;
const mayEdit = staff<object, Person>('persons.cards:edit');
const mayDelete = staff<object, Person>('persons.cards:delete');
const itemsOf = (definition: typeof phoneNumber, ids: readonly string[]): Need<readonly ContactItem[]> =>
  followedBy(Object.fromEntries(ids.map((id) => [id, stateOf(definition, id)])), (found) => ids.map((id) => found[id] as ContactItem));

/** What a relation leads to, where that is a record that the product has. */
const targetOf = ({ type, id }: RelationTarget): Need<Person | Organization | undefined> => {
  if (type === 'person') return stateIn<Person>('person', id);
  return type === 'organization' ? stateOf(organization, id) : known(undefined);
};

export const person = define({
  category: 'person',
  initialState: noPerson,
  organizationId: ({ organizationId }) => organizationId || undefined,
  personal: {
    PersonCreated: { of: themselves, fields: ['name', 'birthDate', 'gender', 'inn', 'snils', 'note'] },
    PersonUpdated: { of: themselves, fields: ['changes'] },
  },
  erases: { PersonErased: themselves },

  commands: {
    CreatePerson: command(commands.CreatePerson, {
      by: staff<commands.CreatePerson, Person>('persons.cards:create', { in: ({ command }) => command.organizationId }),
      summary: '«Создать → Физическое лицо»: the card of a person',
      needs: ({ command: { phoneIds = [], emailIds = [] } }) => ({
        phones: itemsOf(phoneNumber, phoneIds),
        emails: itemsOf(emailAddress, emailIds),
      }),
    }),
    UpdatePerson: command(commands.UpdatePerson, { by: mayEdit, summary: 'Any field of the card' }),
    AttachPhone: command(commands.AttachPhone, {
      by: mayEdit,
      summary: 'A phone number of the directory on the card',
      needs: ({ command: { phoneId } }) => ({ item: stateOf(phoneNumber, phoneId) }),
    }),
    DetachPhone: command(commands.DetachPhone, {
      by: oneOf<object, Person>(mayEdit, systemOnly),
      summary: 'Takes a phone number off the card',
    }),
    AttachEmail: command(commands.AttachEmail, {
      by: mayEdit,
      summary: 'An e-mail address of the directory on the card',
      needs: ({ command: { emailId } }) => ({ item: stateOf(emailAddress, emailId) }),
    }),
    DetachEmail: command(commands.DetachEmail, {
      by: oneOf<object, Person>(mayEdit, systemOnly),
      summary: 'Takes an e-mail address off the card',
    }),
    AddPersonRelation: command(commands.AddPersonRelation, {
      by: oneOf<object, Person>(mayEdit, systemOnly),
      summary: 'A relation of the person to a contract, an invoice, another record',
      needs: ({ command: { target } }) => ({ target: targetOf(target) }),
    }),
    RemovePersonRelation: command(commands.RemovePersonRelation, {
      by: oneOf<object, Person>(mayEdit, systemOnly),
      summary: 'Takes a relation away',
    }),
    BindUserToPerson: command(commands.BindUserToPerson, { by: systemOnly }),
    UnbindUserFromPerson: command(commands.UnbindUserFromPerson, { by: systemOnly }),
    ArchivePerson: command(commands.ArchivePerson, {
      by: mayDelete,
      summary: 'The card goes into the archive',
      needs: ({ id }) => ({ link: stateIn<PersonLink>('personLink', ownerOf('personActiveLink', id)) }),
    }),
    RestorePerson: command(commands.RestorePerson, { by: mayDelete, summary: 'The card comes back from the archive' }),
    ErasePerson: command(commands.ErasePerson, {
      by: orgAdmin<object, Person>(),
      summary: 'Erases the personal data of an archived card',
    }),
  },

  decide: {
    CreatePerson: (
      { personId: _, organizationId, phoneIds = [], emailIds = [], primaryPhoneId, primaryEmailId, ...fields },
      state,
      context,
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      const card = valid({ employment: 'other', ...fields }, context.now) as Card;
      for (const item of [...context.phones, ...context.emails]) ofOrganization(item, organizationId);
      return [
        event('PersonCreated', {
          organizationId,
          ...card,
          phoneIds: once(phoneIds),
          emailIds: once(emailIds),
          primaryPhoneId: primaryOf(phoneIds, primaryPhoneId, 'primaryPhoneId'),
          primaryEmailId: primaryOf(emailIds, primaryEmailId, 'primaryEmailId'),
        }),
      ];
    },

    UpdatePerson: ({ personId: _, ...fields }, state, { now }) => {
      active(state);
      const changes = changesTo(state.card, valid(fields, now));
      return Object.keys(changes).length > 0 ? [event('PersonUpdated', { changes })] : [];
    },

    AttachPhone: ({ phoneId, primary }, state, { item }) => {
      active(state);
      ofOrganization(item, state.organizationId);
      const first = attaches(state.phones, phoneId, primary);
      return first === undefined ? [] : [event('PersonPhoneAttached', { phoneId, primary: first })];
    },
    DetachPhone: ({ phoneId }, state, { actor }) => {
      if (actor.kind !== 'system') active(state);
      return state.phones.ids.includes(phoneId) ? [event('PersonPhoneDetached', { phoneId })] : [];
    },
    AttachEmail: ({ emailId, primary }, state, { item }) => {
      active(state);
      ofOrganization(item, state.organizationId);
      const first = attaches(state.emails, emailId, primary);
      return first === undefined ? [] : [event('PersonEmailAttached', { emailId, primary: first })];
    },
    DetachEmail: ({ emailId }, state, { actor }) => {
      if (actor.kind !== 'system') active(state);
      return state.emails.ids.includes(emailId) ? [event('PersonEmailDetached', { emailId })] : [];
    },

    AddPersonRelation: ({ relationId, target: { type, id }, role }, state, { target, commandId }) => {
      active(state);
      isThere({ type, id }, target, state.organizationId);
      const given = relationId ?? derivedId(commandId, 'relation');
      if (state.relations.some((relation) => relation.relationId === given)) throw refusal('ALREADY_EXISTS');
      return [event('PersonRelationAdded', { relationId: given, target: { type, id }, role })];
    },
    RemovePersonRelation: ({ relationId }, state) => {
      active(state);
      return state.relations.some((relation) => relation.relationId === relationId) ? [event('PersonRelationRemoved', { relationId })] : [];
    },

    BindUserToPerson: ({ userId, personLinkId }, state) => {
      active(state);
      return state.bound?.personLinkId === personLinkId ? [] : [event('UserBoundToPerson', { userId, personLinkId })];
    },
    // Also of an archived card: a link may end at any time.
    UnbindUserFromPerson: ({ personLinkId, reason }, { bound }) =>
      bound?.personLinkId === personLinkId ? [event('UserUnboundFromPerson', { userId: bound.userId, reason })] : [],

    ArchivePerson: (_, state, { link }) => {
      existing(state);
      if (state.status === 'archived') return [];
      active(state);
      if (link.status === 'created') throw refusal('LINK_PERSON_BUSY');
      return [event('PersonArchived', {})];
    },
    RestorePerson: (_, state) => {
      existing(state);
      if (state.status === 'active') return [];
      if (state.status === 'erased') throw refusal('PERSON_ARCHIVED');
      return [event('PersonRestored', {})];
    },
    ErasePerson: (_, state) => {
      existing(state);
      if (state.status === 'erased') return [];
      if (state.status !== 'archived') throw refusal('INVALID_STATE', { status: state.status });
      return [event('PersonErased', {})];
    },
  },

  evolve: evolvePerson,
});

const existing = ({ status }: Person) => {
  if (status === 'none') throw refusal('NOT_FOUND');
};

const active = (state: Person) => {
  existing(state);
  if (state.status !== 'active') throw refusal('PERSON_ARCHIVED');
};

/** An item of another organization is as little there as one that was removed. */
const ofOrganization = ({ status, organizationId }: ContactItem, expected: string) => {
  if (status !== 'active' || organizationId !== expected) throw refusal('NOT_FOUND');
};

const once = (ids: readonly string[]) => [...new Set(ids)];

const primaryOf = (ids: readonly string[], named: string | undefined, field: string) => {
  if (named !== undefined && !ids.includes(named)) throw refusal('PERSON_FIELD_INVALID', { field });
  return named ?? ids[0];
};

/** Whether the item that is attached becomes the primary one; undefined where nothing changes. */
const attaches = ({ ids, primary }: Attached, id: string, wanted: boolean | undefined): boolean | undefined => {
  if (!ids.includes(id)) return wanted ?? ids.length === 0;
  return wanted === true && primary !== id ? true : undefined;
};

const isThere = ({ type }: RelationTarget, target: Person | Organization | undefined, organizationId: string) => {
  const papers = ['contract', 'invoice', 'payment', 'act', 'other'];
  const own = target !== undefined && 'card' in target && target.status === 'active' && target.organizationId === organizationId;
  const listed = target !== undefined && 'inn' in target && target.status !== 'none';
  if (!papers.includes(type) && !own && !listed) throw refusal('RELATION_TARGET_NOT_FOUND');
};

/** The fields in their normal form. An empty text stays, to take the field away. */
function valid(fields: Partial<Omit<Card, 'name'>> & { readonly name?: commands.PersonNameText }, now: string): Partial<Card> {
  const { name, birthDate, inn, snils, ...rest } = fields;
  const wrong = (field: string) => refusal('PERSON_FIELD_INVALID', { field });
  const parsed = name && parsePersonName(name);
  if (parsed && 'wrong' in parsed) throw wrong(parsed.wrong);
  if (birthDate && !(birthDate >= EARLIEST_BIRTH && birthDate < now.slice(0, 10))) throw wrong('birthDate');
  const number = inn?.trim();
  if (number && !(number.length === 12 && isInn(number))) throw wrong('inn');
  const insurance = snils?.replace(/[\s-]/g, '');
  if (insurance && !isSnils(insurance)) throw wrong('snils');
  return { ...rest, ...(parsed && { name: parsed }), birthDate, inn: number, snils: insurance };
}

function changesTo(card: Card, wanted: Partial<Card>): CardChanges {
  const present = card as object as Readonly<Record<string, unknown>>;
  const changes = Object.entries(wanted)
    .filter(([, to]) => to !== undefined)
    .map(([field, to]) => [field, { from: present[field], to: to === '' ? undefined : to }] as const)
    .filter(([, { from, to }]) => JSON.stringify(from) !== JSON.stringify(to));
  return Object.fromEntries(changes) as CardChanges;
}
