import { RequestNotification } from '@letopis/contexts/communication';
import { readerOf } from '@letopis/contexts/identity';
import { staffMember } from '@letopis/contexts/staff';
import { before, cancel, derivedId, saga, schedule, send, type Effect, type SagaReads } from '@letopis/kernel';
import type { TaskEvents } from '../task/task.events';
import { OPEN, type Task } from '../task/task.state';
import { task } from '../task/task';
import { ACCESS_REQUEST } from './access-tasks.saga';

interface StaffOfList {
  readonly staffId: string;
}

const SOON = { hours: 24 };
const TEXTS = {
  created: { ru: 'Новая задача: {}', en: 'A new task: {}' },
  shared: { ru: 'Задача для отдела или роли: {}. Её выполнит тот, кто возьмёт первым', en: 'A task for whoever takes it first: {}' },
  reassigned: { ru: 'Вам передана задача: {}', en: 'A task was given to you: {}' },
  submitted: { ru: 'Задача ждёт вашего контроля: {}', en: 'A task waits for your control: {}' },
  returned: { ru: 'Задача возвращена на доработку: {}', en: 'A task came back: {}' },
  completed: { ru: 'Задача завершена: {}', en: 'A task is completed: {}' },
  cancelled: { ru: 'Задача отменена: {}', en: 'A task was cancelled: {}' },
  soon: { ru: 'До срока задачи осталось 24 часа: {}', en: 'A task is due in 24 hours: {}' },
  due: { ru: 'Наступил срок задачи: {}', en: 'A task is due now: {}' },
  overdue: { ru: 'Задача не выполнена в срок: {}', en: 'A task was not done in time: {}' },
} as const;
type Text = keyof typeof TEXTS;

/** Tells those whom it concerns what becomes of a task, and of its term. */
export const taskNotificationSaga = saga<TaskEvents>()({
  name: 'TaskNotificationSaga',
  on: {
    TaskCreated: async ({ id, aggregateId, data: { assignee, organizationId, dueAt }, metadata }, reads) => {
      const told =
        assignee.staffId !== undefined
          ? await toOne(reads, aggregateId, assignee.staffId, 'created', id)
          : await toAll(reads, aggregateId, await those(reads, organizationId, assignee), id);
      return [...told, ...terms(dueAt, metadata.occurredAt)];
    },
    TaskReassigned: ({ id, aggregateId, data: { to } }, reads) => toOne(reads, aggregateId, to, 'reassigned', id),
    TaskSubmittedForControl: async ({ id, aggregateId }, reads) =>
      toOne(reads, aggregateId, (await reads.state(task, aggregateId)).controllerStaffId, 'submitted', id),
    TaskReturned: async ({ id, aggregateId }, reads) =>
      toOne(reads, aggregateId, (await reads.state(task, aggregateId)).assignee.staffId, 'returned', id),
    TaskCompleted: async ({ id, aggregateId, data: { by } }, reads) => [
      ...noTerms,
      ...(await toCreator(reads, aggregateId, 'completed', id, by)),
    ],
    TaskCancelled: async ({ id, aggregateId }, reads) => {
      const { assignee } = await reads.state(task, aggregateId);
      const told = assignee.staffId === undefined ? [] : await toOne(reads, aggregateId, assignee.staffId, 'cancelled', id);
      return [...noTerms, ...told, ...(await toCreator(reads, aggregateId, 'cancelled', id, assignee.staffId))];
    },
    TaskDeadlineChanged: ({ data: { dueAt }, metadata }) => [...noTerms, ...terms(dueAt, metadata.occurredAt)],
    TaskReopened: async ({ aggregateId, metadata }, { state }) => terms((await state(task, aggregateId)).dueAt, metadata.occurredAt),
  },
  onTimer: {
    soon: (timer, reads) => atTerm(reads, timer.aggregateId, timer.dueAt, 'soon'),
    due: (timer, reads) => atTerm(reads, timer.aggregateId, timer.dueAt, 'due'),
  },
});

const noTerms: readonly Effect[] = [cancel('soon'), cancel('due')];

/** The reminders that are still to come. */
function terms(dueAt: string | undefined, now: string): Effect[] {
  if (dueAt === undefined || dueAt <= now) return [];
  const soon = before(dueAt, SOON);
  return [...(soon > now ? [schedule('soon', soon)] : []), schedule('due', dueAt)];
}

async function atTerm(reads: SagaReads, taskId: string, firedFor: string, key: 'soon' | 'due'): Promise<Effect[]> {
  const state = await reads.state(task, taskId);
  const due = key === 'due' ? state.dueAt : state.dueAt && before(state.dueAt, SOON);
  // Moved on, or done: the state decides.
  if (!OPEN.includes(state.status) || due !== firedFor) return [];
  const { assignee } = state;
  const occasion = derivedId(key, taskId, firedFor);
  const told = assignee.staffId === undefined ? [] : await toOne(reads, taskId, assignee.staffId, key, occasion);
  return key === 'due' ? [...told, ...(await toCreator(reads, taskId, 'overdue', occasion, assignee.staffId))] : told;
}

/** Members of the department, or holders of the role, who are at work. */
const those = ({ rows }: SagaReads, organizationId: string, { departmentId, roleCode }: Task['assignee']) =>
  rows<StaffOfList>('staff', {
    organizationId,
    status: 'active',
    ...(departmentId === undefined ? { roleCodes: roleCode } : { departmentIds: departmentId }),
  });

async function toAll(reads: SagaReads, taskId: string, members: readonly StaffOfList[], occasion: string): Promise<Effect[]> {
  return (await Promise.all(members.map(({ staffId }) => toOne(reads, taskId, staffId, 'shared', occasion)))).flat();
}

/** To whoever made it, unless that is who has done it. */
async function toCreator(reads: SagaReads, taskId: string, text: Text, occasion: string, by: string | undefined): Promise<Effect[]> {
  const { creatorStaffId } = await reads.state(task, taskId);
  return creatorStaffId === by ? [] : toOne(reads, taskId, creatorStaffId, text, occasion);
}

async function toOne(reads: SagaReads, taskId: string, staffId: string | undefined, text: Text, occasion: string): Promise<Effect[]> {
  if (staffId === undefined) return [];
  const [{ userId, status }, { title, organizationId, subject }] = await Promise.all([
    reads.state(staffMember, staffId),
    reads.state(task, taskId),
  ]);
  if (userId === undefined || status !== 'active') return [];
  const { locale } = await readerOf(reads, userId);
  return [
    send(RequestNotification, {
      notificationId: derivedId('task', occasion, text, staffId),
      organizationId,
      recipient: { userId },
      category: 'task',
      policy: 'user_notification',
      textSite: TEXTS[text][locale].replace('{}', () => title),
      link: { type: 'task', id: taskId },
      // Administrators have had a letter about the request itself.
      letterSent: subject?.type === ACCESS_REQUEST ? true : undefined,
    }),
  ];
}
