// @ts-nocheck
import { allNodes, projection, side, staffSees, switchedOn, withSwitch, type Switches } from '@letopis/kernel';
import type { DepartmentEvents, SupportCenter, TaskLocale } from '../department/department.events';
import { changed, type LocalizedText } from '../shapes';
import type { StaffMemberEvents } from '../staff-member';
import type { WorkScheduleEvents } from '../work-schedule/work-schedule';
import { staffSide } from './sides';

export interface DepartmentRow {
  readonly departmentId: string;
  readonly organizationId: string;
  readonly name: LocalizedText;
  readonly nameRu: string;
  readonly nameEn?: string;
  readonly scheduleId?: string;
  readonly scheduleName?: string;
  readonly taskLocale: TaskLocale;
  readonly headStaffId?: string;
  readonly headName?: string;
  readonly support: boolean;
  readonly supportCenter?: SupportCenter;
  readonly sortOrder?: number;
  readonly chargeRequests: boolean;
  readonly membersCount: number;
  readonly status: 'active' | 'archived';
}

const scheduleSide = side<{ name: string }, WorkScheduleEvents>()({
  WorkScheduleCreated: (_, { data: { name } }) => ({ name }),
  WorkScheduleUpdated: (known, { data: { changes } }) => known && { name: changes.name?.to ?? known.name },
});

type Joining = Pick<StaffMemberEvents, 'StaffAddedToDepartment' | 'StaffRemovedFromDepartment' | 'StaffMemberDismissed'>;
const counted = (by: number) => (row: DepartmentRow | undefined) => row && { ...row, membersCount: row.membersCount + by };
const named = (row: DepartmentRow): DepartmentRow => ({ ...row, nameRu: row.name.ru, nameEn: row.name.en });
const supporting = (row: DepartmentRow | undefined, supportCenter: SupportCenter | undefined) =>
  row && {
    ...row,
    supportCenter,
    support: supportCenter !== undefined,
    headStaffId: supportCenter?.headStaffId ?? row.headStaffId,
    sortOrder: supportCenter?.sortOrder,
    chargeRequests: supportCenter?.chargeRequests ?? false,
  };

/** «Отделы». */
export const departments = projection<DepartmentRow, DepartmentEvents & Joining>()({
  code: 'departments',
  version: 1,
  title: { ru: 'Отделы', en: 'Departments' },
  key: (event) => {
    if (event.type === 'StaffMemberDismissed') return event.data.departmentIds;
    return event.type === 'StaffAddedToDepartment' || event.type === 'StaffRemovedFromDepartment'
      ? event.data.departmentId
      : event.aggregateId;
  },
  on: {
    DepartmentCreated: (_, { aggregateId, data }) =>
      named({ departmentId: aggregateId, ...data, nameRu: '', support: false, chargeRequests: false, membersCount: 0, status: 'active' }),
    DepartmentUpdated: (row, { data: { changes } }) => row && named({ ...row, ...changed(changes) }),
    SupportCenterEnabled: (row, { data }) => supporting(row, data),
    SupportCenterDisabled: (row) => supporting(row, undefined),
    DepartmentArchived: (row) => row && { ...supporting(row, undefined)!, status: 'archived' },
    StaffAddedToDepartment: counted(1),
    StaffRemovedFromDepartment: counted(-1),
    StaffMemberDismissed: counted(-1),
  },
  sides: { schedules: scheduleSide, staff: staffSide },
  joins: [
    { by: 'scheduleId', side: 'schedules', fields: { name: 'scheduleName' } },
    { by: 'headStaffId', side: 'staff', fields: { displayName: 'headName' } },
  ],
  list: {
    filters: { organizationId: 'string', status: 'string', support: 'boolean', scheduleId: 'string', headStaffId: 'string' },
    sorts: ['nameRu', 'sortOrder', 'membersCount'],
    search: ['nameRu', 'nameEn'],
    defaultSort: 'nameRu',
  },
  policy: staffSees('provider.departments:view'),
});

export interface DepartmentRightsRow {
  readonly departmentId: string;
  readonly organizationId: string;
  readonly switches: readonly { readonly node: string; readonly enabled: boolean }[];
  readonly tree?: readonly { readonly node: string; readonly switch: 'on' | 'off' | 'unset'; readonly effective: boolean }[];
}

export const switchesOf = (list: DepartmentRightsRow['switches']): Switches =>
  Object.fromEntries(list.map(({ node, enabled }) => [node, enabled]));

const NODES = allNodes();

/** The switches of a department and what follows from them, node by node. */
export const departmentRights = projection<DepartmentRightsRow, DepartmentEvents>()({
  code: 'department_rights',
  version: 1,
  title: { ru: 'Права отдела', en: 'Rights of a department' },
  on: {
    DepartmentCreated: (_, { aggregateId, data: { organizationId } }) => ({ departmentId: aggregateId, organizationId, switches: [] }),
    DepartmentRightSet: (row, { data: { node, enabled } }) =>
      row && {
        ...row,
        switches: Object.entries(withSwitch(switchesOf(row.switches), node, enabled).rights).map(([each, on]) => ({
          node: each,
          enabled: on,
        })),
      },
  },
  derive: (row) => {
    const rights = switchesOf(row.switches);
    const stateOf = (node: string) => (rights[node] === undefined ? 'unset' : rights[node] ? 'on' : 'off');
    return { ...row, tree: NODES.map((node) => ({ node, switch: stateOf(node), effective: switchedOn(rights, node) })) };
  },
  list: { filters: { organizationId: 'string' }, sorts: [], search: [], defaultSort: '_id' },
  policy: staffSees('provider.departments:view'),
});
