import { readerOf } from '@letopis/contexts/identity';
import { staffMember } from '@letopis/contexts/staff';
import { cancel, dateIn, saga, schedule, send, startOfDay, type Effect, type SagaReads } from '@letopis/kernel';
import type { TaskRow } from '../projections/tasks';
import { ReassignTask } from '../task/task.commands';
import type { TaskEvents } from '../task/task.events';
import { absenceOn, absences, type AbsencesEvents } from './absences';

const ZONE = 'Europe/Moscow';

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
      if (kind !== 'approval' || assignee.staffId === undefined) return [];
      const deputy = await deputyOf(reads, assignee.staffId, metadata.occurredAt);
      return deputy === undefined ? [] : [handedOver(taskId, deputy)];
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
  const deputy = await deputyOf(reads, staffId, now);
  if (deputy === undefined) return [];
  const { organizationId } = await reads.state(staffMember, staffId);
  const open = await reads.rows<TaskRow>('tasks', { organizationId, assigneeStaffId: staffId, kind: 'approval', open: true });
  return open.map(({ taskId }) => handedOver(taskId, deputy));
}

const handedOver = (taskId: string, staffId: string) => send(ReassignTask, { taskId, staffId, asDeputy: true, reason: 'Отсутствие' });

/** Who stands in for somebody who is away today: whom the absence names, else whom the account does; nobody who is away as well. */
async function deputyOf(reads: SagaReads, staffId: string, now: string): Promise<string | undefined> {
  const away = async (id: string) => absenceOn(await reads.state(absences, id), dateIn(await zoneOf(reads, id), now));
  const absence = await away(staffId);
  if (!absence) return undefined;
  const deputy = absence.deputyStaffId ?? (await reads.state(staffMember, staffId)).deputyStaffId;
  if (deputy === undefined || (await reads.state(staffMember, deputy)).status !== 'active') return undefined;
  return (await away(deputy)) ? undefined : deputy;
}

async function zoneOf(reads: SagaReads, staffId: string): Promise<string> {
  const { userId } = await reads.state(staffMember, staffId);
  return (userId === undefined ? undefined : (await readerOf(reads, userId)).timeZone) ?? ZONE;
}
