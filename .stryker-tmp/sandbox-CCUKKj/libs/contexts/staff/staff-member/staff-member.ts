// @ts-nocheck
import {
  aggregate,
  derivedId,
  emailKey,
  files,
  followedBy,
  ifKnown,
  known,
  oneOf,
  ownerOf,
  platform,
  roleKey,
  secrets,
  staff,
  orgAdmin,
  stateIn,
  systemOnly,
  rightsHolders,
  type Need,
  type Policy,
} from '@letopis/kernel';
import { isWeakPassword, type User } from '@letopis/contexts/identity';
import type { Organization } from '@letopis/contexts/organizations';
import type { Department } from '../department/department';
import { refusal } from '../errors';
import type { Role } from '../role/role';
import { avatarOf } from './avatar';
import { contactOf, MOST_IP_RULES, validIpPolicy, validLogin } from './fields';
import { grantsOf, ownNodes, mayChat } from './grants';
import * as commands from './staff-member.commands';
import type { StaffMemberEvents } from './staff-member.events';
import { evolveStaffMember, loginKey, noStaffMember, staffKeys, type StaffMember } from './staff-member.state';

const { command, define, event } = aggregate<StaffMember, StaffMemberEvents>();

const idOf = ({ command: { staffId } }: { command: { staffId?: string } }) => staffId as string;
const edit = staff<object, StaffMember>('provider.staff:edit');
const rights = staff<object, StaffMember>('provider.staff:rights');

/** The person whose account it is. */
const self: Policy<object, StaffMember> = {
  name: 'self',
  judge: ({ actor, state }) => {
    if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
    return actor.kind === 'user' && state.userId === actor.userId && state.status === 'active' ? 'allow' : 'FORBIDDEN';
  },
};
/** The own phone alone; all other fields are for those who edit staff. */
const ownPhone: Policy<commands.UpdateStaffMember, StaffMember> = {
  name: 'self: phone',
  judge: (question) => {
    const { staffId: _, phone: __, ...others } = question.command;
    return Object.values(others).some((value) => value !== undefined) ? 'FORBIDDEN' : self.judge(question, {});
  },
};
/** The administrator of the service opens an account that nobody can reach any more, and does nothing else to it. */
const platformOpens: Policy<commands.SetStaffIpPolicy, StaffMember> = {
  name: 'platform: any',
  judge: (question, answers) => (question.command.mode === 'any' ? platform.judge(question, answers) : 'FORBIDDEN'),
};

const organizationOf = (organizationId: string | undefined) => ({
  organization: stateIn<Organization>('organization', organizationId || undefined),
});
/** The user of the organization's administrators keeps the account whole. */
const administering = ({ state: { organizationId } }: { state: StaffMember }) => organizationOf(organizationId);
const ownRights = ({ state }: { state: StaffMember }) => ({ sources: rightsHolders(state.organizationId, state) });
const another = (staffId: string | undefined) => ({ other: ifKnown(stateIn<StaffMember>('staffMember', staffId)) });
const departmentOf = (departmentId: string) => ({ department: stateIn<Department>('department', departmentId) });
const roleOf = (organizationId: string, code: string) => {
  const { scope, value } = roleKey(organizationId, code);
  return { role: ifKnown(stateIn<Role>('role', ownerOf(scope, value))) };
};
const picture = (fileId: string) => ({ file: files('describe', { fileId }) });

/** Every named department and role, in their order. */
const named = ({ organizationId, departmentIds = [], roleCodes = [] }: commands.CreateStaffMember) =>
  followedBy(
    {
      ...Object.fromEntries(departmentIds.map((id) => [`department:${id}`, ifKnown(stateIn<Department>('department', id))])),
      ...Object.fromEntries(roleCodes.map((code) => [`role:${code}`, roleOf(organizationId, code).role])),
    },
    (answers) => ({
      departments: departmentIds.map((id) => ({ id, ...(answers[`department:${id}`] as Department) })),
      roles: roleCodes.map((code) => answers[`role:${code}`] as Role | undefined),
    }),
  ) as Need<{ departments: readonly (Department & { id: string })[]; roles: readonly (Role | undefined)[] }>;

export const staffMember = define({
  category: 'staffMember',
  initialState: noStaffMember,
  organizationId: ({ organizationId }) => organizationId || undefined,
  keys: staffKeys,
  personal: {
    StaffMemberCreated: { of: (_, id) => subject(id), fields: ['login', 'fullName', 'email', 'phone'] },
    StaffMemberUpdated: { of: (_, id) => subject(id), fields: ['contact'] },
  },
  erases: { StaffMemberErased: (_, id) => subject(id) },

  commands: {
    CreateStaffMember: command(commands.CreateStaffMember, {
      id: idOf,
      by: oneOf<commands.CreateStaffMember, StaffMember>(
        systemOnly,
        staff('provider.staff:create', { in: ({ command }) => command.organizationId }),
      ),
      needs: ({ command }) => ({
        ...organizationOf(command.organizationId),
        holder: ownerOf('staffLogin', loginKey(command.organizationId, command.login).value),
        user: ownerOf('userEmail', emailKey(command.email)),
        named: named(command),
        ...(command.avatarFileId ? picture(command.avatarFileId) : { file: known(undefined) }),
        secret: secrets('keepPassword', {
          password: command.password,
          weak: isWeakPassword(command.password, command.email, command.login),
        }),
      }),
      summary: 'A work account of the organization',
    }),
    UpdateStaffMember: command(commands.UpdateStaffMember, {
      id: idOf,
      by: oneOf<commands.UpdateStaffMember, StaffMember>(systemOnly, edit, ownPhone),
      summary: 'Names, e-mail, phone, extension; everybody the own phone',
    }),
    LinkStaffUser: command(commands.LinkStaffUser, {
      id: idOf,
      by: systemOnly,
      needs: ({ command: { userId } }) => ({ user: stateIn<User>('user', userId) }),
    }),
    AddStaffToDepartment: command(commands.AddStaffToDepartment, {
      id: idOf,
      by: oneOf(systemOnly, edit),
      needs: ({ command: { departmentId } }) => departmentOf(departmentId),
      summary: 'Joins a department and has its rights',
    }),
    RemoveStaffFromDepartment: command(commands.RemoveStaffFromDepartment, {
      id: idOf,
      by: oneOf(systemOnly, edit),
      summary: 'Leaves a department and its rights',
    }),
    AssignRole: command(commands.AssignRole, {
      id: idOf,
      by: oneOf(systemOnly, edit),
      needs: ({ command: { roleCode }, state: { organizationId } }) => ({
        ...roleOf(organizationId, roleCode),
        ...organizationOf(organizationId),
      }),
      summary: 'Has a role, its rights and its workplaces',
    }),
    RemoveRole: command(commands.RemoveRole, { id: idOf, by: oneOf(systemOnly, edit), summary: 'Loses a role' }),
    GrantStaffRight: command(commands.GrantStaffRight, { id: idOf, by: rights, needs: ownRights, summary: 'A right for this one alone' }),
    RevokeStaffRight: command(commands.RevokeStaffRight, { id: idOf, by: rights, needs: ownRights, summary: 'Takes an own right away' }),
    GrantFullAccess: command(commands.GrantFullAccess, {
      id: idOf,
      by: oneOf<object, StaffMember>(systemOnly, orgAdmin()),
      summary: '«Полный доступ»: every function',
    }),
    RevokeFullAccess: command(commands.RevokeFullAccess, {
      id: idOf,
      by: oneOf<object, StaffMember>(systemOnly, orgAdmin()),
      needs: administering,
      summary: 'Takes full access away',
    }),
    SetStaffIpPolicy: command(commands.SetStaffIpPolicy, {
      id: idOf,
      by: oneOf<commands.SetStaffIpPolicy, StaffMember>(edit, platformOpens),
      summary: '«Доступ к панели управления»: from any address or from a list',
    }),
    SetSessionIpBinding: command(commands.SetSessionIpBinding, {
      id: idOf,
      by: oneOf<commands.SetSessionIpBinding, StaffMember>(edit),
      summary: '«Привязать сессию к IP»',
    }),
    SetStaffAvatar: command(commands.SetStaffAvatar, {
      id: idOf,
      by: oneOf<commands.SetStaffAvatar, StaffMember>(edit, self),
      needs: ({ command: { fileId } }) => picture(fileId),
      summary: 'A picture of 80×80 px and no more than 64 KB, uploaded before',
    }),
    RemoveStaffAvatar: command(commands.RemoveStaffAvatar, { id: idOf, by: oneOf<object, StaffMember>(edit, self), summary: 'No picture' }),
    SetChatAvailability: command(commands.SetChatAvailability, {
      id: idOf,
      by: oneOf<commands.SetChatAvailability, StaffMember>(systemOnly, edit),
      needs: ownRights,
      summary: '«Чат доступен», where a department or role may chat',
    }),
    ResetStaffPassword: command(commands.ResetStaffPassword, {
      id: idOf,
      by: edit,
      needs: ({ command: { password }, state: { email, login } }) => ({
        secret: secrets('keepPassword', { password, weak: isWeakPassword(password, email, login) }),
      }),
      summary: 'A new password for an account that was made here',
    }),
    SetDeputy: command(commands.SetDeputy, {
      id: idOf,
      by: oneOf<commands.SetDeputy, StaffMember>(edit, self),
      needs: ({ command: { deputyStaffId } }) => another(deputyStaffId),
      summary: 'Who stands in',
    }),
    BlockStaffMember: command(commands.BlockStaffMember, { id: idOf, by: edit, needs: administering, summary: 'No access for now' }),
    UnblockStaffMember: command(commands.UnblockStaffMember, { id: idOf, by: edit, summary: 'Access again' }),
    DismissStaffMember: command(commands.DismissStaffMember, {
      id: idOf,
      by: oneOf<commands.DismissStaffMember, StaffMember>(systemOnly, staff('provider.staff:delete')),
      needs: ({ command: { handOverTo }, state }) => ({ ...administering({ state }), ...another(handOverTo) }),
      summary: 'Access ends, work goes to another',
    }),
    EraseStaffMember: command(commands.EraseStaffMember, { id: idOf, by: systemOnly }),
  },

  decide: {
    CreateStaffMember: (asked, state, { organization, holder, user, named, file, secret, actor }) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (organization.status !== 'client') throw refusal('ORGANIZATION_NOT_CLIENT');
      const isSystem = actor.kind === 'system';
      // What opens everything is given by those who may give it.
      const givesAll = asked.fullAccess || named.roles.some((role) => role?.fullAccess);
      const administers = actor.kind === 'user' && organization.administrators.includes(actor.userId);
      if (!isSystem && (asked.isDefaultAdmin || (asked.origin && asked.origin !== 'form') || (givesAll && !administers)))
        throw refusal('FORBIDDEN');

      const login = validLogin(asked.login);
      if (holder !== undefined) throw refusal('LOGIN_TAKEN');
      if (!isSystem && !asked.fullName?.ru) throw refusal('NAME_INVALID');
      const contact = contactOf(asked);
      if (user !== undefined && (asked.password !== undefined || asked.generatePassword)) throw refusal('PASSWORD_NOT_APPLICABLE');
      if (user === undefined && !secret) throw refusal('WEAK_PASSWORD');
      for (const each of named.departments) usable(each, asked.organizationId);
      for (const each of named.roles) assignable(each, asked.organizationId);
      const ipPolicy = asked.ipPolicy && validIpPolicy(asked.ipPolicy, actor.ip, asked.confirmLockout);
      if (asked.chatAvailable && !mayChat({ fullAccess: asked.fullAccess === true }, grantsOf(named))) throw refusal('CHAT_NOT_ALLOWED');
      const avatar = asked.avatarFileId === undefined ? undefined : avatarOf(file, actor);
      return [
        event('StaffMemberCreated', {
          organizationId: asked.organizationId,
          login,
          ...contact,
          isDefaultAdmin: asked.isDefaultAdmin ?? false,
          passwordSecretRef: user === undefined ? secret!.secretRef : undefined,
          origin: asked.origin ?? 'form',
        }),
        ...distinct(asked.departmentIds).map((departmentId) => event('StaffAddedToDepartment', { departmentId })),
        ...distinct(asked.roleCodes).map((roleCode) => event('RoleAssigned', { roleCode })),
        ...(asked.fullAccess ? [event('FullAccessGranted', {})] : []),
        ...(ipPolicy?.mode === 'list' ? [event('StaffIpPolicySet', ipPolicy)] : []),
        ...(asked.bindSessionToIp ? [event('SessionIpBindingSet', { enabled: true })] : []),
        ...(avatar ? [event('StaffAvatarSet', { file: avatar })] : []),
        ...(asked.chatAvailable ? [event('ChatAvailabilitySet', { enabled: true, cause: 'set' })] : []),
      ];
    },

    UpdateStaffMember: ({ fullName, email, phone, extensionNumber }, state) => {
      employed(state);
      const before = { fullName: state.fullName, email: state.email, phone: state.phone };
      const contact = contactOf({
        email: email ?? state.email,
        fullName: fullName ?? state.fullName,
        phone: phone === undefined ? state.phone : phone || undefined,
      });
      const isSame = JSON.stringify(contact) === JSON.stringify(contactOf(before));
      const extension = extensionNumber === undefined || extensionNumber === (state.extensionNumber ?? '') ? undefined : extensionNumber;
      return isSame && extension === undefined
        ? []
        : [event('StaffMemberUpdated', { contact: isSame ? undefined : contact, extensionNumber: extension })];
    },

    LinkStaffUser: ({ userId }, state, { user }) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      if (state.status === 'active' && state.userId === userId) return [];
      if (state.status !== 'provisioning') throw refusal('STAFF_NOT_ACTIVE');
      if (user.status !== 'active') throw refusal('INVALID_STATE', { status: user.status });
      return [event('StaffUserLinked', { userId })];
    },

    AddStaffToDepartment: ({ departmentId }, state, { department }) => {
      employed(state);
      usable(department, state.organizationId);
      return state.departmentIds.includes(departmentId) ? [] : [event('StaffAddedToDepartment', { departmentId })];
    },
    RemoveStaffFromDepartment: ({ departmentId }, state) => {
      employed(state);
      return state.departmentIds.includes(departmentId) ? [event('StaffRemovedFromDepartment', { departmentId })] : [];
    },

    AssignRole: ({ roleCode }, state, { role, organization, actor }) => {
      employed(state);
      assignable(role, state.organizationId);
      const administers = actor.kind === 'user' && organization.administrators.includes(actor.userId);
      if (role?.fullAccess && actor.kind !== 'system' && !administers) throw refusal('FORBIDDEN');
      return state.roleCodes.includes(roleCode) ? [] : [event('RoleAssigned', { roleCode })];
    },
    RemoveRole: ({ roleCode }, state) => {
      employed(state);
      return state.roleCodes.includes(roleCode) ? [event('RoleRemoved', { roleCode })] : [];
    },

    GrantStaffRight: ({ node }, state, { sources }) => {
      employed(state);
      return ownNodes(node, sources)
        .filter((each) => !state.individualRights.includes(each))
        .map((each) => event('StaffRightGranted', { node: each }));
    },
    RevokeStaffRight: ({ node }, state, { sources }) => {
      employed(state);
      return ownNodes(node, sources)
        .filter((each) => state.individualRights.includes(each))
        .map((each) => event('StaffRightRevoked', { node: each }));
    },

    GrantFullAccess: (_, state) => {
      employed(state);
      return state.fullAccess ? [] : [event('FullAccessGranted', {})];
    },
    RevokeFullAccess: (_, state, { organization }) => {
      employed(state);
      if (!state.fullAccess) return [];
      administratorStays(state, organization);
      return [event('FullAccessRevoked', {})];
    },

    SetStaffIpPolicy: ({ mode, rules, confirmLockout }, state, { actor }) => {
      employed(state);
      const ipPolicy = validIpPolicy({ mode, rules }, actor.ip, confirmLockout);
      return JSON.stringify(ipPolicy) === JSON.stringify(state.ipPolicy) ? [] : [event('StaffIpPolicySet', ipPolicy)];
    },
    SetSessionIpBinding: ({ enabled }, state) => {
      employed(state);
      return state.bindSessionToIp === enabled ? [] : [event('SessionIpBindingSet', { enabled })];
    },

    SetStaffAvatar: (_, state, { file, actor }) => {
      employed(state);
      const avatar = avatarOf(file, actor);
      return state.avatar?.sha256 === avatar.sha256 ? [] : [event('StaffAvatarSet', { file: avatar })];
    },
    RemoveStaffAvatar: (_, state) => {
      employed(state);
      return state.avatar ? [event('StaffAvatarRemoved', {})] : [];
    },

    SetChatAvailability: ({ enabled, cause }, state, { sources, actor }) => {
      employed(state);
      if (state.chatAvailable === enabled) return [];
      if (enabled && !mayChat(state, sources)) throw refusal('CHAT_NOT_ALLOWED');
      // A saga that saw the right go may come when it is back already.
      if (!enabled && actor.kind === 'system' && mayChat(state, sources)) return [];
      return [event('ChatAvailabilitySet', { enabled, cause: actor.kind === 'system' ? (cause ?? 'set') : 'set' })];
    },

    ResetStaffPassword: (_, state, { secret, id }) => {
      employed(state);
      // Only an account that was made for this staff member: others belong to people who may work elsewhere, too.
      if (state.userId !== madeUserId(id)) throw refusal('PASSWORD_NOT_APPLICABLE');
      if (!secret) throw refusal('WEAK_PASSWORD');
      return [event('StaffPasswordResetRequested', { secretRef: secret.secretRef })];
    },

    SetDeputy: ({ deputyStaffId }, state, { other, id }) => {
      employed(state);
      if (deputyStaffId !== undefined) colleague(other, state, deputyStaffId === id);
      return state.deputyStaffId === deputyStaffId ? [] : [event('DeputySet', { deputyStaffId })];
    },

    BlockStaffMember: ({ reason }, state, { organization }) => {
      if (state.status === 'blocked') return [];
      if (state.status !== 'active') throw notThere(state);
      administratorStays(state, organization);
      return [event('StaffMemberBlocked', { reason })];
    },
    UnblockStaffMember: (_, state) => {
      if (state.status === 'active') return [];
      if (state.status !== 'blocked') throw notThere(state);
      return [event('StaffMemberUnblocked', {})];
    },
    DismissStaffMember: ({ handOverTo }, state, { organization, other, id }) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      if (state.status === 'dismissed') return [];
      administratorStays(state, organization);
      if (handOverTo !== undefined) colleague(other, state, handOverTo === id);
      const { departmentIds, roleCodes } = state;
      return [event('StaffMemberDismissed', { handOverTo, departmentIds, roleCodes })];
    },
    EraseStaffMember: (_, state) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      return state.erased ? [] : [event('StaffMemberErased', {})];
    },
  },

  evolve: evolveStaffMember,
});

/** The name under which a staff member's personal data are sealed. */
const subject = (staffId: string) => `staffMember:${staffId}`;

/** Id of the user that is made for a staff member whose address nobody has registered. */
export const madeUserId = (staffId: string): string => derivedId('staffUser', staffId);

export { MOST_IP_RULES };

const distinct = (values: readonly string[] = []) => [...new Set(values)];

const notThere = ({ status }: StaffMember) => refusal(status === 'none' ? 'NOT_FOUND' : 'STAFF_NOT_ACTIVE');

/** Neither dismissed nor unknown. */
const employed = (state: StaffMember) => {
  if (state.status === 'none' || state.status === 'dismissed') throw notThere(state);
};

/** Of an organization's administrators none loses the account; there is always one, so that full access never ends. */
const administratorStays = ({ userId }: StaffMember, { administrators }: Organization) => {
  if (userId === undefined || !administrators.includes(userId)) return;
  throw refusal(administrators.length === 1 ? 'LAST_FULL_ACCESS' : 'MEMBER_IS_ADMINISTRATOR');
};

const usable = (department: Department | undefined, organizationId: string) => {
  if (!department || department.status === undefined || department.status === 'none' || department.organizationId !== organizationId)
    throw refusal('NOT_FOUND');
  if (department.status === 'archived') throw refusal('DEPARTMENT_ARCHIVED');
};

const assignable = (role: Role | undefined, organizationId: string) => {
  if (!role || role.status === 'none' || role.organizationId !== organizationId) throw refusal('NOT_FOUND');
  if (role.status === 'archived') throw refusal('ROLE_ARCHIVED');
};

/** Another staff member of the same organization who works there now. */
const colleague = (other: StaffMember | undefined, { organizationId }: StaffMember, isSelf: boolean) => {
  if (!other || other.status === 'none' || other.organizationId !== organizationId) throw refusal('NOT_FOUND');
  if (isSelf || other.status !== 'active') throw refusal('STAFF_NOT_ACTIVE');
};
