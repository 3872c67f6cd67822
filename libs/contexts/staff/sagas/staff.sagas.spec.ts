import { CloseSession, EnterRoster, LeaveRoster, RegisterStaffUser, SetUserPassword } from '@letopis/contexts/identity';
import { accessRequest, GrantMembership, RevokeMembership, type AccessRequestEvents } from '@letopis/contexts/organizations';
import { after, call, cancel, derivedId, firstProviderOf, schedule, seededId, send } from '@letopis/kernel';
import { facts, NOW, stream, when, whenTimer, type Fact } from '../../../kernel/testing';
import { BlockClientAccount, ChargeSupportBalance, OpenClientAccount, RefundSupportBalance } from '../client-account/client-account';
import { EnableSupportCenter } from '../department/department.commands';
import { departmentsOfSchedule, openRequestsOf, staffOfDepartment, staffWithRole } from '../rosters';
import * as staff from '../staff-member';
import {
  account,
  accountId,
  anna,
  asked,
  assigned,
  boris,
  clientOf,
  departmentId,
  departmentMade,
  EMAIL,
  erased,
  hired,
  inDepartment,
  inRole,
  itself,
  lena,
  linked,
  member,
  members,
  ofAccount,
  ofDepartment,
  ofRequest,
  ofRole,
  ofStaff,
  requestId,
  roleMade,
  romashka,
  scheduleId,
  staffIdOf,
  stranger,
  viktor,
  works,
} from '../staff.fixtures';
import { CloseSupportRequest, supportRequest } from '../support-request/support-request';
import { staffBootstrapSaga } from './bootstrap.saga';
import { staffFilesSaga } from './files.saga';
import { leavingSaga } from './leaving.saga';
import { administratorRightsSaga, staffErasureSaga, staffFromAccessSaga, staffProvisioningSaga } from './provisioning.saga';
import { rightsConsistencySaga } from './rights-consistency.saga';
import { rostersSaga } from './rosters.saga';
import { supportChargeSaga, supportDeadlineSaga } from './support.saga';

const staffId = staffIdOf(lena);
const { staffMember } = staff;
const of = { organizationId: romashka };
const link = `http://localhost:3000/sign-in?organization=${romashka}`;
const letter = (template: string, secrets?: object) =>
  call(
    'mail',
    'deliver',
    {
      template,
      to: EMAIL[lena.userId],
      locale: 'ru',
      data: { organization: 'Ромашка', login: lena.userId, link },
      ...(secrets ? { secrets } : {}),
    },
    `${template}:${staffId}`,
  );
const made = (data: object = {}) => {
  const fact = hired(lena, lena.userId);
  return stream(staffMember, staffId, { ...fact, data: { ...(fact.data as object), ...data } });
};
const everybody = [itself(), account(anna), account(lena), member(anna)];
const person = (...more: readonly Fact[]) => works(lena, ...more);

describe('StaffProvisioningSaga', () => {
  test('R083 of a registered person: lets in, binds, writes', async () => {
    await when(staffProvisioningSaga, made(), { streams: everybody }).thenEffects(
      send(GrantMembership, { ...of, userId: lena.userId, memberKind: 'employee', via: 'staff', sourceId: staffId }),
      send(staff.LinkStaffUser, { staffId, userId: lena.userId }),
      letter('staff.joined'),
    );
  });

  test('R083 of somebody whom nobody knows: an account of its own, with the password of the letter', async () => {
    const userId = staff.madeUserId(staffId);
    await when(staffProvisioningSaga, made({ passwordSecretRef: 'vault:x' }), {
      streams: [itself(), account(anna), member(anna)],
    }).thenEffects(
      send(RegisterStaffUser, { userId, email: EMAIL[lena.userId], passwordSecretRef: 'vault:x', origin: 'staff' }),
      send(GrantMembership, { ...of, userId, memberKind: 'employee', via: 'staff', sourceId: staffId }),
      send(staff.LinkStaffUser, { staffId, userId }),
      letter('staff.welcome', { password: 'vault:x' }),
    );
  });

  test('D22 who was let in by a request is not written to a second time; a member is not let in again', async () => {
    await when(staffProvisioningSaga, made({ origin: 'access_request' }), { streams: [...everybody, member(lena)] }).thenEffects(
      send(staff.LinkStaffUser, { staffId, userId: lena.userId }),
    );
  });

  test('a switched-off person is left alone', async () => {
    const streams = [itself(), account(lena, { type: 'UserDeactivated', data: { reason: 'left' } }), member(anna)];
    await when(staffProvisioningSaga, made(), { streams }).thenNothing();
  });

  test('who confirms the address later is bound then', async () => {
    const row = { staffId, ...of, email: EMAIL[lena.userId], status: 'provisioning' };
    const rows = { staff: [row, { ...row, staffId: 'bound', status: 'active' }] };
    await when(staffProvisioningSaga, account(lena), { rows, streams: [itself(), works(lena), member(lena)] }).thenEffects(
      send(GrantMembership, { ...of, userId: lena.userId, memberKind: 'employee', via: 'staff', sourceId: staffId }),
      send(staff.LinkStaffUser, { staffId, userId: lena.userId }),
    );
  });

  test('a new password goes to the account and by letter', async () => {
    const reset = ofStaff('StaffPasswordResetRequested', { secretRef: 'vault:y' });
    await when(staffProvisioningSaga, person(reset), { streams: everybody }).thenEffects(
      send(SetUserPassword, { userId: lena.userId, secretRef: 'vault:y', mustChange: true }),
      letter('staff.passwordReset', { password: 'vault:y' }),
    );
  });
});

describe('StaffFromAccessSaga', () => {
  const ofAccess = facts<AccessRequestEvents>();
  const accessRequestId = derivedId('access');
  const accepted = (memberKind: 'employee' | 'contractor' | 'client') =>
    stream(
      accessRequest,
      accessRequestId,
      ofAccess('AccessRequestCreated', { requesterUserId: lena.userId, ...of, scope: 'organization' }),
      ofAccess('AccessRequestAccepted', { decidedBy: anna.userId, memberKind, departmentIds: [departmentId], roleCodes: ['manager'] }),
    );

  test('D22 an employee has a work account with departments and roles', async () => {
    await when(staffFromAccessSaga, accepted('employee'), { streams: everybody }).thenEffects(
      send(staff.CreateStaffMember, {
        staffId: derivedId('staff', accessRequestId),
        ...of,
        login: EMAIL[lena.userId],
        email: EMAIL[lena.userId],
        departmentIds: [departmentId],
        roleCodes: ['manager'],
        origin: 'access_request',
      }),
    );
  });

  test('R062 a client has a client account at the first provider, a contractor neither', async () => {
    await when(staffFromAccessSaga, accepted('client'), { streams: [...everybody, member(viktor), clientOf()] }).thenEffects(
      send(GrantMembership, { ...of, userId: lena.userId, memberKind: 'client', via: 'access_request', sourceId: accessRequestId }),
      send(OpenClientAccount, {
        clientAccountId: derivedId('clientAccount', accessRequestId),
        ...of,
        providerId: firstProviderOf(romashka),
        userId: lena.userId,
      }),
    );
    await when(staffFromAccessSaga, accepted('contractor'), { streams: everybody }).thenNothing();
  });
});

describe('AdministratorRightsSaga', () => {
  test('R082 an administrator’s account has full access, and loses it with the role', async () => {
    const streams = [works(lena)];
    await when(administratorRightsSaga, itself(assigned(lena)), { streams }).thenEffects(send(staff.GrantFullAccess, { staffId }));
    const revoked = { type: 'AdministratorRevoked', data: { userId: lena.userId } };
    await when(administratorRightsSaga, itself(assigned(lena), revoked), { streams }).thenEffects(
      send(staff.RevokeFullAccess, { staffId }),
    );
    await when(administratorRightsSaga, itself(assigned(stranger)), { streams }).thenNothing();
  });

  test('bound to an administrator, the account gets it then', async () => {
    await when(administratorRightsSaga, works(lena), { streams: [itself(assigned(lena))] }).thenEffects(
      send(staff.GrantFullAccess, { staffId }),
    );
    await when(administratorRightsSaga, works(lena), { streams: [itself()] }).thenNothing();
  });
});

describe('StaffBootstrapSaga', () => {
  test('R065 R079 R082 a new client has a schedule, seven roles, two departments and «admin»', async () => {
    const registered = {
      type: 'ClientRegistrationRequested',
      data: { requestId: 'r', requestedBy: anna.userId, administratorUserId: anna.userId },
    };
    const last = { type: 'OrganizationRegisteredAsClient', data: { requestId: 'r', registeredAt: NOW } };
    const sent: { type: string; payload: Readonly<Record<string, unknown>> }[] = [];
    const effects = await staffBootstrapSaga.on.OrganizationRegisteredAsClient!(
      { aggregateId: romashka, data: last.data } as never,
      {
        state: async (definition: never) =>
          (definition as { category: string }).category === 'user' ? { email: 'anna@romashka.ru' } : { registration: registered.data },
      } as never,
    );
    for (const effect of effects) if (effect.kind === 'command') sent.push(effect);
    expect(sent.map(({ type }) => type)).toEqual([
      'CreateWorkSchedule',
      ...Array<string>(7).fill('CreateRole'),
      'CreateDepartment',
      'CreateDepartment',
      'CreateStaffMember',
    ]);
    const [sales, technical] = sent.filter(({ type }) => type === 'CreateDepartment').map(({ payload }) => payload);
    expect([sales, technical].map((each) => [(each!.name as { ru: string }).ru, each!.rights])).toEqual([
      ['отдел продаж', ['clients', 'services', 'finance.payments', 'finance.expenses']],
      ['технический отдел', ['support', 'services', 'clients']],
    ]);
    expect(sent.at(-1)!.payload).toMatchObject({ login: 'admin', email: 'anna@romashka.ru', fullAccess: true, isDefaultAdmin: true });
  });

  test('R074 its head is «admin», once the account is bound', async () => {
    const admin = made({ isDefaultAdmin: true });
    const bound = stream(admin.definition, admin.id, ...admin.facts, linked(lena));
    await when(staffBootstrapSaga, bound, { streams: [inDepartment()] }).thenEffects(
      send(EnableSupportCenter, {
        departmentId: seededId(romashka, 'department:technical'),
        providerIds: [firstProviderOf(romashka)],
        headStaffId: staffId,
        categoryDescription: { ru: 'Технические вопросы', en: 'Technical questions' },
        sortOrder: 10,
        chargeRequests: false,
      }),
    );
    await when(staffBootstrapSaga, works(lena)).thenNothing();
  });
});

describe('StaffRostersSaga', () => {
  const enters = (rosterId: string, memberId: string) => send(EnterRoster, { rosterId, memberId });
  const leaves = (rosterId: string, memberId: string) => send(LeaveRoster, { rosterId, memberId });
  const happens = (told: Parameters<typeof when>[1]) => when(rostersSaga, told);

  test('R070 departments of a schedule', async () => {
    const with_ = { ...departmentMade, data: { ...(departmentMade.data as object), scheduleId } };
    await happens(stream(inDepartment().definition, departmentId, with_)).thenPromptly(
      enters(departmentsOfSchedule(scheduleId), departmentId),
    );
    await happens(inDepartment(ofDepartment('DepartmentUpdated', { changes: { scheduleId: { from: 'a', to: 'b' } } }))).thenPromptly(
      leaves(departmentsOfSchedule('a'), departmentId),
      enters(departmentsOfSchedule('b'), departmentId),
    );
  });

  test('R066 staff of a department, holders of a role, and whoever leaves all of them', async () => {
    await happens(person(ofStaff('StaffAddedToDepartment', { departmentId }))).thenPromptly(
      enters(staffOfDepartment(departmentId), staffId),
    );
    await happens(person(ofStaff('StaffRemovedFromDepartment', { departmentId }))).thenPromptly(
      leaves(staffOfDepartment(departmentId), staffId),
    );
    await happens(person(ofStaff('StaffMemberDismissed', { departmentIds: [departmentId], roleCodes: [] }))).thenPromptly(
      leaves(staffOfDepartment(departmentId), staffId),
    );
  });

  test('R068 open requests of a department', async () => {
    const told = (...more: readonly Fact[]) => stream(supportRequest, requestId, asked(), ...more);
    await happens(told()).thenPromptly(enters(openRequestsOf(departmentId), requestId));
    await happens(told(ofRequest('SupportRequestTransferred', { from: departmentId, to: romashka }))).thenPromptly(
      leaves(openRequestsOf(departmentId), requestId),
      enters(openRequestsOf(romashka), requestId),
    );
    await happens(told(ofRequest('SupportRequestClosed', { by: 'x', reason: 'done' }))).thenPromptly(
      leaves(openRequestsOf(departmentId), requestId),
    );
  });
});

describe('StaffLeavingSaga', () => {
  test('D32 who is dismissed is no member any more, before the answer; sessions there are closed', async () => {
    const gone = person(ofStaff('StaffMemberDismissed', { departmentIds: [], roleCodes: [] }));
    const rows = { user_sessions: [{ sessionId: lena.sessionId, userId: lena.userId, ...of, status: 'open' }] };
    await when(leavingSaga, gone, { rows }).thenPromptly(send(RevokeMembership, { ...of, userId: lena.userId, reason: 'dismissed' }));
    await when(leavingSaga, gone, { rows }).thenEffects(
      send(RevokeMembership, { ...of, userId: lena.userId, reason: 'dismissed' }),
      send(CloseSession, { sessionId: lena.sessionId, reason: 'revoked' }),
    );
    await when(leavingSaga, person(ofStaff('StaffMemberBlocked', {})), { rows }).thenEffects(
      send(CloseSession, { sessionId: lena.sessionId, reason: 'revoked' }),
    );
  });

  test('whose membership ends is dismissed, and blocked as a client', async () => {
    const { definition, id, facts: before } = member(lena);
    const ended = stream(definition, id, ...before, { type: 'MembershipRevoked', data: { by: anna.userId } });
    const rows = { client_accounts: [{ clientAccountId: accountId, ...of, userId: lena.userId, status: 'active' }] };
    await when(leavingSaga, ended, { rows, streams: [works(lena)] }).thenEffects(
      send(staff.DismissStaffMember, { staffId }),
      send(BlockClientAccount, { clientAccountId: accountId, reason: 'membership_revoked' }),
    );
  });

  test('R083 with the person the work account forgets who it was', async () => {
    await when(staffErasureSaga, account(lena, erased), { rows: { staff: [{ staffId, userId: lena.userId }] } }).thenEffects(
      send(staff.EraseStaffMember, { staffId }),
    );
  });
});

describe('RightsConsistencySaga', () => {
  const chatting = works(lena, ofStaff('ChatAvailabilitySet', { enabled: true, cause: 'set' }));
  const off = send(staff.SetChatAvailability, { staffId, enabled: false, cause: 'right_lost' });
  const streams = [
    members(staffOfDepartment(departmentId), staffId, staffIdOf(boris)),
    members(staffWithRole(romashka, 'manager'), staffId),
    chatting,
    works(boris),
  ];

  test.each([
    ['chat', false, [off]],
    ['chat.dialogs', false, [off]],
    ['chat', true, []],
    ['clients', false, []],
  ] as const)('R087 the switch of «%s» to %s', async (node, enabled, effects) => {
    const told = inDepartment(ofDepartment('DepartmentRightSet', { node, enabled, clearedNodes: [] }));
    await when(rightsConsistencySaga, told, { streams }).thenEffects(...effects);
  });

  test('R087 leaving a department, losing a role or full access', async () => {
    for (const lost of [
      ofStaff('StaffRemovedFromDepartment', { departmentId }),
      ofStaff('RoleRemoved', { roleCode: 'manager' }),
      ofStaff('FullAccessRevoked', {}),
    ])
      await when(rightsConsistencySaga, stream(staffMember, staffId, ...chatting.facts, lost)).thenEffects(off);
    await when(rightsConsistencySaga, works(boris, ofStaff('RoleRemoved', { roleCode: 'manager' }))).thenNothing();
    const renamed = inRole(roleMade(), ofRole('RoleUpdated', { code: 'manager', changes: { name: { from: 'a', to: 'b' } } }));
    await when(rightsConsistencySaga, renamed, { streams }).thenNothing();
  });
});

describe('Sagas of the support centre', () => {
  const told = (...more: readonly Fact[]) => stream(supportRequest, requestId, ...more);

  test('R077 a charging request takes from the balance before the answer; one that cannot be paid is closed and told', async () => {
    await when(supportChargeSaga, told(asked({ charging: true }))).thenPromptly(
      send(ChargeSupportBalance, { clientAccountId: accountId, supportRequestId: requestId }),
    );
    await when(supportChargeSaga, told(asked())).thenNothing();
    const declined = clientOf(ofAccount('SupportChargeDeclined', { supportRequestId: requestId }));
    await when(supportChargeSaga, declined, { streams: [told(asked({ charging: true })), account(viktor)] }).thenEffects(
      send(CloseSupportRequest, { supportRequestId: requestId, reason: 'no_balance' }),
      call(
        'mail',
        'deliver',
        { template: 'support.noBalance', to: EMAIL[viktor.userId], locale: 'ru', data: { number: 1, subject: 'Почта' } },
        `support.noBalance:${requestId}`,
      ),
    );
  });

  test.each([
    ['erroneous', { minutes: 60 }, true],
    ['erroneous', { minutes: 61 }, false],
    ['done', { minutes: 1 }, false],
  ] as const)('D35 closed as %s after %j is paid back: %s', async (reason, passed, paidBack) => {
    const closed = { ...ofRequest('SupportRequestClosed', { by: anna.userId, reason }), at: after(NOW, passed) };
    const back = send(RefundSupportBalance, { clientAccountId: accountId, supportRequestId: requestId });
    await when(supportChargeSaga, told(asked({ charging: true }), closed)).thenEffects(...(paidBack ? [back] : []));
  });

  test('R070 the term of the answer runs, stops with an answer, and is told to the head when it is over', async () => {
    const dueAt = '2026-03-02T17:00:00.000Z';
    await when(supportDeadlineSaga, told(asked())).thenEffects(schedule('answerDue', dueAt));
    const answered = ofRequest('SupportRequestReplied', { clientUserId: viktor.userId, authorKind: 'staff', text: 'x', fileIds: [] });
    await when(supportDeadlineSaga, told(asked(), answered)).thenEffects(cancel('answerDue'));
    const again = ofRequest('SupportRequestReplied', {
      clientUserId: viktor.userId,
      authorKind: 'client',
      text: 'x',
      fileIds: [],
      answerDueAt: after(dueAt, { days: 1 }),
    });
    await when(supportDeadlineSaga, told(asked(), answered, again)).thenEffects(
      schedule('answerDue', after(dueAt, { days: 1 })),
      cancel('autoClose'),
    );
    const resolved = ofRequest('SupportRequestResolved', {});
    await when(supportDeadlineSaga, told(asked(), resolved)).thenEffects(
      cancel('answerDue'),
      schedule('autoClose', after(NOW, { days: 14 })),
    );

    const headed = inDepartment(
      ofDepartment('SupportCenterEnabled', {
        providerIds: [],
        headStaffId: staffId,
        categoryDescription: { ru: 'x' },
        sortOrder: 1,
        chargeRequests: false,
      }),
    );
    const streams = [headed, works(lena)];
    const data = { number: 1, subject: 'Почта', department: 'отдел продаж', dueAt };
    await whenTimer(supportDeadlineSaga, 'answerDue', told(asked()), { streams, dueAt }).thenEffects(
      call('mail', 'deliver', { template: 'support.overdue', to: EMAIL[lena.userId], locale: 'ru', data }, `support.overdue:${requestId}`),
    );
    await whenTimer(supportDeadlineSaga, 'answerDue', told(asked(), answered), { streams, dueAt }).thenNothing();
    await whenTimer(supportDeadlineSaga, 'autoClose', told(asked(), resolved)).thenEffects(
      send(CloseSupportRequest, { supportRequestId: requestId, reason: 'auto' }),
    );
    await whenTimer(supportDeadlineSaga, 'autoClose', told(asked(), resolved, again)).thenNothing();
  });

  test('R086 files of a record belong to its organization', async () => {
    await when(staffFilesSaga, told(asked({ fileIds: ['f'] }))).thenEffects(
      call('files', 'attach', { fileId: 'f', organizationId: romashka }, 'f'),
    );
  });
});
