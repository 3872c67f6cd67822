// @ts-nocheck
import { ERASED, projection } from '@letopis/kernel';
import { platformSees } from '../read-policies';
import type { PlatformRole, UserEvents, UserOrigin } from '../user/user.events';

export interface UserRow {
  readonly userId: string;
  readonly email: string;
  readonly status: 'registered' | 'active' | 'deactivated' | 'erased';
  readonly origin: UserOrigin;
  readonly registeredAt: string;
  readonly activatedAt?: string;
  readonly lastSignInAt?: string;
  readonly lockedUntil?: string;
  readonly platformRoles: readonly PlatformRole[];
}

type Change = (row: UserRow | undefined) => UserRow | undefined;
const changed =
  (changes: Partial<UserRow>): Change =>
  (row) =>
    row && { ...row, ...changes };

/** Accounts of the service, for its administrators. */
export const usersRegistry = projection<UserRow, UserEvents>()({
  code: 'users_registry',
  version: 2,
  title: { ru: 'Пользователи', en: 'Users' },
  on: {
    UserRegistered: (_, { aggregateId, data: { email, origin }, metadata }) => ({
      userId: aggregateId,
      email,
      status: 'registered',
      origin,
      registeredAt: metadata.occurredAt,
      platformRoles: [],
    }),
    UserActivated: (row, { metadata }) => changed({ status: 'active', activatedAt: metadata.occurredAt })(row),
    SignedIn: (row, { metadata }) => changed({ lastSignInAt: metadata.occurredAt, lockedUntil: undefined })(row),
    UserLocked: (row, { data: { until } }) => changed({ lockedUntil: until })(row),
    UserUnlocked: changed({ lockedUntil: undefined }),
    UserEmailChanged: (row, { data: { newEmail } }) => changed({ email: newEmail })(row),
    UserDeactivated: changed({ status: 'deactivated' }),
    UserReactivated: (row) => row && { ...row, status: row.activatedAt === undefined ? 'registered' : 'active' },
    UserErased: changed({ status: 'erased', email: ERASED }),
    PlatformRoleGranted: (row, { data: { role } }) => row && { ...row, platformRoles: [...row.platformRoles, role] },
    PlatformRoleRevoked: (row, { data: { role } }) => row && { ...row, platformRoles: row.platformRoles.filter((held) => held !== role) },
  },
  list: {
    filters: {
      status: 'string',
      origin: 'string',
      platformRoles: 'string',
      registeredAt: 'time',
      activatedAt: 'time',
      lastSignInAt: 'time',
    },
    sorts: ['email', 'status', 'origin', 'registeredAt', 'activatedAt', 'lastSignInAt', 'lockedUntil'],
    search: ['email'],
    defaultSort: '-registeredAt',
  },
  policy: platformSees,
});
