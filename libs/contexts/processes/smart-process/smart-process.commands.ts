import { Code, Codes, Flag, Id, MayBeAbsent, Nested, OneOf, Text } from '@letopis/kernel';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsObject, Max, Min, ValidateNested } from 'class-validator';
import { SUBJECT_TYPES, type SubjectType } from '../definition/definition';

export class ProcessSubject {
  @OneOf(SUBJECT_TYPES) type: SubjectType;
  @Id() id: string;
}

export class StartSmartProcess {
  @Id({ optional: true }) processId?: string;
  @Id() organizationId: string;
  @Code() definitionCode: string;
  @Nested(() => ProcessSubject) subject: ProcessSubject;
  @MayBeAbsent() @IsObject() params?: Record<string, unknown>;
  @Text(1, 255, { optional: true }) title?: string;
  /** By the product alone; else whoever starts it. */
  @Id({ optional: true }) initiatorStaffId?: string;
  @Id({ optional: true }) parentProcessId?: string;
}

class OfProcess {
  @Id() processId: string;
}

export class AttachProcessDocument extends OfProcess {
  @Id() documentId: string;
}

export class DetachProcessDocument extends OfProcess {
  @Id() documentId: string;
  @Code() reason: string;
}

export class MoveSmartProcess extends OfProcess {
  @Code() toStage: string;
  @Text(1, 4_000, { optional: true }) comment?: string;
}

class OfVisit extends OfProcess {
  /** Which entry into a stage it is about: of another one it changes nothing. */
  @IsInt() @Min(1) visit: number;
}

export class AdvanceStage extends OfVisit {
  /** The version of the definition that the exit was chosen by. */
  @MayBeAbsent() @IsInt() @Min(1) version?: number;
  @IsInt() @Min(0) @Max(100) exitIndex: number;
  @Id({ optional: true }) causeEventId?: string;
}

class OfStep extends OfVisit {
  @Code() key: string;
}

export class RecordStepStarted extends OfStep {
  @IsInt() @Min(1) attempt: number;
  /** Streams that the instance listens to from now on, said before what makes them. */
  @Codes(100, { optional: true }) listensTo?: string[];
  @Id({ optional: true }) taskId?: string;
  @Flag({ optional: true }) blocking?: boolean;
  /** The process that the step starts: it is cancelled with this one. */
  @Id({ optional: true }) childProcessId?: string;
}

export class RecordStepWaiting extends OfStep {
  @IsObject() on: Record<string, unknown>;
}

export class RecordStepCompleted extends OfStep {
  @IsObject() outputs: Record<string, unknown>;
  /** Its condition did not hold. */
  @Flag({ optional: true }) skipped?: boolean;
  /** What it has waited for: nothing else is set off by it any more. */
  @Id({ optional: true }) consumedEventId?: string;
}

export class RecordStepFailed extends OfStep {
  @IsInt() @Min(1) attempt: number;
  @Code() errorCode: string;
  /** To try again would change nothing. */
  @Flag({ optional: true }) final?: boolean;
}

export class ProcessApprover {
  @Code() approverKey: string;
  @Id() staffId: string;
  @Code({ optional: true }) slot?: string;
  @Id() taskId: string;
}

export class OpenApprovalRound extends OfVisit {
  @Id() roundId: string;
  @Code() stepKey: string;
  @IsArray() @ArrayMaxSize(100) @ValidateNested({ each: true }) @Type(() => ProcessApprover) approvers: ProcessApprover[];
  @OneOf(['parallel', 'sequential']) mode: 'parallel' | 'sequential';
  @Code() rule: string;
}

export class RecordApprovalDecision extends OfProcess {
  @Id() roundId: string;
  @Code() approverKey: string;
  @Id() byStaffId: string;
  @Id({ optional: true }) onBehalfOf?: string;
  @OneOf(['approved', 'rejected']) decision: 'approved' | 'rejected';
  @Text(1, 4_000, { optional: true }) comment?: string;
  @Id({ optional: true }) taskId?: string;
}

export class ReassignResponsible extends OfProcess {
  @Id() staffId: string;
  @Text(1, 500, { optional: true }) reason?: string;
}

export class ReplaceApprover extends OfProcess {
  @Id() roundId: string;
  @Code() approverKey: string;
  @Id() to: string;
  @Text(1, 500) reason: string;
  @Id({ optional: true }) onBehalfOf?: string;
}

export class SetProcessStatusText extends OfProcess {
  @Text(0, 255) text: string;
}

export class RecordStageReminder extends OfVisit {
  @Code() key: string;
  @IsInt() @Min(1) no: number;
}

/** By the engine: something has happened to what the instance listens to. */
export class ReceiveProcessEvent extends OfProcess {
  @Id() eventId: string;
  @Code() eventType: string;
  @Code() stream: string;
  @IsInt() @Min(0) position: number;
  /** The visit that the instance was in when it happened; 0 before it began. */
  @IsInt() @Min(0) atVisit: number;
  @IsObject() data: Record<string, unknown>;
  /** Which triggers of the definition it sets off. */
  @IsArray() @ArrayMaxSize(50) @IsInt({ each: true }) triggers: number[];
  /** The version of the definition that they are numbered by. */
  @MayBeAbsent() @IsInt() @Min(1) version?: number;
}

export class PauseSmartProcess extends OfProcess {
  @Text(1, 500, { optional: true }) reason?: string;
}
export class ResumeSmartProcess extends OfProcess {}
class OfFailedStep extends OfProcess {
  /** Which step is meant, so that nobody decides on another one than they saw; else the one that has failed. */
  @Code({ optional: true }) key?: string;
}
export class RetryFailedStep extends OfFailedStep {}
export class SkipFailedStep extends OfFailedStep {}

/** What would happen if the instance went on by another version of its template. */
export class PlanProcessMigration extends OfProcess {
  /** By default the one that was published last. */
  @MayBeAbsent() @IsInt() @Min(1) version?: number;
  /** Where it stands afterwards, when its stage has another code there. */
  @Code({ optional: true }) toStage?: string;
  /** Parameters that are new there. */
  @MayBeAbsent() @IsObject() params?: Record<string, unknown>;
}
export class MigrateSmartProcess extends PlanProcessMigration {}

export class CancelSmartProcess extends OfProcess {
  @Text(1, 500) reason: string;
}
