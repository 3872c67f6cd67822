import { membership, organization, type MembershipEvents, type OrganizationEvents } from '@letopis/contexts/organizations';
import { staffMember, type StaffMemberEvents } from '@letopis/contexts/staff';
import { derivedId, system, type Actor, type UserActor } from '@letopis/kernel';
import { facts, stream, type Fact, type Stream } from '../../kernel/testing';

/** The people of this context's specifications. */
const person = (name: string): UserActor => ({
  kind: 'user',
  userId: derivedId('person', name),
  sessionId: derivedId('session', name),
  ip: '10.0.0.1',
});

/** Administers Romashka. */
export const anna = person('anna');
/** Works there with every right on clients but that to edit all. */
export const lena = person('lena');
/** Works there and only looks. */
export const oleg = person('oleg');
/** A client of Romashka, and nobody there. */
const viktor = person('viktor');
const stranger = person('stranger');
export const actors: Readonly<Record<string, Actor>> = {
  anonymous: { kind: 'anonymous' },
  anna,
  lena,
  oleg,
  viktor,
  stranger,
  system: system('sagas'),
};

export const romashka = derivedId('organization', 'romashka');
const ofOrganization = facts<OrganizationEvents>();
const ofMembership = facts<MembershipEvents>();
const ofStaff = facts<StaffMemberEvents>();

const itself: Stream = stream(
  organization,
  romashka,
  ofOrganization('OrganizationAdded', { kind: 'legal_entity', inn: '7707083893', displayName: 'Ромашка', addedBy: anna.userId }),
  ofOrganization('OrganizationRegisteredAsClient', { requestId: derivedId('r'), registeredAt: '2026-03-02T09:00:00.000Z' }),
  ofOrganization('AdministratorAssigned', { userId: anna.userId, assignedBy: anna.userId }),
);
const member = ({ userId }: UserActor, memberKind: 'employee' | 'client' = 'employee'): Stream =>
  stream(
    membership,
    `${romashka}:${userId}`,
    ofMembership('MembershipGranted', { organizationId: romashka, userId, memberKind, via: 'staff', sourceId: 'x' }),
  );

export const staffIdOf = ({ userId }: UserActor): string => derivedId('staff', userId);
export const works = (who: UserActor, ...more: readonly Fact[]): Stream =>
  stream(
    staffMember,
    staffIdOf(who),
    ofStaff('StaffMemberCreated', {
      organizationId: romashka,
      login: who.userId,
      email: 'x@romashka.ru',
      departmentIds: [],
      roleCodes: [],
      individualRights: [],
      fullAccess: false,
      isDefaultAdmin: false,
      origin: 'form',
    } as object as StaffMemberEvents['StaffMemberCreated']),
    ofStaff('StaffUserLinked', { userId: who.userId }),
    ...more,
  );

const CRM = ['contacts', 'companies'].flatMap((section) => ['view', 'create', 'edit', 'delete'].map((fn) => `crm.${section}:${fn}`));
export const people: readonly Stream[] = [
  itself,
  member(anna),
  member(lena),
  member(oleg),
  member(viktor, 'client'),
  works(lena, ...CRM.map((node) => ofStaff('StaffRightGranted', { node }))),
  works(oleg),
];
