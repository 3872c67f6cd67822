import { projection, type RecordedOf } from '@letopis/kernel';
import { ownRows } from '@letopis/contexts/identity';
import type { MembershipEvents } from '../membership/membership';
import type { OrganizationEvents } from '../organization/organization.events';
import { administratorsSee } from '../policies';
import { accessFolds, begun, type CurrentAccess } from './access';
import { cardSide, linkedName, linkedSide, organizationSide, userSide } from './sides';

export interface MembershipRow extends CurrentAccess {
  readonly organizationId: string;
  readonly organizationName?: string;
  readonly userId: string;
  readonly email?: string;
  /** The card that the person is linked with here, and its name. */
  readonly personId?: string;
  readonly personName?: string;
  readonly memberId: string;
  readonly isAdministrator: boolean;
  readonly since: string;
}

type Events = MembershipEvents & Pick<OrganizationEvents, 'AdministratorAssigned' | 'AdministratorRevoked'>;
type Row = MembershipRow | undefined;
type Of<Type extends keyof Events> = RecordedOf<Events, Type>;

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
  MembershipGranted: (row: Row, { aggregateId, data, metadata }: Of<'MembershipGranted'>): Row => ({
    ...empty(aggregateId),
    isAdministrator: row?.isAdministrator ?? false,
    ...begun(data),
    since: metadata.occurredAt,
  }),
  ...accessFolds<MembershipRow>(
    (row) => row,
    (row, change) => ({ ...row, ...change }),
  ),
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
