import type { Round } from '../smart-process/smart-process.state';

/** What the decisions come to by the rule; undefined while it may still be either. */
export function outcomeOf({
  rule,
  approvers,
  decisions,
}: Pick<Round, 'rule' | 'approvers' | 'decisions'>): 'approved' | 'rejected' | undefined {
  const all = approvers.length;
  const approved = decisions.filter(({ decision }) => decision === 'approved').length;
  const rejected = decisions.length - approved;
  const needed = neededBy(rule, all);
  if (approved >= needed) return 'approved';
  return all - rejected < needed ? 'rejected' : undefined;
}

/** Approvals that the rule asks for. */
function neededBy(rule: string, all: number): number {
  if (rule === 'any') return 1;
  if (rule === 'majority') return Math.floor(all / 2) + 1;
  const [, count] = /^count:(\d+)$/.exec(rule) ?? [];
  return count === undefined ? all : Math.min(Number(count), all);
}
