import { department, staffMember, workSchedule, type Department, type StaffMember, type WorkSchedule } from '@letopis/contexts/staff';
import {
  administers,
  followedBy,
  ifKnown,
  known,
  ownerOf,
  roleKey,
  standingOf,
  stateIn,
  stateOf,
  type Actor,
  type Need,
  type Standing,
} from '@letopis/kernel';
import type { Assignee } from './task.events';
import type { Task } from './task.state';

/** Who somebody is to a task. */
export interface Standpoint {
  readonly standing: Standing;
  readonly actor: Actor;
}
export const own = ({ actor, state }: { actor: Actor; state: Task }): { own: Need<Standing> } => ({
  own: standingOf(state.organizationId || undefined, actor.kind === 'user' ? actor.userId : undefined),
});
export const isSystem = ({ kind }: Actor) => kind === 'system';
export const is = ({ standing }: Standpoint, staffId: string | undefined) => staffId !== undefined && standing.staffId === staffId;
export const isAssignee = (who: Standpoint, { assignee }: Task) => is(who, assignee.staffId);
/** Whoever made it, and administrators of the organization. */
export const isCreator = (who: Standpoint, { creatorStaffId }: Task) => is(who, creatorStaffId) || administers(who.standing, who.actor);
export const isController = (who: Standpoint, { controllerStaffId }: Task) => is(who, controllerStaffId);
/** Whether a task of a department or role may be theirs. */
export const mayTake = ({ standing: { staff: member } }: Standpoint, { assignee: { departmentId, roleCode } }: Task) =>
  member?.status === 'active' &&
  (departmentId === undefined
    ? roleCode !== undefined && member.roleCodes.includes(roleCode)
    : member.departmentIds.includes(departmentId));

export const active = (staffId: string | undefined) => ifKnown(stateOf(staffMember, staffId));

/** The working hours that a term is counted in: of the department, or of the first one of the staff member. */
export const hoursFor = ({ staffId, departmentId }: Assignee): Need<WorkSchedule | undefined> =>
  followedBy(
    { staff: ifKnown(stateOf(staffMember, staffId)) },
    ({ staff: found }) => ({
      department: ifKnown(stateOf(department, departmentId ?? (found as StaffMember | undefined)?.departmentIds[0])),
    }),
    ({ department: found }) => ({ schedule: ifKnown(stateOf(workSchedule, (found as Department | undefined)?.scheduleId)) }),
    ({ schedule }) => schedule as WorkSchedule | undefined,
  );

/** Who leads the department that a task is for, or one that whoever has it is in. */
export const headsOf = ({ staffId, departmentId }: Assignee): Need<readonly (string | undefined)[]> =>
  followedBy(
    { staff: active(staffId) },
    ({ staff: found }) => {
      const ids = [departmentId ?? [], (found as StaffMember | undefined)?.departmentIds ?? []].flat();
      return Object.fromEntries(ids.map((id) => [id, stateOf(department, id)]));
    },
    ({ staff: _, ...departments }) => Object.values(departments).map((each) => (each as Department).headStaffId),
  );

export const roleOf = (organizationId: string, code: string | undefined) => {
  if (code === undefined) return known(undefined);
  const { scope, value } = roleKey(organizationId, code);
  return ifKnown(stateIn<{ readonly status: string }>('role', ownerOf(scope, value)));
};
