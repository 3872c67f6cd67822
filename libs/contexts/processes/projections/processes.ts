import { staffSide } from '@letopis/contexts/staff';
import { only, projection, sheetAddress, staffSees } from '@letopis/kernel';
import type { ProcessDefinitionEvents } from '../process-definition/process-definition';
import type { ApprovalDecisionTaken, Approver, SmartProcessEvents } from '../smart-process/smart-process.events';

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
  /** Where the approval sheet is printed. */
  readonly sheet: string;
}

const sees = staffSees('processes.instances:view');
const staffJoins = [
  { by: 'initiatorStaffId', side: 'staff', fields: { displayName: 'initiatorName' } },
  { by: 'responsibleStaffId', side: 'staff', fields: { displayName: 'responsibleName' } },
] as const;

/** «Смарт-процессы»: one row for each instance. */
export const smartProcesses = projection<SmartProcessRow, SmartProcessEvents>()({
  code: 'smart_processes',
  version: 2,
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
    ProcessCompleted: (row, { data: { outcome }, metadata }) =>
      row && { ...row, status: 'completed', outcome, endedAt: metadata.occurredAt },
    ProcessCancelled: (row, { metadata }) => row && { ...row, status: 'cancelled', endedAt: metadata.occurredAt },
  },
  sides: { staff: staffSide },
  joins: staffJoins,
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
  policy: sees,
});

interface Line {
  readonly at: string;
  readonly what: string;
  readonly visit?: number;
  readonly stage?: string;
  readonly key?: string;
  readonly by?: string;
  readonly text?: string;
}

interface Visit {
  readonly visit: number;
  readonly stage: string;
  readonly from: string;
  readonly to?: string;
  /** How long it took, pauses and all. */
  readonly minutes?: number;
}

export interface JournalRow {
  readonly processId: string;
  readonly organizationId: string;
  readonly visits: readonly Visit[];
  readonly lines: readonly Line[];
}

const MOST_LINES = 2_000;
type Told = { readonly metadata: { readonly occurredAt: string } };
const line = (row: JournalRow | undefined, { metadata: { occurredAt: at } }: Told, rest: Omit<Line, 'at'>) =>
  row && { ...row, lines: [...row.lines, { at, ...rest }].slice(-MOST_LINES) };
const ended = (row: JournalRow | undefined, at: string): JournalRow | undefined =>
  row && {
    ...row,
    visits: row.visits.map((visit) =>
      visit.to === undefined ? { ...visit, to: at, minutes: Math.round((Date.parse(at) - Date.parse(visit.from)) / 60_000) } : visit,
    ),
  };

/** The journal of each instance: visits of stages with how long they took, steps, decisions with comments, reminders. */
export const processJournal = projection<JournalRow, SmartProcessEvents>()({
  code: 'process_journal',
  version: 1,
  title: { ru: 'Журнал процесса', en: 'Journal of a process' },
  on: {
    SmartProcessStarted: (_, event) =>
      line({ processId: event.aggregateId, organizationId: event.data.organizationId, visits: [], lines: [] }, event, {
        what: 'started',
        by: event.data.initiatorStaffId,
      }),
    StageEntered: (row, event) => {
      const { stageName, visit } = event.data;
      const { occurredAt: from } = event.metadata;
      const entered = row && { ...row, visits: [...row.visits, { visit, stage: stageName, from }] };
      return line(entered, event, { what: 'stageEntered', visit, stage: stageName });
    },
    StageLeft: (row, event) =>
      line(ended(row, event.metadata.occurredAt), event, {
        what: 'stageLeft',
        visit: event.data.visit,
        by: event.data.by,
        text: event.data.comment,
      }),
    StepCompleted: (row, event) => {
      const { visit, key, outputs } = event.data;
      return line(row, event, { what: 'step', visit, key, text: typeof outputs.text === 'string' ? outputs.text : undefined });
    },
    StepFailed: (row, event) =>
      line(row, event, { what: 'stepFailed', visit: event.data.visit, key: event.data.key, text: event.data.errorCode }),
    StepSkipped: (row, event) => line(row, event, { what: 'stepSkipped', visit: event.data.visit, key: event.data.key, by: event.data.by }),
    ProcessFaulted: (row, event) =>
      line(row, event, { what: 'faulted', visit: event.data.visit, key: event.data.key, text: event.data.errorCode }),
    ApprovalDecisionRecorded: (row, event) =>
      line(row, event, { what: event.data.decision, by: event.data.byStaffId, text: event.data.comment }),
    ApproverReplaced: (row, event) => line(row, event, { what: 'approverReplaced', by: event.data.to, text: event.data.reason }),
    ResponsibleChanged: (row, event) => line(row, event, { what: 'responsible', by: event.data.to, text: event.data.reason }),
    StageReminderSent: (row, event) =>
      line(row, event, { what: 'reminder', visit: event.data.visit, key: event.data.key, text: `${event.data.hoursInStage} ч` }),
    ProcessPaused: (row, event) => line(row, event, { what: 'paused', text: event.data.reason }),
    ProcessResumed: (row, event) => line(row, event, { what: 'resumed' }),
    ProcessCompleted: (row, event) => line(ended(row, event.metadata.occurredAt), event, { what: 'completed', text: event.data.outcome }),
    ProcessCancelled: (row, event) =>
      line(ended(row, event.metadata.occurredAt), event, { what: 'cancelled', by: event.data.by, text: event.data.reason }),
  },
  list: { filters: { organizationId: 'string', processId: 'string' }, sorts: ['processId'], search: [], defaultSort: 'processId' },
  policy: sees,
});

export interface ApprovalSheetRow {
  readonly roundId: string;
  readonly organizationId: string;
  readonly processId: string;
  readonly visit: number;
  readonly mode: string;
  readonly rule: string;
  readonly openedAt: string;
  readonly approvers: readonly (Approver & Partial<ApprovalDecisionTaken> & { readonly at?: string })[];
  readonly outcome?: string;
  readonly closedAt?: string;
  readonly sheet: string;
}

/** The sheet of each approval: who was asked, who decided, in whose place, with which words and when. */
export const approvalSheet = projection<ApprovalSheetRow, SmartProcessEvents>()({
  code: 'approval_sheet',
  version: 2,
  title: { ru: 'Лист согласования', en: 'Approval sheet' },
  key: ({ data }) => ('roundId' in data ? data.roundId : undefined),
  on: {
    ApprovalRoundOpened: (_, { aggregateId: processId, data: { roundId, visit, mode, rule, approvers }, metadata }) => ({
      roundId,
      organizationId: metadata.organizationId ?? '',
      processId,
      visit,
      mode,
      rule,
      openedAt: metadata.occurredAt,
      approvers,
      sheet: sheetAddress('approval', processId),
    }),
    ApprovalDecisionRecorded: (row, { data: { roundId: _, ...decision }, metadata: { occurredAt: at } }) =>
      row && {
        ...row,
        approvers: row.approvers.map((each) => (each.approverKey === decision.approverKey ? { ...each, ...decision, at } : each)),
      },
    ApproverReplaced: (row, { data: { approverKey, to, onBehalfOf } }) =>
      row && {
        ...row,
        approvers: row.approvers.map((each) => (each.approverKey === approverKey ? { ...each, staffId: to, onBehalfOf } : each)),
      },
    ApprovalRoundCompleted: (row, { data: { outcome }, metadata }) => row && { ...row, outcome, closedAt: metadata.occurredAt },
  },
  list: { filters: { organizationId: 'string', processId: 'string' }, sorts: ['openedAt'], search: [], defaultSort: 'openedAt' },
  policy: sees,
});

export interface ProcessDefinitionRow {
  readonly processDefinitionId: string;
  readonly organizationId: string;
  readonly code: string;
  readonly name: string;
  readonly version: number;
  readonly status: 'draft' | 'published' | 'archived';
  readonly data: Readonly<Record<string, unknown>>;
}

const named = (data: Readonly<Record<string, unknown>>, code: string) => String((data.name as { ru?: string } | undefined)?.ru ?? code);

/** «Шаблоны процессов». */
export const processDefinitions = projection<ProcessDefinitionRow, ProcessDefinitionEvents>()({
  code: 'process_definitions',
  version: 1,
  title: { ru: 'Шаблоны процессов', en: 'Templates of processes' },
  on: {
    ProcessDefinitionCreated: (_, { aggregateId, data: { organizationId, code, data } }) => ({
      processDefinitionId: aggregateId,
      organizationId,
      code,
      name: named(data, code),
      version: 0,
      status: 'draft',
      data,
    }),
    ProcessDraftSaved: (row, { data: { data } }) => row && { ...row, name: named(data, row.code), data },
    ProcessDefinitionPublished: (row, { data: { version } }) => row && { ...row, version, status: 'published' },
    ProcessDefinitionArchived: (row) => row && { ...row, status: 'archived' },
  },
  list: {
    filters: { organizationId: 'string', code: 'string', status: 'string' },
    sorts: ['code'],
    search: ['name', 'code'],
    defaultSort: 'code',
  },
  policy: staffSees('processes.templates:view', (_, organizationId) => only({ organizationId, status: 'published' })),
});
