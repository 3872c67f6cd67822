import { EnterRoster, LeaveRoster } from '@letopis/contexts/identity';
import { openTasksOf } from '@letopis/contexts/staff';
import { saga, send, type SagaReads } from '@letopis/kernel';
import type { TaskEvents } from '../task/task.events';
import { task } from '../task/task';

const left = async ({ state }: SagaReads, taskId: string) => {
  const { departmentId } = (await state(task, taskId)).assignee;
  return departmentId === undefined ? [] : [send(LeaveRoster, { rosterId: openTasksOf(departmentId), memberId: taskId })];
};

/** Keeps the set of a department's open tasks: it does not go into the archive before they are done. */
export const taskRostersSaga = saga<TaskEvents>()({
  name: 'TaskRostersSaga',
  promptly: {
    TaskCreated: ({ aggregateId: memberId, data: { assignee } }) =>
      assignee.departmentId === undefined ? [] : [send(EnterRoster, { rosterId: openTasksOf(assignee.departmentId), memberId })],
    TaskCompleted: ({ aggregateId }, reads) => left(reads, aggregateId),
    TaskCancelled: ({ aggregateId }, reads) => left(reads, aggregateId),
    TaskReopened: async ({ aggregateId: memberId }, { state }) => {
      const { departmentId } = (await state(task, memberId)).assignee;
      return departmentId === undefined ? [] : [send(EnterRoster, { rosterId: openTasksOf(departmentId), memberId })];
    },
  },
});
