import type { Actor, Definition } from '@letopis/kernel';
import { given, isAsTold, issue, NOW, stateTable, stream, type Fact, type Given } from '../../kernel/testing';
import * as accounts from './client-account/client-account';
import * as services from './client-service/client-service';
import * as departments from './department/department.commands';
import { department } from './department/department';
import * as roles from './role/role';

import * as staff from './staff-member';
import * as requests from './support-request/support-request';
import * as groups from './user-group/user-group';
import * as schedules from './work-schedule/work-schedule';
import {
  accountId,
  anna,
  asked,
  boris,
  clientOf,
  departmentId,
  departmentMade,
  groupId,
  grouped,
  hired,
  inDepartment,
  inRole,
  lena,
  linked,
  ofAccount,
  ofDepartment,
  ofGroup,
  ofRequest,
  ofRole,
  ofSchedule,
  ofService,
  ofStaff,
  opened,
  ordered,
  requestId,
  roleId,
  roleMade,
  romashka,
  sagas,
  scheduleId,
  scheduleMade,
  serviceId,
  staffIdOf,
  toppedUp,
  viktor,
  works,
  world,
} from './staff.fixtures';

interface Specified {
  readonly definition: Definition<{ readonly status: string }>;
  readonly id: string;
  readonly states: Readonly<Record<string, readonly Fact[]>>;
  readonly dash: string;
  readonly table: string;
  readonly commands: Readonly<Record<string, readonly [command: object, actor?: Actor]>>;
  /** Commands of other tables, or of none. */
  readonly others?: readonly string[];
}

const staffId = staffIdOf(lena);
const { staffMember } = staff;
const blocked = ofStaff('StaffMemberBlocked', {});
const avatar = {
  fileId: staffId,
  name: 'я.png',
  mime: 'image/png',
  size: 100,
  sha256: 'x',
  width: 80,
  height: 80,
  uploadedBy: anna.userId,
};
const answers = { secret: { secretRef: 'vault:password' }, file: avatar, files: [], number: 7 };
const supportRequestId = requestId;
const replied = (authorKind: 'client' | 'staff') =>
  ofRequest('SupportRequestReplied', { clientUserId: viktor.userId, authorKind, text: 'x', fileIds: [] });
const takes = ofRequest('SupportRequestAssigned', { staffId: staffIdOf(boris) });

const SPECIFIED: Readonly<Record<string, Specified>> = {
  'StaffMember (D.4)': {
    definition: staffMember,
    id: staffId,
    dash: 'STAFF_NOT_ACTIVE',
    states: {
      none: [],
      provisioning: [hired(lena)],
      active: [hired(lena), linked(lena)],
      blocked: [hired(lena), linked(lena), blocked],
      dismissed: [hired(lena), linked(lena), ofStaff('StaffMemberDismissed', { departmentIds: [], roleCodes: [] })],
    },
    table: `
    | State        | LinkStaffUser            | UpdateStaffMember         | BlockStaffMember              | UnblockStaffMember              | DismissStaffMember                |
    | none         | NOT_FOUND                | NOT_FOUND                 | NOT_FOUND                     | NOT_FOUND                       | NOT_FOUND                         |
    | provisioning | → active / StaffUserLinked | same / StaffMemberUpdated | —                             | —                               | → dismissed / StaffMemberDismissed |
    | active       | no-op                    | same / StaffMemberUpdated | → blocked / StaffMemberBlocked | no-op                           | → dismissed / StaffMemberDismissed |
    | blocked      | —                        | same / StaffMemberUpdated | no-op                         | → active / StaffMemberUnblocked | → dismissed / StaffMemberDismissed |
    | dismissed    | —                        | —                         | —                             | —                               | no-op                             |
    `,
    commands: {
      LinkStaffUser: [issue(staff.LinkStaffUser, { staffId, userId: lena.userId }), sagas],
      UpdateStaffMember: [issue(staff.UpdateStaffMember, { staffId, phone: '8 916 123-45-67' })],
      BlockStaffMember: [issue(staff.BlockStaffMember, { staffId })],
      UnblockStaffMember: [issue(staff.UnblockStaffMember, { staffId })],
      DismissStaffMember: [issue(staff.DismissStaffMember, { staffId })],
    },
    others: Object.keys(staffMember.commands).filter((name) => !/^(Link|Update|Block|Unblock|Dismiss)/.test(name)),
  },
  'StaffMember, edit commands': {
    definition: staffMember,
    id: staffId,
    dash: 'STAFF_NOT_ACTIVE',
    states: {
      none: [],
      provisioning: [hired(lena)],
      active: [hired(lena), linked(lena)],
      blocked: [hired(lena), linked(lena), blocked],
      dismissed: [hired(lena), linked(lena), ofStaff('StaffMemberDismissed', { departmentIds: [], roleCodes: [] })],
    },
    table: ['none NOT_FOUND', 'provisioning same', 'active same', 'blocked same', 'dismissed —']
      .map((row) => row.split(' '))
      .reduce(
        (text, [state, cell]) =>
          `${text}\n| ${state} | ${[
            'StaffAddedToDepartment',
            'RoleAssigned',
            'StaffRightGranted',
            'FullAccessGranted',
            'StaffIpPolicySet',
            'SessionIpBindingSet',
            'StaffAvatarSet',
            'DeputySet',
          ]
            .map((event) => (cell === 'same' ? `same / ${event}` : cell))
            .join(' | ')} |`,
        '| State | AddStaffToDepartment | AssignRole | GrantStaffRight | GrantFullAccess | SetStaffIpPolicy | SetSessionIpBinding | SetStaffAvatar | SetDeputy |',
      ),
    commands: {
      AddStaffToDepartment: [issue(staff.AddStaffToDepartment, { staffId, departmentId })],
      AssignRole: [issue(staff.AssignRole, { staffId, roleCode: 'manager' })],
      GrantStaffRight: [issue(staff.GrantStaffRight, { staffId, node: 'finance.acts' })],
      GrantFullAccess: [issue(staff.GrantFullAccess, { staffId })],
      SetStaffIpPolicy: [issue(staff.SetStaffIpPolicy, { staffId, mode: 'list', rules: ['10.0.0.0/8'] })],
      SetSessionIpBinding: [issue(staff.SetSessionIpBinding, { staffId, enabled: true })],
      SetStaffAvatar: [issue(staff.SetStaffAvatar, { staffId, fileId: staffId })],
      SetDeputy: [issue(staff.SetDeputy, { staffId, deputyStaffId: staffIdOf(boris) })],
    },
    others: Object.keys(staffMember.commands).filter(
      (name) => !/^(AddStaff|AssignRole|GrantStaffRight|GrantFull|SetStaffIp|SetSession|SetStaffAvatar|SetDeputy)/.test(name),
    ),
  },
  'Department (D.2)': {
    definition: department,
    id: departmentId,
    dash: 'DEPARTMENT_ARCHIVED',
    states: { none: [], active: [departmentMade], archived: [departmentMade, ofDepartment('DepartmentArchived', {})] },
    table: `
    | State    | CreateDepartment               | UpdateDepartment          | EnableSupportCenter         | DisableSupportCenter | SetDepartmentRight        | ArchiveDepartment               |
    | none     | → active / DepartmentCreated   | NOT_FOUND                 | NOT_FOUND                   | NOT_FOUND            | NOT_FOUND                 | NOT_FOUND                       |
    | active   | ALREADY_EXISTS                 | same / DepartmentUpdated  | same / SupportCenterEnabled | no-op                | same / DepartmentRightSet | → archived / DepartmentArchived |
    | archived | ALREADY_EXISTS                 | —                         | —                           | —                    | —                         | —                               |
    `,
    commands: {
      CreateDepartment: [issue(departments.CreateDepartment, { departmentId, organizationId: romashka, name: { ru: 'Склад' } })],
      UpdateDepartment: [issue(departments.UpdateDepartment, { departmentId, taskLocale: 'en' })],
      EnableSupportCenter: [
        issue(departments.EnableSupportCenter, { departmentId, providerIds: [romashka], headStaffId: staffIdOf(boris) }),
      ],
      DisableSupportCenter: [issue(departments.DisableSupportCenter, { departmentId })],
      SetDepartmentRight: [issue(departments.SetDepartmentRight, { departmentId, node: 'clients', enabled: true })],
      ArchiveDepartment: [issue(departments.ArchiveDepartment, { departmentId })],
    },
  },
  'Role (D.3)': {
    definition: roles.role,
    id: roleId,
    dash: 'ROLE_ARCHIVED',
    states: { none: [], active: [roleMade()], archived: [roleMade(), ofRole('RoleArchived', { code: 'manager' })] },
    table: `
    | State    | CreateRole             | UpdateRole         | ArchiveRole               |
    | none     | → active / RoleCreated | NOT_FOUND          | NOT_FOUND                 |
    | active   | ALREADY_EXISTS         | same / RoleUpdated | → archived / RoleArchived |
    | archived | ALREADY_EXISTS         | —                  | no-op                     |
    `,
    commands: {
      CreateRole: [
        issue(roles.CreateRole, {
          roleId,
          organizationId: romashka,
          code: 'clerk',
          name: 'Специалист',
          kind: 'functional',
          rights: ['crm'],
        }),
      ],
      UpdateRole: [issue(roles.UpdateRole, { roleId, rights: ['crm.leads'] })],
      ArchiveRole: [issue(roles.ArchiveRole, { roleId })],
    },
  },
  'WorkSchedule (D.1)': {
    definition: schedules.workSchedule,
    id: scheduleId,
    dash: 'SCHEDULE_ARCHIVED',
    states: { none: [], active: [scheduleMade], archived: [scheduleMade, ofSchedule('WorkScheduleArchived', {})] },
    table: `
    | State    | CreateWorkSchedule             | UpdateWorkSchedule         | ArchiveWorkSchedule               |
    | none     | → active / WorkScheduleCreated | NOT_FOUND                  | NOT_FOUND                         |
    | active   | ALREADY_EXISTS                 | same / WorkScheduleUpdated | → archived / WorkScheduleArchived |
    | archived | ALREADY_EXISTS                 | —                          | no-op                             |
    `,
    commands: {
      CreateWorkSchedule: [
        issue(schedules.CreateWorkSchedule, {
          workScheduleId: scheduleId,
          organizationId: romashka,
          name: 'Новый',
          timeZone: 'UTC',
          weekly: [],
        }),
      ],
      UpdateWorkSchedule: [issue(schedules.UpdateWorkSchedule, { workScheduleId: scheduleId, timeZone: 'Asia/Yekaterinburg' })],
      ArchiveWorkSchedule: [issue(schedules.ArchiveWorkSchedule, { workScheduleId: scheduleId })],
    },
  },
  'UserGroup (D.3a)': {
    definition: groups.userGroup,
    id: groupId,
    dash: 'GROUP_ARCHIVED',
    states: { none: [], active: [grouped], archived: [grouped, ofGroup('UserGroupArchived', {})] },
    table: `
    | State    | CreateUserGroup             | AddGroupMember          | RemoveGroupMember | ArchiveUserGroup               |
    | none     | → active / UserGroupCreated | NOT_FOUND               | NOT_FOUND         | NOT_FOUND                      |
    | active   | ALREADY_EXISTS              | same / GroupMemberAdded | no-op             | → archived / UserGroupArchived |
    | archived | ALREADY_EXISTS              | —                       | —                 | no-op                          |
    `,
    commands: {
      CreateUserGroup: [
        issue(groups.CreateUserGroup, { userGroupId: groupId, organizationId: romashka, name: 'Новая', ownerStaffId: staffIdOf(boris) }),
      ],
      AddGroupMember: [issue(groups.AddGroupMember, { userGroupId: groupId, staffId: staffIdOf(boris) })],
      RemoveGroupMember: [issue(groups.RemoveGroupMember, { userGroupId: groupId, staffId: staffIdOf(boris) })],
      ArchiveUserGroup: [issue(groups.ArchiveUserGroup, { userGroupId: groupId })],
    },
  },
  'ClientAccount (D.7)': {
    definition: accounts.clientAccount,
    id: accountId,
    dash: 'CLIENT_ACCOUNT_BLOCKED',
    states: {
      none: [],
      active: [opened(), toppedUp()],
      blocked: [opened(), toppedUp(), ofAccount('ClientAccountBlocked', { reason: 'x' })],
    },
    table: `
    | State   | OpenClientAccount              | TopUpSupportBalance          | ChargeSupportBalance         | RefundSupportBalance | SetRequestPurchase        | BlockClientAccount             | UnblockClientAccount            | LinkClientAccount |
    | none    | → active / ClientAccountOpened | NOT_FOUND                    | NOT_FOUND                    | no-op                | NOT_FOUND                 | NOT_FOUND                      | NOT_FOUND                       | NOT_FOUND         |
    | active  | ALREADY_EXISTS                 | same / SupportBalanceToppedUp | same / SupportBalanceCharged | no-op                | same / RequestPurchaseSet | → blocked / ClientAccountBlocked | no-op                           | no-op             |
    | blocked | ALREADY_EXISTS                 | —                            | same / SupportBalanceCharged | no-op                | —                         | no-op                          | → active / ClientAccountUnblocked | —                 |
    `,
    commands: {
      OpenClientAccount: [
        issue(accounts.OpenClientAccount, {
          clientAccountId: accountId,
          organizationId: romashka,
          providerId: romashka,
          userId: viktor.userId,
        }),
      ],
      TopUpSupportBalance: [issue(accounts.TopUpSupportBalance, { clientAccountId: accountId, count: 1, reason: 'x' })],
      ChargeSupportBalance: [issue(accounts.ChargeSupportBalance, { clientAccountId: accountId, supportRequestId }), sagas],
      RefundSupportBalance: [issue(accounts.RefundSupportBalance, { clientAccountId: accountId, supportRequestId }), sagas],
      SetRequestPurchase: [issue(accounts.SetRequestPurchase, { clientAccountId: accountId, allowed: true })],
      BlockClientAccount: [issue(accounts.BlockClientAccount, { clientAccountId: accountId, reason: 'Долг' })],
      UnblockClientAccount: [issue(accounts.UnblockClientAccount, { clientAccountId: accountId })],
      LinkClientAccount: [issue(accounts.LinkClientAccount, { clientAccountId: accountId })],
    },
  },
  'ClientService (D.7)': {
    definition: services.clientService,
    id: serviceId,
    dash: 'SERVICE_STATE',
    states: {
      none: [],
      ordered: [ordered],
      active: [ordered, ofService('ClientServiceActivated', {})],
      suspended: [ordered, ofService('ClientServiceActivated', {}), ofService('ClientServiceSuspended', { reason: 'x' })],
      terminated: [ordered, ofService('ClientServiceTerminated', { by: anna.userId })],
    },
    table: `
    | State      | OrderClientService             | ChangeServiceParameters               | ActivateService                   | SuspendService                       | ResumeService                     | TerminateService                       |
    | none       | → ordered / ClientServiceOrdered | NOT_FOUND                             | NOT_FOUND                         | NOT_FOUND                            | NOT_FOUND                         | NOT_FOUND                              |
    | ordered    | ALREADY_EXISTS                 | same / ClientServiceParametersChanged | → active / ClientServiceActivated | —                                    | —                                 | → terminated / ClientServiceTerminated |
    | active     | ALREADY_EXISTS                 | same / ClientServiceParametersChanged | no-op                             | → suspended / ClientServiceSuspended | no-op                             | → terminated / ClientServiceTerminated |
    | suspended  | ALREADY_EXISTS                 | same / ClientServiceParametersChanged | —                                 | no-op                                | → active / ClientServiceResumed   | → terminated / ClientServiceTerminated |
    | terminated | ALREADY_EXISTS                 | —                                     | —                                 | —                                    | —                                 | no-op                                  |
    `,
    commands: {
      OrderClientService: [
        issue(services.OrderClientService, { clientServiceId: serviceId, clientAccountId: accountId, tariffId: romashka, quantity: 1 }),
      ],
      ChangeServiceParameters: [issue(services.ChangeServiceParameters, { clientServiceId: serviceId, quantity: 2 })],
      ActivateService: [issue(services.ActivateService, { clientServiceId: serviceId })],
      SuspendService: [issue(services.SuspendService, { clientServiceId: serviceId, reason: 'Долг' })],
      ResumeService: [issue(services.ResumeService, { clientServiceId: serviceId })],
      TerminateService: [issue(services.TerminateService, { clientServiceId: serviceId })],
    },
  },
  'SupportRequest (D.8)': {
    definition: requests.supportRequest,
    id: requestId,
    dash: 'SUPPORT_REQUEST_CLOSED',
    states: {
      none: [],
      new: [asked()],
      in_work: [asked(), takes],
      waiting_client: [asked(), takes, replied('staff')],
      resolved: [asked(), takes, ofRequest('SupportRequestResolved', {})],
      closed: [asked(), ofRequest('SupportRequestClosed', { by: anna.userId, reason: 'done' })],
    },
    table: `
    | State          | CreateSupportRequest          | AssignSupportRequest              | ReplySupportRequest                        | ResolveSupportRequest               | CloseSupportRequest             | TransferSupportRequest            |
    | none           | → new / SupportRequestCreated | NOT_FOUND                         | NOT_FOUND                                  | NOT_FOUND                           | NOT_FOUND                       | NOT_FOUND                         |
    | new            | ALREADY_EXISTS                | → in_work / SupportRequestAssigned | → waiting_client / SupportRequestReplied   | → resolved / SupportRequestResolved | → closed / SupportRequestClosed | same / SupportRequestTransferred  |
    | in_work        | ALREADY_EXISTS                | same / SupportRequestAssigned     | → waiting_client / SupportRequestReplied   | → resolved / SupportRequestResolved | → closed / SupportRequestClosed | → new / SupportRequestTransferred |
    | waiting_client | ALREADY_EXISTS                | same / SupportRequestAssigned     | same / SupportRequestReplied               | → resolved / SupportRequestResolved | → closed / SupportRequestClosed | → new / SupportRequestTransferred |
    | resolved       | ALREADY_EXISTS                | —                                 | —                                          | no-op                               | → closed / SupportRequestClosed | —                                 |
    | closed         | ALREADY_EXISTS                | —                                 | —                                          | —                                   | no-op                           | —                                 |
    `,
    commands: {
      CreateSupportRequest: [
        issue(requests.CreateSupportRequest, { supportRequestId, clientAccountId: accountId, departmentId, subject: 'Почта', text: 'x' }),
        viktor,
      ],
      AssignSupportRequest: [issue(requests.AssignSupportRequest, { supportRequestId, staffId: staffIdOf(lena) })],
      ReplySupportRequest: [issue(requests.ReplySupportRequest, { supportRequestId, text: 'Готово' })],
      ResolveSupportRequest: [issue(requests.ResolveSupportRequest, { supportRequestId })],
      CloseSupportRequest: [issue(requests.CloseSupportRequest, { supportRequestId, reason: 'done' })],
      TransferSupportRequest: [issue(requests.TransferSupportRequest, { supportRequestId, departmentId: anotherDepartment() })],
    },
  },
};

function anotherDepartment() {
  return romashka;
}

describe.each(Object.entries(SPECIFIED))('%s, by its state table', (_, { definition, id, states, dash, table, commands, others = [] }) => {
  const surroundings = [
    ...world,
    ...(definition.category === 'staffMember' ? [] : [works(lena)]),
    works(boris, ofStaff('StaffAddedToDepartment', { departmentId })),
    inRole(roleMade()),
    inDepartment(),
    stream(
      department,
      romashka,
      ofDepartment('DepartmentCreated', { organizationId: romashka, name: { ru: 'Склад №2' }, taskLocale: 'ru' }),
    ),
    inDepartment(
      ofDepartment('SupportCenterEnabled', {
        providerIds: [providerOf()],
        headStaffId: staffIdOf(boris),
        categoryDescription: { ru: '' },
        sortOrder: 1,
        chargeRequests: false,
      }),
    ),
  ].filter(
    ({ definition: other, id: otherId }, at, all) =>
      !(other === definition && otherId === id) && all.findLastIndex((each) => each.definition === other && each.id === otherId) === at,
  );

  test.each(stateTable(table, { dash }))('R061 $state: $asked $becomes', (cell) => {
    const [command, actor = anna] = commands[cell.asked]!;
    const state: Given<{ readonly status: string }> = given(definition, ...states[cell.state]!).and(...surroundings);
    // Records that are not there are so by the policy already; an administrator stands for all who may.
    const outcome = state.when(command, { actor, id, now: NOW, answers: answersFor(cell.asked) });
    isAsTold(cell, outcome);
  });

  test('the tables name every command', () => {
    expect([...Object.keys(commands), ...others].sort()).toEqual(Object.keys(definition.commands).sort());
  });
});

function answersFor(name: string) {
  return name === 'CreateSupportRequest' ? answers : { secret: answers.secret, file: answers.file, files: [] };
}

function providerOf() {
  return (opened().data as { providerId: string }).providerId;
}

describe('D.8 a client writes again', () => {
  const reply = issue(requests.ReplySupportRequest, { supportRequestId, text: 'Ещё' });
  const surroundings = [...world, inDepartment(), clientOf()];
  test.each([
    ['new', [asked()], 'new'],
    ['in_work', [asked(), takes], 'in_work'],
    ['waiting_client', [asked(), takes, replied('staff')], 'in_work'],
    ['resolved', [asked(), ofRequest('SupportRequestResolved', {})], 'in_work'],
  ])('R068 %s', (_, facts, becomes) => {
    const outcome = given(requests.supportRequest, ...facts)
      .and(...surroundings)
      .when(reply, { actor: viktor, answers: { files: [] } });
    expect(outcome.result.refused).toBeUndefined();
    expect(outcome.after.status).toBe(becomes);
  });

  test('R068 after fourteen days, and once it is closed, no more', () => {
    const late = given(requests.supportRequest, asked(), ofRequest('SupportRequestResolved', {})).and(...surroundings);
    late.when(reply, { actor: viktor, now: '2026-03-16T09:00:00.001Z', answers: { files: [] } }).thenRefused('SUPPORT_REQUEST_CLOSED');
    const closed = given(requests.supportRequest, asked(), ofRequest('SupportRequestClosed', { by: 'x', reason: 'done' })).and(
      ...surroundings,
    );
    closed.when(reply, { actor: viktor, answers: { files: [] } }).thenRefused('SUPPORT_REQUEST_CLOSED');
  });
});
