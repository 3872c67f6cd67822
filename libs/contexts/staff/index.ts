/** Staff, departments & rights: who works for an organization, what each may do and why, and how clients are answered. */
import { defineContext } from '@letopis/kernel';
import { clientAccount } from './client-account/client-account';
import { clientService } from './client-service/client-service';
import { department } from './department/department';
import { staffErrors } from './errors';
import { letters } from './letters';
import { clientAccounts, clientServices } from './projections/clients';
import { departmentRights, departments } from './projections/departments';
import { roles, userGroups, workSchedules } from './projections/directories';
import { staffRegistry, staffRights } from './projections/staff';
import { supportDepartments } from './projections/support-departments';
import { supportMessages, supportRequests } from './projections/support-requests';
import { role } from './role/role';
import { staffBootstrapSaga } from './sagas/bootstrap.saga';
import { staffFilesSaga } from './sagas/files.saga';
import { leavingSaga } from './sagas/leaving.saga';
import { staffNameSaga } from './sagas/person-name.saga';
import { administratorRightsSaga, staffErasureSaga, staffFromAccessSaga, staffProvisioningSaga } from './sagas/provisioning.saga';
import { rightsConsistencySaga } from './sagas/rights-consistency.saga';
import { rostersSaga } from './sagas/rosters.saga';
import { supportChargeSaga, supportDeadlineSaga } from './sagas/support.saga';
import { staffMember } from './staff-member';
import { supportRequest } from './support-request/support-request';
import { userGroup } from './user-group/user-group';
import { workSchedule } from './work-schedule/work-schedule';

export const staffContext = defineContext({
  name: 'staff',
  aggregates: [workSchedule, department, role, userGroup, staffMember, clientAccount, clientService, supportRequest],
  sagas: [
    rostersSaga,
    staffBootstrapSaga,
    staffProvisioningSaga,
    staffFromAccessSaga,
    administratorRightsSaga,
    staffErasureSaga,
    staffNameSaga,
    leavingSaga,
    staffFilesSaga,
    rightsConsistencySaga,
    supportChargeSaga,
    supportDeadlineSaga,
  ],
  projections: [
    workSchedules,
    departments,
    departmentRights,
    roles,
    userGroups,
    staffRegistry,
    staffRights,
    clientAccounts,
    clientServices,
    supportDepartments,
    supportRequests,
    supportMessages,
  ],
  errors: staffErrors.entries,
  letters,
});

export * from './client-account/client-account';
export * from './client-service/client-service';
export * from './department/department.commands';
export type * from './department/department.events';
export { department, type Department } from './department/department';
export { departmentSide, nameOf as staffNameOf, staffSide } from './projections/sides';
export { staffErrors } from './errors';
export * from './role/role';
export { openTasksOf } from './rosters';
export * from './seeds';
export * from './staff-member';
export * from './support-request/support-request';
export * from './user-group/user-group';
export * from './work-schedule/work-schedule';
