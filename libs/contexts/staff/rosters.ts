/** Sets that decisions of this context count; kept as streams by prompt reactions, and never read from a read model. */
export interface Members {
  readonly members: readonly string[];
}

/** Departments that work by a schedule. */
export const departmentsOfSchedule = (workScheduleId: string): string => `departmentsOfSchedule:${workScheduleId}`;
/** Staff members of a department. */
export const staffOfDepartment = (departmentId: string): string => `staffOfDepartment:${departmentId}`;
/** Requests of clients that a department has not closed yet. */
export const openRequestsOf = (departmentId: string): string => `openRequestsOf:${departmentId}`;
/** Tasks of a department that are neither completed nor cancelled; kept by the context of work. */
export const openTasksOf = (departmentId: string): string => `openTasksOf:${departmentId}`;
/** Staff members with a role. */
export const staffWithRole = (organizationId: string, code: string): string => `staffWithRole:${organizationId}:${code}`;
