import { staffMember, type StaffMember } from '@letopis/contexts/staff';
import {
  aggregate,
  administers,
  allows,
  derivedId,
  followedBy,
  ifKnown,
  known,
  member,
  numbers,
  oneOf,
  ownerOf,
  rightsOf,
  staff,
  standingOf,
  stateIn,
  stateOf,
  system,
  systemOnly,
  type Actor,
  type EventsOf,
  type Need,
  type Policy,
  type Standing,
  type UniqueKey,
} from '@letopis/kernel';
import { isFinal, stageOf, stepOf, type ProcessDefinitionData, type StageDef } from '../definition/definition';
import { evaluate } from '../definition/expr';
import { recipientOf } from '../definition/recipients';
import { scopeOf, unmet } from '../engine/scope';
import { isAtEnd } from '../engine/strands';
import { outcomeOf } from '../engine/tally';
import { refusal } from '../errors';
import { definitionKey, processDefinition, type ProcessDefinition } from '../process-definition/process-definition';
import * as commands from './smart-process.commands';
import type { SmartProcessEvents, StageCause } from './smart-process.events';
import { evolveProcess, isOver, keyOf, noProcess, stepId, type SmartProcess } from './smart-process.state';

const { command, define, event } = aggregate<SmartProcess, SmartProcessEvents>();
type Fact = EventsOf<SmartProcessEvents>;

/** A step that fails is tried again so often by itself. */
export const RETRIES = 3;

const idOf = ({ command: { processId } }: { command: { processId?: string } }) => processId as string;
const insider = member<object, SmartProcess>({ inside: true });
const insiderOrSystem = oneOf<object, SmartProcess>(systemOnly, insider);
const starter = oneOf<commands.StartSmartProcess, SmartProcess>(
  systemOnly,
  staff('processes.instances:start', { in: ({ command }) => command.organizationId }),
);

const own = ({ actor, state }: { actor: Actor; state: SmartProcess }) => ({
  own: standingOf(state.organizationId || undefined, actor.kind === 'user' ? actor.userId : undefined),
});
const definitionOf = ({ state }: { state: SmartProcess }) => ({ definition: stateOf(processDefinition, state.definitionId || undefined) });
type Fields = Readonly<Record<string, unknown>>;
const around = ({ state: { subject, documentIds } }: { state: SmartProcess }) => ({
  subject: ifKnown(stateIn<Fields>(subject.type, subject.id || undefined)),
  documents: followedBy(Object.fromEntries(documentIds.map((id) => [id, ifKnown(stateIn<Fields>('document', id))])), (found) =>
    documentIds.map((id) => found[id]).filter((each): each is Fields => each !== undefined),
  ),
});

/** One running instance per subject, where the definition says so. */
const subjectKey = (definitionId: string, { type, id }: { type: string; id: string }): UniqueKey => ({
  scope: 'processPerSubject',
  value: `${definitionId}:${type}:${id}`,
});

const startNeeds = ({ command: c, actor, commandId }: { command: commands.StartSmartProcess; actor: Actor; commandId: string }) => {
  const { scope, value } = definitionKey(c.organizationId, c.definitionCode);
  const found = ownerOf(scope, value);
  return {
    definitionId: found,
    definition: stateOf(processDefinition, found),
    running: followedBy(
      { id: found },
      ({ id }) => ({ holder: perSubject(id as string | undefined, c.subject) }),
      ({ holder }) => holder as string | undefined,
    ),
    subject: ifKnown(stateIn<Fields>(c.subject.type, c.subject.id)),
    own: standingOf(c.organizationId, actor.kind === 'user' ? actor.userId : undefined),
    number: numbers('allocate', { organizationId: c.organizationId, kind: 'smartProcess', forId: c.processId ?? derivedId(commandId) }),
  };
};
const perSubject = (id: string | undefined, subject: { type: string; id: string }): Need<string | undefined> => {
  if (id === undefined) return known(undefined);
  const { scope, value } = subjectKey(id, subject);
  return ownerOf(scope, value);
};

const whole = (question: { actor: Actor; state: SmartProcess }) => ({ ...own(question), ...definitionOf(question) });
const bySystem = systemOnly as Policy<object, SmartProcess>;

/** One approval flow, or another way through the organization: it decides on what happens to it by its definition, which is data. */
export const smartProcess = define({
  category: 'smartProcess',
  initialState: noProcess,
  organizationId: ({ organizationId }) => organizationId || undefined,
  keys: (state) =>
    state.onePerSubject && state.status !== 'none' && !isOver(state) ? [subjectKey(state.definitionId, state.subject)] : [],

  commands: {
    StartSmartProcess: command(commands.StartSmartProcess, {
      id: idOf,
      by: starter,
      needs: startNeeds,
      summary: 'Starts a process by a published template',
    }),
    AttachProcessDocument: command(commands.AttachProcessDocument, {
      id: idOf,
      by: insiderOrSystem,
      needs: (question) => ({ ...own(question), document: ifKnown(stateIn<Fields>('document', question.command.documentId)) }),
      summary: 'The document goes this way',
    }),
    DetachProcessDocument: command(commands.DetachProcessDocument, { id: idOf, by: bySystem }),
    MoveSmartProcess: command(commands.MoveSmartProcess, {
      id: idOf,
      by: insider,
      needs: (question) => ({ ...whole(question), ...around(question) }),
      summary: 'Takes an exit of the stage by hand',
    }),
    AdvanceStage: command(commands.AdvanceStage, {
      id: idOf,
      by: bySystem,
      needs: (question) => ({ ...definitionOf(question), ...around(question) }),
    }),
    RecordStepStarted: command(commands.RecordStepStarted, { id: idOf, by: bySystem }),
    RecordStepWaiting: command(commands.RecordStepWaiting, { id: idOf, by: bySystem }),
    RecordStepCompleted: command(commands.RecordStepCompleted, { id: idOf, by: bySystem, needs: definitionOf }),
    RecordStepFailed: command(commands.RecordStepFailed, { id: idOf, by: bySystem, needs: definitionOf }),
    OpenApprovalRound: command(commands.OpenApprovalRound, { id: idOf, by: bySystem }),
    RecordApprovalDecision: command(commands.RecordApprovalDecision, { id: idOf, by: bySystem }),
    ReassignResponsible: command(commands.ReassignResponsible, {
      id: idOf,
      by: insiderOrSystem,
      needs: (question) => ({ ...own(question), to: stateOf(staffMember, question.command.staffId) }),
      summary: 'Somebody else is responsible for the stage',
    }),
    ReplaceApprover: command(commands.ReplaceApprover, {
      id: idOf,
      by: insiderOrSystem,
      needs: (question) => ({ ...own(question), to: stateOf(staffMember, question.command.to) }),
      summary: 'Somebody else decides in the round',
    }),
    SetProcessStatusText: command(commands.SetProcessStatusText, { id: idOf, by: bySystem }),
    RecordStageReminder: command(commands.RecordStageReminder, { id: idOf, by: bySystem }),
    ReceiveProcessEvent: command(commands.ReceiveProcessEvent, { id: idOf, by: bySystem }),
    PauseSmartProcess: command(commands.PauseSmartProcess, {
      id: idOf,
      by: insider,
      needs: own,
      summary: 'Nothing new begins until it goes on',
    }),
    ResumeSmartProcess: command(commands.ResumeSmartProcess, {
      id: idOf,
      by: insider,
      needs: own,
      summary: 'Goes on; terms move by the pause',
    }),
    RetryFailedStep: command(commands.RetryFailedStep, {
      id: idOf,
      by: insider,
      needs: own,
      summary: 'Tries the step that failed once more',
    }),
    SkipFailedStep: command(commands.SkipFailedStep, {
      id: idOf,
      by: insider,
      needs: whole,
      summary: 'Goes on without the step that failed',
    }),
    CancelSmartProcess: command(commands.CancelSmartProcess, {
      id: idOf,
      by: insiderOrSystem,
      needs: own,
      summary: 'Ends it without an outcome',
    }),
  },

  decide: {
    StartSmartProcess: (c, state, { definition, definitionId, running, subject, own: who, number, actor }) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (definition.status !== 'published' || definitionId === undefined) throw refusal('DEFINITION_NOT_PUBLISHED');
      const data = definition.versions[definition.version]!;
      if (!data.subjectTypes.includes(c.subject.type)) throw refusal('SUBJECT_NOT_FITTING');
      if (subject && (subject.status === 'none' || (subject.organizationId ?? c.organizationId) !== c.organizationId))
        throw refusal('NOT_FOUND');
      if (data.onePerSubject && running !== undefined) throw refusal('PROCESS_ALREADY_RUNNING');
      const initiatorStaffId = (actor.kind === 'system' ? c.initiatorStaffId : undefined) ?? who.staffId;
      if (initiatorStaffId === undefined) throw refusal('PARAM_REQUIRED', { name: 'initiatorStaffId' });
      const { code, name, onePerSubject, stages } = data;
      const first = stages.find(({ semantic }) => semantic === 'initial')!;
      return [
        event('SmartProcessStarted', {
          organizationId: c.organizationId,
          number,
          title: c.title,
          definitionId,
          definitionCode: code,
          definitionVersion: definition.version,
          definitionName: name.ru,
          subject: { type: c.subject.type, id: c.subject.id },
          params: paramsOf(data, c.params ?? {}, initiatorStaffId, subject),
          initiatorStaffId,
          parentProcessId: c.parentProcessId,
          onePerSubject,
        }),
        entered(first, 1),
      ];
    },

    AttachProcessDocument: ({ documentId }, state, { document, own: who, actor, id, now }) => {
      under(state, 'running', 'paused', 'faulted');
      if (actor.kind !== 'system') takesPart(state, who, actor, now);
      if (state.documentIds.includes(documentId)) return [];
      if (document && (document.organizationId !== state.organizationId || document.archived === true)) throw refusal('NOT_FOUND');
      if (document?.processId !== undefined && document.processId !== id) throw refusal('DOCUMENT_IN_PROCESS');
      return [event('ProcessDocumentAttached', { documentId })];
    },
    DetachProcessDocument: ({ documentId, reason }, state) =>
      state.documentIds.includes(documentId) ? [event('ProcessDocumentDetached', { documentId, reason })] : [],

    MoveSmartProcess: ({ toStage, comment }, state, { definition, own: who, actor, now, subject, documents }) => {
      under(state, 'running');
      const data = dataOf(definition, state);
      const stage = stageOf(data, state.stageCode)!;
      const exits = stage.exits.map((exit, index) => ({ exit, index })).filter(({ exit }) => exit.on === 'manual' && exit.to === toStage);
      if (exits.length === 0) throw refusal('EXIT_NOT_ALLOWED');
      const found = exits.find(({ exit }) => mayLeave(state, who, actor, now, exit.by));
      if (!found) throw refusal('NOT_RESPONSIBLE');
      if (found.exit.requireComment && !comment?.trim()) throw refusal('COMMENT_REQUIRED');
      if (
        Object.values(state.tasks).some(
          ({ visit, blocking, status, roundId }) =>
            visit === state.stageVisit && blocking && status === 'open' && !isDecided(state, roundId),
        )
      )
        throw refusal('STEPS_UNFINISHED');
      guard(stage, toStage, state, subject, documents);
      return left(data, state, found.index, { kind: 'manual', exit: found.index }, who.staffId, comment);
    },

    AdvanceStage: ({ visit, exitIndex, causeEventId }, state, { definition, subject, documents }) => {
      if (visit !== state.stageVisit || isOver(state)) return [];
      under(state, 'running');
      const data = dataOf(definition, state);
      const stage = stageOf(data, state.stageCode)!;
      const exit = stage.exits[exitIndex];
      if (!exit) throw refusal('EXIT_NOT_ALLOWED');
      guard(stage, exit.to, state, subject, documents);
      return left(data, state, exitIndex, causeOf(stage, exitIndex, causeEventId));
    },

    RecordStepStarted: ({ visit, key, attempt, listensTo, taskId, blocking }, state) => {
      if (state.status !== 'running' || !isCurrent(state, visit, key)) return [];
      const record = state.steps[stepId(visit, key)];
      const mayBegin = record
        ? (record.status === 'failed' || record.status === 'retrying') && attempt === record.attempt + 1
        : attempt === 1;
      return mayBegin ? [event('StepStarted', { visit, key, attempt, listensTo, taskId, blocking })] : [];
    },
    RecordStepWaiting: ({ visit, key, on }, state) => {
      if (isOver(state) || !isCurrent(state, visit, key)) return [];
      return state.steps[stepId(visit, key)]?.status === 'started' ? [event('StepWaiting', { visit, key, on })] : [];
    },
    RecordStepCompleted: ({ visit, key, outputs, skipped }, state, { definition }) => {
      if (isOver(state) || !isCurrent(state, visit, key)) return [];
      const status = state.steps[stepId(visit, key)]?.status;
      if (skipped) return status === undefined ? withEnd(definition, state, [event('StepSkipped', { visit, key, by: 'condition' })]) : [];
      if (status !== 'started' && status !== 'waiting') return [];
      return withEnd(definition, state, [event('StepCompleted', { visit, key, outputs })]);
    },
    RecordStepFailed: ({ visit, key, attempt, errorCode }, state, { definition }) => {
      if (isOver(state) || !isCurrent(state, visit, key)) return [];
      const record = state.steps[stepId(visit, key)];
      if (!record || (record.status !== 'started' && record.status !== 'waiting') || record.attempt !== attempt) return [];
      const failed = event('StepFailed', { visit, key, errorCode, attempt });
      if (record.failures + 1 <= RETRIES) return [failed];
      if (stepOf(dataOf(definition, state), keyOf(key))?.onError === 'skip')
        return withEnd(definition, state, [failed, event('StepSkipped', { visit, key, by: 'onError' })]);
      return [failed, event('ProcessFaulted', { visit, key, errorCode })];
    },

    OpenApprovalRound: ({ visit, roundId, stepKey, approvers, mode, rule }, state) => {
      if (isOver(state) || visit !== state.stageVisit || state.rounds[roundId]) return [];
      return [
        event('ApprovalRoundOpened', { roundId, key: stepKey, visit, mode, rule, approvers: approvers.map((each) => ({ ...each })) }),
      ];
    },
    RecordApprovalDecision: ({ roundId, approverKey, byStaffId, onBehalfOf, decision, comment }, state) => {
      if (isOver(state)) return [];
      const round = state.rounds[roundId];
      const approver = round?.approvers.find((each) => each.approverKey === approverKey);
      if (!round || !approver) throw refusal('NOT_AN_APPROVER');
      if (round.decisions.some((each) => each.approverKey === approverKey && each.decision === decision)) return [];
      if (round.outcome || round.closed || round.decisions.some((each) => each.approverKey === approverKey)) throw refusal('ROUND_CLOSED');
      if (approver.staffId !== byStaffId) throw refusal('NOT_AN_APPROVER');
      const taken = { approverKey, byStaffId, onBehalfOf: onBehalfOf ?? approver.onBehalfOf, decision, comment };
      const recorded = event('ApprovalDecisionRecorded', { roundId, ...taken });
      const decisions = [...round.decisions, taken];
      const outcome = outcomeOf({ ...round, decisions });
      if (!outcome) return [recorded];
      const comments = decisions.flatMap((each) => each.comment ?? []).join('; ');
      return [
        recorded,
        event('ApprovalRoundCompleted', { roundId, outcome, decisions }),
        event('StepCompleted', { visit: round.visit, key: round.key, outputs: { roundId, outcome, decisions, comments } }),
      ];
    },

    ReassignResponsible: ({ staffId, reason }, state, { to, own: who, actor, now }) => {
      under(state, 'running', 'paused', 'faulted');
      if (actor.kind !== 'system') mayMove(state, who, actor, now);
      works(to, state);
      return state.responsibleStaffId === staffId
        ? []
        : [event('ResponsibleChanged', { from: state.responsibleStaffId, to: staffId, reason })];
    },
    ReplaceApprover: ({ roundId, approverKey, to: staffId, reason, onBehalfOf }, state, { to, own: who, actor }) => {
      under(state, 'running', 'paused', 'faulted');
      if (actor.kind !== 'system') leads(state, who, actor);
      const round = state.rounds[roundId];
      const approver = round?.approvers.find((each) => each.approverKey === approverKey);
      if (!round || !approver) throw refusal('NOT_AN_APPROVER');
      if (approver.staffId === staffId) return [];
      if (round.outcome || round.closed || round.decisions.some((each) => each.approverKey === approverKey)) throw refusal('ROUND_CLOSED');
      works(to, state);
      return [event('ApproverReplaced', { roundId, approverKey, from: approver.staffId, to: staffId, reason, onBehalfOf })];
    },
    SetProcessStatusText: ({ text }, state) =>
      state.status === 'none' || isOver(state) || state.statusText === text ? [] : [event('ProcessStatusTextSet', { text })],

    RecordStageReminder: ({ visit, key, no }, state, { now }) => {
      if (state.status !== 'running' || visit !== state.stageVisit || no !== (state.reminders[key] ?? 0) + 1) return [];
      const passed = Date.parse(now) - Date.parse(state.stageEnteredAt) - (state.pausedMs - state.pausedBeforeStage);
      return [event('StageReminderSent', { stageCode: state.stageCode, key, no, visit, hoursInStage: Math.floor(passed / 3_600_000) })];
    },
    ReceiveProcessEvent: (c, state) => {
      if (isOver(state) || state.status === 'none' || state.received.includes(c.eventId)) return [];
      const { eventId, eventType, stream, position, atVisit, data, triggers } = c;
      return [event('ProcessEventReceived', { eventId, eventType, stream, position, atVisit, data, triggers })];
    },

    PauseSmartProcess: ({ reason }, state, { own: who, actor }) => {
      leads(state, who, actor);
      if (state.status === 'paused') return [];
      under(state, 'running');
      return [event('ProcessPaused', { reason })];
    },
    ResumeSmartProcess: (_, state, { own: who, actor, now }) => {
      leads(state, who, actor);
      if (state.status === 'running') return [];
      under(state, 'paused');
      return [event('ProcessResumed', { pausedMs: Math.max(0, Date.parse(now) - Date.parse(state.pausedAt!)) })];
    },
    RetryFailedStep: ({ key: meant }, state, { own: who, actor }) => {
      leads(state, who, actor);
      const { visit, key } = faulted(state, meant);
      return [event('StepRetried', { visit, key })];
    },
    SkipFailedStep: ({ key: meant }, state, { own: who, actor, definition }) => {
      leads(state, who, actor);
      const { visit, key } = faulted(state, meant);
      return withEnd(definition, state, [event('StepSkipped', { visit, key, by: who.staffId ?? 'administrator' })]);
    },
    CancelSmartProcess: ({ reason }, state, { own: who, actor, now }) => {
      if (actor.kind !== 'system') {
        const may =
          state.initiatorStaffId === who.staffId ||
          administers(who, actor) ||
          allows(rightsOf(who, actor, now), 'processes.instances:cancel');
        if (!may) throw refusal('FORBIDDEN');
      }
      if (state.status === 'cancelled') return [];
      under(state, 'running', 'paused', 'faulted');
      return [event('ProcessCancelled', { reason, by: actor.kind === 'system' ? undefined : who.staffId })];
    },
  },

  evolve: evolveProcess,
  // The folds are told in smart-process.state: raise it when they change.
  foldVersion: 1,
});

const STATUS: Readonly<Record<string, string>> = {
  running: 'выполняется',
  paused: 'приостановлен',
  faulted: 'остановлен ошибкой',
  completed: 'завершён',
  cancelled: 'отменён',
};

function under(state: SmartProcess, ...statuses: readonly SmartProcess['status'][]): void {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  if (!statuses.includes(state.status)) throw refusal('PROCESS_STATE', { status: STATUS[state.status] });
}

function faulted(state: SmartProcess, meant?: string) {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  if (state.status === 'faulted') {
    const record = state.steps[state.faultedStep!]!;
    if (meant !== undefined && meant !== record.key && meant !== keyOf(record.key)) throw refusal('STEP_NOT_FAILED');
    return record;
  }
  throw state.status === 'running' ? refusal('STEP_NOT_FAILED') : refusal('PROCESS_STATE', { status: STATUS[state.status] });
}

const dataOf = ({ versions }: ProcessDefinition, { definitionVersion }: SmartProcess): ProcessDefinitionData =>
  versions[definitionVersion]!;
const entered = ({ code, name, semantic }: StageDef, visit: number) =>
  event('StageEntered', { stageCode: code, stageName: name.ru, visit, semantic });
const isDecided = ({ rounds }: SmartProcess, roundId: string | undefined) =>
  roundId !== undefined && rounds[roundId]?.outcome !== undefined;

/** Whether a record is about the present visit; what an event has set off is not bound to one. */
const isCurrent = ({ stageVisit, runs }: SmartProcess, visit: number, key: string): boolean =>
  visit === stageVisit || runs.some(({ run, trigger }) => trigger !== undefined && key.endsWith(`:${run}`));

/** The facts, and that the process is at its end where they bring it there. */
function withEnd(definition: ProcessDefinition, state: SmartProcess, facts: readonly Fact[]): readonly Fact[] {
  const after = facts.reduce(
    (folded, { type, data }) =>
      (evolveProcess[type] as (...args: readonly unknown[]) => SmartProcess)(folded, data, {
        id: '',
        occurredAt: '',
        actor: system('fold'),
      }),
    state,
  );
  const data = dataOf(definition, state);
  if (!isAtEnd(data, after)) return facts;
  const { code, semantic } = stageOf(data, after.stageCode)!;
  return [...facts, event('ProcessCompleted', { outcome: semantic === 'success' ? 'success' : 'failure', finalStage: code })];
}

function left(
  data: ProcessDefinitionData,
  state: SmartProcess,
  exitIndex: number,
  cause: StageCause,
  by?: string,
  comment?: string,
): readonly Fact[] {
  const { to } = stageOf(data, state.stageCode)!.exits[exitIndex]!;
  const next = stageOf(data, to)!;
  const { stageCode, stageVisit: visit } = state;
  const facts = [event('StageLeft', { stageCode, visit, to, by, comment, cause }), entered(next, visit + 1)];
  if (!isFinal(next) || next.onEnter.length > 0) return facts;
  return [...facts, event('ProcessCompleted', { outcome: next.semantic === 'success' ? 'success' : 'failure', finalStage: to })];
}

function causeOf({ exits }: StageDef, exit: number, eventId: string | undefined): StageCause {
  const { on } = exits[exit]!;
  if (on === 'manual' || on === 'steps_completed') return { kind: on, exit };
  if ('event' in on) return { kind: 'event', exit, of: on.event, eventId };
  if ('approval' in on) return { kind: 'approval', exit, of: on.approval, outcome: on.outcome };
  if ('task' in on) return { kind: 'task', exit, of: on.task, outcome: on.outcome };
  return { kind: 'timer', exit, of: on.timer };
}

function guard(stage: StageDef, to: string, state: SmartProcess, subject: Fields | undefined, documents: readonly Fields[]): void {
  const point = unmet(stage, to, scopeOf(state, { subject, documents }), documents);
  if (!point) return;
  // A control point may name the code that its refusal has of old.
  if (point.args.error === 'DOCUMENT_REQUIRED') throw refusal('DOCUMENT_REQUIRED');
  throw refusal('CONTROL_POINT_FAILED', { message: point.message.ru });
}

const canMove = (state: SmartProcess, who: Standing, actor: Actor, now: string) =>
  who.staffId !== undefined && (who.staffId === state.initiatorStaffId || who.staffId === state.responsibleStaffId)
    ? true
    : administers(who, actor) || allows(rightsOf(who, actor, now), 'processes.instances:move');
function mayMove(state: SmartProcess, who: Standing, actor: Actor, now: string): void {
  if (!canMove(state, who, actor, now)) throw refusal('NOT_RESPONSIBLE');
}
function takesPart(state: SmartProcess, who: Standing, actor: Actor, now: string): void {
  if (!canMove(state, who, actor, now)) throw refusal('FORBIDDEN');
}
/** The initiator and administrators. */
function leads(state: SmartProcess, who: Standing, actor: Actor): void {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  if (!administers(who, actor) && (who.staffId === undefined || who.staffId !== state.initiatorStaffId)) throw refusal('FORBIDDEN');
}

function mayLeave(state: SmartProcess, who: Standing, actor: Actor, now: string, by: readonly string[] | undefined): boolean {
  if (!by) return canMove(state, who, actor, now);
  if (administers(who, actor) || allows(rightsOf(who, actor, now), 'processes.instances:move')) return true;
  return who.staffId !== undefined && by.some((expr) => isAmong(state, who, expr));
}

function isAmong(state: SmartProcess, { staffId, staff: member }: Standing, expr: string): boolean {
  const { kind, of } = recipientOf(expr);
  switch (kind) {
    case 'author':
      return staffId === state.initiatorStaffId;
    case 'responsible':
      return staffId === state.responsibleStaffId;
    case 'previous_responsible':
      return staffId === state.previousResponsibleStaffId;
    case 'staff':
      return staffId === of;
    case 'param':
      return [state.params[of]].flat().includes(staffId);
    case 'role':
      return member?.roleCodes.includes(of) === true;
    case 'department':
      return member?.departmentIds.includes(of) === true;
    default:
      return false;
  }
}

const works = ({ status, organizationId }: StaffMember, state: SmartProcess) => {
  if (status === 'none' || organizationId !== state.organizationId) throw refusal('NOT_FOUND');
};

const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  staff: (value) => typeof value === 'string',
  'staff[]': (value) => Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string'),
  'string[]': (value) => Array.isArray(value),
  number: (value) => typeof value === 'number',
};

/** The parameters, with what is given by default. @throws PARAM_REQUIRED, PARAM_INVALID */
function paramsOf({ params }: ProcessDefinitionData, given: Fields, initiator: string, subject: Fields | undefined): Fields {
  const stranger = Object.keys(given).find((key) => !params.some((param) => param.key === key));
  if (stranger !== undefined) throw refusal('PARAM_INVALID', { name: stranger });
  const scope = { process: { initiator }, subject: subject ?? {}, params: given };
  return Object.fromEntries(
    params.flatMap(({ key, type, required, default: byDefault }) => {
      const value = given[key] ?? evaluate(byDefault, scope);
      if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) {
        if (required) throw refusal('PARAM_REQUIRED', { name: key });
        return [];
      }
      if (!(FITS[type] ?? ((each: unknown) => typeof each === 'string'))(value)) throw refusal('PARAM_INVALID', { name: key });
      return [[key, value]];
    }),
  );
}
