import { department, supportRequest, type SupportRequestEvents } from '@letopis/contexts/staff';
import { derivedId, saga, send, type Effect, type SagaReads } from '@letopis/kernel';
import { openTasksAbout, type TaskRow } from '../projections/tasks';
import { CancelTask, CreateTask } from '../task/task.commands';
import type { TaskEvents } from '../task/task.events';

const TITLE = { ru: 'Ответить на обращение № {}', en: 'Answer request No. {}' } as const;
const REASONS = {
  answered: { ru: 'Клиенту ответили', en: 'The client was answered' },
  transferred: { ru: 'Обращение передано другому отделу', en: 'Another department has the request' },
} as const;
type Reason = keyof typeof REASONS;

/** The task of a department for one wait of a client: however often the client writes meanwhile, it is one. */
export const supportTaskOf = (supportRequestId: string, departmentId: string, answerDueAt: string | undefined): string =>
  derivedId('supportTask', supportRequestId, departmentId, answerDueAt ?? '');

/** A client who waits is a task of the department, until staff have answered. */
export const supportTasksSaga = saga<SupportRequestEvents & TaskEvents>()({
  name: 'SupportTasksSaga',
  on: {
    SupportRequestCreated: ({ aggregateId }, reads) => waits(reads, aggregateId),
    SupportRequestReplied: ({ aggregateId, data: { authorKind } }, reads) =>
      authorKind === 'client' ? waits(reads, aggregateId) : over(reads, aggregateId, 'answered'),
    SupportRequestResolved: ({ aggregateId }, reads) => over(reads, aggregateId, 'answered'),
    SupportRequestClosed: ({ aggregateId }, reads) => over(reads, aggregateId, 'answered'),
    SupportRequestTransferred: async ({ aggregateId, data: { from } }, reads) => [
      ...(await over(reads, aggregateId, 'transferred', from)),
      ...(await waits(reads, aggregateId)),
    ],
    // An answer may have come between the request and its task.
    TaskCreated: async ({ aggregateId: taskId, data: { subject, creatorStaffId, processRef, assignee, locale } }, { state }) => {
      if (subject?.type !== 'supportRequest' || creatorStaffId !== undefined || processRef !== undefined) return [];
      const { status, answerDueAt, departmentId } = await state(supportRequest, subject.id);
      if (status === 'none' || (answerDueAt !== undefined && departmentId === assignee.departmentId)) return [];
      return [send(CancelTask, { taskId, reason: REASONS.answered[locale] })];
    },
  },
});

async function waits({ state }: SagaReads, supportRequestId: string): Promise<Effect[]> {
  const { organizationId, departmentId, number, answerDueAt } = await state(supportRequest, supportRequestId);
  // Answered already, by the time that this is told.
  if (answerDueAt === undefined) return [];
  const { taskLocale: locale } = await state(department, departmentId);
  return [
    send(CreateTask, {
      taskId: supportTaskOf(supportRequestId, departmentId, answerDueAt),
      organizationId,
      title: TITLE[locale].replace('{}', String(number)),
      assignee: { departmentId },
      dueAt: answerDueAt,
      subject: { type: 'supportRequest', id: supportRequestId },
    }),
  ];
}

/** Takes back what was made here, and leaves alone what people have made of the request. */
async function over({ rows, state }: SagaReads, supportRequestId: string, reason: Reason, departmentId?: string): Promise<Effect[]> {
  const about = openTasksAbout('supportRequest', supportRequestId);
  const open = await rows<TaskRow>('tasks', { ...about, ...(departmentId === undefined ? {} : { departmentId }) });
  const made = open.filter(({ creatorStaffId, processId }) => creatorStaffId === undefined && processId === undefined);
  return Promise.all(
    made.map(async (row) => {
      const { taskLocale } = await state(department, row.departmentId ?? '');
      return send(CancelTask, { taskId: row.taskId, reason: REASONS[reason][taskLocale] });
    }),
  );
}
