import { displayName, ERASED, side, type Join, type PersonName } from '@letopis/kernel';
import type { UserEvents } from '@letopis/contexts/identity';
import type { MemberKind, MembershipEvents } from '../membership/membership';
import type { OrganizationEvents } from '../organization/organization.events';

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

/** What somebody may enter at present. */
export interface CurrentAccess {
  readonly status: 'active' | 'suspended' | 'revoked';
  readonly memberKind: MemberKind;
  readonly grants: readonly { readonly node: string; readonly until?: string }[];
}

const other = (grants: CurrentAccess['grants'], node: string) => grants.filter((grant) => grant.node !== node);
const changed = (change: (access: CurrentAccess) => Partial<CurrentAccess>) => (known: { access: CurrentAccess } | undefined) =>
  known && { access: { ...known.access, ...change(known.access) } };

/** What a membership opens. */
export const accessSide = side<{ access: CurrentAccess }, MembershipEvents>()({
  MembershipGranted: (_, { data: { memberKind } }) => ({ access: { status: 'active', memberKind, grants: [] } }),
  MemberKindChanged: (known, { data: { memberKind } }) => changed(() => ({ memberKind }))(known),
  RestrictedAccessGranted: (known, { data }) => changed(({ grants }) => ({ grants: [...other(grants, data.node), data] }))(known),
  RestrictedAccessRevoked: (known, { data: { node } }) => changed(({ grants }) => ({ grants: other(grants, node) }))(known),
  MembershipSuspended: (known) => changed(() => ({ status: 'suspended' }))(known),
  MembershipResumed: (known) => changed(() => ({ status: 'active' }))(known),
  MembershipRevoked: (known) => changed(() => ({ status: 'revoked', grants: [] }))(known),
});
