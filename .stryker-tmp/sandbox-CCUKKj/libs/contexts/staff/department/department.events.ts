// @ts-nocheck
import type { LocalizedText } from '../shapes';

export type TaskLocale = 'ru' | 'en';

export interface DepartmentFields {
  readonly name: LocalizedText;
  readonly scheduleId?: string;
  readonly taskLocale: TaskLocale;
  readonly headStaffId?: string;
}

/** What clients see of a department in the support centre, and on which terms. */
export interface SupportCenter {
  readonly providerIds: readonly string[];
  readonly headStaffId: string;
  readonly categoryDescription: LocalizedText;
  readonly sortOrder: number;
  readonly chargeRequests: boolean;
}

type Changes = { readonly [K in keyof DepartmentFields]?: { readonly from?: DepartmentFields[K]; readonly to?: DepartmentFields[K] } };

export interface DepartmentEvents {
  DepartmentCreated: DepartmentFields & { organizationId: string };
  DepartmentUpdated: { changes: Changes };
  SupportCenterEnabled: SupportCenter;
  SupportCenterDisabled: Record<never, never>;
  DepartmentRightSet: { node: string; enabled: boolean; clearedNodes: readonly string[] };
  DepartmentArchived: Record<never, never>;
}
