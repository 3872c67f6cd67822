// @ts-nocheck
import { displayName, ERASED, type PersonName } from '@letopis/kernel';
import type { Card, CardChanges, PersonEvents, RelationTarget } from './person.events';

/** Items of one kind on a card, and which of them is to be used first. */
export interface Attached {
  readonly ids: readonly string[];
  readonly primary?: string;
}

export interface Person {
  readonly status: 'none' | 'active' | 'archived' | 'erased';
  readonly organizationId: string;
  readonly card: Card;
  readonly phones: Attached;
  readonly emails: Attached;
  readonly relations: readonly { readonly relationId: string; readonly target: RelationTarget; readonly role: string }[];
  /** The user whom an accepted link has bound to the card, and that link. */
  readonly bound?: { readonly userId: string; readonly personLinkId: string };
}

const noCard: Card = { name: { lastName: '', firstName: '' }, employment: 'other' };

export const noPerson: Person = {
  status: 'none',
  organizationId: '',
  card: noCard,
  phones: { ids: [] },
  emails: { ids: [] },
  relations: [],
};

/** What people read as a name; that of a person who was erased is told no more. */
export const nameOf = (name: PersonName | typeof ERASED): string => (name === ERASED ? ERASED : displayName(name));

const attach = ({ ids, primary }: Attached, id: string, isPrimary: boolean): Attached => ({
  ids: ids.includes(id) ? ids : [...ids, id],
  primary: isPrimary ? id : primary,
});

const detach = ({ ids, primary }: Attached, id: string): Attached => {
  const rest = ids.filter((each) => each !== id);
  return { ids: rest, primary: primary === id ? rest[0] : primary };
};

/** The card with changes; those whose key was destroyed cannot be told. */
export const changed = <Fields extends object>(fields: Fields, changes: CardChanges | typeof ERASED): Fields =>
  changes === ERASED ? fields : { ...fields, ...Object.fromEntries(Object.entries(changes).map(([field, { to }]) => [field, to])) };

type Evolvers = { readonly [K in keyof PersonEvents]: (state: Person, data: PersonEvents[K]) => Person };

export const evolvePerson: Evolvers = {
  PersonCreated: (_, { organizationId, phoneIds, emailIds, primaryPhoneId, primaryEmailId, ...card }) => ({
    ...noPerson,
    status: 'active',
    organizationId,
    card,
    phones: { ids: phoneIds, primary: primaryPhoneId },
    emails: { ids: emailIds, primary: primaryEmailId },
  }),
  PersonUpdated: (state, { changes }) => ({ ...state, card: changed(state.card, changes) }),
  PersonPhoneAttached: (state, { phoneId, primary }) => ({ ...state, phones: attach(state.phones, phoneId, primary) }),
  PersonPhoneDetached: (state, { phoneId }) => ({ ...state, phones: detach(state.phones, phoneId) }),
  PersonEmailAttached: (state, { emailId, primary }) => ({ ...state, emails: attach(state.emails, emailId, primary) }),
  PersonEmailDetached: (state, { emailId }) => ({ ...state, emails: detach(state.emails, emailId) }),
  PersonRelationAdded: (state, relation) => ({ ...state, relations: [...state.relations, relation] }),
  PersonRelationRemoved: (state, { relationId }) => ({
    ...state,
    relations: state.relations.filter((relation) => relation.relationId !== relationId),
  }),
  UserBoundToPerson: (state, bound) => ({ ...state, bound }),
  UserUnboundFromPerson: (state) => ({ ...state, bound: undefined }),
  PersonArchived: (state) => ({ ...state, status: 'archived' }),
  PersonRestored: (state) => ({ ...state, status: 'active' }),
  PersonErased: ({ organizationId }) => ({ ...noPerson, organizationId, status: 'erased' }),
};
