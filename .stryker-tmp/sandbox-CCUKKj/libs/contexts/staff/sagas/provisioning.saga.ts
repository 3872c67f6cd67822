// @ts-nocheck
import { RegisterStaffUser, SetUserPassword, user, type UserEvents } from '@letopis/contexts/identity';
import {
  accessRequest,
  GrantMembership,
  membership,
  organization,
  type AccessRequestEvents,
  type OrganizationEvents,
} from '@letopis/contexts/organizations';
import { call, derivedId, emailKey, firstProviderOf, saga, send, staffKey, type Letter, type SagaReads } from '@letopis/kernel';
import { OpenClientAccount } from '../client-account/client-account';
import {
  CreateStaffMember,
  EraseStaffMember,
  GrantFullAccess,
  LinkStaffUser,
  madeUserId,
  RevokeFullAccess,
  staffMember,
  type StaffMember,
  type StaffMemberEvents,
} from '../staff-member';
import type { StaffRow } from '../projections/staff';

/** Finds or makes the user of a staff member, lets that user in, binds the two and writes to the person. */
export const staffProvisioningSaga = saga<StaffMemberEvents & UserEvents>()({
  name: 'StaffProvisioningSaga',
  on: {
    // Whoever had registered the address before confirms it: accounts that waited for that are bound now.
    UserActivated: async ({ aggregateId: userId }, { rows, state }) => {
      const { email } = await state(user, userId);
      const waiting = await rows<StaffRow>('staff', { email, status: 'provisioning' });
      return waiting
        .filter(({ staffId }) => madeUserId(staffId) !== userId)
        .flatMap(({ staffId, organizationId }) => [
          send(GrantMembership, { organizationId, userId, memberKind: 'employee', via: 'staff', sourceId: staffId }),
          send(LinkStaffUser, { staffId, userId }),
        ]);
    },

    StaffMemberCreated: async ({ aggregateId: staffId, data }, reads) => {
      const { email, organizationId, passwordSecretRef, origin, isDefaultAdmin } = data;
      const found = await reads.owner('userEmail', emailKey(email));
      const made = madeUserId(staffId);
      const userId = found ?? made;
      const isMade = userId === made;
      // Of somebody who may not act no work account is made: it stays as it is until that person may.
      if (!isMade && (await reads.state(user, userId)).status !== 'active') return [];
      const member = await reads.state(membership, `${organizationId}:${userId}`);
      const registered = isMade
        ? [send(RegisterStaffUser, { userId, email, passwordSecretRef, origin: origin === 'import' ? 'import' : 'staff' })]
        : [];
      const granted =
        member.status === 'active' || member.status === 'suspended'
          ? []
          : [send(GrantMembership, { organizationId, userId, memberKind: 'employee', via: 'staff', sourceId: staffId })];
      // Who was let in by a request has a letter about that already.
      const isToldAlready = isDefaultAdmin || (origin === 'access_request' && !isMade);
      const welcomed = isToldAlready ? [] : [await letter(reads, data, isMade ? passwordSecretRef : undefined, staffId)];
      return [...registered, ...granted, send(LinkStaffUser, { staffId, userId }), ...welcomed];
    },

    StaffPasswordResetRequested: async ({ aggregateId: staffId, data: { secretRef } }, reads) => {
      const state = await reads.state(staffMember, staffId);
      if (state.userId === undefined) return [];
      return [
        send(SetUserPassword, { userId: state.userId, secretRef, mustChange: true }),
        await letter(reads, state, secretRef, staffId, 'staff.passwordReset'),
      ];
    },
  },
});

async function letter(
  { state, settings }: SagaReads,
  { organizationId, login, email }: Pick<StaffMember, 'organizationId' | 'login' | 'email'>,
  secretRef: string | undefined,
  staffId: string,
  template = secretRef === undefined ? 'staff.joined' : 'staff.welcome',
) {
  const { displayName } = await state(organization, organizationId);
  const written: Letter = {
    template,
    to: email,
    locale: 'ru',
    data: { organization: displayName, login, link: `${settings.publicUrl}/sign-in?organization=${organizationId}` },
    ...(secretRef === undefined ? {} : { secrets: { password: secretRef } }),
  };
  return call('mail', 'deliver', written, `${template}:${staffId}`);
}

/** Makes the work account of whoever is let in as an employee, and the client account of whoever is as a client. */
export const staffFromAccessSaga = saga<AccessRequestEvents>()({
  name: 'StaffFromAccessSaga',
  on: {
    AccessRequestAccepted: async ({ aggregateId, data }, { state }) => {
      const request = await state(accessRequest, aggregateId);
      if (request.status === 'none' || request.scope !== 'organization') return [];
      const { organizationId, requesterUserId: userId } = request;
      if (data.memberKind === 'employee') {
        const { email } = await state(user, userId);
        const { departmentIds, roleCodes } = data;
        const staffId = derivedId('staff', aggregateId);
        return [
          send(CreateStaffMember, {
            staffId,
            organizationId,
            login: email,
            email,
            departmentIds: [...departmentIds],
            roleCodes: [...roleCodes],
            origin: 'access_request',
          }),
        ];
      }
      if (data.memberKind !== 'client') return [];
      // A client account is for members: the membership may be granted by another saga a moment later.
      return [
        send(GrantMembership, { organizationId, userId, memberKind: 'client', via: 'access_request', sourceId: aggregateId }),
        send(OpenClientAccount, {
          clientAccountId: derivedId('clientAccount', aggregateId),
          organizationId,
          providerId: firstProviderOf(organizationId),
          userId,
        }),
      ];
    },
  },
});

/** An administrator's work account has full access, and no longer than the role lasts. */
export const administratorRightsSaga = saga<OrganizationEvents & StaffMemberEvents>()({
  name: 'AdministratorRightsSaga',
  on: {
    AdministratorAssigned: async ({ aggregateId, data: { userId } }, reads) => ofStaff(reads, aggregateId, userId, GrantFullAccess),
    AdministratorRevoked: async ({ aggregateId, data: { userId } }, reads) => ofStaff(reads, aggregateId, userId, RevokeFullAccess),
    StaffUserLinked: async ({ aggregateId: staffId, data: { userId } }, { state }) => {
      const { organizationId, fullAccess } = await state(staffMember, staffId);
      const { administrators } = await state(organization, organizationId);
      return administrators.includes(userId) && !fullAccess ? [send(GrantFullAccess, { staffId })] : [];
    },
  },
});

async function ofStaff(
  { owner }: SagaReads,
  organizationId: string,
  userId: string,
  command: typeof GrantFullAccess | typeof RevokeFullAccess,
) {
  const { scope, value } = staffKey(organizationId, userId);
  const staffId = await owner(scope, value);
  return staffId === undefined ? [] : [send<GrantFullAccess>(command, { staffId })];
}

/** With the person's account the personal data of its work accounts are erased. */
export const staffErasureSaga = saga<UserEvents>()({
  name: 'StaffErasureSaga',
  on: {
    UserErased: async ({ aggregateId: userId }, { rows }) =>
      (await rows<StaffRow>('staff', { userId })).map(({ staffId }) => send(EraseStaffMember, { staffId })),
  },
});
