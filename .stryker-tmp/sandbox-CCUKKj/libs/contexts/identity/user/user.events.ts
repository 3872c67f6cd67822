// @ts-nocheck
export type UserOrigin = 'self' | 'staff' | 'invitation' | 'import';
export type PlatformRole = 'PLATFORM_ADMIN' | 'AUDITOR' | 'ANALYST';
export const PLATFORM_ROLES: readonly PlatformRole[] = ['PLATFORM_ADMIN', 'AUDITOR', 'ANALYST'];

export interface UserEvents {
  UserRegistered: { email: string; locale: 'ru' | 'en'; origin: UserOrigin; ip?: string; invitationId?: string };
  PersonalDataConsentGiven: { policyVersion: string; ip?: string };
  PersonalDataConsentWithdrawn: { policyVersion: string };
  PasswordSet: { credentialVersion: string; reason: 'initial' | 'admin' | 'changed' | 'reset'; secretRef?: string; mustChange: boolean };
  ActivationIssued: { tokenHash: string; secretRef: string; passwordRef: string; expiresAt: string; attempt: number };
  UserActivated: { via: 'link' | 'staff' | 'import' };
  SignedIn: { sessionId: string; ip?: string; userAgent?: string };
  SignInFailed: { ip?: string; reason: 'password' | 'captcha'; count: number };
  UserLocked: { until: string; lockCount: number };
  UserUnlocked: { by: string };
  PasswordResetRequested: { tokenHash: string; secretRef: string; expiresAt: string };
  EmailChangeRequested: { newEmail: string; tokenHash: string; secretRef: string; expiresAt: string };
  UserEmailChanged: { oldEmail: string; newEmail: string };
  UserDeactivated: { reason: string };
  UserReactivated: Record<never, never>;
  UserErased: Record<never, never>;
  PlatformRoleGranted: { role: PlatformRole };
  PlatformRoleRevoked: { role: PlatformRole };
}
