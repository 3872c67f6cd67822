import { Code, Flag, Id, MayBeAbsent, Nested, OneOf, Text, Time } from '@letopis/kernel';
import { IsInt, Max, Min } from 'class-validator';

export const TASK_KINDS = ['work', 'approval', 'manual_action', 'call_back'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];
export const PRIORITIES = ['low', 'normal', 'high'] as const;
export type Priority = (typeof PRIORITIES)[number];
export const DECISIONS = ['approved', 'rejected'] as const;
export type ApprovalDecision = (typeof DECISIONS)[number];
export const LOCALES = ['ru', 'en'] as const;

/** One of the three. */
export class TaskAssignee {
  @Id({ optional: true }) staffId?: string;
  @Id({ optional: true }) departmentId?: string;
  @Code({ optional: true }) roleCode?: string;
}

/** The record that a task is about. */
export class TaskSubject {
  @Code() type: string;
  @Code() id: string;
}

/** The step of a process that has made a task. */
export class TaskOfProcess {
  @Id() processId: string;
  @IsInt() @Min(0) visit: number;
  @Code() stepKey: string;
  @Id({ optional: true }) roundId?: string;
  @Code({ optional: true }) approverKey?: string;
}

export class CreateTask {
  @Id({ optional: true }) taskId?: string;
  @Id() organizationId: string;
  @OneOf(TASK_KINDS, { optional: true }) kind?: TaskKind;
  @Text(1, 255) title: string;
  @Text(0, 10_000, { optional: true }) description?: string;
  @OneOf(LOCALES, { optional: true }) locale?: 'ru' | 'en';
  @Nested(() => TaskAssignee) assignee: TaskAssignee;
  @Id({ optional: true }) controllerStaffId?: string;
  @Time({ optional: true }) dueAt?: string;
  /** In the place of `dueAt`: hours by the schedule of the assignee's department. */
  @MayBeAbsent() @IsInt() @Min(1) @Max(10_000) dueInWorkingHours?: number;
  @OneOf(PRIORITIES, { optional: true }) priority?: Priority;
  @Nested(() => TaskSubject, { optional: true }) subject?: TaskSubject;
  /** By the process that has made it; people name none of these. */
  @Nested(() => TaskOfProcess, { optional: true }) processRef?: TaskOfProcess;
  @Flag({ optional: true }) blocking?: boolean;
  @Flag({ optional: true }) rejectionNeedsComment?: boolean;
  @Id({ optional: true }) creatorStaffId?: string;
}

class OfTask {
  @Id() taskId: string;
}

export class TakeTask extends OfTask {}
export class StartTask extends OfTask {}

export class DeferTask extends OfTask {
  @Time({ optional: true }) until?: string;
}

export class ResumeTask extends OfTask {}

export class SubmitTaskForControl extends OfTask {
  @Text(1, 4_000, { optional: true }) result?: string;
}

export class CompleteTask extends OfTask {
  @Text(1, 4_000, { optional: true }) result?: string;
}

export class ReturnTask extends OfTask {
  @Text(1, 4_000) comment: string;
}

export class DecideApprovalTask extends OfTask {
  @OneOf(DECISIONS) decision: ApprovalDecision;
  @Text(1, 4_000, { optional: true }) comment?: string;
}

export class ReassignTask extends OfTask {
  @Id() staffId: string;
  @Text(1, 500, { optional: true }) reason?: string;
  /** By the product: the new one decides in the place of the present one, who is absent. */
  @Flag({ optional: true }) asDeputy?: boolean;
}

export class ChangeTaskController extends OfTask {
  @Id() staffId: string;
}

export class ChangeTaskDeadline extends OfTask {
  @Time() dueAt: string;
}

export class CommentTask extends OfTask {
  @Text(1, 4_000) text: string;
}

export class CancelTask extends OfTask {
  @Text(1, 500) reason: string;
}

export class ReopenTask extends OfTask {}
