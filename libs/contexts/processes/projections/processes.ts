import { staffSide } from '@letopis/contexts/staff';
import { projection, sheetAddress } from '@letopis/kernel';
import type { SmartProcessEvents } from '../smart-process/smart-process.events';
import { participantsJoin, participantsSide, processesSeen } from './participants';

export interface SmartProcessRow {
  readonly processId: string;
  readonly organizationId: string;
  readonly number: number;
  readonly title: string;
  readonly definitionCode: string;
  readonly definitionVersion: number;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly stageCode: string;
  readonly stageName: string;
  readonly stageEnteredAt: string;
  readonly visit: number;
  readonly initiatorStaffId: string;
  readonly initiatorName?: string;
  readonly responsibleStaffId?: string;
  readonly responsibleName?: string;
  readonly statusText?: string;
  /** Reminders of the present stage: the stage takes longer than it should. */
  readonly overdue: boolean;
  readonly hoursInStage: number;
  readonly documentIds: readonly string[];
  readonly status: 'running' | 'paused' | 'faulted' | 'completed' | 'cancelled';
  readonly outcome?: string;
  readonly errorCode?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Everybody who has had to do with it. */
  readonly participants?: readonly string[];
  /** Where the approval sheet is printed. */
  readonly sheet: string;
}

const staffJoins = [
  { by: 'initiatorStaffId', side: 'staff', fields: { displayName: 'initiatorName' } },
  { by: 'responsibleStaffId', side: 'staff', fields: { displayName: 'responsibleName' } },
] as const;

/** «Смарт-процессы»: one row for each instance. */
export const smartProcesses = projection<SmartProcessRow, SmartProcessEvents>()({
  code: 'smart_processes',
  version: 4,
  title: { ru: 'Смарт-процессы', en: 'Smart processes' },
  on: {
    SmartProcessStarted: (_, { aggregateId: processId, data, metadata: { occurredAt } }) => ({
      processId,
      organizationId: data.organizationId,
      number: data.number,
      title: data.title ?? data.definitionName,
      definitionCode: data.definitionCode,
      definitionVersion: data.definitionVersion,
      subjectType: data.subject.type,
      subjectId: data.subject.id,
      stageCode: '',
      stageName: '',
      stageEnteredAt: occurredAt,
      visit: 0,
      initiatorStaffId: data.initiatorStaffId,
      overdue: false,
      hoursInStage: 0,
      documentIds: [],
      status: 'running',
      startedAt: occurredAt,
      sheet: sheetAddress('approval', processId),
    }),
    StageEntered: (row, { data: { stageCode, stageName, visit }, metadata }) =>
      row && { ...row, stageCode, stageName, visit, stageEnteredAt: metadata.occurredAt, overdue: false, hoursInStage: 0 },
    ResponsibleChanged: (row, { data: { to } }) => row && { ...row, responsibleStaffId: to },
    ProcessStatusTextSet: (row, { data: { text } }) => row && { ...row, statusText: text },
    StageReminderSent: (row, { data: { hoursInStage } }) => row && { ...row, overdue: true, hoursInStage },
    ProcessDocumentAttached: (row, { data: { documentId } }) => row && { ...row, documentIds: [...row.documentIds, documentId] },
    ProcessDocumentDetached: (row, { data: { documentId } }) =>
      row && { ...row, documentIds: row.documentIds.filter((id) => id !== documentId) },
    ProcessPaused: (row) => row && { ...row, status: 'paused' },
    ProcessResumed: (row) => row && { ...row, status: 'running' },
    ProcessFaulted: (row, { data: { errorCode } }) => row && { ...row, status: 'faulted', errorCode },
    StepRetried: (row) => row && { ...row, status: 'running', errorCode: undefined },
    StepSkipped: (row) => (row?.status === 'faulted' ? { ...row, status: 'running', errorCode: undefined } : row),
    ProcessMigrated: (row, { data: { to, stageCode, stageName, dropped } }) =>
      row && {
        ...row,
        definitionVersion: to,
        stageCode,
        stageName,
        ...(dropped.length > 0 && row.status === 'faulted' ? { status: 'running', errorCode: undefined } : {}),
      },
    ProcessCompleted: (row, { data: { outcome }, metadata }) =>
      row && { ...row, status: 'completed', outcome, endedAt: metadata.occurredAt },
    ProcessCancelled: (row, { metadata }) => row && { ...row, status: 'cancelled', endedAt: metadata.occurredAt },
  },
  sides: { staff: staffSide, participants: participantsSide },
  joins: [...staffJoins, participantsJoin],
  list: {
    filters: {
      processId: 'string',
      organizationId: 'string',
      definitionCode: 'string',
      stageCode: 'string',
      status: 'string',
      responsibleStaffId: 'string',
      initiatorStaffId: 'string',
      subjectId: 'string',
      overdue: 'boolean',
    },
    sorts: ['number', 'startedAt', 'stageEnteredAt'],
    search: ['title', 'statusText'],
    defaultSort: '-startedAt',
  },
  policy: processesSeen,
  hidden: ['participants'],
});
