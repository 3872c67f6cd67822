import { seededId } from '@letopis/kernel';
import type { CreateWorkplace } from './workplace';

const SALES = [
  'crm.leads',
  'crm.contacts',
  'crm.companies',
  'crm.deals',
  'crm.products',
  'crm.activities',
  'documents.my',
  'tasks.items',
  'calendar.events',
];

type Seed = Pick<CreateWorkplace, 'code' | 'name' | 'sections' | 'requiredRoles' | 'editions'>;

/** Workplaces that every organization begins with. */
const WORKPLACES: readonly Seed[] = [
  { code: 'sales_manager', name: 'Менеджер по продажам', sections: SALES, requiredRoles: ['sales_manager'] },
  {
    code: 'sales_head',
    name: 'Руководитель отдела продаж',
    sections: [...SALES, 'analytics.sales', 'analytics.calls'],
    requiredRoles: ['sales_head'],
  },
  {
    code: 'service',
    name: 'Сервис',
    sections: ['crm.leads', 'crm.deals', 'crm.contacts', 'telephony.calls', 'tasks.items'],
    requiredRoles: ['operator', 'dispatcher', 'performer'],
  },
  {
    code: 'administration',
    name: 'Администрирование',
    sections: [
      'provider.staff',
      'provider.departments',
      'provider.schedules',
      'provider.roles',
      'provider.access_requests',
      'designer.catalog',
      'designer.settings',
      'designer.workplaces',
      'audit.log',
    ],
    requiredRoles: ['org_admin'],
  },
  { code: 'marketing', name: 'Маркетинг', sections: ['marketing.offers'], requiredRoles: [], editions: ['start_plus', 'corporate'] },
];

export const seededWorkplaces = (organizationId: string): readonly CreateWorkplace[] =>
  WORKPLACES.map((seed) => ({ workplaceId: seededId(organizationId, `workplace:${seed.code}`), organizationId, system: true, ...seed }));
