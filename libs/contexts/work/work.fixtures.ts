import { user, type UserEvents } from '@letopis/contexts/identity';
import { membership, organization, type MemberKind, type MembershipEvents, type OrganizationEvents } from '@letopis/contexts/organizations';
import { department, role, staffMember, type DepartmentEvents, type RoleEvents, type StaffMemberEvents } from '@letopis/contexts/staff';
import { derivedId, system, type Actor, type UserActor } from '@letopis/kernel';
import { facts, stream, type Fact, type Stream } from '../../kernel/testing';
import { task } from './task/task';
import type { TaskEvents } from './task/task.events';

/** The people and tasks of this context's specifications. */
const one = (name: string): UserActor => ({ kind: 'user', userId: derivedId('person', name), sessionId: derivedId('session', name) });

export const anonymous: Actor = { kind: 'anonymous' };
/** Administers Romashka. */
export const anna = one('anna');
/** Has made the task. */
export const boris = one('boris');
/** Does it. */
export const viktor = one('viktor');
/** Controls it. */
export const olga = one('olga');
/** Works in sales as well, and has nothing to do with it. */
export const lena = one('lena');
/** A client of Romashka. */
export const client = one('client');
/** Nobody here. */
export const stranger = one('stranger');
export const sagas = system('sagas');

export const romashka = derivedId('organization', 'romashka');
export const departmentId = derivedId('department', 'sales');
export const taskId = derivedId('task', 'first');
export const staffIdOf = ({ userId }: UserActor): string => derivedId('staff', userId);

const ofOrganization = facts<OrganizationEvents>();
const ofMembership = facts<MembershipEvents>();
export const ofStaff = facts<StaffMemberEvents>();
export const ofTask = facts<TaskEvents>();

const account = (who: UserActor, name: string): Stream =>
  stream(
    user,
    who.userId,
    facts<UserEvents>()('UserRegistered', { email: `${name}@romashka.ru`, locale: 'ru', origin: 'self' }),
    facts<UserEvents>()('UserActivated', { via: 'link' }),
  );
const memberOf = ({ userId }: UserActor, memberKind: MemberKind = 'employee'): Stream =>
  stream(
    membership,
    `${romashka}:${userId}`,
    ofMembership('MembershipGranted', { organizationId: romashka, userId, memberKind, via: 'staff', sourceId: 'x' }),
  );
const ofCreated = { organizationId: romashka, isDefaultAdmin: false, origin: 'form' } as const;
/** Somebody's work account. */
export const works = (who: UserActor, name: string, ...more: readonly Fact[]): Stream =>
  stream(
    staffMember,
    staffIdOf(who),
    ofStaff('StaffMemberCreated', { ...ofCreated, login: name, email: `${name}@romashka.ru` }),
    ofStaff('StaffUserLinked', { userId: who.userId }),
    ...more,
  );
export const inSales = ofStaff('StaffAddedToDepartment', { departmentId });
export const asManager = ofStaff('RoleAssigned', { roleCode: 'manager' });
export const dismissed = (handOverTo?: string): Fact =>
  ofStaff('StaffMemberDismissed', { departmentIds: [departmentId], roleCodes: [], handOverTo });

export const sales = (...more: readonly Fact[]): Stream =>
  stream(
    department,
    departmentId,
    facts<DepartmentEvents>()('DepartmentCreated', { organizationId: romashka, name: { ru: 'отдел продаж' }, taskLocale: 'en' }),
    facts<DepartmentEvents>()('DepartmentRightSet', { node: 'tasks', enabled: true, clearedNodes: [] }),
    ...more,
  );
export const manager = stream(
  role,
  derivedId('role', 'manager'),
  facts<RoleEvents>()('RoleCreated', {
    organizationId: romashka,
    code: 'manager',
    name: 'Менеджер',
    kind: 'functional',
    rights: [],
    system: false,
    fullAccess: false,
  }),
);

export const world: readonly Stream[] = [
  stream(
    organization,
    romashka,
    ofOrganization('OrganizationAdded', { kind: 'legal_entity', inn: '7707083893', displayName: 'Ромашка', addedBy: anna.userId }),
    ofOrganization('AdministratorAssigned', { userId: anna.userId, assignedBy: 'x' }),
    ofOrganization('OrganizationRegisteredAsClient', { requestId: 'r', registeredAt: '2026-03-01T09:00:00.000Z' }),
  ),
  ...(
    [
      ['anna', anna],
      ['boris', boris],
      ['viktor', viktor],
      ['olga', olga],
      ['lena', lena],
    ] as const
  ).flatMap(([name, who]) => [account(who, name), memberOf(who)]),
  memberOf(client, 'client'),
  works(anna, 'anna'),
  works(boris, 'boris', inSales),
  works(viktor, 'viktor', inSales, asManager),
  works(olga, 'olga'),
  works(lena, 'lena', inSales),
  sales(),
  manager,
];

/** A task of Boris for Viktor. */
export const made = (more: Partial<TaskEvents['TaskCreated']> = {}): Fact =>
  ofTask('TaskCreated', {
    organizationId: romashka,
    kind: 'work',
    title: 'Позвонить в «Ромбы»',
    description: '',
    locale: 'ru',
    creatorStaffId: staffIdOf(boris),
    assignee: { staffId: staffIdOf(viktor) },
    priority: 'normal',
    blocking: false,
    rejectionNeedsComment: false,
    ...more,
  });
export const controlled = made({ controllerStaffId: staffIdOf(olga) });
export const approval = (more: Partial<TaskEvents['TaskCreated']> = {}): Fact => made({ kind: 'approval', ...more });
export const started = ofTask('TaskStarted', { staffId: staffIdOf(viktor) });
export const submitted = ofTask('TaskSubmittedForControl', {});
export const completed = ofTask('TaskCompleted', { by: staffIdOf(viktor) });
export const decided = ofTask('TaskDecided', { by: staffIdOf(viktor), decision: 'approved' });
export const cancelled = ofTask('TaskCancelled', { reason: 'Не нужна' });
export const itself = (...more: readonly Fact[]): Stream => stream(task, taskId, ...more);
