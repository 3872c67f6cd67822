import { RequestNotification } from '@letopis/contexts/communication';
import { readerOf } from '@letopis/contexts/identity';
import { staffMember } from '@letopis/contexts/staff';
import { cancel, dateIn, derivedId, MOSCOW, saga, schedule, send, startOfDay, type Effect, type SagaReads } from '@letopis/kernel';
import type { TaskRow } from '../projections/tasks';
import { task } from '../task/task';
import { ReassignTask } from '../task/task.commands';
import type { TaskEvents } from '../task/task.events';
import { absenceOn, absences, type AbsencesEvents } from './absences';

/** Approvals of somebody who is away go to the deputy: those that are open when the absence begins, and those that come meanwhile. */
export const deputySaga = saga<AbsencesEvents & TaskEvents>()({
  name: 'DeputySaga',
  on: {
    AbsenceAdded: ({ aggregateId: staffId, data: { absenceId }, metadata }, reads) =>
      begins(reads, staffId, absenceId, metadata.occurredAt),
    AbsenceChanged: async ({ aggregateId: staffId, data: { absenceId }, metadata }, reads) => [
      cancel(`begins:${absenceId}`),
      ...(await begins(reads, staffId, absenceId, metadata.occurredAt)),
    ],
    AbsenceCancelled: ({ data: { absenceId } }) => [cancel(`begins:${absenceId}`)],
    TaskCreated: async ({ aggregateId: taskId, data: { kind, assignee }, metadata }, reads) => {
      const { staffId } = assignee;
      if (kind !== 'approval' || staffId === undefined || !(await absenceOf(reads, staffId, metadata.occurredAt))) return [];
      const deputy = await deputyOf(reads, staffId, metadata.occurredAt);
      return deputy === undefined ? toldOfAbsence(reads, taskId, staffId) : [handedOver(taskId, deputy)];
    },
  },
  onTimer: {
    begins: ({ aggregateId: staffId, dueAt }, reads) => openApprovals(reads, staffId, dueAt),
  },
});

/** Now, where the absence covers today; else when its first day begins, by the clock of whoever is away. */
async function begins(reads: SagaReads, staffId: string, absenceId: string, now: string): Promise<Effect[]> {
  const absence = (await reads.state(absences, staffId)).planned[absenceId];
  if (!absence) return [];
  const zone = await zoneOf(reads, staffId);
  const today = dateIn(zone, now);
  if (absence.to < today) return [];
  return absence.from <= today ? openApprovals(reads, staffId, now) : [schedule(`begins:${absenceId}`, startOfDay(zone, absence.from))];
}

async function openApprovals(reads: SagaReads, staffId: string, now: string): Promise<Effect[]> {
  // An absence that was moved or taken back meanwhile begins no more.
  if (!(await absenceOf(reads, staffId, now))) return [];
  const deputy = await deputyOf(reads, staffId, now);
  const { organizationId } = await reads.state(staffMember, staffId);
  const open = await reads.rows<TaskRow>('tasks', { organizationId, assigneeStaffId: staffId, kind: 'approval', open: true });
  if (deputy !== undefined) return open.map(({ taskId }) => handedOver(taskId, deputy));
  return (await Promise.all(open.map(({ taskId }) => toldOfAbsence(reads, taskId, staffId)))).flat();
}

/** With nobody to stand in the task stays where it is, and whoever waits for it is told. */
async function toldOfAbsence(reads: SagaReads, taskId: string, staffId: string): Promise<Effect[]> {
  const { organizationId, creatorStaffId, title } = await reads.state(task, taskId);
  const { userId } = creatorStaffId === undefined ? {} : await reads.state(staffMember, creatorStaffId);
  if (userId === undefined) return [];
  const { locale } = await readerOf(reads, userId);
  const notificationId = derivedId('approverAway', taskId, staffId);
  return [
    send(RequestNotification, {
      notificationId,
      organizationId,
      recipient: { userId },
      category: 'task',
      policy: 'user_notification',
      textSite:
        locale === 'ru'
          ? `Согласующий отсутствует, заместителя нет: ${title}. Замените его или дождитесь`
          : `An approver is away and has no deputy: ${title}. Name somebody else, or wait`,
      link: { type: 'task', id: taskId },
    }),
  ];
}

const handedOver = (taskId: string, staffId: string) => send(ReassignTask, { taskId, staffId, asDeputy: true, reason: 'Отсутствие' });

/** Who stands in for somebody who is away today: whom the absence names, else whom the account does; nobody who is away as well. */
async function deputyOf(reads: SagaReads, staffId: string, now: string): Promise<string | undefined> {
  const absence = await absenceOf(reads, staffId, now);
  if (!absence) return undefined;
  const deputy = absence.deputyStaffId ?? (await reads.state(staffMember, staffId)).deputyStaffId;
  if (deputy === undefined || (await reads.state(staffMember, deputy)).status !== 'active') return undefined;
  return (await absenceOf(reads, deputy, now)) ? undefined : deputy;
}

const absenceOf = async (reads: SagaReads, id: string, now: string) =>
  absenceOn(await reads.state(absences, id), dateIn(await zoneOf(reads, id), now));

async function zoneOf(reads: SagaReads, staffId: string): Promise<string> {
  const { userId } = await reads.state(staffMember, staffId);
  return (userId === undefined ? undefined : (await readerOf(reads, userId)).timeZone) ?? MOSCOW;
}
