import type { StaffMember } from '@letopis/contexts/staff';
import { administers, allows, rightsOf, type Actor, type Standing } from '@letopis/kernel';
import { valueAt } from '../definition/expr';
import { recipientOf, staffIdsIn } from '../definition/recipients';
import { refusal } from '../errors';
import type { Fields } from './facts';
import type { Circles } from './needs';
import type { SmartProcess } from './smart-process.state';

/** Whoever acts on an instance. */
export interface Acting {
  readonly own: Standing;
  readonly actor: Actor;
  readonly now: string;
}

const mayDo = ({ own, actor, now }: Acting, right: string) =>
  administers(own, actor) || allows(rightsOf(own, actor, now), `processes.instances:${right}`);

/** The responsible, the initiator, and who has the right to move processes. */
export const mayMove = (state: SmartProcess, acting: Acting): boolean => {
  const { staffId } = acting.own;
  const isIn = staffId !== undefined && (staffId === state.initiatorStaffId || staffId === state.responsibleStaffId);
  return isIn || mayDo(acting, 'move');
};

/** The initiator and administrators. */
export const leads = ({ initiatorStaffId }: SmartProcess, { own, actor }: Pick<Acting, 'own' | 'actor'>): boolean =>
  administers(own, actor) || (own.staffId !== undefined && own.staffId === initiatorStaffId);

/** @throws FORBIDDEN where they don't lead, NOT_FOUND where there is no process */
export function mustLead(state: SmartProcess, acting: Pick<Acting, 'own' | 'actor'>): void {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  if (!leads(state, acting)) throw refusal('FORBIDDEN');
}

export const mayCancel = (state: SmartProcess, acting: Acting): boolean =>
  acting.actor.kind === 'system' || state.initiatorStaffId === acting.own.staffId || mayDo(acting, 'cancel');

/** What belongs to whom around an instance, as exits that name people ask it. */
export interface Belonging {
  readonly subject: Fields | undefined;
  readonly circles: Circles;
}

/** Whether an exit is open to somebody: by default to who may move, else to exactly those whom it names, and to administrators. */
export function mayLeave(state: SmartProcess, acting: Acting & Belonging, by: readonly string[] | undefined): boolean {
  if (!by) return mayMove(state, acting);
  const { own, actor, now } = acting;
  if (administers(own, actor) || rightsOf(own, actor, now).fullAccess) return true;
  return own.staffId !== undefined && by.some((expr) => isAmong(own.staffId!, expr, state, acting));
}

function isAmong(staffId: string, expr: string, state: SmartProcess, { own: { staff }, subject, circles }: Acting & Belonging): boolean {
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
      // A parameter may name a role as well.
      return [state.params[of]].flat().some((named) => named === staffId || staff?.roleCodes.includes(named as string) === true);
    case 'field':
      return staffIdsIn(valueAt(subject, of)).includes(staffId);
    case 'performer':
      return staffIdsIn(subject?.performer).includes(staffId);
    case 'role':
      return staff?.roleCodes.includes(of) === true;
    case 'department':
      return staff?.departmentIds.includes(of) === true;
    case 'department_head':
      return circles[expr]?.status === 'active' && circles[expr].headStaffId === staffId;
    case 'group':
      return circles[expr]?.status === 'active' && circles[expr].memberStaffIds?.includes(staffId) === true;
    default:
      // Whoever is no staff member has no exit; administrators have every one.
      return false;
  }
}

/** @throws NOT_FOUND for somebody who is not of the organization */
export function mustWork({ status, organizationId }: StaffMember, state: SmartProcess): void {
  if (status === 'none' || organizationId !== state.organizationId) throw refusal('NOT_FOUND');
}
