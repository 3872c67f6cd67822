import type { FileRef, PersonName } from '@letopis/kernel';

/** Names by language; each may be absent until somebody writes it. */
export interface FullName {
  readonly ru?: PersonName;
  readonly en?: PersonName;
}

export const STAFF_ORIGINS = ['form', 'access_request', 'invitation', 'import', 'bootstrap'] as const;
export type StaffOrigin = (typeof STAFF_ORIGINS)[number];

export interface IpPolicy {
  readonly mode: 'any' | 'list';
  readonly rules: readonly string[];
}

export interface ContactFields {
  readonly fullName?: FullName;
  readonly email: string;
  readonly phone?: string;
}

export interface StaffMemberEvents {
  StaffMemberCreated: {
    organizationId: string;
    login: string;
    fullName?: FullName;
    email: string;
    phone?: string;
    isDefaultAdmin: boolean;
    passwordSecretRef?: string;
    origin: StaffOrigin;
  };
  /** The fields as they are now; what they were is in the events before. */
  StaffMemberUpdated: { contact?: ContactFields; extensionNumber?: string };
  StaffUserLinked: { userId: string };
  StaffAddedToDepartment: { departmentId: string };
  StaffRemovedFromDepartment: { departmentId: string };
  RoleAssigned: { roleCode: string };
  RoleRemoved: { roleCode: string };
  StaffRightGranted: { node: string };
  StaffRightRevoked: { node: string };
  FullAccessGranted: Record<never, never>;
  FullAccessRevoked: Record<never, never>;
  StaffIpPolicySet: IpPolicy;
  SessionIpBindingSet: { enabled: boolean };
  StaffAvatarSet: { file: FileRef };
  StaffAvatarRemoved: Record<never, never>;
  ChatAvailabilitySet: { enabled: boolean; cause: 'set' | 'right_lost' };
  StaffPasswordResetRequested: { secretRef: string };
  DeputySet: { deputyStaffId?: string };
  StaffMemberBlocked: { reason?: string };
  StaffMemberUnblocked: Record<never, never>;
  /** Departments and roles that are left with it: what counts heads need not look them up. */
  StaffMemberDismissed: { handOverTo?: string; departmentIds: readonly string[]; roleCodes: readonly string[] };
  StaffMemberErased: Record<never, never>;
}
