// @ts-nocheck
import { EnterRoster, LeaveRoster } from '@letopis/contexts/identity';
import { saga, send } from '@letopis/kernel';
import type { DepartmentEvents } from '../department/department.events';
import { departmentsOfSchedule, openRequestsOf, staffOfDepartment, staffWithRole } from '../rosters';
import type { StaffMemberEvents } from '../staff-member';
import { supportRequest, type SupportRequestEvents } from '../support-request/support-request';

const enters = (rosterId: string, memberId: string) => send(EnterRoster, { rosterId, memberId });
const leaves = (rosterId: string, memberId: string) => send(LeaveRoster, { rosterId, memberId });

/** Keeps the sets that decisions count, before whoever changed them has the answer. */
export const rostersSaga = saga<DepartmentEvents & StaffMemberEvents & SupportRequestEvents>()({
  name: 'StaffRostersSaga',
  promptly: {
    DepartmentCreated: ({ aggregateId, data: { scheduleId } }) =>
      scheduleId === undefined ? [] : [enters(departmentsOfSchedule(scheduleId), aggregateId)],
    DepartmentUpdated: ({ aggregateId, data: { changes } }) => {
      const { from, to } = changes.scheduleId ?? {};
      return [
        ...(from === undefined ? [] : [leaves(departmentsOfSchedule(from), aggregateId)]),
        ...(to === undefined ? [] : [enters(departmentsOfSchedule(to), aggregateId)]),
      ];
    },

    StaffAddedToDepartment: ({ aggregateId, data: { departmentId } }) => [enters(staffOfDepartment(departmentId), aggregateId)],
    StaffRemovedFromDepartment: ({ aggregateId, data: { departmentId } }) => [leaves(staffOfDepartment(departmentId), aggregateId)],
    RoleAssigned: ({ aggregateId, data: { roleCode }, metadata }) => [
      enters(staffWithRole(metadata.organizationId ?? '', roleCode), aggregateId),
    ],
    RoleRemoved: ({ aggregateId, data: { roleCode }, metadata }) => [
      leaves(staffWithRole(metadata.organizationId ?? '', roleCode), aggregateId),
    ],
    StaffMemberDismissed: ({ aggregateId, data: { departmentIds, roleCodes }, metadata }) => [
      ...departmentIds.map((id) => leaves(staffOfDepartment(id), aggregateId)),
      ...roleCodes.map((code) => leaves(staffWithRole(metadata.organizationId ?? '', code), aggregateId)),
    ],

    SupportRequestCreated: ({ aggregateId, data: { departmentId } }) => [enters(openRequestsOf(departmentId), aggregateId)],
    SupportRequestTransferred: ({ aggregateId, data: { from, to } }) => [
      leaves(openRequestsOf(from), aggregateId),
      enters(openRequestsOf(to), aggregateId),
    ],
    SupportRequestClosed: async ({ aggregateId }, { state }) => {
      const { departmentId } = await state(supportRequest, aggregateId);
      return [leaves(openRequestsOf(departmentId), aggregateId)];
    },
  },
});
