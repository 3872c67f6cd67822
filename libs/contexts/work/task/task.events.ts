import type { ApprovalDecision, Priority, TaskKind } from './task.commands';

/** A person, or those among whom the first takes it. */
export interface Assignee {
  readonly staffId?: string;
  readonly departmentId?: string;
  readonly roleCode?: string;
}

export interface Subject {
  readonly type: string;
  readonly id: string;
}

/** The step of a process that waits for it, or has made it. */
export interface ProcessRef {
  readonly processId: string;
  readonly visit: number;
  readonly stepKey: string;
  readonly roundId?: string;
  readonly approverKey?: string;
}

export interface TaskEvents {
  TaskCreated: {
    organizationId: string;
    kind: TaskKind;
    title: string;
    description: string;
    locale: 'ru' | 'en';
    creatorStaffId?: string;
    assignee: Assignee;
    controllerStaffId?: string;
    dueAt?: string;
    priority: Priority;
    subject?: Subject;
    processRef?: ProcessRef;
    blocking: boolean;
    rejectionNeedsComment: boolean;
  };
  TaskTaken: { staffId: string };
  TaskStarted: { staffId: string };
  TaskDeferred: { until?: string };
  TaskResumed: Record<never, never>;
  TaskSubmittedForControl: { result?: string };
  TaskCompleted: { by?: string; result?: string };
  TaskReturned: { comment: string };
  TaskDecided: { by: string; onBehalfOf?: string; decision: ApprovalDecision; comment?: string };
  TaskReassigned: { from?: string; to: string; reason?: string; onBehalfOf?: string };
  TaskDeadlineChanged: { dueAt: string };
  TaskControllerChanged: { from?: string; to: string };
  TaskCommented: { text: string };
  TaskCancelled: { reason: string };
  TaskReopened: Record<never, never>;
}
