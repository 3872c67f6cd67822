import { department, staffMember } from '@letopis/contexts/staff';
import { CancelTask, CreateTask, ReassignTask, task } from '@letopis/contexts/work';
import { passOver, send, type Effect, type SagaReads } from '@letopis/kernel';
import { durationMillis, stepOf } from '../definition/definition';
import { text } from '../definition/expr';
import { messages } from '../engine/messages';
import type { View } from '../engine/plan';
import { ReplaceApprover } from '../smart-process/smart-process.commands';
import type { Approver, SmartProcessEvents } from '../smart-process/smart-process.events';
import { isOver, keyOf, type Round, type SmartProcess } from '../smart-process/smart-process.state';
import { later } from './terms';

/**
 * Asks whoever is to decide now: all at once when the round is opened, or the one after whoever has decided. Who that is
 * follows from the fact and not from how far the round has come: a repeat that is late asks the same people again.
 */
export async function asked(view: View, reads: SagaReads, roundId: string, decidedBy?: string): Promise<readonly Effect[]> {
  const round = openRound(view, roundId);
  if (!round) return [];
  const { approvers, decisions, mode } = round;
  const from = approvers.findIndex(({ approverKey }) => approverKey === decidedBy) + 1;
  const meant = mode === 'sequential' ? approvers.slice(from, from + 1) : decidedBy === undefined ? approvers : [];
  const now = meant.filter(({ approverKey }) => !decisions.some((each) => each.approverKey === approverKey));
  return (await Promise.all(now.map((approver) => oneAsked(view, reads, roundId, approver)))).flat();
}

/** Somebody else decides: the task goes to them, or is made where whoever was meant before could not be given one. */
export async function askedAnew(
  view: View,
  reads: SagaReads,
  { roundId, approverKey, to, reason }: SmartProcessEvents['ApproverReplaced'],
): Promise<readonly Effect[]> {
  const round = openRound(view, roundId);
  const approver = round?.approvers.find((each) => each.approverKey === approverKey);
  if (!round || !approver || round.decisions.some((each) => each.approverKey === approverKey)) return [];
  const { status } = await reads.state(task, approver.taskId);
  if (status !== 'none') return [passOver(send(ReassignTask, { taskId: approver.taskId, staffId: to, reason }))];
  const before = round.approvers.slice(0, round.approvers.indexOf(approver));
  const isTurn = round.mode === 'parallel' || before.every((each) => round.decisions.some((one) => one.approverKey === each.approverKey));
  return isTurn ? oneAsked(view, reads, roundId, approver) : [];
}

const openRound = ({ state }: View, roundId: string): Round | undefined => {
  const round = state.rounds[roundId];
  return !round || round.outcome || round.closed || isOver(state) ? undefined : round;
};

/** A task for an approver; who does not work here any more is replaced, by the deputy or the head of a department. */
async function oneAsked(view: View, reads: SagaReads, roundId: string, approver: Approver): Promise<readonly Effect[]> {
  const { state, processId, data, scope } = view;
  const { approverKey, staffId, taskId } = approver;
  const round = state.rounds[roundId]!;
  const { status } = await reads.state(staffMember, staffId);
  if (status !== 'active') {
    const to = await standIn(reads, staffId, round);
    const reason = 'Согласующий не работает';
    return to === undefined
      ? told(view, roundId, approver, status)
      : [passOver(send(ReplaceApprover, { processId, roundId, approverKey, to, reason }))];
  }
  const args = stepOf(data, keyOf(round.key))?.args ?? {};
  const due = durationMillis(args.due);
  const create = send(CreateTask, {
    taskId,
    organizationId: state.organizationId,
    kind: 'approval',
    title: text(args.title, scope).slice(0, 255) || 'Согласование',
    description: text(args.description, scope).slice(0, 10_000) || undefined,
    assignee: { staffId },
    dueAt: due === undefined ? undefined : later(state.stageEnteredAt, due),
    subject: { type: state.subject.type, id: state.subject.id },
    processRef: { processId, visit: round.visit, stepKey: keyOf(round.key), roundId, approverKey },
    blocking: true,
    rejectionNeedsComment: args.requireCommentOnReject !== false,
    creatorStaffId: state.initiatorStaffId,
  });
  // Two facts may say that it is their turn: the one that comes second finds the task there.
  return [passOver(create, (code) => (code === 'ALREADY_EXISTS' ? [] : told(view, roundId, approver, code)))];
}

/** The initiator is told that somebody must be replaced. */
const told = (view: View, roundId: string, { approverKey, staffId }: Approver, why: string): readonly Effect[] =>
  messages(view, `ask:${roundId}:${approverKey}:${staffId}`, {
    policy: 'user_notification',
    to: view.resolve('author'),
    textSite: `Согласующему нельзя дать задание (${why}): замените его. Процесс № ${view.state.number}`,
  }).map(({ command, id }) => ({ ...command, key: id }));

/** The deputy, else the head of a department of whoever cannot decide: somebody who works and does not decide in the round already. */
async function standIn({ state }: SagaReads, staffId: string, { approvers }: Round): Promise<string | undefined> {
  const { deputyStaffId, departmentIds } = await state(staffMember, staffId);
  const heads = await Promise.all(departmentIds.map(async (id) => (await state(department, id)).headStaffId));
  for (const id of [deputyStaffId, ...heads]) {
    if (id === undefined || id === staffId || approvers.some((each) => each.staffId === id)) continue;
    if ((await state(staffMember, id)).status === 'active') return id;
  }
  return undefined;
}

/** Takes back what is still to be done: of a stage that was left (what waits for nobody lives on), of a round, or all. */
export function cancelled(state: SmartProcess, visit: number | undefined, reason: string, roundId?: string): readonly Effect[] {
  const isDecided = (taskId: string) => {
    const { roundId: of, approverKey } = state.tasks[taskId]!;
    return of !== undefined && state.rounds[of]?.decisions.some((each) => each.approverKey === approverKey);
  };
  return Object.entries(state.tasks)
    .filter(([id, task]) => task.status === 'open' && !isDecided(id))
    .filter(([, task]) =>
      roundId === undefined ? visit === undefined || (task.visit === visit && task.blocking) : task.roundId === roundId,
    )
    .map(([taskId]) => passOver(send(CancelTask, { taskId, reason: reason.slice(0, 500) })));
}

export function toldOfFault(view: View, key: string, errorCode: string, revision: number): readonly Effect[] {
  const to = [...view.resolve('author'), ...view.resolve('administrators')].filter(
    ({ id, userId }, at, all) => userId && all.findIndex((each) => each.id === id) === at,
  );
  const { state } = view;
  const textSite = `Процесс «${state.title ?? state.definitionName}» № ${state.number} остановлен: шаг ${key} не выполнен (${errorCode})`;
  return messages(view, `fault:${revision}`, { policy: 'user_notification', to, textSite }).map(({ command, id }) => ({
    ...command,
    key: id,
  }));
}
