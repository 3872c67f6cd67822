/** Identity & onboarding: who a person or a service is, and how they prove it. */
// @ts-nocheck

import { defineContext } from '@letopis/kernel';
import { authentication } from './authentication';
import { identityErrors } from './errors';
import { letters } from './letters';
import { serviceAccounts } from './projections/service-accounts';
import { signInHistory, userSessions } from './projections/sessions';
import { usersRegistry } from './projections/users-registry';
import { roster } from './roster/roster';
import { consentSaga } from './sagas/consent.saga';
import { credentialSaga } from './sagas/credential.saga';
import { platformSaga } from './sagas/platform.saga';
import { registrationSaga } from './sagas/registration.saga';
import { sessionSaga } from './sagas/session.saga';
import { serviceAccount } from './service-account/service-account';
import { session } from './session/session';
import { user } from './user/user';

export const identity = defineContext({
  name: 'identity',
  aggregates: [user, session, serviceAccount, roster],
  sagas: [registrationSaga, credentialSaga, consentSaga, sessionSaga, platformSaga],
  projections: [usersRegistry, userSessions, signInHistory, serviceAccounts],
  errors: identityErrors.entries,
  letters,
  authentication,
});

export { isWeakPassword } from './user/password-policy';
export { user } from './user/user';
export type { User } from './user/user.state';
export type * from './user/user.events';
export * from './user/user.commands';
export * from './session/session';
export { administrationsOf, EnterRoster, LeaveRoster, PLATFORM_ADMINS, roster, type Roster, type RosterEvents } from './roster/roster';
export { identityErrors } from './errors';
export * from './read-policies';
