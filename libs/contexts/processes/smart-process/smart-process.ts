import { member, oneOf, staff, systemOnly, type Policy } from '@letopis/kernel';
import {
  cancelled,
  documentAttached,
  documentDetached,
  eventReceived,
  paused,
  reminded,
  responsibleChanged,
  resumed,
  statusTextSet,
} from './administration';
import { command, define } from './facts';
import { migrated, migrationPlanned } from './migrating';
import * as needs from './needs';
import { approverReplaced, decisionRecorded, roundOpened } from './rounds';
import * as commands from './smart-process.commands';
import { evolveProcess, isOver, noProcess, type SmartProcess } from './smart-process.state';
import { advanced, moved } from './stages';
import { started } from './starting';
import { stepCompleted, stepFailed, stepRetried, stepSkipped, stepStarted, stepWaits } from './steps';

const id = ({ command: { processId } }: { command: { processId?: string } }) => processId as string;
const bySystem = systemOnly as Policy<object, SmartProcess>;
const insider = member<object, SmartProcess>({ inside: true });
const insiderOrSystem = oneOf<object, SmartProcess>(bySystem, insider);
const publisher = staff<object, SmartProcess>('processes.templates:publish');
const starter = oneOf<commands.StartSmartProcess, SmartProcess>(
  systemOnly,
  staff('processes.instances:start', { in: ({ command }) => command.organizationId }),
);

/**
 * One approval flow, or another way through the organization: it decides on what happens to it by its definition, which is data.
 *
 * | State     | Move / Advance | step records  | approvals | Reassign | Pause    | Resume    | Retry / Skip | Cancel      |
 * | running   | stage change   | same, faulted | same      | same     | → paused | no-op     | —            | → cancelled |
 * | paused    | —              | same          | same      | same     | no-op    | → running | —            | → cancelled |
 * | faulted   | —              | same          | same      | same     | —        | —         | → running    | → cancelled |
 * | completed | —              | no-op         | no-op     | —        | —        | —         | —            | —           |
 * | cancelled | —              | no-op         | no-op     | —        | —        | —         | —            | no-op       |
 */
export const smartProcess = define({
  category: 'smartProcess',
  initialState: noProcess,
  organizationId: ({ organizationId }) => organizationId || undefined,
  keys: (state) =>
    state.onePerSubject && state.status !== 'none' && !isOver(state) ? [needs.subjectKey(state.definitionId, state.subject)] : [],

  commands: {
    StartSmartProcess: command(commands.StartSmartProcess, {
      id,
      by: starter,
      needs: needs.start,
      summary: 'Starts a process by a published template',
    }),
    AttachProcessDocument: command(commands.AttachProcessDocument, {
      id,
      by: insiderOrSystem,
      needs: (asked) => ({ ...needs.own(asked), ...needs.documentOf(asked) }),
      summary: 'The document goes this way',
    }),
    DetachProcessDocument: command(commands.DetachProcessDocument, { id, by: bySystem }),
    MoveSmartProcess: command(commands.MoveSmartProcess, {
      id,
      by: insider,
      needs: (asked) => ({ ...needs.ownAndDefinition(asked), ...needs.around(asked), ...needs.circles(asked) }),
      summary: 'Takes an exit of the stage by hand',
    }),
    AdvanceStage: command(commands.AdvanceStage, {
      id,
      by: bySystem,
      needs: (asked) => ({ ...needs.definition(asked), ...needs.around(asked) }),
    }),
    RecordStepStarted: command(commands.RecordStepStarted, { id, by: bySystem }),
    RecordStepWaiting: command(commands.RecordStepWaiting, { id, by: bySystem }),
    RecordStepCompleted: command(commands.RecordStepCompleted, { id, by: bySystem, needs: needs.definition }),
    RecordStepFailed: command(commands.RecordStepFailed, { id, by: bySystem, needs: needs.definition }),
    OpenApprovalRound: command(commands.OpenApprovalRound, { id, by: bySystem }),
    RecordApprovalDecision: command(commands.RecordApprovalDecision, { id, by: bySystem }),
    ReassignResponsible: command(commands.ReassignResponsible, {
      id,
      by: insiderOrSystem,
      needs: (asked) => ({ ...needs.own(asked), ...needs.staffOf(asked.command.staffId) }),
      summary: 'Somebody else is responsible for the stage',
    }),
    ReplaceApprover: command(commands.ReplaceApprover, {
      id,
      by: insiderOrSystem,
      needs: (asked) => ({ ...needs.own(asked), ...needs.staffOf(asked.command.to) }),
      summary: 'Somebody else decides in the round',
    }),
    SetProcessStatusText: command(commands.SetProcessStatusText, { id, by: bySystem }),
    RecordStageReminder: command(commands.RecordStageReminder, { id, by: bySystem }),
    ReceiveProcessEvent: command(commands.ReceiveProcessEvent, { id, by: bySystem }),
    PauseSmartProcess: command(commands.PauseSmartProcess, {
      id,
      by: insider,
      needs: needs.own,
      summary: 'Nothing new begins until it goes on',
    }),
    ResumeSmartProcess: command(commands.ResumeSmartProcess, {
      id,
      by: insider,
      needs: needs.own,
      summary: 'Goes on; terms move by the pause',
    }),
    RetryFailedStep: command(commands.RetryFailedStep, {
      id,
      by: insider,
      needs: needs.own,
      summary: 'Tries the step that failed once more',
    }),
    SkipFailedStep: command(commands.SkipFailedStep, {
      id,
      by: insider,
      needs: needs.ownAndDefinition,
      summary: 'Goes on without the step that failed',
    }),
    PlanProcessMigration: command(commands.PlanProcessMigration, {
      id,
      by: publisher,
      needs: needs.migration,
      answer: ([planned]) => (planned?.type === 'ProcessMigrationPlanned' ? planned.data.plan : {}),
      summary: 'Says what would happen by another version of the template; nothing does',
    }),
    MigrateSmartProcess: command(commands.MigrateSmartProcess, {
      id,
      by: publisher,
      needs: needs.migration,
      answer: ([migrated]) => (migrated?.type === 'ProcessMigrated' ? migrated.data.plan : {}),
      summary: 'Goes on by another version of the template',
    }),
    CancelSmartProcess: command(commands.CancelSmartProcess, {
      id,
      by: insiderOrSystem,
      needs: needs.own,
      summary: 'Ends it without an outcome',
    }),
  },

  decide: {
    StartSmartProcess: started,
    AttachProcessDocument: documentAttached,
    DetachProcessDocument: documentDetached,

    MoveSmartProcess: moved,
    AdvanceStage: advanced,

    RecordStepStarted: stepStarted,
    RecordStepWaiting: stepWaits,
    RecordStepCompleted: stepCompleted,
    RecordStepFailed: stepFailed,
    RetryFailedStep: stepRetried,
    SkipFailedStep: stepSkipped,

    OpenApprovalRound: roundOpened,
    RecordApprovalDecision: decisionRecorded,
    ReplaceApprover: approverReplaced,

    ReassignResponsible: responsibleChanged,
    SetProcessStatusText: statusTextSet,
    RecordStageReminder: reminded,
    ReceiveProcessEvent: eventReceived,

    PauseSmartProcess: paused,
    ResumeSmartProcess: resumed,
    PlanProcessMigration: migrationPlanned,
    MigrateSmartProcess: migrated,
    CancelSmartProcess: cancelled,
  },

  evolve: evolveProcess,
  // The folds are told in smart-process.state: raise it when they change.
  foldVersion: 4,
});
