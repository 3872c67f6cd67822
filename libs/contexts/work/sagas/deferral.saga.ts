import { cancel, saga, schedule, send } from '@letopis/kernel';
import { ResumeTask } from '../task/task.commands';
import type { TaskEvents } from '../task/task.events';
import { task } from '../task/task';

const over = () => [cancel('resume')];

/** What was put off until a moment goes on by itself when it comes. */
export const deferralSaga = saga<TaskEvents>()({
  name: 'TaskDeferralSaga',
  on: {
    TaskDeferred: ({ data: { until } }) => (until === undefined ? over() : [schedule('resume', until)]),
    TaskResumed: over,
    TaskStarted: over,
    TaskCompleted: over,
    TaskCancelled: over,
  },
  onTimer: {
    resume: async ({ aggregateId: taskId, dueAt }, { state }) => {
      const { status, deferredUntil } = await state(task, taskId);
      return status === 'deferred' && deferredUntil === dueAt ? [send(ResumeTask, { taskId })] : [];
    },
  },
});
