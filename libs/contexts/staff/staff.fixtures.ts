import { roster, type RosterEvents, type UserEvents } from '@letopis/contexts/identity';
import { organization, type OrganizationEvents } from '@letopis/contexts/organizations';
import { derivedId, firstProviderOf, system, type Actor, type UserActor } from '@letopis/kernel';
import { facts, stream, type Fact, type Stream } from '../../kernel/testing';
import { account as accountOf, clientOrganization, elsewhere, member, person, romashka } from '../romashka.fixtures';
import { clientAccount, type ClientAccountEvents } from './client-account/client-account';
import { clientService, type ClientServiceEvents } from './client-service/client-service';
import { department } from './department/department';
import type { DepartmentEvents } from './department/department.events';
import { role, type RoleEvents } from './role/role';
import { staffMember, type StaffMemberEvents } from './staff-member';
import { supportRequest, type SupportRequestEvents } from './support-request/support-request';
import { userGroup, type UserGroupEvents } from './user-group/user-group';
import { workSchedule, type WorkScheduleEvents } from './work-schedule/work-schedule';

/** The people, departments and clients of this context's specifications. */
export { elsewhere, member, romashka };
export const anonymous: Actor = { kind: 'anonymous' };
/** Administers Romashka. */
export const anna = person('anna');
/** Works there with full access. */
export const boris = person('boris');
/** Works there in the sales department. */
export const lena = person('lena');
/** A client of Romashka, and another one. */
export const viktor = person('viktor');
export const rival = person('rival');
/** Nobody there. */
export const stranger = person('stranger');
export const admin: UserActor = { ...person('admin'), platformRoles: ['PLATFORM_ADMIN'] };
export const sagas = system('sagas');

export const EMAIL = {
  [anna.userId]: 'anna@romashka.ru',
  [boris.userId]: 'boris@romashka.ru',
  [lena.userId]: 'lena@romashka.ru',
  [viktor.userId]: 'viktor@mail.ru',
};

export const ofDepartment = facts<DepartmentEvents>();
export const ofStaff = facts<StaffMemberEvents>();
export const ofRole = facts<RoleEvents>();
export const ofSchedule = facts<WorkScheduleEvents>();
export const ofGroup = facts<UserGroupEvents>();
export const ofAccount = facts<ClientAccountEvents>();
export const ofService = facts<ClientServiceEvents>();
export const ofRequest = facts<SupportRequestEvents>();
const ofOrganization = facts<OrganizationEvents>();
const ofUser = facts<UserEvents>();
const ofRoster = facts<RosterEvents>();

export const client: readonly Fact[] = clientOrganization(anna, admin.userId);
export const itself = (...more: readonly Fact[]): Stream => stream(organization, romashka, ...client, ...more);
export const assigned = ({ userId }: UserActor) => ofOrganization('AdministratorAssigned', { userId, assignedBy: anna.userId });
export const account = (who: UserActor, ...more: readonly Fact[]): Stream => accountOf(who, EMAIL[who.userId] ?? 'x@mail.ru', ...more);
export const members = (rosterId: string, ...ids: readonly string[]): Stream =>
  stream(roster, rosterId, ...ids.map((memberId) => ofRoster('RosterEntered', { memberId })));
export const off = ofUser('UserDeactivated', { reason: 'left' });
export const erased = ofUser('UserErased', {});

export const departmentId = derivedId('department', 'sales');
export const departmentMade: Fact = ofDepartment('DepartmentCreated', {
  organizationId: romashka,
  name: { ru: 'отдел продаж' },
  taskLocale: 'ru',
});
export const inDepartment = (...more: readonly Fact[]): Stream => stream(department, departmentId, departmentMade, ...more);
export const switched = (node: string, enabled = true): Fact => ofDepartment('DepartmentRightSet', { node, enabled, clearedNodes: [] });

export const roleId = derivedId('role', 'manager');
export const roleMade = (more: Partial<RoleEvents['RoleCreated']> = {}): Fact =>
  ofRole('RoleCreated', {
    organizationId: romashka,
    code: 'manager',
    name: 'Менеджер',
    kind: 'functional',
    rights: [],
    system: false,
    fullAccess: false,
    ...more,
  });
export const inRole = (...more: readonly Fact[]): Stream => stream(role, roleId, ...more);

export const scheduleId = derivedId('schedule');
export const scheduleMade: Fact = ofSchedule('WorkScheduleCreated', {
  organizationId: romashka,
  name: 'Будни',
  timeZone: 'Europe/Moscow',
  weekly: [1, 2, 3, 4, 5].map((day) => ({ day, intervals: [{ from: '09:00', to: '18:00' }] })),
  exceptions: [],
  calendar: 'ru',
});
export const inSchedule = (...more: readonly Fact[]): Stream => stream(workSchedule, scheduleId, scheduleMade, ...more);

export const staffIdOf = ({ userId }: UserActor): string => derivedId('staff', userId);
export const hired = (who: UserActor, login = 'login'): Fact =>
  ofStaff('StaffMemberCreated', {
    organizationId: romashka,
    login,
    email: EMAIL[who.userId] ?? 'x@mail.ru',
    isDefaultAdmin: false,
    origin: 'form',
  });
export const linked = ({ userId }: UserActor): Fact => ofStaff('StaffUserLinked', { userId });
export const blocked = ofStaff('StaffMemberBlocked', {});
export const dismissed = ofStaff('StaffMemberDismissed', { departmentIds: [], roleCodes: [] });
/** The work account of somebody, active, with what else has happened to it. */
export const works = (who: UserActor, ...more: readonly Fact[]): Stream =>
  stream(staffMember, staffIdOf(who), hired(who, who.userId), linked(who), ...more);
export const fullAccess = ofStaff('FullAccessGranted', {});

export const accountId = derivedId('account', 'viktor');
export const opened = (who: UserActor = viktor): Fact =>
  ofAccount('ClientAccountOpened', { organizationId: romashka, providerId: firstProviderOf(romashka), userId: who.userId });
export const clientOf = (...more: readonly Fact[]): Stream => stream(clientAccount, accountId, opened(), ...more);
export const toppedUp = (count = 1): Fact => ofAccount('SupportBalanceToppedUp', { count, reason: 'Подарок', by: anna.userId });

export const serviceId = derivedId('service', 'viktor');
export const ordered: Fact = ofService('ClientServiceOrdered', {
  organizationId: romashka,
  clientAccountId: accountId,
  tariffId: derivedId('tariff'),
  quantity: 1,
  parameters: {},
  manualAction: false,
});
export const service = (...more: readonly Fact[]): Stream => stream(clientService, serviceId, ordered, ...more);

export const requestId = derivedId('request', 'viktor');
export const asked = (more: Partial<SupportRequestEvents['SupportRequestCreated']> = {}): Fact =>
  ofRequest('SupportRequestCreated', {
    organizationId: romashka,
    clientAccountId: accountId,
    clientUserId: viktor.userId,
    departmentId,
    subject: 'Почта',
    text: 'Не работает',
    fileIds: [],
    number: 1,
    answerDueAt: '2026-03-02T17:00:00.000Z',
    charging: false,
    ...more,
  });
export const request = (...more: readonly Fact[]): Stream => stream(supportRequest, requestId, ...more);
export const groupId = derivedId('group');
export const grouped: Fact = ofGroup('UserGroupCreated', { organizationId: romashka, name: 'Группа', ownerStaffId: staffIdOf(boris) });
export const group = (...more: readonly Fact[]): Stream => stream(userGroup, groupId, grouped, ...more);

/** Everything that policies and decisions of this context look at. */
export const world: readonly Stream[] = [
  itself(),
  member(boris),
  member(lena),
  member(viktor, 'client'),
  member(rival, 'client'),
  account(anna),
  account(boris),
  account(lena),
  account(viktor),
  works(boris, fullAccess),
  inDepartment(switched('support')),
  inSchedule(),
  clientOf(toppedUp()),
  stream(roster, 'none'),
];
