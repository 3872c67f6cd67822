// @ts-nocheck
import { Code, Codes, EmailText, Flag, Id, Ids, Nested, OneOf, SecretText, Text } from '@letopis/kernel';
import { Texts } from '../shapes';
import { STAFF_ORIGINS, type StaffOrigin } from './staff-member.events';

export class PersonNameText {
  @Text(1, 100) lastName: string;
  @Text(1, 100) firstName: string;
  @Text(0, 100, { optional: true }) middleName?: string;
}

export class FullNameText {
  @Nested(() => PersonNameText, { optional: true }) ru?: PersonNameText;
  @Nested(() => PersonNameText, { optional: true }) en?: PersonNameText;
}

const IP_MODES = ['any', 'list'] as const;
const MOST_RULES_SENT = 1_000;

export class IpPolicyText {
  @OneOf(IP_MODES) mode: 'any' | 'list';
  @Texts(MOST_RULES_SENT, 100, { optional: true }) rules?: string[];
}

/** A new password as typed; without one it is made up. */
class WithPassword {
  @SecretText({ optional: true }) password?: string;
  @Flag({ optional: true }) generatePassword?: boolean;
}

export class CreateStaffMember extends WithPassword {
  @Id({ optional: true }) staffId?: string;
  @Id() organizationId: string;
  @Text(1, 254) login: string;
  @Nested(() => FullNameText, { optional: true }) fullName?: FullNameText;
  @EmailText() email: string;
  @Text(1, 40, { optional: true }) phone?: string;
  @Ids(200, { optional: true }) departmentIds?: string[];
  @Codes(200, { optional: true }) roleCodes?: string[];
  @Flag({ optional: true }) fullAccess?: boolean;
  @Nested(() => IpPolicyText, { optional: true }) ipPolicy?: IpPolicyText;
  @Flag({ optional: true }) confirmLockout?: boolean;
  @Flag({ optional: true }) bindSessionToIp?: boolean;
  /** A picture that was uploaded before. */
  @Id({ optional: true }) avatarFileId?: string;
  @Flag({ optional: true }) chatAvailable?: boolean;
  /** Of the product's own: how the staff member came to be. */
  @OneOf(STAFF_ORIGINS, { optional: true }) origin?: StaffOrigin;
  @Flag({ optional: true }) isDefaultAdmin?: boolean;
}

class OfStaff {
  @Id() staffId: string;
}

export class UpdateStaffMember extends OfStaff {
  @Nested(() => FullNameText, { optional: true }) fullName?: FullNameText;
  @EmailText({ optional: true }) email?: string;
  /** An empty text takes the number away. */
  @Text(0, 40, { optional: true }) phone?: string;
  @Text(0, 10, { optional: true }) extensionNumber?: string;
}

export class LinkStaffUser extends OfStaff {
  @Id() userId: string;
}

export class AddStaffToDepartment extends OfStaff {
  @Id() departmentId: string;
}

export class RemoveStaffFromDepartment extends OfStaff {
  @Id() departmentId: string;
}

export class AssignRole extends OfStaff {
  @Code() roleCode: string;
}

export class RemoveRole extends OfStaff {
  @Code() roleCode: string;
}

export class GrantStaffRight extends OfStaff {
  @Code() node: string;
}

export class RevokeStaffRight extends OfStaff {
  @Code() node: string;
}

export class GrantFullAccess extends OfStaff {}

export class RevokeFullAccess extends OfStaff {}

export class SetStaffIpPolicy extends OfStaff {
  @OneOf(IP_MODES) mode: 'any' | 'list';
  @Texts(MOST_RULES_SENT, 100, { optional: true }) rules?: string[];
  @Flag({ optional: true }) confirmLockout?: boolean;
}

export class SetSessionIpBinding extends OfStaff {
  @Flag() enabled: boolean;
}

export class SetStaffAvatar extends OfStaff {
  @Id() fileId: string;
}

export class RemoveStaffAvatar extends OfStaff {}

export class SetChatAvailability extends OfStaff {
  @Flag() enabled: boolean;
  /** Of the product's own: the right to chat was lost. */
  @OneOf(['set', 'right_lost'], { optional: true }) cause?: 'set' | 'right_lost';
}

export class ResetStaffPassword extends WithPassword {
  @Id() staffId: string;
}

export class SetDeputy extends OfStaff {
  /** Without one there is no deputy any more. */
  @Id({ optional: true }) deputyStaffId?: string;
}

export class BlockStaffMember extends OfStaff {
  @Text(1, 500, { optional: true }) reason?: string;
}

export class UnblockStaffMember extends OfStaff {}

export class DismissStaffMember extends OfStaff {
  @Id({ optional: true }) handOverTo?: string;
}

export class EraseStaffMember extends OfStaff {}
