// @ts-nocheck
import { user } from '@letopis/contexts/identity';
import { organization, type OrganizationEvents } from '@letopis/contexts/organizations';
import { firstProviderOf, saga, send } from '@letopis/kernel';
import { CreateDepartment, EnableSupportCenter } from '../department/department.commands';
import { CreateRole } from '../role/role';
import { defaultAdminOf, seededDepartments, seededRoles, seededSchedule, TECHNICAL_SUPPORT, technicalDepartmentOf } from '../seeds';
import { CreateStaffMember, staffMember, type StaffMemberEvents } from '../staff-member';
import { CreateWorkSchedule } from '../work-schedule/work-schedule';

/** Gives a new client organization its departments, roles, schedule and the account `admin`. Every id is derived: a repeat makes nothing twice. */
export const staffBootstrapSaga = saga<OrganizationEvents & StaffMemberEvents>()({
  name: 'StaffBootstrapSaga',
  on: {
    OrganizationRegisteredAsClient: async ({ aggregateId: organizationId }, { state }) => {
      const { registration } = await state(organization, organizationId);
      const { email } = await state(user, registration?.administratorUserId ?? '');
      return [
        send(CreateWorkSchedule, seededSchedule(organizationId)),
        ...seededRoles(organizationId).map((role) => send(CreateRole, role)),
        ...seededDepartments(organizationId).map((department) => send(CreateDepartment, department)),
        send(CreateStaffMember, {
          staffId: defaultAdminOf(organizationId),
          organizationId,
          login: 'admin',
          email,
          departmentIds: [technicalDepartmentOf(organizationId)],
          roleCodes: ['org_admin'],
          fullAccess: true,
          isDefaultAdmin: true,
          origin: 'bootstrap',
        }),
      ];
    },

    // A head works already: the account is bound to its person first.
    StaffUserLinked: async ({ aggregateId }, { state }) => {
      const { isDefaultAdmin, organizationId } = await state(staffMember, aggregateId);
      if (!isDefaultAdmin) return [];
      return [
        send(EnableSupportCenter, {
          departmentId: technicalDepartmentOf(organizationId),
          providerIds: [firstProviderOf(organizationId)],
          headStaffId: aggregateId,
          ...TECHNICAL_SUPPORT,
        }),
      ];
    },
  },
});
