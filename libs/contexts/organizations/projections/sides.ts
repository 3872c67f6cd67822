import { displayName, ERASED, side, type Join, type PersonName } from '@letopis/kernel';
import type { UserEvents } from '@letopis/contexts/identity';
import type { MembershipEvents } from '../membership/membership';
import type { OrganizationEvents } from '../organization/organization.events';
import { accessFolds, begun, type CurrentAccess } from './access';

/** What rows show of an organization. */
export const organizationSide = side<{ displayName: string; inn: string }, OrganizationEvents>()({
  OrganizationAdded: (_, { data: { displayName, inn } }) => ({ displayName, inn }),
  OrganizationDetailsEnriched: (known, { data: { displayName } }) => known && { ...known, displayName },
  OrganizationDetailsUpdated: (known, { data: { displayName } }) => known && { ...known, displayName },
});

/** What rows show of a user. */
export const userSide = side<{ email: string }, UserEvents>()({
  UserRegistered: (_, { data: { email } }) => ({ email }),
  UserEmailChanged: (_, { data: { newEmail } }) => ({ email: newEmail }),
  UserErased: () => ({ email: ERASED }),
});

/** What cards of persons say here; cards depend on organizations, not the other way round. */
interface CardEvents {
  PersonCreated: { name: PersonName | typeof ERASED };
  PersonUpdated: { changes: { name?: { to?: PersonName | typeof ERASED } } };
  PersonErased: Record<never, never>;
  UserBoundToPerson: { userId: string };
  UserUnboundFromPerson: { userId: string };
}

const nameIn = (name: PersonName | typeof ERASED) => (name === ERASED ? ERASED : displayName(name));

/** What rows show of a card. */
export const cardSide = side<{ fullName: string }, CardEvents>()({
  PersonCreated: (_, { data: { name } }) => ({ fullName: nameIn(name) }),
  PersonUpdated: (known, { data: { changes } }) => (changes.name?.to ? { fullName: nameIn(changes.name.to) } : known),
  PersonErased: () => ({ fullName: ERASED }),
});

/** Somebody in an organization: how memberships, and what is known of people there, are found. */
export const memberIdOf = (organizationId: string, userId: string): string => `${organizationId}:${userId}`;

/** The card that somebody is linked with in an organization. */
export const linkedSide = side<{ personId: string }, Pick<CardEvents, 'UserBoundToPerson' | 'UserUnboundFromPerson'>>()(
  {
    UserBoundToPerson: (_, { aggregateId }) => ({ personId: aggregateId }),
    UserUnboundFromPerson: (known, { aggregateId }) => (known?.personId === aggregateId ? undefined : known),
  },
  ({ metadata: { organizationId }, data: { userId } }) => (organizationId === undefined ? undefined : memberIdOf(organizationId, userId)),
);

/** The joins that bring the name of the linked card to a row that says who it is about by `memberId`. */
export const linkedName: readonly Join[] = [
  { by: 'memberId', side: 'linked', fields: { personId: 'personId' } },
  { by: 'personId', side: 'cards', fields: { fullName: 'personName' } },
];

/** What a membership opens. */
export const accessSide = side<{ access: CurrentAccess }, MembershipEvents>()({
  MembershipGranted: (_, { data }) => ({ access: begun(data) }),
  ...accessFolds<{ access: CurrentAccess }>(
    ({ access }) => access,
    ({ access }, change) => ({ access: { ...access, ...change } }),
  ),
});
