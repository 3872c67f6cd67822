// @ts-nocheck
import { only, overseesService, everything, projection, refused, stateOf, type ReadPolicy } from '@letopis/kernel';
import { clientAccount, type ClientAccount } from '../client-account/client-account';
import type { DepartmentEvents, SupportCenter } from '../department/department.events';
import type { LocalizedText } from '../shapes';

export interface SupportDepartmentRow {
  readonly departmentId: string;
  readonly organizationId: string;
  readonly name: LocalizedText;
  readonly categoryDescription?: LocalizedText | null;
  readonly providerIds: readonly string[];
  readonly sortOrder: number;
  readonly chargeRequests: boolean;
  readonly open: boolean;
  /** Order of the list: the smaller `sortOrder` the higher, then by name. */
  readonly place: string;
}

const placed = (row: SupportDepartmentRow): SupportDepartmentRow => ({
  ...row,
  place: `${String(row.sortOrder).padStart(8, '0')} ${row.name.ru.toLowerCase()}`,
});
const closed = { providerIds: [], sortOrder: 0, chargeRequests: false, open: false, categoryDescription: undefined };
const opened = ({ providerIds, sortOrder, chargeRequests, categoryDescription }: SupportCenter) => ({
  providerIds,
  sortOrder,
  chargeRequests,
  categoryDescription,
  open: true,
});

/** The client whose account the filter names: departments of its provider that it may write to now. */
const itsClient: ReadPolicy = {
  name: 'client',
  needs: ({ filter }) => ({ account: stateOf(clientAccount, filter.clientAccountId as string | undefined) }),
  see: ({ actor }, answers) => {
    if (overseesService(actor)) return everything;
    const account = answers.account as ClientAccount;
    if (actor.kind !== 'user') return refused('FORBIDDEN');
    if (account.userId !== actor.userId) return refused('NOT_FOUND');
    if (account.status !== 'active') return refused('FORBIDDEN');
    const { organizationId, providerId, supportBalance, canPurchaseRequests } = account;
    const payable = supportBalance > 0 || canPurchaseRequests;
    return only({ organizationId, open: true, providerIds: providerId, ...(payable ? {} : { chargeRequests: false }) });
  },
};

/** «Центр поддержки» as a client sees it. */
export const supportDepartments = projection<SupportDepartmentRow, DepartmentEvents>()({
  code: 'support_departments',
  version: 1,
  title: { ru: 'Отделы центра поддержки', en: 'Departments of the support centre' },
  on: {
    DepartmentCreated: (_, { aggregateId, data: { organizationId, name } }) =>
      placed({ departmentId: aggregateId, organizationId, name, ...closed, place: '' }),
    DepartmentUpdated: (row, { data: { changes } }) => row && placed({ ...row, name: changes.name?.to ?? row.name }),
    SupportCenterEnabled: (row, { data }) => row && placed({ ...row, ...opened(data) }),
    SupportCenterDisabled: (row) => row && placed({ ...row, ...closed }),
    DepartmentArchived: (row) => row && placed({ ...row, ...closed }),
  },
  list: { filters: { organizationId: 'string' }, asked: { clientAccountId: 'string' }, sorts: ['place'], search: [], defaultSort: 'place' },
  policy: itsClient,
  hidden: ['open', 'place'],
  // Where there is one department only, nothing is to be chosen and nothing to be described.
  listed: (rows) => (rows.length === 1 ? rows.map((row) => ({ ...row, categoryDescription: null })) : rows),
});
