import { projection, staffSees } from '@letopis/kernel';
import type { WorkplaceEvents } from '../workplace/workplace';

export interface WorkplaceRow {
  readonly workplaceId: string;
  readonly organizationId: string;
  readonly code: string;
  readonly name: string;
  readonly sections: readonly string[];
  readonly requiredRoles: readonly string[];
  readonly editions: readonly string[];
  readonly system: boolean;
  readonly status: 'active' | 'deleted';
}

/** «Рабочие места», for those who arrange them; the side panel of everybody is made from the same rows. */
export const workplaces = projection<WorkplaceRow, WorkplaceEvents>()({
  code: 'workplaces',
  version: 1,
  title: { ru: 'Рабочие места', en: 'Workplaces' },
  on: {
    WorkplaceCreated: (_, { aggregateId, data }) => ({ workplaceId: aggregateId, ...data, status: 'active' }),
    WorkplaceChanged: (row, { data: { changes } }) =>
      row && { ...row, ...Object.fromEntries(Object.entries(changes).map(([field, { to }]) => [field, to])) },
    WorkplaceDeleted: (row) => row && { ...row, status: 'deleted' },
  },
  list: {
    filters: { organizationId: 'string', status: 'string', code: 'string', requiredRoles: 'string', system: 'boolean' },
    sorts: ['name', 'code'],
    search: ['name', 'code'],
    defaultSort: 'name',
  },
  policy: staffSees('designer.workplaces:view'),
});
