import { department, role, type DepartmentEvents, type RoleEvents, type StaffMemberEvents } from '@letopis/contexts/staff';
import { derivedId, system, type Actor, type UserActor } from '@letopis/kernel';
import { facts, stream, type Fact, type Stream } from '../../kernel/testing';
import { account, member, organizationOf, person, romashka, staffIdOf, works as worksAs } from '../romashka.fixtures';
import { task } from './task/task';
import type { TaskEvents } from './task/task.events';

/** The people and tasks of this context's specifications. */
export { romashka, staffIdOf };

export const anonymous: Actor = { kind: 'anonymous' };
/** Administers Romashka. */
export const anna = person('anna');
/** Has made the task. */
export const boris = person('boris');
/** Does it. */
export const viktor = person('viktor');
/** Controls it. */
export const olga = person('olga');
/** Works in sales as well, and has nothing to do with it. */
export const lena = person('lena');
/** A client of Romashka. */
export const client = person('client');
/** Nobody here. */
export const stranger = person('stranger');
export const sagas = system('sagas');

export const departmentId = derivedId('department', 'sales');
export const taskId = derivedId('task', 'first');

export const ofStaff = facts<StaffMemberEvents>();
export const ofTask = facts<TaskEvents>();

/** Somebody's work account. */
export const works = (who: UserActor, name: string, ...more: readonly Fact[]): Stream => worksAs(who, `${name}@romashka.ru`, ...more);
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
  organizationOf(anna),
  ...(
    [
      ['anna', anna],
      ['boris', boris],
      ['viktor', viktor],
      ['olga', olga],
      ['lena', lena],
    ] as const
  ).flatMap(([name, who]) => [account(who, `${name}@romashka.ru`), member(who)]),
  member(client, 'client'),
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
