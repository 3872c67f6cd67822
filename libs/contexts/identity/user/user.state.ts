import { emailKey, type Evolving } from '@letopis/kernel';
import type { PlatformRole, UserEvents, UserOrigin } from './user.events';

export type UserStatus = 'none' | 'registered' | 'active' | 'deactivated' | 'erased';

/** What a user's events have made of the account. */
export interface User {
  readonly status: UserStatus;
  readonly email: string;
  readonly locale: 'ru' | 'en';
  readonly origin: UserOrigin;
  readonly activation?: { readonly tokenHash: string; readonly expiresAt: string; readonly issuedAt: readonly string[] };
  readonly wasActive: boolean;
  readonly credentialVersion?: string;
  readonly mustChangePassword: boolean;
  readonly consent?: { readonly policyVersion: string; readonly givenAt: string };
  readonly failures: { readonly count: number; readonly since: string };
  readonly lockedUntil?: string;
  readonly lockCount: number;
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
  failures: { count: 0, since: '' },
  lockCount: 0,
  platformRoles: [],
  registeredAt: '',
};

/** Letters of the last day count against the limit. */
const LETTERS_KEPT = 5;

type Evolvers = { readonly [K in keyof UserEvents]: (state: User, data: UserEvents[K], at: Evolving) => User };

export const evolveUser: Evolvers = {
  UserRegistered: (_, { email, locale, origin }, { occurredAt }) => ({
    ...noUser,
    status: 'registered',
    email,
    locale,
    origin,
    registeredAt: occurredAt,
  }),
  PersonalDataConsentGiven: (state, { policyVersion }, { occurredAt }) => ({ ...state, consent: { policyVersion, givenAt: occurredAt } }),
  PersonalDataConsentWithdrawn: (state) => ({ ...state, consent: undefined }),
  PasswordSet: (state, { credentialVersion, mustChange }) => ({
    ...state,
    credentialVersion,
    mustChangePassword: mustChange,
    reset: undefined,
  }),
  ActivationIssued: (state, { tokenHash, expiresAt }, { occurredAt }) => ({
    ...state,
    activation: { tokenHash, expiresAt, issuedAt: [...(state.activation?.issuedAt ?? []), occurredAt].slice(-LETTERS_KEPT) },
  }),
  UserActivated: (state) => ({ ...state, status: 'active', wasActive: true }),
  SignedIn: (state, _, { occurredAt }) => ({
    ...state,
    lastSignInAt: occurredAt,
    failures: noUser.failures,
    lockedUntil: undefined,
    lockCount: 0,
  }),
  SignInFailed: (state, { count }, { occurredAt }) => ({
    ...state,
    failures: { count, since: count === 1 ? occurredAt : state.failures.since },
  }),
  UserLocked: (state, { until, lockCount }) => ({ ...state, lockedUntil: until, lockCount, failures: noUser.failures }),
  UserUnlocked: (state) => ({ ...state, lockedUntil: undefined, lockCount: 0, failures: noUser.failures }),
  PasswordResetRequested: (state, { tokenHash, expiresAt }) => ({ ...state, reset: { tokenHash, expiresAt } }),
  EmailChangeRequested: (state, { newEmail, tokenHash, expiresAt }) => ({ ...state, emailChange: { newEmail, tokenHash, expiresAt } }),
  UserEmailChanged: (state, { newEmail }) => ({ ...state, email: newEmail, emailChange: undefined }),
  UserDeactivated: (state, _, { occurredAt }) => ({ ...state, status: 'deactivated', deactivatedAt: occurredAt }),
  UserReactivated: (state) => ({ ...state, status: 'active', deactivatedAt: undefined }),
  UserErased: (state) => ({ ...noUser, status: 'erased', origin: state.origin, registeredAt: state.registeredAt }),
  PlatformRoleGranted: (state, { role }) => ({ ...state, platformRoles: [...state.platformRoles, role] }),
  PlatformRoleRevoked: (state, { role }) => ({ ...state, platformRoles: state.platformRoles.filter((held) => held !== role) }),
};

/** The address that a user holds; a new one is claimed when it is confirmed. */
export const userKeys = ({ status, email }: User) =>
  status === 'none' || status === 'erased' ? [] : [{ scope: 'userEmail', value: emailKey(email) }];
