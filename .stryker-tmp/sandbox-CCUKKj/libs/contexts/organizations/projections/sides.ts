// @ts-nocheck
import { ERASED, side } from '@letopis/kernel';
import type { UserEvents } from '@letopis/contexts/identity';
import type { OrganizationEvents } from '../organization/organization.events';

/** What rows show of an organization. */
export const organizationSide = side<{ displayName: string; inn: string }, OrganizationEvents>()({
  OrganizationAdded: (_, { data: { displayName, inn } }) => ({ displayName, inn }),
  OrganizationDetailsEnriched: (known, { data: { displayName } }) => known && { ...known, displayName },
  OrganizationDetailsUpdated: (known, { data: { displayName } }) => known && { ...known, displayName },
});

/** What rows show of a user. */
export const userSide = side<{ email: string }, UserEvents>()({
  UserRegistered: (_, { data: { email } }) => ({ email }),
  UserEmailChanged: (_, { data: { newEmail } }) => ({ email: newEmail }),
  UserErased: () => ({ email: ERASED }),
});
