import { user, type UserEvents } from '@letopis/contexts/identity';
import { membership, organization, type MemberKind, type MembershipEvents, type OrganizationEvents } from '@letopis/contexts/organizations';
import { staffMember, type StaffMemberEvents } from '@letopis/contexts/staff';
import { derivedId, type UserActor } from '@letopis/kernel';
import { facts, stream, type Fact, type Stream } from '../kernel/testing';

/** Romashka and whoever has to do with it: what the specifications of contexts begin with. */
export const romashka = derivedId('organization', 'romashka');
export const elsewhere = derivedId('organization', 'romb');

/** Somebody signed in, known by a name. */
export const person = (name: string): UserActor => ({
  kind: 'user',
  userId: derivedId('person', name),
  sessionId: derivedId('session', name),
  ip: '10.0.0.1',
});

const ofOrganization = facts<OrganizationEvents>();
const ofUser = facts<UserEvents>();
const ofStaff = facts<StaffMemberEvents>();

/** A client of the service, administered by who has added it. */
export const clientOrganization = ({ userId }: UserActor, assignedBy = userId): readonly Fact[] => [
  ofOrganization('OrganizationAdded', { kind: 'legal_entity', inn: '7707083893', displayName: 'Ромашка', addedBy: userId }),
  ofOrganization('OrganizationRegisteredAsClient', { requestId: derivedId('r'), registeredAt: '2026-03-02T09:00:00.000Z' }),
  ofOrganization('AdministratorAssigned', { userId, assignedBy }),
];
export const organizationOf = (administrator: UserActor, ...more: readonly Fact[]): Stream =>
  stream(organization, romashka, ...clientOrganization(administrator), ...more);

export const member = ({ userId }: UserActor, memberKind: MemberKind = 'employee', ...more: readonly Fact[]): Stream =>
  stream(
    membership,
    `${romashka}:${userId}`,
    facts<MembershipEvents>()('MembershipGranted', { organizationId: romashka, userId, memberKind, via: 'staff', sourceId: 'x' }),
    ...more,
  );

/** The account that somebody signs in with. */
export const account = ({ userId }: UserActor, email: string, ...more: readonly Fact[]): Stream =>
  stream(
    user,
    userId,
    ofUser('UserRegistered', { email, locale: 'ru', origin: 'self' }),
    ofUser('UserActivated', { via: 'link' }),
    ...more,
  );

export const staffIdOf = ({ userId }: UserActor): string => derivedId('staff', userId);
/** Somebody's work account. */
export const works = (who: UserActor, email: string, ...more: readonly Fact[]): Stream =>
  stream(
    staffMember,
    staffIdOf(who),
    ofStaff('StaffMemberCreated', { organizationId: romashka, isDefaultAdmin: false, origin: 'form', login: email.split('@')[0]!, email }),
    ofStaff('StaffUserLinked', { userId: who.userId }),
    ...more,
  );
