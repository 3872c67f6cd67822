import { AddAbsence, CreateCalendarEvent, CreateTask, ReturnTask, SubmitTaskForControl } from '@letopis/contexts/work';
import { RequestNotification, type RoutingPolicy } from '@letopis/contexts/communication';
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
import { childOf, taskOf, type View } from './plan';
import type { Person } from './scope';

/** What a step does: commands, and what is known of it then. */
interface Done {
  readonly commands?: readonly CommandEffect[];
  /** Known when all commands have gone through. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** What it waits for, and what wakes it. */
  readonly on?: Readonly<Record<string, unknown>>;
  readonly timer?: string;
  /** Outputs where a command is refused: for steps to which a refusal is an answer. */
  readonly whenRefused?: Readonly<Record<string, unknown>>;
  readonly failed?: string;
}

type Run = (step: StepDef, record: StepRecord, view: View) => Done;

/** A command of a context by its name: it may belong to one that the product is composed without. */
const named = (type: string, payload: Readonly<Record<string, unknown>>): CommandEffect => ({ kind: 'command', type, payload });

/** What is done to a subject, by its kind: the commands of its context. */
const subjectCommands: Readonly<
  Record<string, Readonly<Record<string, (id: string, args: Readonly<Record<string, unknown>>, view: View) => CommandEffect>>>
> = {
  deal: {
    stage: (dealId, { stage }) => named('MoveDealToStage', { dealId, stageCode: stage }),
    text: (dealId, { text: said }) => named('SetDealStatusText', { dealId, text: said }),
    close: (dealId, { outcome, comment }) => named('CloseDeal', { dealId, outcome, reason: comment }),
    approval: (dealId, args) => named('ApplyDealApproval', { dealId, ...args }),
    field: (dealId, { field, value }) => named('UpdateDeal', { dealId, [String(field)]: value }),
  },
  lead: { field: (leadId, { field, value }) => named('UpdateLead', { leadId, [String(field)]: value }) },
  company: { field: (companyId, { field, value }) => named('UpdateCompany', { companyId, [String(field)]: value }) },
  contact: { field: (contactId, { field, value }) => named('UpdateContact', { contactId, [String(field)]: value }) },
};

const toSubject = (
  what: string,
  args: Readonly<Record<string, unknown>>,
  view: View,
  outputs: Readonly<Record<string, unknown>> = {},
): Done => {
  const { type, id } = view.state.subject;
  const make = subjectCommands[type]?.[what];
  return make ? { commands: [make(id, args, view)], outputs } : { failed: 'UNKNOWN_COMMAND' };
};

const values =
  ({ args }: StepDef, { scope }: View) =>
  (name: string) =>
    evaluate(args[name], scope);
const said = (step: StepDef, { scope }: View, name: string, most: number): string | undefined =>
  step.args[name] === undefined ? undefined : text(step.args[name], scope).trim().slice(0, most) || undefined;

/** Everybody who a list of recipients means, each once. */
function people(expr: Expr | undefined, view: View): readonly Person[] {
  const all = [expr ?? []].flat() as readonly Expr[];
  const found = all.flatMap((each) => (typeof each === 'string' ? view.resolve(each) : []));
  return found.filter((person, at) => found.findIndex(({ id }) => id === person.id) === at);
}

interface Message {
  readonly policy: RoutingPolicy;
  readonly to: readonly Person[];
  readonly textSite: string;
  readonly textMail?: string;
  readonly title?: string;
  readonly from?: string;
  readonly category?: 'message' | 'process';
}

/** A message to each; their ids follow from step and attempt, so that a repeat tells nobody twice. */
export function messages(view: View, about: string, { policy, to, textSite, textMail, title, from, category = 'process' }: Message) {
  const { processId, state } = view;
  const sender = from === undefined ? undefined : view.resolve(from)[0];
  return to.map((person): { id: string; command: CommandEffect } => {
    const notificationId = derivedId(processId, about, person.id, 'notification');
    const { name, email, phone, userId } = person;
    const recipient = userId ? { userId } : { external: { name, email, phone } };
    const payload = {
      notificationId,
      organizationId: state.organizationId,
      recipient,
      category,
      policy,
      title,
      textSite: textSite.slice(0, 4_000),
      textMail,
      from:
        from === undefined
          ? { kind: 'system' as const }
          : { kind: from === 'author' ? ('author' as const) : ('staff' as const), staffId: sender?.id },
      link: { type: 'smartProcess', id: processId },
    };
    return { id: notificationId, command: send(RequestNotification, payload as never) };
  });
}

const told = (view: View, { visit, key, attempt: nth }: StepRecord, message: Message): Done => {
  const reachable = message.to.filter(({ userId, email, phone }) => userId ?? email ?? phone);
  const all = messages(view, `${visit}:${key}:${nth}`, { ...message, to: reachable });
  return { commands: all.map(({ command }) => command), outputs: { notificationIds: all.map(({ id }) => id) } };
};

/** Every type of step. None knows a process: all that it does follows from its arguments. */
const runs: Readonly<Record<StepType, Run>> = {
  assign_responsible: (step, record, view) => {
    const [person] = people(step.args.to, view);
    if (!person) return { failed: 'RECIPIENT_UNKNOWN' };
    const textSite =
      said(step, view, 'text', 4_000) ??
      `Вы назначены ответственным: ${view.state.title ?? view.state.definitionName} № ${view.state.number}`;
    const notice = told(view, record, { policy: 'user_notification', to: [person], textSite });
    const reassign = send(ReassignResponsible, { processId: view.processId, staffId: person.id });
    return { commands: [reassign, ...notice.commands!], outputs: { staffId: person.id } };
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
  send_email: (step, record, view) =>
    told(view, record, {
      policy: 'email',
      to: people(step.args.to, view),
      title: said(step, view, 'subject', 255),
      textSite: said(step, view, 'text', 4_000) ?? '—',
      from: step.args.from as string | undefined,
    }),
  send_sms: (step, record, view) => {
    const done = told(view, record, { policy: 'sms', to: people(step.args.to, view), textSite: said(step, view, 'text', 700) ?? '—' });
    const notificationIds = done.outputs!.notificationIds as readonly string[];
    if (notificationIds.length === 0) return { failed: 'RECIPIENT_UNKNOWN' };
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
    const subject = subjectCommands[type]?.text?.(id, { text: status }, view);
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
    const { kind, of } = recipientOf(String(step.args.assignee as string));
    const [person] = kind === 'role' || kind === 'department' ? [] : people(step.args.assignee, view);
    const assignee = kind === 'role' ? { roleCode: of } : kind === 'department' ? { departmentId: of } : person && { staffId: person.id };
    if (!assignee) return { failed: 'RECIPIENT_UNKNOWN' };
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
    if (approvers.length === 0) return { failed: 'RECIPIENT_UNKNOWN' };
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
    if (!person) return { failed: 'RECIPIENT_UNKNOWN' };
    const absenceId = derivedId(view.processId, visit, key, 'absence');
    const [from, to] = [String(value('from')), String(value('to'))];
    const absence = { absenceId, staffId: person.id, type: value('type') as 'other', from, to, title: said(step, view, 'title', 255) };
    return { commands: [send(AddAbsence, absence)], outputs: { absenceId } };
  },
  create_calendar_event: (step, { visit, key }, view) => {
    const value = values(step, view);
    const [person] = people(step.args.user, view);
    if (!person?.userId) return { failed: 'RECIPIENT_UNKNOWN' };
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
    return length === undefined ? { failed: 'VALIDATION_FAILED' } : { on: { milliseconds: length } };
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
export function carriedOut(step: StepDef, record: StepRecord, view: View): readonly Effect[] {
  const { processId } = view;
  const { visit, key, attempt: nth } = record;
  const { commands = [], outputs, on, whenRefused, failed } = runs[step.type](step, record, view);
  const at = `${visit}:${key}`;
  const fail = (errorCode: string) => send(RecordStepFailed, { processId, visit, key, attempt: nth, errorCode }, at);
  if (failed !== undefined) return [fail(failed)];
  const complete = (results: Readonly<Record<string, unknown>>) =>
    send(RecordStepCompleted, { processId, visit, key, outputs: results }, at);
  const end = on ? send(RecordStepWaiting, { processId, visit, key, on }, at) : complete(outputs ?? {});
  const tried = commands.map((command, nth) =>
    attempt({ ...command, key: `${at}:${nth}` }, (code) => [whenRefused ? complete(whenRefused) : fail(code)]),
  );
  return on?.listensTo ? [end, ...tried] : [...tried, end];
}

/** When a step that waits for time to pass is over; pauses do not count. */
export const wakes = ({ on, since, pausedBefore }: StepRecord, pausedMs: number): string | undefined =>
  typeof on?.milliseconds === 'number' ? later(since, on.milliseconds + pausedMs - pausedBefore) : undefined;
