// @ts-nocheck
import { roster, PLATFORM_ADMINS, user, type RosterEvents, type UserEvents } from '@letopis/contexts/identity';
import { after, derivedId, system, type Actor, type UserActor } from '@letopis/kernel';
import { facts, NOW, stream, type Fact, type Stream } from '../../kernel/testing';
import { accessRequest } from './access-request/access-request';
import type { AccessRequestEvents } from './access-request/access-request.events';
import { invitation, type InvitationEvents } from './invitation/invitation';
import { membership, type MemberKind, type MembershipEvents } from './membership/membership';
import { organization } from './organization/organization';
import type { OrganizationEvents } from './organization/organization.events';

/** The people and organizations of this context's specifications. */
const person = (name: string): UserActor => ({ kind: 'user', userId: derivedId('person', name), sessionId: derivedId('session', name) });

export const anonymous: Actor = { kind: 'anonymous' };
/** Puts Romashka into the registry, has it registered and administers it. */
export const anna = person('anna');
/** An employee of Romashka. */
export const boris = person('boris');
/** Wants to come in. */
export const viktor = person('viktor');
export const admin: UserActor = { ...person('admin'), platformRoles: ['PLATFORM_ADMIN'] };
export const sagas = system('sagas');

export const romashka = derivedId('organization', 'romashka');
export const requestId = derivedId('request', 'romashka');
export const INN = '7707083893';

export const ofOrganization = facts<OrganizationEvents>();
export const ofRequest = facts<AccessRequestEvents>();
export const ofInvitation = facts<InvitationEvents>();
export const ofMembership = facts<MembershipEvents>();
const ofUser = facts<UserEvents>();
const ofRoster = facts<RosterEvents>();

export const listed: readonly Fact[] = [
  ofOrganization('OrganizationAdded', { kind: 'legal_entity', inn: INN, displayName: `Организация, ИНН ${INN}`, addedBy: anna.userId }),
];
export const registration_requested: readonly Fact[] = [
  ...listed,
  ofOrganization('ClientRegistrationRequested', { requestId, requestedBy: anna.userId, administratorUserId: anna.userId }),
];
export const client: readonly Fact[] = [
  ...registration_requested,
  ofOrganization('ClientRegistrationAccepted', { requestId, decidedBy: admin.userId }),
  ofOrganization('OrganizationRegisteredAsClient', { requestId, registeredAt: '2026-03-02T09:00:00.000Z' }),
  ofOrganization('AdministratorAssigned', { userId: anna.userId, assignedBy: admin.userId }),
];
export const suspended: readonly Fact[] = [...client, ofOrganization('OrganizationSuspended', { reason: 'Долг' })];
export const archived: readonly Fact[] = [...suspended, ofOrganization('OrganizationArchived', { reason: 'Закрыта' })];
export const withBoris = ofOrganization('AdministratorAssigned', { userId: boris.userId, assignedBy: anna.userId });

export const STATES = { none: [] as readonly Fact[], listed, registration_requested, client, suspended, archived };

/** Romashka in the state that the facts make of it. */
export const itself = (...facts: readonly Fact[]): Stream => stream(organization, romashka, ...facts);

export const granted = ({ userId }: UserActor, memberKind: MemberKind = 'employee') =>
  ofMembership('MembershipGranted', { organizationId: romashka, userId, memberKind, via: 'access_request', sourceId: requestId });

/** What Romashka has let happen to somebody's membership. */
export const memberOf = ({ userId }: UserActor, ...facts: readonly Fact[]): Stream => stream(membership, `${romashka}:${userId}`, ...facts);
export const member = (who: UserActor, memberKind?: MemberKind): Stream => memberOf(who, granted(who, memberKind));

export const EMAIL = {
  [anna.userId]: 'anna@romashka.ru',
  [boris.userId]: 'boris@romashka.ru',
  [viktor.userId]: 'viktor@mail.ru',
  [admin.userId]: 'admin@letopis.local',
};
const registered = ({ userId }: UserActor) => ofUser('UserRegistered', { email: EMAIL[userId]!, locale: 'ru', origin: 'self' });
const activated = ofUser('UserActivated', { via: 'link' });
const off = ofUser('UserDeactivated', { reason: 'left' });

/** The account of somebody: active, or as the word says. */
export const account = (who: UserActor, how: 'active' | 'registered' | 'deactivated' | 'erased' = 'active'): Stream => {
  const facts = { registered: [], active: [activated], deactivated: [activated, off], erased: [activated, off, ofUser('UserErased', {})] };
  return stream(user, who.userId, registered(who), ...facts[how]);
};

/** The administrators of the service. */
export const administrators = (...people: readonly UserActor[]): Stream =>
  stream(roster, PLATFORM_ADMINS, ...people.map(({ userId }) => ofRoster('RosterEntered', { memberId: userId })));

export const accessRequestId = derivedId('accessRequest', 'viktor');
export const created = (fields: Partial<AccessRequestEvents['AccessRequestCreated']> = {}) =>
  ofRequest('AccessRequestCreated', { requesterUserId: viktor.userId, organizationId: romashka, scope: 'organization', ...fields });
export const accepted = ofRequest('AccessRequestAccepted', {
  decidedBy: anna.userId,
  memberKind: 'employee',
  departmentIds: [],
  roleCodes: [],
});
export const rejected = ofRequest('AccessRequestRejected', { decidedBy: anna.userId });
export const cancelled = ofRequest('AccessRequestCancelled', { by: viktor.userId });
export const request = (...facts: readonly Fact[]): Stream => stream(accessRequest, accessRequestId, ...facts);

export const invitationId = derivedId('invitation', 'viktor');
export const invited = (fields: Partial<InvitationEvents['ParticipantInvited']> = {}) =>
  ofInvitation('ParticipantInvited', {
    organizationId: romashka,
    email: EMAIL[viktor.userId]!,
    memberKind: 'employee',
    departmentIds: [],
    roleCodes: [],
    invitedBy: anna.userId,
    expiresAt: after(NOW, { days: 14 }),
    ...fields,
  });
export const invitationOf = (...facts: readonly Fact[]): Stream => stream(invitation, invitationId, ...facts);
