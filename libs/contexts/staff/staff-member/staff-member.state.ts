import { ERASED, loginKey, staffKey, type FileRef } from '@letopis/kernel';
import type { ContactFields, IpPolicy, StaffMemberEvents, StaffOrigin } from './staff-member.events';

export type StaffStatus = 'none' | 'provisioning' | 'active' | 'blocked' | 'dismissed';

/** What a staff member's events have made of the account. */
export interface StaffMember extends ContactFields {
  readonly status: StaffStatus;
  readonly organizationId: string;
  readonly userId?: string;
  readonly login: string;
  readonly departmentIds: readonly string[];
  readonly roleCodes: readonly string[];
  readonly individualRights: readonly string[];
  readonly fullAccess: boolean;
  readonly ipPolicy: IpPolicy;
  readonly bindSessionToIp: boolean;
  readonly avatar?: FileRef;
  readonly chatAvailable: boolean;
  readonly extensionNumber?: string;
  readonly deputyStaffId?: string;
  readonly isDefaultAdmin: boolean;
  readonly origin: StaffOrigin;
  readonly erased: boolean;
}

export const noStaffMember: StaffMember = {
  status: 'none',
  organizationId: '',
  login: '',
  email: '',
  departmentIds: [],
  roleCodes: [],
  individualRights: [],
  fullAccess: false,
  ipPolicy: { mode: 'any', rules: [] },
  bindSessionToIp: false,
  chatAvailable: false,
  isDefaultAdmin: false,
  origin: 'form',
  erased: false,
};

type Evolvers = { readonly [K in keyof StaffMemberEvents]: (state: StaffMember, data: StaffMemberEvents[K]) => StaffMember };
const without = <Value>(list: readonly Value[], value: Value) => list.filter((each) => each !== value);

export const evolveStaffMember: Evolvers = {
  StaffMemberCreated: (_, { passwordSecretRef: __, ...fields }) => ({ ...noStaffMember, ...fields, status: 'provisioning' }),
  StaffMemberUpdated: (state, { contact, extensionNumber }) => ({
    ...state,
    // What is absent in the event is gone: a phone, too, may be taken away.
    ...(contact ? { fullName: contact.fullName, email: contact.email, phone: contact.phone } : {}),
    ...(extensionNumber === undefined ? {} : { extensionNumber: extensionNumber || undefined }),
  }),
  StaffUserLinked: (state, { userId }) => ({ ...state, userId, status: 'active' }),
  StaffAddedToDepartment: (state, { departmentId }) => ({ ...state, departmentIds: [...state.departmentIds, departmentId] }),
  StaffRemovedFromDepartment: (state, { departmentId }) => ({ ...state, departmentIds: without(state.departmentIds, departmentId) }),
  RoleAssigned: (state, { roleCode }) => ({ ...state, roleCodes: [...state.roleCodes, roleCode] }),
  RoleRemoved: (state, { roleCode }) => ({ ...state, roleCodes: without(state.roleCodes, roleCode) }),
  StaffRightGranted: (state, { node }) => ({ ...state, individualRights: [...state.individualRights, node] }),
  StaffRightRevoked: (state, { node }) => ({ ...state, individualRights: without(state.individualRights, node) }),
  FullAccessGranted: (state) => ({ ...state, fullAccess: true }),
  FullAccessRevoked: (state) => ({ ...state, fullAccess: false }),
  StaffIpPolicySet: (state, ipPolicy) => ({ ...state, ipPolicy }),
  SessionIpBindingSet: (state, { enabled }) => ({ ...state, bindSessionToIp: enabled }),
  StaffAvatarSet: (state, { file }) => ({ ...state, avatar: file }),
  StaffAvatarRemoved: (state) => ({ ...state, avatar: undefined }),
  ChatAvailabilitySet: (state, { enabled }) => ({ ...state, chatAvailable: enabled }),
  StaffPasswordResetRequested: (state) => state,
  DeputySet: (state, { deputyStaffId }) => ({ ...state, deputyStaffId }),
  StaffMemberBlocked: (state) => ({ ...state, status: 'blocked' }),
  StaffMemberUnblocked: (state) => ({ ...state, status: 'active' }),
  StaffMemberDismissed: (state) => ({ ...state, status: 'dismissed' }),
  StaffMemberErased: (state) => ({ ...state, login: ERASED, email: ERASED, fullName: undefined, phone: undefined, erased: true }),
};

/** The login, and the user: one staff member per user of an organization. Dismissal gives both back. */
export const staffKeys = ({ status, organizationId, login, userId, erased }: StaffMember) =>
  status === 'none' || status === 'dismissed' || erased
    ? []
    : [loginKey(organizationId, login), ...(userId === undefined ? [] : [staffKey(organizationId, userId)])];
