import { AddAbsence, CreateCalendarEvent, CreateTask, ReturnTask, SubmitTaskForControl } from '@letopis/contexts/work';
import { ApplyDocumentStatus } from '@letopis/contexts/documents';
import { attempt, derivedId, send, type CommandEffect, type Effect } from '@letopis/kernel';
import { durationMillis, type BranchArgs, type Expr, type StepDef, type StepType } from '../definition/definition';
import { evaluate, holds, text } from '../definition/expr';
import { recipientOf } from '../definition/recipients';
import {
  OpenApprovalRound,
  ReassignResponsible,
  RecordStepCompleted,
  RecordStepFailed,
  RecordStepWaiting,
  SetProcessStatusText,
  StartSmartProcess,
} from '../smart-process/smart-process.commands';
import { latest, type StepRecord } from '../smart-process/smart-process.state';
import { NOT_AVAILABLE, type Done } from './done';
import { people, plainText, told, unknownRecipient } from './messages';
import { childOf, taskOf, type View } from './plan';
import { meant, within } from './scope';
import { subjectCommands, toSubject } from './subjects';

type Run = (step: StepDef, record: StepRecord, view: View) => Done;

const values =
  ({ args }: StepDef, { scope }: View) =>
  (name: string) =>
    evaluate(args[name], scope);
const said = (step: StepDef, { scope }: View, name: string, most: number): string | undefined =>
  step.args[name] === undefined ? undefined : text(step.args[name], scope).trim().slice(0, most) || undefined;

/** Every type of step. None knows a process: all that it does follows from its arguments. */
const runs: Readonly<Record<StepType, Run>> = {
  assign_responsible: (step, record, view) => {
    const [person] = people(step.args.to, view);
    if (!person) return unknownRecipient(view);
    const textSite =
      said(step, view, 'text', 4_000) ??
      `Вы назначены ответственным: ${view.state.title ?? view.state.definitionName} № ${view.state.number}`;
    const notice = told(view, record, { policy: 'user_notification', to: [person], textSite });
    const reassign = send(ReassignResponsible, { processId: view.processId, staffId: person.id });
    return { commands: [reassign, ...(notice.commands ?? [])], outputs: { staffId: person.id } };
  },
  notify_user: (step, record, view) =>
    told(view, record, {
      policy: 'user_notification',
      to: people(step.args.to, view),
      textSite: said(step, view, 'textSite', 4_000) ?? '—',
      textMail: said(step, view, 'textMail', 4_000),
      title: said(step, view, 'title', 255),
      from: step.args.kind === 'system' ? undefined : ((step.args.from as string | undefined) ?? 'author'),
    }),
  send_email: (step, record, view) => {
    const { args } = step;
    // What is filled in is a client's own words: it becomes no markup.
    const written = args.contentType === 'html' && typeof args.text === 'string' ? { ...args, text: plainText(args.text) } : args;
    return told(view, record, {
      policy: 'email',
      to: people(args.to, view),
      title: said(step, view, 'subject', 255),
      textSite: said({ ...step, args: written }, view, 'text', 4_000) ?? '—',
      from: args.from as string | undefined,
      templateCode: args.templateSite as string | undefined,
    });
  },
  send_sms: (step, record, view) => {
    const done = told(view, record, { policy: 'sms', to: people(step.args.to, view), textSite: said(step, view, 'text', 700) ?? '—' });
    if (done.failed) return done;
    const notificationIds = done.outputs!.notificationIds as readonly string[];
    return { ...done, on: { notificationIds, listensTo: notificationIds.map((id) => `notification-${id}`) } };
  },
  social_message: (step, record, view) =>
    told(view, record, {
      policy: 'social_message',
      category: 'message',
      to: people(step.args.to, view),
      textSite: said(step, view, 'text', 4_000) ?? '—',
      from: (step.args.from as string | undefined) ?? 'author',
    }),
  set_status_text: (step, _, view) => {
    const status = said(step, view, 'text', 255) ?? '';
    const { type, id } = view.state.subject;
    const subject = subjectCommands[type]?.text?.(id, { text: status });
    return {
      commands: [send(SetProcessStatusText, { processId: view.processId, text: status }), ...(subject ? [subject] : [])],
      outputs: { text: status },
    };
  },
  set_document_status: (step, _, view) => {
    const value = values(step, view);
    const typeCode = value('documentTypeCode');
    const ids = view.state.documentIds.filter((__, at) => typeCode === undefined || view.surroundings.documents[at]?.typeCode === typeCode);
    const status = String(value('status'));
    return {
      commands: ids.map((documentId) => send(ApplyDocumentStatus, { documentId, status, processId: view.processId })),
      outputs: { documentIds: ids },
    };
  },
  set_subject_stage: (step, _, view) =>
    toSubject('stage', { stage: values(step, view)('stage') }, view, { stage: values(step, view)('stage') }),
  set_subject_field: (step, _, view) => {
    const value = values(step, view);
    return toSubject('field', { field: value('field'), value: value('value') }, view, { value: value('value') });
  },
  apply_approval: (step, _, view) => {
    const { outputs = {} } = latest(view.state, String(step.args.step as string)) ?? {};
    const comments = ((outputs.decisions ?? []) as readonly { comment?: string }[]).flatMap(({ comment }) => comment ?? []);
    const done = toSubject('approval', { roundId: outputs.roundId, outcome: values(step, view)('outcome'), comments }, view, {
      applied: true,
    });
    return { ...done, whenRefused: { applied: false } };
  },
  create_task: (step, { visit, key }, view) => {
    const { processId, state } = view;
    const value = values(step, view);
    const taskId = taskOf(processId, visit, key);
    const { kind, of } = recipientOf(meant(String(step.args.assignee as string), view)[0] ?? '');
    const [person] = kind === 'role' || kind === 'department' ? [] : people(step.args.assignee, view);
    const assignee = kind === 'role' ? { roleCode: of } : kind === 'department' ? { departmentId: of } : person && { staffId: person.id };
    if (!assignee) return unknownRecipient(view);
    const due = durationMillis(value('due'));
    const task = send(CreateTask, {
      taskId,
      organizationId: state.organizationId,
      kind: (value('kind') ?? 'work') as 'work',
      title: said(step, view, 'title', 255) ?? '—',
      description: said(step, view, 'description', 10_000),
      assignee,
      controllerStaffId: people(step.args.controller, view)[0]?.id,
      dueAt: due === undefined ? undefined : later(view.state.steps[`${visit}:${key}`]?.since, due),
      priority: (value('priority') ?? 'normal') as 'normal',
      subject: { type: state.subject.type, id: state.subject.id },
      processRef: { processId, visit, stepKey: key },
      blocking: step.args.waitForCompletion === true,
      creatorStaffId: state.initiatorStaffId,
    });
    return step.args.waitForCompletion === true ? { commands: [task], on: { taskId } } : { commands: [task], outputs: { taskId } };
  },
  submit_task: (step, _, view) =>
    ofTask(step, view, (taskId) => send(SubmitTaskForControl, { taskId, result: said(step, view, 'comment', 4_000) })),
  return_task: (step, _, view) =>
    ofTask(step, view, (taskId) => send(ReturnTask, { taskId, comment: said(step, view, 'comment', 4_000) ?? 'Возвращено процессом' })),
  request_approval: (step, { visit, key }, view) => {
    const { processId } = view;
    const value = values(step, view);
    const given = [step.args.approvers ?? []].flat() as readonly Expr[];
    const approvers = given.flatMap((each) => {
      const { to, slot } =
        typeof each === 'object' && each !== null ? (each as { to?: Expr; slot?: string }) : { to: each, slot: undefined };
      return people(to, view).map(({ id }) => ({ staffId: id, slot }));
    });
    const named = value('roundId');
    const roundId = typeof named === 'string' && named ? named : derivedId(processId, visit, key, 'round');
    if (approvers.length === 0) return unknownRecipient(view);
    const [least, most] = [Number(value('min') ?? 1), Number(value('max') ?? 100)];
    if (approvers.length < least || approvers.length > most) return { failed: 'APPROVERS_COUNT' };
    const open = send(OpenApprovalRound, {
      processId,
      visit,
      roundId,
      stepKey: key,
      approvers: approvers.map(({ staffId, slot }, at) => ({
        approverKey: `a${at + 1}`,
        staffId,
        slot,
        taskId: derivedId(roundId, `a${at + 1}`, 'task'),
      })),
      mode: (value('mode') ?? 'parallel') as 'parallel',
      rule: String(value('rule') ?? 'all'),
    });
    return { commands: [open], on: { roundId } };
  },
  add_absence: (step, { visit, key }, view) => {
    const value = values(step, view);
    const [person] = people(step.args.user, view);
    if (!person) return unknownRecipient(view);
    const absenceId = derivedId(view.processId, visit, key, 'absence');
    const [from, to] = [String(value('from')), String(value('to'))];
    const absence = { absenceId, staffId: person.id, type: value('type') as 'other', from, to, title: said(step, view, 'title', 255) };
    return { commands: [send(AddAbsence, absence)], outputs: { absenceId } };
  },
  create_calendar_event: (step, { visit, key }, view) => {
    const value = values(step, view);
    const [person] = people(step.args.user, view);
    if (!person?.userId) return unknownRecipient(view);
    const eventId = derivedId(view.processId, visit, key, 'calendarEvent');
    const event = send(CreateCalendarEvent, {
      calendarEventId: eventId,
      organizationId: view.state.organizationId,
      userId: person.userId,
      calendarType: value('calendarType') as string | undefined,
      ownerId: value('ownerId') as string | undefined,
      title: said(step, view, 'title', 255) ?? '—',
      startsAt: String(value('from')),
      endsAt: String(value('to')),
      place: said(step, view, 'place', 255),
      description: said(step, view, 'description', 4_000),
    });
    return { commands: [event], outputs: { eventId } };
  },
  wait: (step, _, view) => {
    const length = durationMillis(values(step, view)('duration'));
    return length === undefined ? { failed: 'VALIDATION_FAILED' } : { on: { milliseconds: length, clock: step.args.clock ?? 'calendar' } };
  },
  wait_event: (step) => ({ on: { event: step.args.event, where: step.args.where } }),
  start_process: (step, { visit, key }, view) => {
    const value = values(step, view);
    const processId = childOf(view.processId, visit, key);
    const start = send(StartSmartProcess, {
      processId,
      organizationId: view.state.organizationId,
      definitionCode: String(value('definitionCode')),
      subject: (value('subject') ?? view.state.subject) as never,
      params: (value('params') ?? {}) as Record<string, unknown>,
      initiatorStaffId: view.state.initiatorStaffId,
      parentProcessId: view.processId,
    });
    return { commands: [start], outputs: { processId } };
  },
  close_subject: (step, _, view) =>
    toSubject('close', { outcome: values(step, view)('outcome'), comment: said(step, view, 'comment', 4_000) }, view),
  branch: (step, _, { scope }) => {
    const { cases } = step.args as unknown as BranchArgs;
    return { outputs: { case: cases.findIndex((each) => holds(each.if, scope)) } };
  },
  log: (step, _, view) => ({ outputs: { text: said(step, view, 'text', 4_000) ?? '' } }),
};

/** Moments follow from what was recorded, so that a repeat gives the same. */
const later = (since: string | undefined, milliseconds: number) =>
  since ? new Date(Date.parse(since) + milliseconds).toISOString() : undefined;

function ofTask({ args }: StepDef, { state }: View, make: (taskId: string) => CommandEffect): Done {
  const found = Object.entries(state.tasks).findLast(([, { key }]) => key.split(':')[0] === args.task);
  // In a state that does not fit there is nothing to hand over: that is no failure.
  return found ? { commands: [make(found[0])], outputs: { taskId: found[0] }, whenRefused: { taskId: found[0] } } : { outputs: {} };
}

/** What a step that has begun does, and how it ends: with its outputs, waiting, or failed by the code of a refusal. */
export function carriedOut(step: StepDef, record: StepRecord, whole: View): readonly Effect[] {
  const { processId } = whole;
  const { visit, key, attempt: nth } = record;
  const view = { ...whole, scope: within(whole.scope, key, whole.state) };
  const { commands = [], outputs, on, whenRefused, failed } = runs[step.type](step, record, view);
  const at = `${visit}:${key}`;
  const fail = (errorCode: string) => {
    const isFinal = errorCode === NOT_AVAILABLE;
    return send(RecordStepFailed, { processId, visit, key, attempt: nth, errorCode, final: isFinal || undefined }, at);
  };
  if (failed !== undefined) return [fail(failed)];
  const complete = (results: Readonly<Record<string, unknown>>) =>
    send(RecordStepCompleted, { processId, visit, key, outputs: results }, at);
  const end = on ? send(RecordStepWaiting, { processId, visit, key, on }, at) : complete(outputs ?? {});
  const refused = (code: string) => {
    // A context that is not there has refused nothing.
    if (code === 'UNKNOWN_COMMAND') return fail(NOT_AVAILABLE);
    return whenRefused ? complete(whenRefused) : fail(code);
  };
  const tried = commands.map((command, nth) => attempt({ ...command, key: `${at}:${nth}` }, (code) => [refused(code)]));
  return on?.listensTo ? [end, ...tried] : [...tried, end];
}

/** What a step that waits for time to pass waits for, and since when; pauses do not count. */
export const waitOf = ({ on, since, pausedBefore }: StepRecord, pausedMs: number) =>
  typeof on?.milliseconds === 'number'
    ? {
        from: later(since, pausedMs - pausedBefore)!,
        milliseconds: on.milliseconds,
        clock: on.clock === 'working' ? 'working' : 'calendar',
      }
    : undefined;
