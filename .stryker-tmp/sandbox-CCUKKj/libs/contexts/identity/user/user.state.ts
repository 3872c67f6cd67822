// @ts-nocheck
import { emailKey, type Evolving } from '@letopis/kernel';
import { unfailing, type Failing } from './lock-out';
import type { PlatformRole, UserEvents, UserOrigin } from './user.events';

export type UserStatus = 'none' | 'registered' | 'active' | 'deactivated' | 'erased';

/** What a user's events have made of the account. */
export interface User extends Failing {
  readonly status: UserStatus;
  readonly email: string;
  readonly locale: 'ru' | 'en';
  readonly origin: UserOrigin;
  /** The invitation that the person came by. */
  readonly invitationId?: string;
  readonly activation?: {
    readonly tokenHash: string;
    readonly expiresAt: string;
    /** Of the last letters, and how many there were in all. */
    readonly issuedAt: readonly string[];
    readonly issuedCount: number;
  };
  readonly wasActive: boolean;
  readonly credentialVersion?: string;
  readonly mustChangePassword: boolean;
  readonly consent?: { readonly policyVersion: string; readonly givenAt: string };
  /** While it is withdrawn and not given anew. */
  readonly consentWithdrawnAt?: string;
  readonly emailChange?: { readonly newEmail: string; readonly tokenHash: string; readonly expiresAt: string };
  readonly reset?: { readonly tokenHash: string; readonly expiresAt: string };
  readonly platformRoles: readonly PlatformRole[];
  readonly registeredAt: string;
  readonly lastSignInAt?: string;
  readonly deactivatedAt?: string;
}

export const noUser: User = {
  status: 'none',
  email: '',
  locale: 'ru',
  origin: 'self',
  wasActive: false,
  mustChangePassword: false,
  ...unfailing,
  platformRoles: [],
  registeredAt: '',
};

/** Letters of the last day count against the limit. */
const LETTERS_KEPT = 5;

type Evolvers = { readonly [K in keyof UserEvents]: (state: User, data: UserEvents[K], at: Evolving) => User };

export const evolveUser: Evolvers = {
  UserRegistered: (_, { email, locale, origin, invitationId }, { occurredAt }) => ({
    ...noUser,
    status: 'registered',
    email,
    locale,
    origin,
    invitationId,
    registeredAt: occurredAt,
  }),
  PersonalDataConsentGiven: (state, { policyVersion }, { occurredAt }) => ({
    ...state,
    consent: { policyVersion, givenAt: occurredAt },
    consentWithdrawnAt: undefined,
  }),
  PersonalDataConsentWithdrawn: (state, _, { occurredAt }) => ({ ...state, consent: undefined, consentWithdrawnAt: occurredAt }),
  PasswordSet: (state, { credentialVersion, mustChange }) => ({
    ...state,
    credentialVersion,
    mustChangePassword: mustChange,
    reset: undefined,
  }),
  ActivationIssued: (state, { tokenHash, expiresAt }, { occurredAt }) => ({
    ...state,
    activation: {
      tokenHash,
      expiresAt,
      issuedAt: [...(state.activation?.issuedAt ?? []), occurredAt].slice(-LETTERS_KEPT),
      issuedCount: (state.activation?.issuedCount ?? 0) + 1,
    },
  }),
  UserActivated: (state) => ({ ...state, status: 'active', wasActive: true }),
  SignedIn: (state, _, { occurredAt }) => ({
    ...state,
    lastSignInAt: occurredAt,
    ...unfailing,
  }),
  SignInFailed: (state, { count }, { occurredAt }) => ({
    ...state,
    failures: { count, since: count === 1 ? occurredAt : state.failures.since },
  }),
  UserLocked: (state, { until, lockCount }) => ({ ...state, lockedUntil: until, lockCount, failures: unfailing.failures }),
  UserUnlocked: (state) => ({ ...state, ...unfailing }),
  PasswordResetRequested: (state, { tokenHash, expiresAt }) => ({ ...state, reset: { tokenHash, expiresAt } }),
  EmailChangeRequested: (state, { newEmail, tokenHash, expiresAt }) => ({ ...state, emailChange: { newEmail, tokenHash, expiresAt } }),
  UserEmailChanged: (state, { newEmail }) => ({ ...state, email: newEmail, emailChange: undefined }),
  UserDeactivated: (state, _, { occurredAt }) => ({ ...state, status: 'deactivated', deactivatedAt: occurredAt }),
  // Being switched on again proves no address: who never opened the link of the letter still has to.
  UserReactivated: (state) => ({ ...state, status: state.wasActive ? 'active' : 'registered', deactivatedAt: undefined }),
  UserErased: (state) => ({ ...noUser, status: 'erased', origin: state.origin, registeredAt: state.registeredAt }),
  PlatformRoleGranted: (state, { role }) => ({ ...state, platformRoles: [...state.platformRoles, role] }),
  PlatformRoleRevoked: (state, { role }) => ({ ...state, platformRoles: state.platformRoles.filter((held) => held !== role) }),
};

/** The address that a user holds; a new one is claimed when it is confirmed. */
export const userKeys = ({ status, email }: User) =>
  status === 'none' || status === 'erased' ? [] : [{ scope: 'userEmail', value: emailKey(email) }];
