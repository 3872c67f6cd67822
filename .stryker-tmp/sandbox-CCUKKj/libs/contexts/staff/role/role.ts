// @ts-nocheck
import {
  aggregate,
  Code,
  Codes,
  Flag,
  followedBy,
  Id,
  ifKnown,
  nodesNamed,
  OneOf,
  oneOf,
  ownerOf,
  roleKey,
  staff,
  stateIn,
  systemOnly,
  Text,
  type Need,
} from '@letopis/kernel';
import { refusal } from '../errors';
import { staffWithRole, type Members } from '../rosters';
import { changed, changesOf } from '../shapes';

export const ROLE_KINDS = ['functional', 'organizational'] as const;
export type RoleKind = (typeof ROLE_KINDS)[number];

export class CreateRole {
  @Id({ optional: true }) roleId?: string;
  @Id() organizationId: string;
  @Code() code: string;
  @Text(1, 200) name: string;
  @OneOf(ROLE_KINDS) kind: RoleKind;
  @Id({ optional: true }) parentRoleId?: string;
  @Codes(500) rights: string[];
  /** A built-in role, which only the product itself makes. */
  @Flag({ optional: true }) system?: boolean;
  @Flag({ optional: true }) fullAccess?: boolean;
}

export class UpdateRole {
  @Id() roleId: string;
  @Text(1, 200, { optional: true }) name?: string;
  @Id({ optional: true }) parentRoleId?: string;
  @Flag({ optional: true }) withoutParent?: boolean;
  @Codes(500, { optional: true }) rights?: string[];
}

export class ArchiveRole {
  @Id() roleId: string;
}

interface RoleFields {
  readonly name: string;
  readonly parentRoleId?: string;
  readonly rights: readonly string[];
}
type Changes = { readonly [K in keyof RoleFields]?: { readonly from?: RoleFields[K]; readonly to?: RoleFields[K] } };

/** Each names the code: who has the role is known by it. */
export interface RoleEvents {
  RoleCreated: RoleFields & { organizationId: string; code: string; kind: RoleKind; system: boolean; fullAccess: boolean };
  RoleUpdated: { code: string; changes: Changes };
  RoleArchived: { code: string };
}

export interface Role extends RoleFields {
  readonly status: 'none' | 'active' | 'archived';
  readonly organizationId: string;
  readonly code: string;
  readonly kind: RoleKind;
  readonly system: boolean;
  readonly fullAccess: boolean;
}

const noRole: Role = {
  status: 'none',
  organizationId: '',
  code: '',
  name: '',
  kind: 'functional',
  rights: [],
  system: false,
  fullAccess: false,
};
const ROLE_CODE = /^[a-z][a-z0-9_]{1,40}$/;
/** Levels of the tree of organizational roles. */
const LEVELS = 12;

const { command, define, event } = aggregate<Role, RoleEvents>();

/** The role named as the parent and all above it, nearest first. */
const above = (parentRoleId: string | undefined): Need<readonly { readonly id: string; readonly role: Role }[]> => {
  const step = (level: number) => (answers: Readonly<Record<string, unknown>>) => {
    const id = level === 0 ? parentRoleId : (answers[`role${level - 1}`] as Role | undefined)?.parentRoleId;
    return { [`role${level}`]: ifKnown(stateIn<Role>('role', id)), [`id${level}`]: { kind: 'known' as const, value: id } };
  };
  return followedBy(step(0)({}), ...Array.from({ length: LEVELS }, (_, level) => step(level + 1)), (answers) =>
    Array.from({ length: LEVELS + 1 }, (_, level) => ({
      id: answers[`id${level}`] as string,
      role: answers[`role${level}`] as Role,
    })).filter(({ id }) => id !== undefined),
  );
};

export const role = define({
  category: 'role',
  initialState: noRole,
  organizationId: ({ organizationId }) => organizationId || undefined,
  keys: ({ status, organizationId, code }) => (status === 'active' ? [roleKey(organizationId, code)] : []),

  commands: {
    CreateRole: command(CreateRole, {
      by: oneOf<CreateRole, Role>(systemOnly, staff('provider.roles:create', { in: ({ command }) => command.organizationId })),
      needs: ({ command: { organizationId, code, parentRoleId } }) => {
        const { scope, value } = roleKey(organizationId, code);
        return { holder: ownerOf(scope, value), parents: above(parentRoleId) };
      },
      summary: 'A named set of rights, and the key to workplaces',
    }),
    UpdateRole: command(UpdateRole, {
      by: staff('provider.roles:edit'),
      needs: ({ command: { parentRoleId } }) => ({ parents: above(parentRoleId) }),
      summary: 'Name, place in the structure, rights',
    }),
    ArchiveRole: command(ArchiveRole, {
      by: staff('provider.roles:delete'),
      needs: ({ state: { organizationId, code } }) => ({ holders: stateIn<Members>('roster', staffWithRole(organizationId, code)) }),
      summary: 'A role that nobody has goes into the archive',
    }),
  },

  decide: {
    CreateRole: (
      { organizationId, code, name, kind, parentRoleId, rights, system = false, fullAccess = false },
      state,
      { holder, parents, actor, id },
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      // Full access is given person by person; a role that holds it is the product's own.
      if ((system || fullAccess) && actor.kind !== 'system') throw refusal('FORBIDDEN');
      if (!ROLE_CODE.test(code)) throw refusal('ROLE_CODE_INVALID');
      if (holder !== undefined) throw refusal('ROLE_CODE_TAKEN');
      if (parentRoleId !== undefined) fits({ organizationId, kind, id }, parents);
      return [event('RoleCreated', { organizationId, code, name, kind, parentRoleId, rights: known(rights), system, fullAccess })];
    },

    UpdateRole: ({ name, parentRoleId, withoutParent, rights }, state, { parents, id }) => {
      active(state);
      if (state.fullAccess && rights !== undefined) throw refusal('ROLE_SYSTEM');
      if (parentRoleId !== undefined) fits({ ...state, id }, parents);
      const changes = changesOf<RoleFields>(state, { name, parentRoleId, rights: rights && known(rights) });
      const freed = withoutParent && state.parentRoleId !== undefined ? { parentRoleId: { from: state.parentRoleId } } : undefined;
      return changes || freed ? [event('RoleUpdated', { code: state.code, changes: { ...changes, ...freed } })] : [];
    },

    ArchiveRole: (_, state, { holders }) => {
      if (state.status === 'archived') return [];
      active(state);
      if (state.system) throw refusal('ROLE_SYSTEM');
      if (holders.members.length > 0) throw refusal('ROLE_IN_USE');
      return [event('RoleArchived', { code: state.code })];
    },
  },

  evolve: {
    RoleCreated: (_, fields) => ({ ...noRole, ...fields, status: 'active' }),
    RoleUpdated: (state, { changes }) => ({ ...state, ...changed(changes) }),
    RoleArchived: (state) => ({ ...state, status: 'archived' }),
  },
});

const active = ({ status }: Role) => {
  if (status === 'none') throw refusal('NOT_FOUND');
  if (status === 'archived') throw refusal('ROLE_ARCHIVED');
};

/** The nodes that the names mean, once each. */
const known = (rights: readonly string[]) => {
  const nodes = rights.map(nodesNamed);
  if (nodes.some((named) => named.length === 0)) throw refusal('RIGHT_NODE_UNKNOWN');
  return [...new Set(nodes.flat())];
};

/** Organizational roles make a tree: the chain above ends, and never comes back to the role itself. */
function fits(
  { organizationId, kind, id }: { organizationId: string; kind: RoleKind; id: string },
  parents: readonly { readonly id: string; readonly role: Role }[],
) {
  const [parent] = parents;
  if (!parent || parent.role.status === 'none' || parent.role.organizationId !== organizationId) throw refusal('NOT_FOUND');
  const isTree = kind === 'organizational' && parent.role.kind === 'organizational' && parent.role.status === 'active';
  if (!isTree || parents.length > LEVELS || parents.some((each) => each.id === id)) throw refusal('ROLE_PARENT_INVALID');
}
