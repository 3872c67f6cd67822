import { only, projection, type RecordedOf } from '@letopis/kernel';
import { usersSee } from '@letopis/contexts/identity';
import type { OrganizationEvents, OrganizationKind } from '../organization/organization.events';

export interface OrganizationRow {
  readonly organizationId: string;
  readonly kind: OrganizationKind;
  readonly displayName: string;
  readonly fullName?: string;
  readonly shortName?: string;
  readonly inn: string;
  readonly kpp?: string;
  readonly ogrn?: string;
  readonly legalAddress?: string;
  readonly status: 'listed' | 'registration_requested' | 'client' | 'suspended' | 'archived';
  readonly addedBy: string;
  readonly addedAt: string;
}

type Row = OrganizationRow | undefined;
const withStatus = (status: OrganizationRow['status']) => (row: Row) => row && { ...row, status };
const withDetails = (
  row: Row,
  { data: { changes, displayName } }: RecordedOf<OrganizationEvents, 'OrganizationDetailsEnriched' | 'OrganizationDetailsUpdated'>,
) => row && { ...row, ...Object.fromEntries(Object.entries(changes).map(([field, { to }]) => [field, to])), displayName };

const folds = {
  OrganizationAdded: (_: Row, { aggregateId, data, metadata }: RecordedOf<OrganizationEvents, 'OrganizationAdded'>): OrganizationRow => ({
    organizationId: aggregateId,
    ...data,
    status: 'listed',
    addedAt: metadata.occurredAt,
  }),
  OrganizationDetailsEnriched: withDetails,
  OrganizationDetailsUpdated: withDetails,
  ClientRegistrationRequested: withStatus('registration_requested'),
  ClientRegistrationRejected: withStatus('listed'),
  ClientRegistrationWithdrawn: withStatus('listed'),
  OrganizationRegisteredAsClient: withStatus('client'),
  OrganizationSuspended: withStatus('suspended'),
  OrganizationResumed: withStatus('client'),
  OrganizationArchived: withStatus('archived'),
};

/** «Реестр организаций»: everything that was ever put into it. */
export const organizationsRegistry = projection<OrganizationRow, OrganizationEvents>()({
  code: 'organizations_registry',
  version: 1,
  title: { ru: 'Реестр организаций', en: 'Organizations' },
  on: folds,
  list: {
    filters: { kind: 'string', status: 'string', inn: 'string', addedBy: 'string', addedAt: 'time' },
    sorts: ['displayName', 'inn', 'addedAt'],
    search: ['displayName', 'fullName', 'shortName', 'inn'],
    defaultSort: 'displayName',
  },
  policy: usersSee,
});

export interface OrganizationLookupRow extends OrganizationRow {
  readonly city?: string;
}

/** The city of a postal address, where it names one: «…, г Казань, …», «г. Москва», «Казань г». */
export const cityOf = (address: string | undefined): string | undefined => {
  const parts = (address ?? '').split(',').map((part) => part.trim());
  for (const part of parts) {
    const [, after, before] = /^(?:(?:г\.?|город)\s+(\p{Lu}[\p{L}\s-]*)|(\p{Lu}[\p{L}\s-]*?)\s+(?:г\.?|город))$/u.exec(part) ?? [];
    if (after ?? before) return (after ?? before)!.trim();
  }
  return undefined;
};

/** The clients among them, to be found by name or INN when access is asked for. */
export const organizationLookup = projection<OrganizationLookupRow, OrganizationEvents>()({
  code: 'organization_lookup',
  version: 2,
  title: { ru: 'Поиск организации', en: 'Finding an organization' },
  serves: 'lookup',
  on: folds,
  derive: (row) => ({ ...row, city: cityOf(row.legalAddress) }),
  list: {
    filters: { status: 'string' },
    sorts: ['displayName'],
    search: ['displayName', 'shortName', 'fullName', 'inn'],
    defaultSort: 'displayName',
  },
  policy: {
    name: 'user',
    see: (reading) => {
      const seen = usersSee.see(reading, {});
      return 'only' in seen ? only({ status: 'client' }) : seen;
    },
  },
});
