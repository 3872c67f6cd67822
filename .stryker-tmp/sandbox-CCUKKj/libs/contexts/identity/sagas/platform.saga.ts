// @ts-nocheck
import { saga, send } from '@letopis/kernel';
import { EnterRoster, LeaveRoster, PLATFORM_ADMINS } from '../roster/roster';
import { user } from '../user/user';
import type { UserEvents } from '../user/user.events';

const enters = (memberId: string) => [send(EnterRoster, { rosterId: PLATFORM_ADMINS, memberId })];
const leaves = (memberId: string) => [send(LeaveRoster, { rosterId: PLATFORM_ADMINS, memberId })];

/** Keeps the roster of the active administrators of the service. */
export const platformSaga = saga<UserEvents>()({
  name: 'PlatformSaga',
  promptly: {
    PlatformRoleGranted: ({ aggregateId, data: { role } }) => (role === 'PLATFORM_ADMIN' ? enters(aggregateId) : []),
    PlatformRoleRevoked: ({ aggregateId, data: { role } }) => (role === 'PLATFORM_ADMIN' ? leaves(aggregateId) : []),
    UserDeactivated: ({ aggregateId }) => leaves(aggregateId),
    UserReactivated: async ({ aggregateId }, { state }) =>
      (await state(user, aggregateId)).platformRoles.includes('PLATFORM_ADMIN') ? enters(aggregateId) : [],
  },
});
