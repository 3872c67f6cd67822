import { department, staffMember, type StaffMemberEvents } from '@letopis/contexts/staff';
import { organization } from '@letopis/contexts/organizations';
import { saga, send, staffKey, type SagaReads } from '@letopis/kernel';
import type { TaskRow } from '../projections/tasks';
import { ChangeTaskController, ReassignTask } from '../task/task.commands';

/** Open tasks of somebody who leaves, and the control of others' tasks, go to whom they were handed over, else to the head of the department, else to an administrator. */
export const handOverSaga = saga<StaffMemberEvents>()({
  name: 'TaskHandOverSaga',
  on: {
    StaffMemberDismissed: async ({ aggregateId: left, data: { handOverTo, departmentIds } }, reads) => {
      const { organizationId } = await reads.state(staffMember, left);
      const open = await reads.rows<TaskRow>('tasks', { organizationId, assigneeStaffId: left, open: true });
      const controlled = await reads.rows<TaskRow>('tasks', { organizationId, controllerStaffId: left, open: true });
      if (open.length + controlled.length === 0) return [];
      const staffId = handOverTo ?? (await headOf(reads, departmentIds, left)) ?? (await administratorOf(reads, organizationId, left));
      if (staffId === undefined) return [];
      return [
        ...open.map(({ taskId }) => send(ReassignTask, { taskId, staffId, reason: 'Сотрудник уволен' })),
        ...controlled.map(({ taskId }) => send(ChangeTaskController, { taskId, staffId })),
      ];
    },
  },
});

async function headOf({ state }: SagaReads, departmentIds: readonly string[], left: string): Promise<string | undefined> {
  for (const departmentId of departmentIds) {
    const { headStaffId } = await state(department, departmentId);
    if (headStaffId !== undefined && headStaffId !== left && (await state(staffMember, headStaffId)).status === 'active')
      return headStaffId;
  }
  return undefined;
}

async function administratorOf({ state, owner }: SagaReads, organizationId: string, left: string): Promise<string | undefined> {
  for (const userId of (await state(organization, organizationId)).administrators) {
    const { scope, value } = staffKey(organizationId, userId);
    const staffId = await owner(scope, value);
    if (staffId !== undefined && staffId !== left && (await state(staffMember, staffId)).status === 'active') return staffId;
  }
  return undefined;
}
