import { firstProviderOf, type ReadPolicy } from '@letopis/kernel';
import { given, NOW, stream, type Fact } from '../../../kernel/testing';
import { session } from '@letopis/contexts/identity';
import { supportRequest } from '../support-request/support-request';
import {
  account,
  accountId,
  anna,
  asked,
  boris,
  clientOf,
  departmentId,
  fullAccess,
  inDepartment,
  inRole,
  inSchedule,
  lena,
  ofDepartment,
  ofRequest,
  ofRole,
  ofService,
  ofStaff,
  requestId,
  roleMade,
  romashka,
  scheduleId,
  service,
  serviceId,
  staffIdOf,
  switched,
  toppedUp,
  viktor,
  works,
} from '../staff.fixtures';
import { clientAccounts, clientServices } from './clients';
import { departmentRights, departments, type DepartmentRightsRow } from './departments';
import { roles, workSchedules } from './directories';
import { edges, openNodes, staffRegistry, staffRights, type StaffRightsRow } from './staff';
import { supportDepartments } from './support-departments';
import { supportMessages, supportRequests } from './support-requests';

const staffId = staffIdOf(lena);
const joined = ofStaff('StaffAddedToDepartment', { departmentId });
describe('departments, department_rights', () => {
  const support = ofDepartment('SupportCenterEnabled', {
    providerIds: [firstProviderOf(romashka)],
    headStaffId: staffId,
    categoryDescription: { ru: 'Вопросы' },
    sortOrder: 5,
    chargeRequests: true,
  });
  const row = {
    departmentId,
    organizationId: romashka,
    name: { ru: 'отдел продаж' },
    nameRu: 'отдел продаж',
    taskLocale: 'ru',
    support: false,
    chargeRequests: false,
    membersCount: 0,
    status: 'active',
  };

  test('R066 R069 a department with its name, schedule and the number of its members', () => {
    given(departments, inDepartment()).thenDocument(departmentId, row).thenIds(departmentId);
    const scheduled = ofDepartment('DepartmentUpdated', {
      changes: { scheduleId: { to: scheduleId }, name: { from: { ru: 'x' }, to: { ru: 'Склад', en: 'Store' } } },
    });
    given(departments, inSchedule(), inDepartment(scheduled), works(lena, joined), works(boris, joined)).thenDocument(departmentId, {
      ...row,
      name: { ru: 'Склад', en: 'Store' },
      nameRu: 'Склад',
      nameEn: 'Store',
      scheduleId,
      scheduleName: 'Будни',
      membersCount: 2,
    });
    const left = ofStaff('StaffMemberDismissed', { departmentIds: [departmentId], roleCodes: [] });
    given(departments, inDepartment(), works(lena, joined, left)).thenDocument(departmentId, row);
  });

  test('R072 R074 R076 R077 the settings of the support centre, and gone with it', () => {
    given(departments, works(lena), inDepartment(support)).thenDocument(departmentId, {
      ...row,
      supportCenter: support.data,
      support: true,
      headStaffId: staffId,
      headName: 'lena@romashka.ru',
      sortOrder: 5,
      chargeRequests: true,
    });
    given(departments, inDepartment(support, ofDepartment('DepartmentArchived', {}))).thenDocument(departmentId, {
      ...row,
      headStaffId: staffId,
      status: 'archived',
    });
  });

  test('R080 R081 the tree of switches, and what follows from them', () => {
    const told = (...facts: readonly Fact[]) => {
      const switches = facts.map(({ data }) => data as { node: string; enabled: boolean });
      const { tree } = departmentRights.derive!({ switches }) as object as Required<DepartmentRightsRow>;
      return (node: string) => tree.find((each) => each.node === node);
    };
    expect(told()('clients.accounts:create')).toEqual({ node: 'clients.accounts:create', switch: 'unset', effective: false });
    const node = told(switched('clients'), switched('clients.accounts:create', false));
    expect(node('clients')).toMatchObject({ switch: 'on', effective: true });
    expect(node('clients.accounts:edit')).toMatchObject({ switch: 'unset', effective: true });
    expect(node('clients.accounts:create')).toMatchObject({ switch: 'off', effective: false });
  });

  test('R073 R075 what the client may choose, by number and name; alone it is not described', () => {
    const seen = { departmentId, organizationId: romashka, name: { ru: 'отдел продаж' } };
    given(supportDepartments, inDepartment()).thenDocument(departmentId, {
      ...seen,
      providerIds: [],
      sortOrder: 0,
      chargeRequests: false,
      open: false,
      place: '00000000 отдел продаж',
    });
    given(supportDepartments, inDepartment(support)).thenDocument(departmentId, {
      ...seen,
      providerIds: [firstProviderOf(romashka)],
      sortOrder: 5,
      chargeRequests: true,
      categoryDescription: { ru: 'Вопросы' },
      open: true,
      place: '00000005 отдел продаж',
    });
    const rows = [{ categoryDescription: 'a' }, { categoryDescription: 'b' }];
    expect(supportDepartments.listed!(rows)).toEqual(rows);
    expect(supportDepartments.listed!(rows.slice(1))).toEqual([{ categoryDescription: null }]);
  });

  test('R077 who cannot pay sees no department that charges', () => {
    const see = (balance: object) =>
      (supportDepartments.policy as ReadPolicy).see(
        { actor: viktor, filter: {} },
        {
          account: {
            status: 'active',
            userId: viktor.userId,
            organizationId: romashka,
            providerId: 'p',
            supportBalance: 0,
            canPurchaseRequests: false,
            ...balance,
          },
        },
      );
    const all = { organizationId: romashka, open: true, providerIds: 'p' };
    expect(see({})).toEqual({ only: { ...all, chargeRequests: false } });
    expect(see({ supportBalance: 1 })).toEqual({ only: all });
    expect(see({ canPurchaseRequests: true })).toEqual({ only: all });
    expect(see({ userId: lena.userId })).toEqual({ refused: 'NOT_FOUND' });
    expect(see({ status: 'blocked' })).toEqual({ refused: 'FORBIDDEN' });
  });
});

describe('staff, staff_rights', () => {
  const row = {
    staffId,
    organizationId: romashka,
    userId: lena.userId,
    login: lena.userId,
    displayName: 'lena@romashka.ru',
    email: 'lena@romashka.ru',
    departmentIds: [],
    departmentNames: [],
    roleCodes: [],
    fullAccess: false,
    ipPolicy: { mode: 'any', rules: [] },
    bindSessionToIp: false,
    chatAvailable: false,
    isDefaultAdmin: false,
    origin: 'form',
    status: 'active',
  };
  const file = { fileId: 'f', name: 'я.png', mime: 'image/png', size: 1, sha256: 'x' };

  test.each<[string, readonly Fact[], object]>([
    ['in a department', [joined], { departmentIds: [departmentId], departmentNames: ['отдел продаж'] }],
    ['out of it again', [joined, ofStaff('StaffRemovedFromDepartment', { departmentId })], {}],
    ['with a role', [ofStaff('RoleAssigned', { roleCode: 'manager' })], { roleCodes: ['manager'] }],
    ['with full access', [fullAccess], { fullAccess: true }],
    [
      'with a list of addresses',
      [ofStaff('StaffIpPolicySet', { mode: 'list', rules: ['::1'] })],
      { ipPolicy: { mode: 'list', rules: ['::1'] } },
    ],
    ['with a bound session', [ofStaff('SessionIpBindingSet', { enabled: true })], { bindSessionToIp: true }],
    ['with an avatar', [ofStaff('StaffAvatarSet', { file })], { avatar: file }],
    ['without one again', [ofStaff('StaffAvatarSet', { file }), ofStaff('StaffAvatarRemoved', {})], {}],
    ['in the chat', [ofStaff('ChatAvailabilitySet', { enabled: true, cause: 'set' })], { chatAvailable: true }],
    ['with a deputy', [ofStaff('DeputySet', { deputyStaffId: 'd' })], { deputyStaffId: 'd' }],
    ['blocked', [ofStaff('StaffMemberBlocked', {})], { status: 'blocked' }],
    ['unblocked', [ofStaff('StaffMemberBlocked', {}), ofStaff('StaffMemberUnblocked', {})], {}],
    ['dismissed', [ofStaff('StaffMemberDismissed', { departmentIds: [], roleCodes: [] })], { status: 'dismissed' }],
    [
      'with a name and a phone',
      [
        ofStaff('StaffMemberUpdated', {
          contact: { email: 'l@r.ru', phone: '+79161234567', fullName: { ru: { lastName: 'Петрова', firstName: 'Елена' } } },
        }),
      ],
      {
        email: 'l@r.ru',
        phone: '+79161234567',
        fullName: { ru: { lastName: 'Петрова', firstName: 'Елена' } },
        displayName: 'Петрова Елена',
      },
    ],
    ['forgotten', [ofStaff('StaffMemberErased', {})], { login: 'Данные удалены', email: 'Данные удалены', displayName: 'Данные удалены' }],
  ])('R083 a staff member %s', (_, facts, changes) => {
    given(staffRegistry, inDepartment(), works(lena, ...facts)).thenDocument(staffId, { ...row, ...changes });
  });

  test('R083 the last entry is told', () => {
    const entered: Fact = { type: 'WorkspaceEntered', data: { organizationId: romashka }, by: lena, at: NOW };
    given(staffRegistry, inDepartment(), works(lena), stream(session, lena.sessionId, entered)).thenDocument(staffId, {
      ...row,
      lastEntry: NOW,
    });
  });

  const rights = (more: Partial<StaffRightsRow>): StaffRightsRow => ({
    staffId,
    organizationId: romashka,
    status: 'active',
    fullAccess: false,
    departmentIds: ['sales'],
    roleKeys: [],
    individual: [],
    ...more,
  });
  const on = (...nodes: string[]) => nodes.map((node) => ({ node, enabled: true }));

  test('R089 R090 Лена: four inherited, one of her own', () => {
    const lenas = rights({
      departmentSwitches: [on('clients', 'services', 'finance.payments', 'finance.expenses')],
      individual: ['finance.acts'],
    });
    expect(openNodes(lenas).map(({ node, source }) => `${node} ${source}`)).toEqual([
      'clients inherited',
      'services inherited',
      'finance.payments inherited',
      'finance.expenses inherited',
      'finance.acts individual',
    ]);
  });

  test('R078 the edges of what is open: a function closed in an open section, a section open in a closed category', () => {
    const switches = [...on('clients', 'finance.acts'), { node: 'clients.accounts:create', enabled: false }];
    expect(edges(rights({ departmentSwitches: [switches] }))).toEqual({
      open: ['clients', 'finance.acts'],
      closed: ['clients.accounts:create'],
    });
    expect(edges(rights({ departmentSwitches: [switches], status: 'blocked' }))).toEqual({ open: [], closed: [] });
    expect(edges(rights({ fullAccess: true })).closed).toEqual([]);
  });

  test('R057 R067 rights follow departments and roles, also when these change later', () => {
    const told = (...more: readonly Fact[]) =>
      given(
        staffRights,
        inDepartment(switched('clients')),
        inRole(roleMade({ rights: ['crm.leads'] }), ...more),
        works(lena, joined, ofStaff('RoleAssigned', { roleCode: 'manager' }), ofStaff('StaffRightGranted', { node: 'finance.acts' })),
      );
    // Side documents are by the organization's code of the role: facts of specifications name no organization.
    told().thenIds(staffId);
    const changed = ofRole('RoleUpdated', { code: 'manager', changes: { rights: { from: [], to: ['crm'] } } });
    told(changed).thenIds(staffId);
  });
});

describe('roles, work_schedules, clients and their requests', () => {
  test('R057 a role; R070 a schedule', () => {
    const fields = {
      organizationId: romashka,
      code: 'manager',
      name: 'Менеджер',
      kind: 'functional',
      rights: [],
      system: false,
      fullAccess: false,
    };
    const id = inRole().id;
    given(roles, inRole(roleMade())).thenDocument(id, { roleId: id, ...fields, status: 'active' });
    given(roles, inRole(roleMade(), ofRole('RoleArchived', { code: 'manager' }))).thenDocument(id, {
      roleId: id,
      ...fields,
      status: 'archived',
    });
    given(workSchedules, inSchedule()).thenIds(scheduleId);
  });

  test('R062 R077 a client account with its balance', () => {
    const row = {
      clientAccountId: accountId,
      organizationId: romashka,
      providerId: firstProviderOf(romashka),
      userId: viktor.userId,
      email: 'viktor@mail.ru',
      supportBalance: 3,
      canPurchaseRequests: false,
      status: 'active',
      services: 0,
    };
    given(clientAccounts, account(viktor), clientOf(toppedUp(3))).thenDocument(accountId, row);
    const charged: Fact = { type: 'SupportBalanceCharged', data: { supportRequestId: requestId } };
    given(clientAccounts, account(viktor), clientOf(toppedUp(3), charged), service()).thenDocument(accountId, {
      ...row,
      supportBalance: 2,
      services: 1,
    });
  });

  test('R063 a service of the client', () => {
    const suspended = [ofService('ClientServiceActivated', {}), ofService('ClientServiceSuspended', { reason: 'Долг' })];
    const row = {
      clientServiceId: serviceId,
      organizationId: romashka,
      clientAccountId: accountId,
      clientUserId: viktor.userId,
      quantity: 1,
      parameters: {},
      orderedAt: NOW,
    };
    const tariffId = (service().facts[0]!.data as { tariffId: string }).tariffId;
    given(clientServices, clientOf(), service(...suspended)).thenDocument(serviceId, {
      ...row,
      tariffId,
      status: 'suspended',
      reason: 'Долг',
    });
  });

  test('R068 R070 a request from its beginning to its end, and when it is overdue', () => {
    const people = [account(viktor), inDepartment(), works(boris)];
    const told = (...facts: readonly Fact[]) => given(supportRequests, ...people, stream(supportRequest, requestId, asked(), ...facts));
    const { text: _, fileIds: __, ...fields } = asked().data as { text: string; fileIds: unknown };
    const row = {
      supportRequestId: requestId,
      ...fields,
      clientEmail: 'viktor@mail.ru',
      departmentName: 'отдел продаж',
      overdue: false,
      createdAt: NOW,
      updatedAt: NOW,
    };
    const taken = ofRequest('SupportRequestAssigned', { staffId: staffIdOf(boris) });
    const answered = ofRequest(
      'SupportRequestReplied',
      { clientUserId: viktor.userId, authorKind: 'staff', text: 'x', fileIds: [] },
      { by: anna },
    );
    const assignee = { assigneeStaffId: staffIdOf(boris), assigneeName: 'boris@romashka.ru' };
    told().thenDocument(requestId, { ...row, status: 'new' });
    told(taken).thenDocument(requestId, { ...row, ...assignee, status: 'in_work' });
    const { answerDueAt: ___, ...undue } = row as typeof row & { answerDueAt?: string };
    told(taken, answered).thenDocument(requestId, { ...undue, ...assignee, status: 'waiting_client' });
    told(ofRequest('SupportRequestClosed', { by: 'x', reason: 'erroneous' })).thenDocument(requestId, {
      ...undue,
      status: 'closed',
      reason: 'erroneous',
    });
    expect(given(supportMessages, stream(supportRequest, requestId, asked(), answered)).ids).toHaveLength(2);
  });
});
