import { projection } from '@letopis/kernel';
import type { SmartProcessEvents } from '../smart-process/smart-process.events';
import { participantsJoin, participantsSide, wordsSeen } from './participants';

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
  readonly participants?: readonly string[];
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
  version: 3,
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
    ProcessEventReceived: (row, event) =>
      event.data.dropped ? line(row, event, { what: 'reactionsDropped', text: `${event.data.eventType}: ${event.data.dropped}` }) : row,
    ProcessPaused: (row, event) => line(row, event, { what: 'paused', text: event.data.reason }),
    ProcessResumed: (row, event) => line(row, event, { what: 'resumed' }),
    ProcessMigrationPlanned: (row, event) =>
      line(row, event, { what: 'migrationPlanned', by: event.data.by, text: `${event.data.plan.from} → ${event.data.plan.to}` }),
    ProcessMigrated: (row, event) =>
      line(row, event, { what: 'migrated', by: event.data.by, stage: event.data.stageName, text: `${event.data.from} → ${event.data.to}` }),
    ProcessCompleted: (row, event) => line(ended(row, event.metadata.occurredAt), event, { what: 'completed', text: event.data.outcome }),
    ProcessCancelled: (row, event) =>
      line(ended(row, event.metadata.occurredAt), event, { what: 'cancelled', by: event.data.by, text: event.data.reason }),
  },
  sides: { participants: participantsSide },
  joins: [participantsJoin],
  list: { filters: { organizationId: 'string', processId: 'string' }, sorts: ['processId'], search: [], defaultSort: 'processId' },
  policy: wordsSeen,
  hidden: ['participants'],
});
