import { projection, type RecordedOf } from '@letopis/kernel';
import { ownRows } from '@letopis/contexts/identity';
import type { MemberKind, MembershipEvents } from '../membership/membership';
import type { OrganizationEvents } from '../organization/organization.events';
import { administratorsSee } from '../policies';
import { cardSide, linkedName, linkedSide, organizationSide, userSide } from './sides';

export interface MembershipRow {
  readonly organizationId: string;
  readonly organizationName?: string;
  readonly userId: string;
  readonly email?: string;
  /** The card that the person is linked with here, and its name. */
  readonly personId?: string;
  readonly personName?: string;
  readonly memberId: string;
  readonly memberKind: MemberKind;
  readonly status: 'active' | 'suspended' | 'revoked';
  readonly isAdministrator: boolean;
  readonly grants: readonly { readonly node: string; readonly until?: string }[];
  readonly since: string;
}

type Events = MembershipEvents & Pick<OrganizationEvents, 'AdministratorAssigned' | 'AdministratorRevoked'>;
type Row = MembershipRow | undefined;
type Of<Type extends keyof Events> = RecordedOf<Events, Type>;

const without = (grants: MembershipRow['grants'], node: string) => grants.filter((grant) => grant.node !== node);

/** A row per person and organization; who administers is said by the organization's own events. */
const keyOf = (event: RecordedOf<Events, keyof Events>) => {
  if (event.type === 'AdministratorAssigned' || event.type === 'AdministratorRevoked') return `${event.aggregateId}:${event.data.userId}`;
  return event.aggregateId;
};

const empty = (aggregateId: string): Omit<MembershipRow, 'since' | 'status' | 'memberKind'> => {
  const [organizationId, userId] = aggregateId.split(':') as [string, string];
  return { organizationId, userId, memberId: aggregateId, isAdministrator: false, grants: [] };
};

const folds = {
  MembershipGranted: (row: Row, { aggregateId, data: { memberKind }, metadata }: Of<'MembershipGranted'>): Row => ({
    ...empty(aggregateId),
    isAdministrator: row?.isAdministrator ?? false,
    memberKind,
    status: 'active',
    since: metadata.occurredAt,
  }),
  MemberKindChanged: (row: Row, { data: { memberKind } }: Of<'MemberKindChanged'>): Row => row && { ...row, memberKind },
  RestrictedAccessGranted: (row: Row, { data }: Of<'RestrictedAccessGranted'>): Row =>
    row && { ...row, grants: [...without(row.grants, data.node), data] },
  RestrictedAccessRevoked: (row: Row, { data: { node } }: Of<'RestrictedAccessRevoked'>): Row =>
    row && { ...row, grants: without(row.grants, node) },
  MembershipSuspended: (row: Row): Row => row && { ...row, status: 'suspended' },
  MembershipResumed: (row: Row): Row => row && { ...row, status: 'active' },
  MembershipRevoked: (row: Row): Row => row && { ...row, status: 'revoked', grants: [] },
  // The administrator is assigned a moment before the membership is granted.
  AdministratorAssigned: (row: Row, { aggregateId, data: { userId }, metadata }: Of<'AdministratorAssigned'>): Row => ({
    ...empty(`${aggregateId}:${userId}`),
    memberKind: 'employee',
    status: 'active',
    since: metadata.occurredAt,
    ...row,
    isAdministrator: true,
  }),
  AdministratorRevoked: (row: Row): Row => row && { ...row, isAdministrator: false },
};

const joinOrganization = { by: 'organizationId', side: 'organization', fields: { displayName: 'organizationName' } };

/** Who has access to an organization, for its administrators. */
export const memberships = projection<MembershipRow, Events>()({
  code: 'memberships',
  version: 2,
  title: { ru: 'Участники организации', en: 'Members of the organization' },
  key: keyOf,
  on: folds,
  sides: { organization: organizationSide, user: userSide, linked: linkedSide, cards: cardSide },
  joins: [joinOrganization, { by: 'userId', side: 'user', fields: { email: 'email' } }, ...linkedName],
  hidden: ['memberId'],
  list: {
    filters: { organizationId: 'string', userId: 'string', memberKind: 'string', status: 'string', isAdministrator: 'boolean' },
    sorts: ['email', 'personName', 'memberKind', 'status', 'since'],
    search: ['email', 'personName'],
    defaultSort: 'email',
  },
  policy: administratorsSee,
});

/** The organizations that a person may switch between in the header. */
export const organizationSelector = projection<MembershipRow, Events>()({
  code: 'organization_selector',
  version: 2,
  title: { ru: 'Мои организации', en: 'My organizations' },
  key: keyOf,
  on: folds,
  sides: { organization: organizationSide },
  joins: [joinOrganization],
  hidden: ['memberId'],
  list: {
    filters: { status: 'string', isAdministrator: 'boolean', organizationId: 'string' },
    sorts: ['organizationName', 'since'],
    search: ['organizationName'],
    defaultSort: 'organizationName',
  },
  policy: ownRows('userId'),
});
