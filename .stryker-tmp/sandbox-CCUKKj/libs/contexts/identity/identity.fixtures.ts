// @ts-nocheck
import { defaultSettings, derivedId, system, type Actor, type UserActor } from '@letopis/kernel';
import { facts, type Fact } from '../../kernel/testing';
import type { SessionEvents } from './session/session';
import type { ServiceAccountEvents } from './service-account/service-account';
import type { RosterEvents } from './roster/roster';
import type { UserEvents } from './user/user.events';

/** The people of this context's specifications, and what happens to their accounts. */
const person = (name: string): UserActor => ({ kind: 'user', userId: derivedId('person', name), sessionId: derivedId('session', name) });

export const anonymous: Actor = { kind: 'anonymous', ip: '10.0.0.1' };
export const anna = person('anna');
export const boris = person('boris');
export const admin: UserActor = { ...person('admin'), platformRoles: ['PLATFORM_ADMIN'] };
export const auditor: UserActor = { ...person('auditor'), platformRoles: ['AUDITOR'] };
export const sagas = system('sagas');

export const EMAIL = 'anna@romashka.ru';
export const POLICY = defaultSettings.consentPolicyVersion;
export const STRONG = 'correct horse 42';

/** Fields of a command with a solved captcha. */
export const CAPTCHA = { captchaId: 'challenge', captchaAnswer: 'k7p2' };

/** What the ports answer when all is well. */
export const WELL = {
  captcha: true,
  right: true,
  fits: true,
  password: { credentialVersion: 'v2', secretRef: 'vault:password' },
  activation: { tokenHash: 'hash:activation', secretRef: 'vault:activation' },
  reset: { tokenHash: 'hash:reset', secretRef: 'vault:reset' },
  change: { tokenHash: 'hash:change', secretRef: 'vault:change' },
  earlier: [],
  noted: undefined,
  work: false,
};

export const told = facts<UserEvents>();
export const session = facts<SessionEvents>();
export const service = facts<ServiceAccountEvents>();
export const roster = facts<RosterEvents>();

export const registered: readonly Fact[] = [
  told('UserRegistered', { email: EMAIL, locale: 'ru', origin: 'self' }),
  told('PersonalDataConsentGiven', { policyVersion: POLICY }),
  told('PasswordSet', { credentialVersion: 'v1', reason: 'initial', secretRef: 'vault:first', mustChange: false }),
  told('ActivationIssued', {
    tokenHash: 'hash:first',
    secretRef: 'vault:token',
    passwordRef: 'vault:first',
    expiresAt: '2026-03-05T09:00:00.000Z',
    attempt: 1,
  }),
];
export const active: readonly Fact[] = [...registered, told('UserActivated', { via: 'link' })];
export const deactivated: readonly Fact[] = [...active, told('UserDeactivated', { reason: 'left' })];
/** Switched off before the link of the letter was ever opened. */
export const neverActive: readonly Fact[] = [...registered, told('UserDeactivated', { reason: 'rubbish' })];
export const erased: readonly Fact[] = [...deactivated, told('UserErased', {})];
export const staff: readonly Fact[] = [
  told('UserRegistered', { email: EMAIL, locale: 'ru', origin: 'staff' }),
  told('PasswordSet', { credentialVersion: 'v1', reason: 'initial', secretRef: 'vault:first', mustChange: true }),
  told('UserActivated', { via: 'staff' }),
];
