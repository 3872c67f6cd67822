import { MOSCOW, seededId } from '@letopis/kernel';
import type { CreateDepartment } from './department/department.commands';
import type { CreateRole } from './role/role';
import type { CreateWorkSchedule } from './work-schedule/work-schedule';

/** What every client organization begins with: schedule, roles, two departments with their rights, the account `admin`. */
export const seededSchedule = (organizationId: string): CreateWorkSchedule => ({
  workScheduleId: seededId(organizationId, 'schedule'),
  organizationId,
  name: 'Пн–Пт 9:00–18:00',
  timeZone: MOSCOW,
  weekly: [1, 2, 3, 4, 5].map((day) => ({ day, intervals: [{ from: '09:00', to: '18:00' }] })),
});

type Seed = Pick<CreateRole, 'code' | 'name' | 'rights' | 'fullAccess'>;

const CRM = ['crm.leads', 'crm.contacts', 'crm.companies', 'crm.deals', 'crm.products', 'crm.activities'];
/** `edit_all` in CRM is the head's: managers work on their own records. */
const ownCrm = CRM.flatMap((section) => ['view', 'create', 'edit', 'delete', 'export'].map((fn) => `${section}:${fn}`));
const dealFunctions = ['assign_dispatcher', 'start_process', 'dispatch', 'close'].map((fn) => `crm.deals:${fn}`);
const SALES = [...ownCrm, ...dealFunctions, 'crm.leads:convert', 'crm.leads:disqualify', 'documents.my', 'processes.instances', 'chat'];

const ROLES: readonly Seed[] = [
  { code: 'sales_manager', name: 'Менеджер по продажам', rights: SALES },
  {
    code: 'sales_head',
    name: 'Руководитель отдела продаж',
    rights: [...SALES, 'crm.deals:edit_all', 'crm.leads:edit_all', 'analytics.sales'],
  },
  {
    code: 'operator',
    name: 'Оператор',
    rights: [
      'crm.leads',
      'crm.activities',
      'crm.contacts:view',
      'crm.companies:view',
      ...['view', 'create', 'edit', 'assign_dispatcher', 'start_process'].map((fn) => `crm.deals:${fn}`),
      'telephony.calls',
      'chat',
    ],
  },
  {
    code: 'dispatcher',
    name: 'Диспетчер',
    rights: [
      ...['view', 'edit', 'dispatch'].map((fn) => `crm.deals:${fn}`),
      ...['view', 'create'].map((fn) => `crm.products:${fn}`),
      ...['view', 'create', 'edit'].map((fn) => `documents.my:${fn}`),
    ],
  },
  { code: 'performer', name: 'Исполнитель', rights: ['crm.deals:view', 'tasks'] },
  { code: 'accountant', name: 'Бухгалтерия', rights: ['finance', 'crm.deals:view', 'documents.my:view'] },
  { code: 'org_admin', name: 'Администратор', rights: [], fullAccess: true },
];

export const seededRoles = (organizationId: string): readonly CreateRole[] =>
  ROLES.map((role) => ({
    roleId: seededId(organizationId, `role:${role.code}`),
    organizationId,
    kind: 'functional',
    system: true,
    ...role,
  }));

export const salesDepartmentOf = (organizationId: string): string => seededId(organizationId, 'department:sales');
export const technicalDepartmentOf = (organizationId: string): string => seededId(organizationId, 'department:technical');

export const seededDepartments = (organizationId: string): readonly CreateDepartment[] => {
  const common = { organizationId, scheduleId: seededId(organizationId, 'schedule') };
  return [
    {
      ...common,
      departmentId: salesDepartmentOf(organizationId),
      name: { ru: 'отдел продаж', en: 'Sales department' },
      rights: ['clients', 'services', 'finance.payments', 'finance.expenses'],
    },
    {
      ...common,
      departmentId: technicalDepartmentOf(organizationId),
      name: { ru: 'технический отдел', en: 'Technical department' },
      rights: ['support', 'services', 'clients'],
    },
  ];
};

/** The technical department answers clients from the start. */
export const TECHNICAL_SUPPORT = {
  categoryDescription: { ru: 'Технические вопросы', en: 'Technical questions' },
  sortOrder: 10,
  chargeRequests: false,
} as const;

export const defaultAdminOf = (organizationId: string): string => seededId(organizationId, 'staff:admin');
