// @ts-nocheck
import { buildOf } from './leftovers';

test.each([
  ['users', 'users_v3', { version: 3, build: 0 }],
  ['users', 'users_v3_b12', { version: 3, build: 12 }],
  ['users', 'users_v3__organization', { version: 3, build: 0 }],
  ['users', 'users_v3_b2__organization', { version: 3, build: 2 }],
  ['users', 'users_registry_v3', undefined],
  ['registry', 'users_registry_v3', undefined],
  ['users', '_verify_x_users_v3', undefined],
  ['users', 'users', undefined],
])('Of %s, %s is the build %j', (code, name, build) => expect(buildOf(code, name)).toEqual(build));
