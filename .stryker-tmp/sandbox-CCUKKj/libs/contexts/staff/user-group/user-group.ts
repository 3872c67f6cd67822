// @ts-nocheck
import { aggregate, Id, normalise, oneOf, orgAdmin, ownerOf, staff, stateIn, Text, type Policy, type StaffRights } from '@letopis/kernel';
import { refusal } from '../errors';

export class CreateUserGroup {
  @Id({ optional: true }) userGroupId?: string;
  @Id() organizationId: string;
  @Text(1, 100) name: string;
  @Id() ownerStaffId: string;
}

class OfGroup {
  @Id() userGroupId: string;
}

export class AddGroupMember extends OfGroup {
  @Id() staffId: string;
}

export class RemoveGroupMember extends OfGroup {
  @Id() staffId: string;
}

export class ArchiveUserGroup extends OfGroup {}

export interface UserGroupEvents {
  UserGroupCreated: { organizationId: string; name: string; ownerStaffId: string };
  GroupMemberAdded: { staffId: string };
  GroupMemberRemoved: { staffId: string };
  UserGroupArchived: Record<never, never>;
}

export interface UserGroup {
  readonly status: 'none' | 'active' | 'archived';
  readonly organizationId: string;
  readonly name: string;
  readonly ownerStaffId: string;
  readonly memberStaffIds: readonly string[];
}

const { command, define, event } = aggregate<UserGroup, UserGroupEvents>();

const nameKey = (organizationId: string, name: string) => `${organizationId}:${normalise(name)}`;
type Staff = StaffRights & { readonly userId?: string };
const staffMember = (staffId: string) => stateIn<Staff>('staffMember', staffId);

/** The staff member who owns the group. */
const owner: Policy<object, UserGroup> = {
  name: 'owner',
  needs: ({ state }) => ({ owner: stateIn<Staff>('staffMember', state.ownerStaffId || undefined) }),
  judge: ({ actor }, answers) => {
    const { status, userId } = answers.owner as Staff;
    return actor.kind === 'user' && status === 'active' && userId === actor.userId ? 'allow' : 'FORBIDDEN';
  },
};
const ownerOrAdmin = oneOf<object, UserGroup>(owner, orgAdmin());

export const userGroup = define({
  category: 'userGroup',
  initialState: { status: 'none', organizationId: '', name: '', ownerStaffId: '', memberStaffIds: [] },
  organizationId: ({ organizationId }) => organizationId || undefined,
  keys: ({ status, organizationId, name }) => (status === 'active' ? [{ scope: 'groupName', value: nameKey(organizationId, name) }] : []),

  commands: {
    CreateUserGroup: command(CreateUserGroup, {
      by: staff('provider.staff:edit', { in: ({ command }) => command.organizationId }),
      needs: ({ command: { organizationId, name, ownerStaffId } }) => ({
        holder: ownerOf('groupName', nameKey(organizationId, name)),
        owner: staffMember(ownerStaffId),
      }),
      summary: 'A named set of staff: addressee, owner of calendars, key to folders',
    }),
    AddGroupMember: command(AddGroupMember, {
      by: ownerOrAdmin,
      needs: ({ command: { staffId } }) => ({ staff: staffMember(staffId) }),
      summary: 'A staff member joins the group',
    }),
    RemoveGroupMember: command(RemoveGroupMember, { by: ownerOrAdmin, summary: 'A staff member leaves the group' }),
    ArchiveUserGroup: command(ArchiveUserGroup, { by: ownerOrAdmin, summary: 'The group goes into the archive' }),
  },

  decide: {
    CreateUserGroup: ({ organizationId, name, ownerStaffId }, state, { holder, owner }) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (holder !== undefined) throw refusal('GROUP_NAME_TAKEN');
      works(owner, organizationId);
      return [event('UserGroupCreated', { organizationId, name, ownerStaffId })];
    },
    AddGroupMember: ({ staffId }, state, { staff }) => {
      active(state);
      works(staff, state.organizationId);
      return state.memberStaffIds.includes(staffId) ? [] : [event('GroupMemberAdded', { staffId })];
    },
    RemoveGroupMember: ({ staffId }, state) => {
      active(state);
      return state.memberStaffIds.includes(staffId) ? [event('GroupMemberRemoved', { staffId })] : [];
    },
    ArchiveUserGroup: (_, state) => {
      if (state.status === 'archived') return [];
      active(state);
      return [event('UserGroupArchived', {})];
    },
  },

  evolve: {
    UserGroupCreated: (_, fields) => ({ status: 'active', ...fields, memberStaffIds: [] }),
    GroupMemberAdded: (state, { staffId }) => ({ ...state, memberStaffIds: [...state.memberStaffIds, staffId] }),
    GroupMemberRemoved: (state, { staffId }) => ({ ...state, memberStaffIds: state.memberStaffIds.filter((id) => id !== staffId) }),
    UserGroupArchived: (state) => ({ ...state, status: 'archived' }),
  },
});

const active = ({ status }: UserGroup) => {
  if (status === 'none') throw refusal('NOT_FOUND');
  if (status === 'archived') throw refusal('GROUP_ARCHIVED');
};

/** A staff member of this organization who works there now. */
const works = ({ status, organizationId }: Staff, inOrganization: string) => {
  if (status === 'none' || organizationId !== inOrganization) throw refusal('NOT_FOUND');
  if (status !== 'active') throw refusal('STAFF_NOT_ACTIVE');
};
