import type { StaffMember } from '@letopis/contexts/staff';
import { administers, allows, rightsOf, type Actor, type Standing } from '@letopis/kernel';
import { recipientOf } from '../definition/recipients';
import { refusal } from '../errors';
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

/** Whether an exit is open to somebody: by default to who may move, else to whom it names. */
export function mayLeave(state: SmartProcess, acting: Acting, by: readonly string[] | undefined): boolean {
  if (!by) return mayMove(state, acting);
  if (mayDo(acting, 'move')) return true;
  return acting.own.staffId !== undefined && by.some((expr) => isAmong(state, acting.own, expr));
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

/** @throws NOT_FOUND for somebody who is not of the organization */
export function mustWork({ status, organizationId }: StaffMember, state: SmartProcess): void {
  if (status === 'none' || organizationId !== state.organizationId) throw refusal('NOT_FOUND');
}
