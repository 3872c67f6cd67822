// @ts-nocheck
import { projection, staffSees } from '@letopis/kernel';
import type { RoleEvents, RoleKind } from '../role/role';
import { changed } from '../shapes';
import type { UserGroupEvents } from '../user-group/user-group';
import type { WorkSchedule, WorkScheduleEvents } from '../work-schedule/work-schedule';

type ScheduleFields = Exclude<WorkSchedule, { status: 'none' }>;
export type WorkScheduleRow = ScheduleFields & { readonly workScheduleId: string };

/** «Графики работы». */
export const workSchedules = projection<WorkScheduleRow, WorkScheduleEvents>()({
  code: 'work_schedules',
  version: 1,
  title: { ru: 'Графики работы', en: 'Work schedules' },
  on: {
    WorkScheduleCreated: (_, { aggregateId, data }) => ({ workScheduleId: aggregateId, ...data, status: 'active' }),
    WorkScheduleUpdated: (row, { data: { changes } }) => row && { ...row, ...changed(changes) },
    WorkScheduleArchived: (row) => row && { ...row, status: 'archived' },
  },
  list: { filters: { organizationId: 'string', status: 'string' }, sorts: ['name'], search: ['name'], defaultSort: 'name' },
  policy: staffSees('provider.schedules:view'),
});

export interface RoleRow {
  readonly roleId: string;
  readonly organizationId: string;
  readonly code: string;
  readonly name: string;
  readonly kind: RoleKind;
  readonly parentRoleId?: string;
  readonly rights: readonly string[];
  readonly fullAccess: boolean;
  readonly system: boolean;
  readonly status: 'active' | 'archived';
}

/** «Роли», functional and organizational. */
export const roles = projection<RoleRow, RoleEvents>()({
  code: 'roles',
  version: 1,
  title: { ru: 'Роли', en: 'Roles' },
  on: {
    RoleCreated: (_, { aggregateId, data }) => ({ roleId: aggregateId, ...data, status: 'active' }),
    RoleUpdated: (row, { data: { changes } }) => row && { ...row, ...changed(changes) },
    RoleArchived: (row) => row && { ...row, status: 'archived' },
  },
  list: {
    filters: { organizationId: 'string', status: 'string', kind: 'string', code: 'string', system: 'boolean', parentRoleId: 'string' },
    sorts: ['name', 'code'],
    search: ['name', 'code'],
    defaultSort: 'name',
  },
  policy: staffSees('provider.roles:view'),
});

export interface UserGroupRow {
  readonly userGroupId: string;
  readonly organizationId: string;
  readonly name: string;
  readonly ownerStaffId: string;
  readonly memberStaffIds: readonly string[];
  readonly status: 'active' | 'archived';
}

/** «Группы пользователей». */
export const userGroups = projection<UserGroupRow, UserGroupEvents>()({
  code: 'user_groups',
  version: 1,
  title: { ru: 'Группы пользователей', en: 'User groups' },
  on: {
    UserGroupCreated: (_, { aggregateId, data }) => ({ userGroupId: aggregateId, ...data, memberStaffIds: [], status: 'active' }),
    GroupMemberAdded: (row, { data: { staffId } }) => row && { ...row, memberStaffIds: [...row.memberStaffIds, staffId] },
    GroupMemberRemoved: (row, { data: { staffId } }) =>
      row && { ...row, memberStaffIds: row.memberStaffIds.filter((id) => id !== staffId) },
    UserGroupArchived: (row) => row && { ...row, status: 'archived' },
  },
  list: {
    filters: { organizationId: 'string', status: 'string', ownerStaffId: 'string', memberStaffIds: 'string' },
    sorts: ['name'],
    search: ['name'],
    defaultSort: 'name',
  },
  policy: staffSees('provider.staff:view'),
});
