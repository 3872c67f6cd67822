// @ts-nocheck
import { Code, EmailText, Flag, Id, OneOf, SecretText, Text } from '@letopis/kernel';
import { PLATFORM_ROLES, type PlatformRole } from './user.events';

/** A captcha and what was answered to it. */
class WithCaptcha {
  @Text(1, 200, { optional: true }) captchaId?: string;
  @Text(1, 4_096, { optional: true }) captchaAnswer?: string;
}

export class RegisterUser extends WithCaptcha {
  @Id({ optional: true }) userId?: string;
  @EmailText() email: string;
  @Flag() personalDataConsent: boolean;
  @Text(1, 50) consentPolicyVersion: string;
  @OneOf(['ru', 'en'], { optional: true }) locale?: 'ru' | 'en';
  @Id({ optional: true }) invitationId?: string;
}

export class RegisterStaffUser {
  @Id({ optional: true }) userId?: string;
  @EmailText() email: string;
  @Text(1, 200, { optional: true }) passwordSecretRef?: string;
  @OneOf(['staff', 'import']) origin: 'staff' | 'import';
  @OneOf(['ru', 'en'], { optional: true }) locale?: 'ru' | 'en';
}

export class SetUserPassword {
  @Id() userId: string;
  @Text(1, 200) secretRef: string;
  @Flag() mustChange: boolean;
}

export class ResendActivation extends WithCaptcha {
  @EmailText() email: string;
}

export class ActivateUser {
  @Id() userId: string;
  @SecretText() token: string;
}

export class SignIn extends WithCaptcha {
  @EmailText() email: string;
  @SecretText() password: string;
}

export class GiveConsent {
  @Text(1, 50) policyVersion: string;
}

export class WithdrawConsent {}

export class ChangePassword {
  @SecretText() currentPassword: string;
  @SecretText() newPassword: string;
}

export class RequestPasswordReset extends WithCaptcha {
  @EmailText() email: string;
}

export class ResetPassword {
  @Id() userId: string;
  @SecretText() token: string;
  @SecretText() newPassword: string;
}

export class RequestEmailChange {
  @EmailText() newEmail: string;
  @SecretText() currentPassword: string;
}

export class ConfirmEmailChange {
  @Id() userId: string;
  @SecretText() token: string;
}

export class UnlockUser {
  @Id() userId: string;
}

export class DeactivateUser {
  @Id() userId: string;
  @Text(1, 500) reason: string;
}

export class ReactivateUser {
  @Id() userId: string;
}

export class EraseUser {
  @Id() userId: string;
}

export class GrantPlatformRole {
  @Id() userId: string;
  @OneOf(PLATFORM_ROLES) role: PlatformRole;
}

export class RevokePlatformRole {
  @Id() userId: string;
  @OneOf(PLATFORM_ROLES) role: PlatformRole;
}

/** Start-up's own: a link by which the first administrator sets a password. */
export class IssueBootstrapLink {
  @Id() userId: string;
  @Code({ optional: true }) start?: string;
}
