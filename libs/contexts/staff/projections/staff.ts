import {
  allNodes,
  allows,
  ERASED,
  explain,
  noRights,
  only,
  pathOf,
  projection,
  side,
  staffSees,
  withSwitch,
  type FileRef,
  type RightSource,
  type RightsSources,
} from '@letopis/kernel';
import type { SessionEvents } from '@letopis/contexts/identity';
import type { DepartmentEvents } from '../department/department.events';
import type { RoleEvents } from '../role/role';
import type { FullName, IpPolicy, StaffMemberEvents, StaffOrigin } from '../staff-member';
import { switchesOf, type DepartmentRightsRow } from './departments';
import { departmentSide, nameOf } from './sides';

export interface StaffRow {
  readonly staffId: string;
  readonly organizationId: string;
  readonly userId?: string;
  readonly login: string;
  readonly fullName?: FullName;
  readonly displayName: string;
  readonly email: string;
  readonly phone?: string;
  readonly extensionNumber?: string;
  readonly departmentIds: readonly string[];
  readonly departmentNames?: readonly (string | null)[];
  readonly roleCodes: readonly string[];
  readonly fullAccess: boolean;
  readonly ipPolicy: IpPolicy;
  readonly bindSessionToIp: boolean;
  readonly chatAvailable: boolean;
  readonly avatar?: FileRef;
  readonly deputyStaffId?: string;
  readonly isDefaultAdmin: boolean;
  readonly origin: StaffOrigin;
  readonly status: 'provisioning' | 'active' | 'blocked' | 'dismissed';
  readonly lastEntry?: string;
}

type Row = StaffRow | undefined;
const without = <Value>(list: readonly Value[], value: Value) => list.filter((each) => each !== value);
const withStatus = (status: StaffRow['status']) => (row: Row) => row && { ...row, status };

/** «Сотрудники». */
export const staffRegistry = projection<StaffRow, StaffMemberEvents & Pick<SessionEvents, 'WorkspaceEntered'>>()({
  code: 'staff',
  version: 1,
  title: { ru: 'Сотрудники', en: 'Staff' },
  on: {
    StaffMemberCreated: (_, { aggregateId, data: { passwordSecretRef: __, ...data } }) => ({
      staffId: aggregateId,
      ...data,
      displayName: nameOf(data.fullName, data.email),
      departmentIds: [],
      roleCodes: [],
      fullAccess: false,
      ipPolicy: { mode: 'any', rules: [] },
      bindSessionToIp: false,
      chatAvailable: false,
      status: 'provisioning',
    }),
    StaffMemberUpdated: (row, { data: { contact, extensionNumber } }) =>
      row && {
        ...row,
        ...(contact
          ? {
              fullName: contact.fullName,
              email: contact.email ?? ERASED,
              phone: contact.phone,
              displayName: nameOf(contact.fullName, contact.email),
            }
          : {}),
        ...(extensionNumber === undefined ? {} : { extensionNumber: extensionNumber || undefined }),
      },
    StaffUserLinked: (row, { data: { userId } }) => row && { ...row, userId, status: 'active' },
    StaffAddedToDepartment: (row, { data: { departmentId } }) => row && { ...row, departmentIds: [...row.departmentIds, departmentId] },
    StaffRemovedFromDepartment: (row, { data: { departmentId } }) =>
      row && { ...row, departmentIds: without(row.departmentIds, departmentId) },
    RoleAssigned: (row, { data: { roleCode } }) => row && { ...row, roleCodes: [...row.roleCodes, roleCode] },
    RoleRemoved: (row, { data: { roleCode } }) => row && { ...row, roleCodes: without(row.roleCodes, roleCode) },
    FullAccessGranted: (row) => row && { ...row, fullAccess: true },
    FullAccessRevoked: (row) => row && { ...row, fullAccess: false },
    StaffIpPolicySet: (row, { data }) => row && { ...row, ipPolicy: data },
    SessionIpBindingSet: (row, { data: { enabled } }) => row && { ...row, bindSessionToIp: enabled },
    StaffAvatarSet: (row, { data: { file } }) => row && { ...row, avatar: file },
    StaffAvatarRemoved: (row) => row && { ...row, avatar: undefined },
    ChatAvailabilitySet: (row, { data: { enabled } }) => row && { ...row, chatAvailable: enabled },
    DeputySet: (row, { data: { deputyStaffId } }) => row && { ...row, deputyStaffId },
    StaffMemberBlocked: withStatus('blocked'),
    StaffMemberUnblocked: withStatus('active'),
    StaffMemberDismissed: withStatus('dismissed'),
    StaffMemberErased: (row) =>
      row && { ...row, login: ERASED, email: ERASED, displayName: ERASED, fullName: undefined, phone: undefined, avatar: undefined },
  },
  everywhere: {
    WorkspaceEntered: {
      where: ({ data: { organizationId }, metadata: { actor } }) => ({
        organizationId,
        userId: actor.kind === 'user' ? actor.userId : '',
      }),
      fold: (row, { metadata: { occurredAt } }) => ({ ...row, lastEntry: occurredAt }),
    },
  },
  sides: { departments: departmentSide },
  joins: [{ by: 'departmentIds', side: 'departments', fields: { name: 'departmentNames' } }],
  list: {
    filters: {
      organizationId: 'string',
      status: 'string',
      userId: 'string',
      departmentIds: 'string',
      roleCodes: 'string',
      fullAccess: 'boolean',
      chatAvailable: 'boolean',
      origin: 'string',
      lastEntry: 'time',
    },
    sorts: ['displayName', 'login', 'email', 'status', 'lastEntry'],
    search: ['displayName', 'login', 'email', 'departmentNames'],
    defaultSort: 'displayName',
  },
  policy: staffSees('provider.staff:view', (actor, organizationId) =>
    only({ organizationId, userId: actor.kind === 'user' ? actor.userId : '' }),
  ),
});

export interface StaffRightsRow {
  readonly staffId: string;
  readonly organizationId: string;
  readonly userId?: string;
  readonly displayName?: string;
  readonly status: StaffRow['status'];
  readonly fullAccess: boolean;
  readonly departmentIds: readonly string[];
  readonly departmentSwitches?: readonly (DepartmentRightsRow['switches'] | null)[];
  readonly roleKeys: readonly string[];
  readonly roleRights?: readonly (readonly string[] | null)[];
  readonly roleFullAccess?: readonly (boolean | null)[];
  readonly individual: readonly string[];
  /** What is open, said as high in the tree as it is true for everything below and has the same sources there. */
  readonly rights?: readonly OpenNode[];
  /** Where on the way down something opens, and where it closes again: by these a node's holders are found. */
  readonly open?: readonly string[];
  readonly closed?: readonly string[];
}

export interface OpenNode {
  readonly node: string;
  readonly effective: true;
  readonly source: RightSource;
  readonly departments: readonly string[];
  readonly roles: readonly string[];
}

const switchesSide = side<{ switches: DepartmentRightsRow['switches'] }, DepartmentEvents>()({
  DepartmentCreated: () => ({ switches: [] }),
  DepartmentRightSet: (known, { data: { node, enabled } }) => ({
    switches: Object.entries(withSwitch(switchesOf(known?.switches ?? []), node, enabled).rights).map(([each, on]) => ({
      node: each,
      enabled: on,
    })),
  }),
});

const rolesSide = {
  ...side<{ rights: readonly string[]; fullAccess: boolean }, RoleEvents>()({
    RoleCreated: (_, { data: { rights, fullAccess } }) => ({ rights, fullAccess }),
    RoleUpdated: (known, { data: { changes } }) => known && { ...known, rights: changes.rights?.to ?? known.rights },
  }),
  // By the code, as staff members name it.
  key: ({ data, metadata }: { data: unknown; metadata: { organizationId?: string } }) =>
    `${metadata.organizationId}:${(data as { code: string }).code}`,
};

const NODES = allNodes();
const CHILDREN = new Map<string, string[]>();
for (const node of NODES) {
  const [, parent] = pathOf(node);
  if (parent !== undefined) CHILDREN.set(parent, [...(CHILDREN.get(parent) ?? []), node]);
}
const CATEGORIES = NODES.filter((node) => pathOf(node).length === 1);

/** The open nodes of a staff member with their sources, without those that say the same as the node above them. */
export function openNodes(row: StaffRightsRow): readonly OpenNode[] {
  const sources = sourcesOf(row);
  if (!sources.active) return [];
  const told = (node: string): { same: string; rows: OpenNode[] } => {
    const { effective, source, departments, roles } = explain(sources, node);
    const same = JSON.stringify([effective, source, departments, roles]);
    const below = (CHILDREN.get(node) ?? []).map(told);
    const own: OpenNode[] = effective ? [{ node, effective: true, source, departments, roles }] : [];
    if (below.every((each) => each.same === same)) return { same, rows: own };
    return { same: '', rows: below.flatMap(({ rows }) => rows) };
  };
  return CATEGORIES.flatMap((category) => told(category).rows);
}

/** The nodes whose state differs from that of the node above; nothing is open above a category. */
export function edges(row: StaffRightsRow): { readonly open: readonly string[]; readonly closed: readonly string[] } {
  const sources = sourcesOf(row);
  const open: string[] = [];
  const closed: string[] = [];
  const walk = (node: string, above: boolean) => {
    const is = allows(sources, node);
    if (is !== above) (is ? open : closed).push(node);
    for (const child of CHILDREN.get(node) ?? []) walk(child, is);
  };
  for (const category of CATEGORIES) walk(category, false);
  return { open, closed };
}

function sourcesOf(row: StaffRightsRow): RightsSources {
  const { status, fullAccess, departmentIds, roleKeys, individual, departmentSwitches = [], roleRights = [], roleFullAccess = [] } = row;
  return {
    ...noRights,
    active: status === 'active',
    fullAccess,
    departments: departmentIds.map((id, at) => ({ id, rights: switchesOf(departmentSwitches[at] ?? []) })),
    roles: roleKeys.map((key, at) => ({
      code: key.slice(key.indexOf(':') + 1),
      rights: roleRights[at] ?? [],
      fullAccess: roleFullAccess[at] ?? false,
    })),
    individual,
  };
}

/** What every staff member may do and which department or role gives it; the inverse, who may do something, by `open`. */
export const staffRights = projection<StaffRightsRow, StaffMemberEvents>()({
  code: 'staff_rights',
  version: 1,
  title: { ru: 'Права сотрудников', en: 'Rights of staff' },
  on: {
    StaffMemberCreated: (_, { aggregateId, data: { organizationId, fullName, email } }) => ({
      staffId: aggregateId,
      organizationId,
      displayName: nameOf(fullName, email),
      status: 'provisioning',
      fullAccess: false,
      departmentIds: [],
      roleKeys: [],
      individual: [],
    }),
    StaffMemberUpdated: (row, { data: { contact } }) =>
      row && (contact ? { ...row, displayName: nameOf(contact.fullName, contact.email) } : row),
    StaffUserLinked: (row, { data: { userId } }) => row && { ...row, userId, status: 'active' },
    StaffAddedToDepartment: (row, { data: { departmentId } }) => row && { ...row, departmentIds: [...row.departmentIds, departmentId] },
    StaffRemovedFromDepartment: (row, { data: { departmentId } }) =>
      row && { ...row, departmentIds: without(row.departmentIds, departmentId) },
    RoleAssigned: (row, { data: { roleCode } }) => row && { ...row, roleKeys: [...row.roleKeys, `${row.organizationId}:${roleCode}`] },
    RoleRemoved: (row, { data: { roleCode } }) => row && { ...row, roleKeys: without(row.roleKeys, `${row.organizationId}:${roleCode}`) },
    StaffRightGranted: (row, { data: { node } }) => row && { ...row, individual: [...row.individual, node] },
    StaffRightRevoked: (row, { data: { node } }) => row && { ...row, individual: without(row.individual, node) },
    FullAccessGranted: (row) => row && { ...row, fullAccess: true },
    FullAccessRevoked: (row) => row && { ...row, fullAccess: false },
    StaffMemberBlocked: (row) => row && { ...row, status: 'blocked' },
    StaffMemberUnblocked: (row) => row && { ...row, status: 'active' },
    StaffMemberDismissed: (row) => row && { ...row, status: 'dismissed' },
    StaffMemberErased: (row) => row && { ...row, displayName: ERASED },
  },
  sides: { departments: switchesSide, roles: rolesSide },
  joins: [
    { by: 'departmentIds', side: 'departments', fields: { switches: 'departmentSwitches' } },
    { by: 'roleKeys', side: 'roles', fields: { rights: 'roleRights', fullAccess: 'roleFullAccess' } },
  ],
  derive: (row) => {
    const rights = openNodes(row);
    return { ...row, rights, ...edges(row) };
  },
  list: {
    filters: {
      organizationId: 'string',
      status: 'string',
      userId: 'string',
      open: 'string',
      fullAccess: 'boolean',
      departmentIds: 'string',
    },
    sorts: ['displayName'],
    search: ['displayName'],
    defaultSort: 'displayName',
  },
  policy: staffSees('provider.staff:view', (actor, organizationId) =>
    only({ organizationId, userId: actor.kind === 'user' ? actor.userId : '' }),
  ),
  hidden: ['departmentSwitches', 'roleRights', 'roleFullAccess', 'open', 'closed'],
});
