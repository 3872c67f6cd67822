// @ts-nocheck
import { ERASED, projection, side, type PersonName, type RecordedOf, staffSees } from '@letopis/kernel';
import { userSide } from '@letopis/contexts/organizations';
import type { EmailAddressEvents } from '../contact-item/email-address';
import type { PhoneNumberEvents } from '../contact-item/phone-number';
import type { PersonLinkEvents } from '../person-link/person-link';
import type { CardChanges, Employment, Gender, PersonEvents } from '../person/person.events';
import { changed, nameOf } from '../person/person.state';

export interface PersonRow {
  readonly personId: string;
  readonly organizationId: string;
  readonly name: PersonName | typeof ERASED;
  readonly fullName: string;
  readonly birthDate?: string;
  readonly gender?: Gender;
  readonly inn?: string;
  readonly snils?: string;
  readonly position?: string;
  readonly employment: Employment;
  readonly note?: string;
  readonly phoneIds: readonly string[];
  readonly primaryPhoneId?: string;
  readonly phones?: readonly (string | null)[];
  readonly emailIds: readonly string[];
  readonly primaryEmailId?: string;
  readonly emails?: readonly (string | null)[];
  /** The user bound to the card. */
  readonly linkedUserId?: string;
  /** The last link that was asked for, and whom with. */
  readonly linkId?: string;
  readonly linkUserId?: string;
  readonly linkUserEmail?: string;
  readonly linkStatus?: string;
  readonly linked: boolean;
  readonly status: 'active' | 'archived' | 'erased';
  /** Forms of the phones that people search by. */
  readonly phoneForms?: readonly string[];
}

type Events = PersonEvents & Pick<PersonLinkEvents, 'PersonLinkRequested'>;
type Row = PersonRow | undefined;
type Of<Type extends keyof Events> = RecordedOf<Events, Type>;

const withName = (row: PersonRow): PersonRow => ({ ...row, fullName: nameOf(row.name) });
const without = (ids: readonly string[], id: string) => ids.filter((each) => each !== id);
const added = (ids: readonly string[], id: string) => [...without(ids, id), id];

const folds = {
  PersonCreated: (_: Row, { aggregateId, data }: Of<'PersonCreated'>): Row =>
    withName({ personId: aggregateId, ...data, fullName: '', linked: false, status: 'active' }),
  PersonUpdated: (row: Row, { data: { changes } }: Of<'PersonUpdated'>): Row => row && withName(changed(row, changes)),
  PersonPhoneAttached: (row: Row, { data: { phoneId, primary } }: Of<'PersonPhoneAttached'>): Row =>
    row && {
      ...row,
      phoneIds: row.phoneIds.includes(phoneId) ? row.phoneIds : added(row.phoneIds, phoneId),
      primaryPhoneId: primary ? phoneId : row.primaryPhoneId,
    },
  PersonPhoneDetached: (row: Row, { data: { phoneId } }: Of<'PersonPhoneDetached'>): Row =>
    row && {
      ...row,
      phoneIds: without(row.phoneIds, phoneId),
      primaryPhoneId: row.primaryPhoneId === phoneId ? without(row.phoneIds, phoneId)[0] : row.primaryPhoneId,
    },
  PersonEmailAttached: (row: Row, { data: { emailId, primary } }: Of<'PersonEmailAttached'>): Row =>
    row && {
      ...row,
      emailIds: row.emailIds.includes(emailId) ? row.emailIds : added(row.emailIds, emailId),
      primaryEmailId: primary ? emailId : row.primaryEmailId,
    },
  PersonEmailDetached: (row: Row, { data: { emailId } }: Of<'PersonEmailDetached'>): Row =>
    row && {
      ...row,
      emailIds: without(row.emailIds, emailId),
      primaryEmailId: row.primaryEmailId === emailId ? without(row.emailIds, emailId)[0] : row.primaryEmailId,
    },
  UserBoundToPerson: (row: Row, { data: { userId } }: Of<'UserBoundToPerson'>): Row => row && { ...row, linkedUserId: userId },
  UserUnboundFromPerson: (row: Row): Row => row && { ...row, linkedUserId: undefined },
  PersonArchived: (row: Row): Row => row && { ...row, status: 'archived' },
  PersonRestored: (row: Row): Row => row && { ...row, status: 'active' },
  // What is left of the card says that there was one, and nothing of whom.
  PersonErased: (row: Row): Row =>
    row && {
      personId: row.personId,
      organizationId: row.organizationId,
      name: ERASED,
      fullName: ERASED,
      employment: row.employment,
      phoneIds: [],
      emailIds: [],
      linked: false,
      status: 'erased',
    },
  PersonLinkRequested: (row: Row, { aggregateId, data: { userId } }: Of<'PersonLinkRequested'>): Row =>
    row && { ...row, linkId: aggregateId, linkUserId: userId },
};

const keyOf = (event: RecordedOf<Events, keyof Events>) => (event.type === 'PersonLinkRequested' ? event.data.personId : event.aggregateId);

type ItemEvents = PhoneNumberEvents & EmailAddressEvents;
type Changed = RecordedOf<ItemEvents, 'PhoneNumberUpdated' | 'EmailAddressUpdated'>;
const newValue = (known: { value: string } | undefined, { data: { changes } }: Changed) =>
  (changes as unknown) === ERASED || !changes.value?.to ? known : { value: changes.value.to };

const phoneSide = side<{ value: string }, PhoneNumberEvents>()({
  PhoneNumberAdded: (_, { data: { value } }) => ({ value }),
  PhoneNumberUpdated: newValue,
  PhoneNumberErased: () => ({ value: ERASED }),
});

const emailSide = side<{ value: string }, EmailAddressEvents>()({
  EmailAddressAdded: (_, { data: { value } }) => ({ value }),
  EmailAddressUpdated: newValue,
  EmailAddressErased: () => ({ value: ERASED }),
});

const linkSide = side<{ status: string }, PersonLinkEvents>()({
  PersonLinkRequested: () => ({ status: 'created' }),
  PersonLinkAccepted: () => ({ status: 'accepted' }),
  PersonLinkRejected: () => ({ status: 'rejected' }),
  PersonLinkCancelled: () => ({ status: 'cancelled' }),
  PersonLinkRevoked: () => ({ status: 'revoked' }),
});

/** A number as it is written with and without the code of the country: a search finds it by the beginning of either. */
const formsOf = (phone: string | null) => {
  const digits = phone?.replace(/\D/g, '') ?? '';
  return digits.startsWith('7') && digits.length === 11 ? [digits, `8${digits.slice(1)}`, digits.slice(1)] : digits ? [digits] : [];
};

/** «Физические лица»: the cards of an organization. */
export const personsRegistry = projection<PersonRow, Events>()({
  code: 'persons_registry',
  version: 1,
  title: { ru: 'Физические лица', en: 'Persons' },
  key: keyOf,
  on: folds,
  sides: { phone: phoneSide, email: emailSide, link: linkSide, user: userSide },
  joins: [
    { by: 'phoneIds', side: 'phone', fields: { value: 'phones' } },
    { by: 'emailIds', side: 'email', fields: { value: 'emails' } },
    { by: 'linkId', side: 'link', fields: { status: 'linkStatus' } },
    { by: 'linkUserId', side: 'user', fields: { email: 'linkUserEmail' } },
  ],
  derive: (row) => ({ ...row, linked: row.linkStatus === 'accepted', phoneForms: (row.phones ?? []).flatMap(formsOf) }),
  list: {
    filters: {
      organizationId: 'string',
      employment: 'string',
      status: 'string',
      linked: 'boolean',
      linkStatus: 'string',
      linkedUserId: 'string',
    },
    sorts: ['fullName', 'position', 'employment', 'status'],
    search: ['fullName', 'phoneForms', 'emails'],
    defaultSort: 'fullName',
  },
  policy: staffSees('persons.cards:view'),
  hidden: ['phoneForms'],
});

export interface PersonFound {
  readonly personId: string;
  readonly organizationId: string;
  readonly name: PersonName | typeof ERASED;
  readonly fullName: string;
  readonly position?: string;
}

const found = (
  { personId, organizationId, position }: Pick<PersonFound, 'personId' | 'organizationId' | 'position'>,
  name: PersonFound['name'],
): PersonFound => ({ personId, organizationId, position, name, fullName: nameOf(name) });

/** Active cards of the organization that the session works in, found by the beginning of the surname. */
export const personLookup = projection<PersonFound & { status: string }, PersonEvents>()({
  code: 'person_lookup',
  version: 1,
  title: { ru: 'Поиск карточки', en: 'Finding a card' },
  serves: 'lookup',
  on: {
    PersonCreated: (_, { aggregateId, data }) => ({ ...found({ personId: aggregateId, ...data }, data.name), status: 'active' }),
    PersonUpdated: (row, { data: { changes } }) => {
      if (!row) return row;
      const next = changed(row, changes as CardChanges);
      return { ...found(next, next.name), status: row.status };
    },
    PersonArchived: (row) => row && { ...row, status: 'archived' },
    PersonRestored: (row) => row && { ...row, status: 'active' },
    PersonErased: () => undefined,
  },
  list: { filters: { organizationId: 'string' }, sorts: ['fullName'], search: ['fullName'], defaultSort: 'fullName' },
  policy: {
    ...staffSees('persons.cards:view'),
    see: (reading, answers) => {
      const seen = staffSees('persons.cards:view').see(reading, answers);
      return 'only' in seen ? { only: { ...seen.only, status: 'active' } } : seen;
    },
  },
});

/** What rows show of a card. */
export const personSide = side<{ name: PersonName | typeof ERASED; fullName: string }, PersonEvents>()({
  PersonCreated: (_, { data: { name } }) => ({ name, fullName: nameOf(name) }),
  PersonUpdated: (known, { data: { changes } }) => {
    if (!known) return known;
    const { name } = changed({ name: known.name }, changes as CardChanges);
    return { name, fullName: nameOf(name) };
  },
  PersonErased: () => ({ name: ERASED, fullName: ERASED }),
});

export interface PersonUsageRow {
  readonly personId: string;
  readonly organizationId: string;
  readonly relationId: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly role: string;
  readonly since: string;
}

/** What a card is related to: the details of its page. */
export const personUsage = projection<PersonUsageRow, PersonEvents>()({
  code: 'person_usage',
  version: 1,
  title: { ru: 'Где используется карточка', en: 'Uses of a card' },
  key: (event) => ('relationId' in event.data ? `${event.aggregateId}:${event.data.relationId}` : undefined),
  on: {
    PersonRelationAdded: (_, { aggregateId, data: { relationId, target, role }, metadata }) => ({
      personId: aggregateId,
      organizationId: metadata.organizationId ?? '',
      relationId,
      targetType: target.type,
      targetId: target.id,
      role,
      since: metadata.occurredAt,
    }),
    PersonRelationRemoved: () => undefined,
  },
  list: {
    filters: { organizationId: 'string', personId: 'string', targetType: 'string', targetId: 'string', role: 'string' },
    sorts: ['since', 'role', 'targetType'],
    search: ['role'],
    defaultSort: '-since',
  },
  policy: staffSees('persons.cards:view'),
});
