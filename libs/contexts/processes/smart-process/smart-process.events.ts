import type { SubjectRef } from '../definition/definition';
import type { MigrationPlan } from '../engine/migration';

export interface Approver {
  readonly approverKey: string;
  readonly staffId: string;
  readonly slot?: string;
  readonly onBehalfOf?: string;
  readonly taskId: string;
}

export interface ApprovalDecisionTaken {
  readonly approverKey: string;
  readonly byStaffId: string;
  readonly onBehalfOf?: string;
  readonly decision: 'approved' | 'rejected';
  readonly comment?: string;
}

/** Why a stage was left. */
export interface StageCause {
  readonly kind: 'manual' | 'event' | 'approval' | 'task' | 'timer' | 'steps_completed';
  /** The exit, by its place in the definition. */
  readonly exit: number;
  /** The step, the timer or the type of the event. */
  readonly of?: string;
  readonly outcome?: string;
  readonly eventId?: string;
}

type Outputs = Readonly<Record<string, unknown>>;

export interface SmartProcessEvents {
  SmartProcessStarted: {
    organizationId: string;
    number: number;
    title?: string;
    definitionId: string;
    definitionCode: string;
    definitionVersion: number;
    definitionName: string;
    subject: SubjectRef;
    params: Outputs;
    initiatorStaffId: string;
    parentProcessId?: string;
    onePerSubject: boolean;
  };
  StageEntered: { stageCode: string; stageName: string; visit: number; semantic: 'initial' | 'work' | 'success' | 'failure' };
  StageLeft: { stageCode: string; visit: number; to: string; by?: string; comment?: string; cause: StageCause };
  StepStarted: {
    visit: number;
    key: string;
    attempt: number;
    listensTo?: readonly string[];
    taskId?: string;
    blocking?: boolean;
    childProcessId?: string;
  };
  StepWaiting: { visit: number; key: string; on: Outputs };
  /** With the last step of what an event or a timer has set off, that is over (`endsRun`). */
  StepCompleted: { visit: number; key: string; outputs: Outputs; consumedEventId?: string; endsRun?: string };
  StepFailed: { visit: number; key: string; errorCode: string; attempt: number };
  StepRetried: { visit: number; key: string };
  StepSkipped: { visit: number; key: string; by: string; endsRun?: string };
  ProcessFaulted: { visit: number; key: string; errorCode: string };
  ApprovalRoundOpened: {
    roundId: string;
    key: string;
    visit: number;
    mode: 'parallel' | 'sequential';
    rule: string;
    approvers: readonly Approver[];
  };
  ApprovalDecisionRecorded: { roundId: string } & ApprovalDecisionTaken;
  ApprovalRoundCompleted: { roundId: string; outcome: 'approved' | 'rejected'; decisions: readonly ApprovalDecisionTaken[] };
  ApproverReplaced: { roundId: string; approverKey: string; from: string; to: string; reason: string; onBehalfOf?: string };
  ResponsibleChanged: { from?: string; to: string; reason?: string };
  ProcessStatusTextSet: { text: string };
  StageReminderSent: { stageCode: string; key: string; no: number; visit: number; hoursInStage: number };
  ProcessDocumentAttached: { documentId: string };
  ProcessDocumentDetached: { documentId: string; reason: string };
  ProcessEventReceived: {
    eventId: string;
    eventType: string;
    stream: string;
    position: number;
    atVisit: number;
    data: Outputs;
    triggers: readonly number[];
    /** Reactions that were not begun, as too many are under way. */
    dropped?: number;
  };
  ProcessPaused: { reason?: string };
  ProcessResumed: { pausedMs: number };
  ProcessCompleted: { outcome: 'success' | 'failure'; finalStage: string };
  ProcessMigrationPlanned: { plan: MigrationPlan; by?: string };
  ProcessMigrated: {
    from: number;
    to: number;
    by?: string;
    stageCode: string;
    stageName: string;
    visit: number;
    /** Steps that were put before where it stands. */
    skipped: readonly string[];
    /** Steps that had failed and are not there any more. */
    dropped: readonly string[];
    timersTakenBack: readonly string[];
    /** What goes on beside the stage; whatever else did is over. */
    runs: readonly { readonly run: string; readonly trigger?: number }[];
    params: Outputs;
    onePerSubject: boolean;
    plan: MigrationPlan;
  };
  ProcessCancelled: { reason: string; by?: string };
}
