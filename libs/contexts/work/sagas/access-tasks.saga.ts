import { user } from '@letopis/contexts/identity';
import { accessRequest, organization, type AccessRequestEvents, type OrganizationEvents } from '@letopis/contexts/organizations';
import { staffMember } from '@letopis/contexts/staff';
import { derivedId, saga, send, staffKey, type Effect, type SagaReads } from '@letopis/kernel';
import { openTasksAbout, type TaskRow } from '../projections/tasks';
import { CancelTask, CompleteTask, CreateTask } from '../task/task.commands';
import type { TaskEvents } from '../task/task.events';

/** What a task about a request for access is about. */
export const ACCESS_REQUEST = 'accessRequest';
const TITLE = { ru: 'Рассмотреть заявку на доступ', en: 'Decide on a request for access' } as const;
const DECIDED = 'Заявка уже рассмотрена';
const NO_ADMINISTRATOR = 'Больше не администратор';

export const accessTaskOf = (accessRequestId: string, staffId: string): string => derivedId('accessTask', accessRequestId, staffId);

/** A request for access is a task of every administrator, until one has decided; who has asked is told in the request, not here. */
export const accessTasksSaga = saga<AccessRequestEvents & OrganizationEvents & TaskEvents>()({
  name: 'AccessTasksSaga',
  on: {
    AccessRequestCreated: async ({ aggregateId, data: { organizationId } }, reads) => {
      const { administrators } = await reads.state(organization, organizationId);
      const made = await Promise.all(administrators.map((userId) => toDecide(reads, aggregateId, organizationId, userId)));
      return made.flat();
    },
    AccessRequestAccepted: ({ aggregateId, data: { decidedBy } }, reads) => over(reads, aggregateId, decidedBy),
    AccessRequestRejected: ({ aggregateId, data: { decidedBy } }, reads) => over(reads, aggregateId, decidedBy),
    AccessRequestCancelled: ({ aggregateId }, reads) => over(reads, aggregateId),

    AdministratorAssigned: async ({ aggregateId: organizationId, data: { userId } }, reads) => {
      const open = await reads.rows<{ readonly accessRequestId: string }>('access_requests_inbox', { organizationId, status: 'created' });
      return (await Promise.all(open.map(({ accessRequestId }) => toDecide(reads, accessRequestId, organizationId, userId)))).flat();
    },
    AdministratorRevoked: async ({ aggregateId: organizationId, data: { userId } }, reads) => {
      const assigneeStaffId = await staffOf(reads, organizationId, userId);
      if (assigneeStaffId === undefined) return [];
      const open = await madeHere(reads, { ...openTasksAbout(ACCESS_REQUEST), organizationId, assigneeStaffId });
      return open.map(({ taskId }) => send(CancelTask, { taskId, reason: NO_ADMINISTRATOR }));
    },

    // The decision may have come between the request and its tasks.
    TaskCreated: async ({ aggregateId: taskId, data: { subject, creatorStaffId, assignee } }, reads) => {
      if (subject?.type !== ACCESS_REQUEST || creatorStaffId !== undefined) return [];
      const request = await reads.state(accessRequest, subject.id);
      if (request.status === 'none' || request.status === 'created') return [];
      return [await closed(reads, taskId, assignee.staffId, request.status === 'cancelled' ? undefined : request.decidedBy)];
    },
  },
});

async function staffOf({ owner }: SagaReads, organizationId: string, userId: string): Promise<string | undefined> {
  const { scope, value } = staffKey(organizationId, userId);
  return owner(scope, value);
}

async function toDecide(reads: SagaReads, accessRequestId: string, organizationId: string, userId: string): Promise<Effect[]> {
  // Decided already, by the time that this is told.
  if ((await reads.state(accessRequest, accessRequestId)).status !== 'created') return [];
  const staffId = await staffOf(reads, organizationId, userId);
  if (staffId === undefined || (await reads.state(staffMember, staffId)).status !== 'active') return [];
  const { locale } = await reads.state(user, userId);
  const subject = { type: ACCESS_REQUEST, id: accessRequestId };
  const taskId = accessTaskOf(accessRequestId, staffId);
  return [send(CreateTask, { taskId, organizationId, title: TITLE[locale], locale, assignee: { staffId }, subject })];
}

const madeHere = async ({ rows }: SagaReads, filter: Readonly<Record<string, unknown>>) => {
  const open = await rows<TaskRow>('tasks', filter);
  return open.filter(({ creatorStaffId }) => creatorStaffId === undefined);
};

async function over(reads: SagaReads, accessRequestId: string, decidedBy?: string): Promise<Effect[]> {
  const open = await madeHere(reads, openTasksAbout(ACCESS_REQUEST, accessRequestId));
  return Promise.all(open.map(({ taskId, assigneeStaffId }) => closed(reads, taskId, assigneeStaffId, decidedBy)));
}

/** Whoever has decided has done the task; of the others it is taken back. */
async function closed({ state }: SagaReads, taskId: string, staffId = '', decidedBy?: string): Promise<Effect> {
  const { userId } = await state(staffMember, staffId);
  const isTheirs = decidedBy !== undefined && userId === decidedBy;
  return isTheirs ? send(CompleteTask, { taskId }) : send(CancelTask, { taskId, reason: DECIDED });
}
