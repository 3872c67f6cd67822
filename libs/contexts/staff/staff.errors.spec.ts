import { derivedId, type Definition, type FileFacts } from '@letopis/kernel';
import { given, issue, stream, type Fact, type Outcome } from '../../kernel/testing';
import { department } from './department/department';
import * as departments from './department/department.commands';
import * as accounts from './client-account/client-account';
import * as services from './client-service/client-service';
import { staffErrors } from './errors';
import * as roles from './role/role';
import { departmentsOfSchedule, openRequestsOf, openTasksOf, staffOfDepartment, staffWithRole } from './rosters';
import * as staff from './staff-member';
import * as requests from './support-request/support-request';
import * as groups from './user-group/user-group';
import * as schedules from './work-schedule/work-schedule';
import {
  accountId,
  anna,
  asked,
  assigned,
  boris,
  clientOf,
  departmentId,
  departmentMade,
  dismissed,
  elsewhere,
  fullAccess,
  group,
  groupId,
  grouped,
  hired,
  inRole,
  inSchedule,
  itself,
  lena,
  linked,
  members,
  ofDepartment,
  ofGroup,
  ofRole,
  ofSchedule,
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
  switched,
  viktor,
  works,
  world,
} from './staff.fixtures';

/** The world without the records that the specification itself tells of. */
const beside = (definition: Definition<never>) => world.filter((each) => (each.definition as object) !== definition);

const staffId = staffIdOf(lena);
const { staffMember } = staff;
const secret = { secretRef: 'vault:password' };
const file = (more: Partial<FileFacts> = {}): FileFacts => ({
  fileId: staffId,
  name: 'я.png',
  mime: 'image/png',
  size: 65_536,
  sha256: 'x',
  width: 80,
  height: 80,
  uploadedBy: anna.userId,
  ...more,
});
const create = (more: Partial<staff.CreateStaffMember> = {}) =>
  issue(staff.CreateStaffMember, {
    staffId,
    organizationId: romashka,
    login: 'olga',
    fullName: { ru: { lastName: 'Иванова', firstName: 'Ольга' } },
    email: 'olga@romashka.ru',
    ...more,
  });
type Asked = Outcome<never>;
const creating = (more: Partial<staff.CreateStaffMember> = {}, answers: object = { secret }): Asked =>
  given(staffMember)
    .and(...world, inRole(roleMade()))
    .when(create(more), { actor: anna, answers: answers as Record<string, unknown> }) as object as Asked;
const active: readonly Fact[] = [hired(lena), linked(lena)];
const doing = (
  command: object,
  more: { facts?: readonly Fact[]; answers?: object; streams?: typeof world; actor?: typeof anna } = {},
): Asked =>
  given(staffMember, ...(more.facts ?? active))
    .and(...world, inRole(roleMade()), ...(more.streams ?? []))
    .when(command, { actor: more.actor ?? anna, answers: { file: file(), secret, ...more.answers } }) as object as Asked;
const inDept = (command: object, ...streams: typeof world): Asked =>
  given(department, departmentMade)
    .and(...world, ...streams)
    .when(command, { actor: anna }) as object as Asked;
const archivedDepartment = stream(department, elsewhere, departmentMade, ofDepartment('DepartmentArchived', {}));
const enable = (more: Partial<departments.EnableSupportCenter> = {}) =>
  issue(departments.EnableSupportCenter, { departmentId, providerIds: [romashka], headStaffId: staffIdOf(boris), ...more });
const roleOf = (more: Partial<roles.CreateRole> = {}) =>
  given(roles.role)
    .and(...world, inRole(roleMade()))
    .when(
      issue(roles.CreateRole, {
        roleId: elsewhere,
        organizationId: romashka,
        code: 'clerk',
        name: 'x',
        kind: 'functional',
        rights: [],
        ...more,
      }),
      {
        actor: anna,
      },
    ) as object as Asked;
const admin = works(anna, fullAccess);

/** Every refusal of D.11 and of this context's own, provoked, with the words that people read. */
const PROVOKED: ReadonlyArray<readonly [code: string, status: number, ru: string, asked: () => Asked]> = [
  ['LOGIN_TAKEN', 409, 'Логин уже занят', () => creating({ login: boris.userId.toUpperCase() })],
  ['LOGIN_INVALID', 422, 'Логин: от 2 до 254 букв, цифр и знаков . _ % + @ -', () => creating({ login: 'a b' })],
  ['NAME_INVALID', 422, 'Проверьте фамилию, имя и отчество', () => creating({ fullName: undefined })],
  ['NAME_INVALID', 422, 'Проверьте фамилию, имя и отчество', () => creating({ fullName: { ru: { lastName: '1', firstName: 'x' } } })],
  ['PHONE_INVALID', 422, 'Проверьте номер телефона', () => creating({ phone: '12' })],
  [
    'WEAK_PASSWORD',
    422,
    'Пароль слишком простой: не менее 10 символов, буквы и цифры',
    () => creating({ password: 'x' }, { secret: undefined }),
  ],
  [
    'PASSWORD_NOT_APPLICABLE',
    422,
    'Пользователь уже зарегистрирован — пароль задаёт он сам',
    () => creating({ email: 'lena@romashka.ru', generatePassword: true }),
  ],
  [
    'PASSWORD_NOT_APPLICABLE',
    422,
    'Пользователь уже зарегистрирован — пароль задаёт он сам',
    () => doing(issue(staff.ResetStaffPassword, { staffId, generatePassword: true })),
  ],
  [
    'DEPARTMENT_NAME_TAKEN',
    409,
    'Отдел с таким названием уже есть',
    () =>
      given(department)
        .and(...world)
        .when(issue(departments.CreateDepartment, { departmentId: elsewhere, organizationId: romashka, name: { ru: 'Отдел  ПРОДАЖ' } }), {
          actor: anna,
        }) as object as Asked,
  ],
  [
    'RIGHT_INHERITED',
    409,
    'Право получено от отдела или роли и не меняется у сотрудника',
    () =>
      doing(issue(staff.GrantStaffRight, { staffId, node: 'support' }), {
        facts: [...active, { type: 'StaffAddedToDepartment', data: { departmentId } }],
      }),
  ],
  [
    'RIGHT_INHERITED',
    409,
    'Право получено от отдела или роли и не меняется у сотрудника',
    () =>
      doing(issue(staff.RevokeStaffRight, { staffId, node: 'support.requests:reply' }), {
        facts: [...active, { type: 'StaffAddedToDepartment', data: { departmentId } }],
      }),
  ],
  ['RIGHT_NODE_UNKNOWN', 422, 'Неизвестный раздел или функция', () => doing(issue(staff.GrantStaffRight, { staffId, node: 'nothing' }))],
  [
    'RIGHT_NODE_UNKNOWN',
    422,
    'Неизвестный раздел или функция',
    () => inDept(issue(departments.SetDepartmentRight, { departmentId, node: 'profile', enabled: true })),
  ],
  ['RIGHT_NODE_UNKNOWN', 422, 'Неизвестный раздел или функция', () => roleOf({ rights: ['crm', 'crm.leads:sign'] })],
  ...(['RevokeFullAccess', 'BlockStaffMember', 'DismissStaffMember'] as const).flatMap(
    (name) =>
      [
        [
          'LAST_FULL_ACCESS',
          409,
          'Нужен хотя бы один сотрудник с полным доступом',
          () =>
            doing(issue(staff[name], { staffId: staffIdOf(anna) }), {
              facts: [hired(anna), linked(anna), fullAccess],
            }),
        ],
        [
          'MEMBER_IS_ADMINISTRATOR',
          409,
          'Сначала снимите роль администратора',
          () =>
            given(staffMember, hired(anna), linked(anna), fullAccess)
              .and(...world.filter(({ definition }) => definition !== itself().definition), itself(assigned(boris)), admin)
              .when(issue(staff[name], { staffId: staffIdOf(anna) }), { actor: anna }) as object as Asked,
        ],
      ] as const,
  ),
  [
    'IP_RULE_INVALID',
    422,
    'Проверьте список IP-адресов',
    () => doing(issue(staff.SetStaffIpPolicy, { staffId, mode: 'list', rules: ['10.0.0.0/33'] })),
  ],
  ['IP_RULE_INVALID', 422, 'Проверьте список IP-адресов', () => doing(issue(staff.SetStaffIpPolicy, { staffId, mode: 'list' }))],
  [
    'IP_RULE_INVALID',
    422,
    'Проверьте список IP-адресов',
    () => doing(issue(staff.SetStaffIpPolicy, { staffId, mode: 'list', rules: Array.from({ length: 101 }, (_, at) => `10.0.0.${at}`) })),
  ],
  [
    'IP_POLICY_LOCKS_YOU_OUT',
    422,
    'Вы потеряете доступ с текущего адреса. Подтвердите изменение',
    () => doing(issue(staff.SetStaffIpPolicy, { staffId, mode: 'list', rules: ['192.168.0.0/16'] })),
  ],
  [
    'IP_POLICY_LOCKS_YOU_OUT',
    422,
    'Вы потеряете доступ с текущего адреса. Подтвердите изменение',
    () => creating({ ipPolicy: { mode: 'list', rules: ['192.168.0.0/16'] } }),
  ],
  [
    'AVATAR_TYPE',
    422,
    'Допустимы JPG, JPEG, GIF, PNG',
    () => doing(issue(staff.SetStaffAvatar, { staffId, fileId: staffId }), { answers: { file: file({ mime: 'image/bmp' }) } }),
  ],
  [
    'AVATAR_TOO_LARGE',
    413,
    'Не более 64 Кб',
    () => doing(issue(staff.SetStaffAvatar, { staffId, fileId: staffId }), { answers: { file: file({ size: 65_537 }) } }),
  ],
  [
    'AVATAR_DIMENSIONS',
    422,
    'Размер изображения должен быть 80×80 px',
    () => creating({ avatarFileId: staffId }, { secret, file: file({ width: 81 }) }),
  ],
  [
    'CHAT_NOT_ALLOWED',
    422,
    'Отдел сотрудника не имеет доступа к чату',
    () => doing(issue(staff.SetChatAvailability, { staffId, enabled: true })),
  ],
  [
    'CHAT_NOT_ALLOWED',
    422,
    'Отдел сотрудника не имеет доступа к чату',
    () => creating({ chatAvailable: true, departmentIds: [departmentId] }),
  ],
  ['SUPPORT_HEAD_REQUIRED', 422, 'Укажите главу отдела', () => inDept(enable())],
  ['SUPPORT_PROVIDER_REQUIRED', 422, 'Укажите провайдера', () => inDept(enable({ providerIds: [] }))],
  [
    'DEPARTMENT_NOT_EMPTY',
    409,
    'В отделе есть сотрудники или открытые задачи',
    () => inDept(issue(departments.ArchiveDepartment, { departmentId }), members(staffOfDepartment(departmentId), staffId)),
  ],
  [
    'DEPARTMENT_NOT_EMPTY',
    409,
    'В отделе есть сотрудники или открытые задачи',
    () => inDept(issue(departments.ArchiveDepartment, { departmentId }), members(openRequestsOf(departmentId), requestId)),
  ],
  [
    'DEPARTMENT_NOT_EMPTY',
    409,
    'В отделе есть сотрудники или открытые задачи',
    () => inDept(issue(departments.ArchiveDepartment, { departmentId }), members(openTasksOf(departmentId), requestId)),
  ],
  [
    'DEPARTMENT_ARCHIVED',
    409,
    'Отдел в архиве',
    () => doing(issue(staff.AddStaffToDepartment, { staffId, departmentId: elsewhere }), { streams: [archivedDepartment] }),
  ],
  [
    'SCHEDULE_IN_USE',
    409,
    'График используется отделом',
    () =>
      given(schedules.workSchedule, scheduleMade)
        .and(...world, members(departmentsOfSchedule(scheduleId), departmentId))
        .when(issue(schedules.ArchiveWorkSchedule, { workScheduleId: scheduleId }), { actor: anna }) as object as Asked,
  ],
  [
    'SCHEDULE_ARCHIVED',
    409,
    'График в архиве',
    () => inDept(issue(departments.UpdateDepartment, { departmentId, scheduleId }), inSchedule(ofSchedule('WorkScheduleArchived', {}))),
  ],
  [
    'SCHEDULE_INVALID',
    422,
    'Проверьте часы работы и часовой пояс графика',
    () =>
      given(schedules.workSchedule, scheduleMade)
        .and(...world)
        .when(issue(schedules.UpdateWorkSchedule, { workScheduleId: scheduleId, timeZone: 'Mars/Olympus' }), {
          actor: anna,
        }) as object as Asked,
  ],
  ['ROLE_CODE_TAKEN', 409, 'Роль с таким кодом уже есть', () => roleOf({ code: 'manager' })],
  ['ROLE_CODE_INVALID', 422, 'Код роли: латинские строчные буквы, цифры и «_», от 2 до 41 знака', () => roleOf({ code: 'Clerk' })],
  [
    'ROLE_PARENT_INVALID',
    422,
    'Вышестоящей может быть только другая организационная роль без замыкания цепочки',
    () => roleOf({ kind: 'organizational', parentRoleId: roleId }),
  ],
  [
    'ROLE_IN_USE',
    409,
    'Роль назначена сотрудникам',
    () =>
      given(roles.role, roleMade())
        .and(...world, members(staffWithRole(romashka, 'manager'), staffId))
        .when(issue(roles.ArchiveRole, { roleId }), { actor: anna }) as object as Asked,
  ],
  [
    'ROLE_SYSTEM',
    409,
    'Встроенную роль нельзя изменить так',
    () =>
      given(roles.role, roleMade({ system: true }))
        .and(...world)
        .when(issue(roles.ArchiveRole, { roleId }), { actor: anna }) as object as Asked,
  ],
  [
    'ROLE_ARCHIVED',
    409,
    'Роль в архиве',
    () =>
      given(roles.role, roleMade(), ofRole('RoleArchived', { code: 'manager' }))
        .and(...world)
        .when(issue(roles.UpdateRole, { roleId, name: 'x' }), { actor: anna }) as object as Asked,
  ],
  [
    'GROUP_NAME_TAKEN',
    409,
    'Группа с таким названием уже есть',
    () =>
      given(groups.userGroup)
        .and(...world, group())
        .when(
          issue(groups.CreateUserGroup, {
            userGroupId: elsewhere,
            organizationId: romashka,
            name: 'группа',
            ownerStaffId: staffIdOf(boris),
          }),
          {
            actor: anna,
          },
        ) as object as Asked,
  ],
  [
    'GROUP_ARCHIVED',
    409,
    'Группа в архиве',
    () =>
      given(groups.userGroup, grouped, ofGroup('UserGroupArchived', {}))
        .and(...world)
        .when(issue(groups.AddGroupMember, { userGroupId: groupId, staffId: staffIdOf(boris) }), { actor: anna }) as object as Asked,
  ],
  [
    'STAFF_NOT_ACTIVE',
    409,
    'Сотрудник заблокирован или уволен',
    () => doing(issue(staff.AssignRole, { staffId, roleCode: 'manager' }), { facts: [...active, dismissed] }),
  ],
  ['STAFF_NOT_ACTIVE', 409, 'Сотрудник заблокирован или уволен', () => doing(issue(staff.SetDeputy, { staffId, deputyStaffId: staffId }))],
  [
    'SUPPORT_BALANCE_EMPTY',
    422,
    'Закончились платные обращения',
    () =>
      given(accounts.clientAccount, opened())
        .and(...beside(accounts.clientAccount as never))
        .when(issue(accounts.ChargeSupportBalance, { clientAccountId: accountId, supportRequestId: requestId }), {
          actor: sagas,
        }) as object as Asked,
  ],
  [
    'DEPARTMENT_NOT_AVAILABLE',
    422,
    'Отдел недоступен для обращений',
    () =>
      given(requests.supportRequest)
        .and(...world)
        .when(
          issue(requests.CreateSupportRequest, {
            supportRequestId: requestId,
            clientAccountId: accountId,
            departmentId,
            subject: 'x',
            text: 'x',
          }),
          {
            actor: viktor,
            answers: { number: 1 },
          },
        ) as object as Asked,
  ],
  [
    'SUPPORT_REQUEST_CLOSED',
    409,
    'Обращение закрыто',
    () =>
      given(requests.supportRequest, asked(), { type: 'SupportRequestClosed', data: { by: 'x', reason: 'done' } })
        .and(...world)
        .when(issue(requests.ReplySupportRequest, { supportRequestId: requestId, text: 'x' }), { actor: anna }) as object as Asked,
  ],
  [
    'SERVICE_STATE',
    409,
    'Действие недоступно для текущего статуса услуги',
    () =>
      given(services.clientService, ordered)
        .and(...world)
        .when(issue(services.ResumeService, { clientServiceId: serviceId }), { actor: anna }) as object as Asked,
  ],
  [
    'CLIENT_ACCOUNT_BLOCKED',
    409,
    'Клиентская учётная запись заблокирована',
    () =>
      given(accounts.clientAccount, opened(), { type: 'ClientAccountBlocked', data: { reason: 'x' } })
        .and(...beside(accounts.clientAccount as never))
        .when(issue(accounts.TopUpSupportBalance, { clientAccountId: accountId, count: 1, reason: 'x' }), {
          actor: anna,
        }) as object as Asked,
  ],
  [
    'ORGANIZATION_NOT_CLIENT',
    422,
    'Организация ещё не зарегистрирована в сервисе',
    () =>
      given(staffMember)
        .and(...world.filter(({ definition }) => definition !== itself().definition), stream(itself().definition, romashka))
        .when(create(), { actor: sagas, answers: { secret } }) as object as Asked,
  ],
];

describe('R083 Refusals of staff', () => {
  test.each(PROVOKED)('%s: %i «%s»', (code, status, ru, provoke) => {
    const { result } = provoke();
    expect(result.refused).toBe(code);
    expect(result.error?.entry.status).toBe(status);
    expect(result.error?.text('ru')).toBe(ru);
  });

  test('every code of the context is provoked, or taken from another one', () => {
    const own = Object.keys(staffErrors.entries).filter((code) =>
      /^(LOGIN|DEPARTMENT|PASSWORD|RIGHT|LAST_FULL|IP_P|IP_RULE|AVATAR|CHAT|SUPPORT|SCHEDULE|ROLE|GROUP|STAFF|SERVICE_S|CLIENT_A|NAME)/.test(
        code,
      ),
    );
    const provoked = new Set(PROVOKED.map(([code]) => code));
    expect(own.filter((code) => !provoked.has(code) && code !== 'PASSWORD_CHANGE_REQUIRED')).toEqual([]);
    expect(own.length).toBeGreaterThan(30);
  });
});

describe('What is not given away', () => {
  test('R061 full access, by flag or role, only by an administrator or the product itself', () => {
    const powerful = inRole(roleMade({ fullAccess: true, system: true }));
    const asBoris = { actor: boris, streams: [powerful] };
    doing(issue(staff.AssignRole, { staffId, roleCode: 'manager' }), asBoris).thenRefused('FORBIDDEN');
    doing(issue(staff.GrantFullAccess, { staffId }), asBoris).isRefused('FORBIDDEN');
    expect(doing(issue(staff.GrantFullAccess, { staffId })).result.refused).toBeUndefined();
    roleOf({ fullAccess: true }).thenRefused('FORBIDDEN');
    given(staffMember)
      .and(...world, inRole(roleMade()))
      .when(create({ fullAccess: true }), { actor: boris, answers: { secret } })
      .thenRefused('FORBIDDEN');
    given(department)
      .and(...world)
      .when(
        issue(departments.CreateDepartment, { departmentId: elsewhere, organizationId: romashka, name: { ru: 'x' }, rights: ['crm'] }),
        { actor: boris },
      )
      .thenRefused('FORBIDDEN');
  });

  test('R084 D30 the administrator of the service opens an account and does nothing else to it', () => {
    const platform = { ...anna, userId: derivedId('platform'), platformRoles: ['PLATFORM_ADMIN'] };
    doing(issue(staff.SetStaffIpPolicy, { staffId, mode: 'any' }), { actor: platform }).isAllowed();
    doing(issue(staff.SetStaffIpPolicy, { staffId, mode: 'list', rules: ['1.1.1.1'] }), { actor: platform }).isRefused('NOT_FOUND');
    doing(issue(staff.BlockStaffMember, { staffId }), { actor: platform }).isRefused('NOT_FOUND');
  });

  test('R083 the own phone is everybody’s to change, and nothing else', () => {
    doing(issue(staff.UpdateStaffMember, { staffId, phone: '8 916 123-45-67' }), { actor: lena }).isAllowed();
    doing(issue(staff.UpdateStaffMember, { staffId, phone: '8 916 123-45-67', email: 'x@mail.ru' }), { actor: lena }).isRefused(
      'FORBIDDEN',
    );
  });

  test('R086 a picture of somebody else is not there', () =>
    doing(issue(staff.SetStaffAvatar, { staffId, fileId: staffId }), {
      answers: { file: file({ uploadedBy: viktor.userId }) },
    }).thenRefused('NOT_FOUND'));

  test('R077 a client tops up only what it may buy, and closes nothing as a mistake', () => {
    const topUp = issue(accounts.TopUpSupportBalance, { clientAccountId: accountId, count: 1, reason: 'x' });
    const asClient = (...facts: readonly Fact[]) =>
      given(accounts.clientAccount, opened(), ...facts)
        .and(...beside(accounts.clientAccount as never))
        .when(topUp, { actor: viktor });
    asClient().isRefused('FORBIDDEN');
    asClient({ type: 'RequestPurchaseSet', data: { allowed: true } }).isAllowed();
    const close = issue(requests.CloseSupportRequest, { supportRequestId: requestId, reason: 'erroneous' });
    given(requests.supportRequest, asked())
      .and(...world, clientOf())
      .when(close, { actor: viktor })
      .thenRefused('FORBIDDEN');
  });

  test('R081 a switch clears those below it and says which', () => {
    const facts = [switched('clients'), switched('clients.accounts:create', false)];
    given(department, departmentMade, ...facts)
      .and(...beside(department as never))
      .when(issue(departments.SetDepartmentRight, { departmentId, node: 'clients', enabled: false }), { actor: anna })
      .then({ type: 'DepartmentRightSet', data: { node: 'clients', enabled: false, clearedNodes: ['clients.accounts:create'] } });
  });
});
