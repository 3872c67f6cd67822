import { only, projection, staffSees, type Actor } from '@letopis/kernel';
import { userSide } from '@letopis/contexts/organizations';
import type { ClientAccountEvents } from '../client-account/client-account';
import type { ClientServiceEvents } from '../client-service/client-service';
import { changed } from '../shapes';
import { side } from '@letopis/kernel';

export interface ClientAccountRow {
  readonly clientAccountId: string;
  readonly organizationId: string;
  readonly providerId: string;
  readonly userId: string;
  readonly email?: string;
  readonly companyId?: string;
  readonly contactId?: string;
  readonly supportBalance: number;
  readonly canPurchaseRequests: boolean;
  readonly status: 'active' | 'blocked';
  readonly services: number;
}

const own = (field: string) => (actor: Actor, organizationId: string) =>
  only({ organizationId, [field]: actor.kind === 'user' ? actor.userId : '' });
const withBalance = (by: number) => (row: ClientAccountRow | undefined) => row && { ...row, supportBalance: row.supportBalance + by };

/** «Клиентские учётные записи». */
export const clientAccounts = projection<ClientAccountRow, ClientAccountEvents & Pick<ClientServiceEvents, 'ClientServiceOrdered'>>()({
  code: 'client_accounts',
  version: 2,
  title: { ru: 'Клиентские учётные записи', en: 'Client accounts' },
  key: (event) => (event.type === 'ClientServiceOrdered' ? event.data.clientAccountId : event.aggregateId),
  on: {
    ClientAccountOpened: (_, { aggregateId, data }) => ({
      clientAccountId: aggregateId,
      ...data,
      supportBalance: 0,
      canPurchaseRequests: false,
      status: 'active',
      services: 0,
    }),
    ClientAccountLinked: (row, { data: { companyId, contactId } }) => row && { ...row, companyId, contactId },
    SupportBalanceToppedUp: (row, { data: { count } }) => row && { ...row, supportBalance: row.supportBalance + count },
    SupportBalanceCharged: withBalance(-1),
    SupportBalanceRefunded: withBalance(1),
    RequestPurchaseSet: (row, { data: { allowed } }) => row && { ...row, canPurchaseRequests: allowed },
    ClientAccountBlocked: (row) => row && { ...row, status: 'blocked' },
    ClientAccountUnblocked: (row) => row && { ...row, status: 'active' },
    ClientServiceOrdered: (row) => row && { ...row, services: row.services + 1 },
  },
  sides: { users: userSide },
  joins: [{ by: 'userId', side: 'users', fields: { email: 'email' } }],
  list: {
    filters: { organizationId: 'string', status: 'string', userId: 'string', providerId: 'string', supportBalance: 'number' },
    sorts: ['email', 'supportBalance', 'services'],
    search: ['email'],
    defaultSort: 'email',
  },
  policy: staffSees('clients.accounts:view', own('userId')),
});

export interface ClientServiceRow {
  readonly clientServiceId: string;
  readonly organizationId: string;
  readonly clientAccountId: string;
  readonly clientUserId?: string;
  readonly tariffId: string;
  readonly quantity: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly status: 'ordered' | 'active' | 'suspended' | 'terminated';
  readonly reason?: string;
  readonly orderedAt: string;
}

const accountSide = side<{ userId: string }, ClientAccountEvents>()({ ClientAccountOpened: (_, { data: { userId } }) => ({ userId }) });
const became = (status: ClientServiceRow['status']) => (row: ClientServiceRow | undefined) => row && { ...row, status, reason: undefined };

/** «Услуги клиентов». */
export const clientServices = projection<ClientServiceRow, ClientServiceEvents>()({
  code: 'client_services',
  version: 1,
  title: { ru: 'Услуги клиентов', en: 'Services of clients' },
  on: {
    ClientServiceOrdered: (_, { aggregateId, data: { manualAction: __, ...data }, metadata }) => ({
      clientServiceId: aggregateId,
      ...data,
      status: 'ordered',
      orderedAt: metadata.occurredAt,
    }),
    ClientServiceParametersChanged: (row, { data: { changes } }) => row && { ...row, ...changed(changes) },
    ClientServiceActivated: became('active'),
    ClientServiceSuspended: (row, { data: { reason } }) => row && { ...row, status: 'suspended', reason },
    ClientServiceResumed: became('active'),
    ClientServiceTerminated: (row, { data: { reason } }) => row && { ...row, status: 'terminated', reason },
  },
  sides: { accounts: accountSide },
  joins: [{ by: 'clientAccountId', side: 'accounts', fields: { userId: 'clientUserId' } }],
  list: {
    filters: {
      organizationId: 'string',
      status: 'string',
      clientAccountId: 'string',
      clientUserId: 'string',
      tariffId: 'string',
      orderedAt: 'time',
    },
    sorts: ['orderedAt', 'status'],
    search: [],
    defaultSort: '-orderedAt',
  },
  policy: staffSees('services.client_services:view', own('clientUserId')),
});
