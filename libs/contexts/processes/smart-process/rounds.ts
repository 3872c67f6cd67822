import type { StaffMember } from '@letopis/contexts/staff';
import { outcomeOf } from '../engine/tally';
import { refusal } from '../errors';
import { event, under, type Decide } from './facts';
import { mustLead, mustWork, type Acting } from './participants';
import type { OpenApprovalRound, RecordApprovalDecision, ReplaceApprover } from './smart-process.commands';
import { isOver, type Round, type SmartProcess } from './smart-process.state';

export const roundOpened: Decide<OpenApprovalRound> = ({ visit, roundId, stepKey, approvers, mode, rule }, state) => {
  if (isOver(state) || visit !== state.stageVisit || state.rounds[roundId]) return [];
  return [event('ApprovalRoundOpened', { roundId, key: stepKey, visit, mode, rule, approvers: approvers.map((each) => ({ ...each })) })];
};

export const decisionRecorded: Decide<RecordApprovalDecision> = (c, state) => {
  if (isOver(state)) return [];
  const { roundId, approverKey, byStaffId, onBehalfOf, decision, comment } = c;
  const { round, approver } = placeOf(state, c);
  if (decisionOf(round, approverKey)?.decision === decision) return [];
  mustBeOpen(round, approverKey);
  // Whoever holds the task decides: it may have been decided while somebody else was being named.
  if (approver.staffId !== byStaffId && approver.taskId !== c.taskId) throw refusal('NOT_AN_APPROVER');
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
};

export const approverReplaced: Decide<ReplaceApprover, Acting & { readonly to: StaffMember }> = (c, state, { to, ...acting }) => {
  under(state, 'running', 'paused', 'faulted');
  if (acting.actor.kind !== 'system') mustLead(state, acting);
  const { roundId, approverKey, reason, onBehalfOf } = c;
  const { round, approver } = placeOf(state, c);
  if (approver.staffId === c.to) return [];
  mustBeOpen(round, approverKey);
  mustWork(to, state);
  // A task that nobody could be given would never be decided.
  if (acting.actor.kind !== 'system' && to.status !== 'active') throw refusal('NOT_FOUND');
  return [event('ApproverReplaced', { roundId, approverKey, from: approver.staffId, to: c.to, reason, onBehalfOf })];
};

const decisionOf = ({ decisions }: Round, approverKey: string) => decisions.find((each) => each.approverKey === approverKey);

/** An approver in a round. @throws NOT_AN_APPROVER */
function placeOf({ rounds }: SmartProcess, { roundId, approverKey }: { roundId: string; approverKey: string }) {
  const round = rounds[roundId];
  const approver = round?.approvers.find((each) => each.approverKey === approverKey);
  if (!round || !approver) throw refusal('NOT_AN_APPROVER');
  return { round, approver };
}

/** @throws ROUND_CLOSED where nothing more is to be decided, by anybody or by this approver */
function mustBeOpen(round: Round, approverKey: string): void {
  if (round.outcome ?? round.closed ?? decisionOf(round, approverKey)) throw refusal('ROUND_CLOSED');
}
