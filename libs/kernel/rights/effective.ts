import { isBelow, nodesNamed, pathOf, partsOfNode } from './catalogue';

/** Explicit switches of a department: node → on or off; a node that is not there follows the one above it. */
export type Switches = Readonly<Record<string, boolean>>;

/** Where the rights of one member of an organization come from. */
export interface RightsSources {
  /** Works here now: neither blocked nor dismissed nor suspended. Otherwise there are no rights at all. */
  readonly active: boolean;
  /** «Полный доступ», or administers the organization. */
  readonly fullAccess: boolean;
  readonly departments: readonly { readonly id: string; readonly rights: Switches }[];
  readonly roles: readonly { readonly code: string; readonly rights: readonly string[]; readonly fullAccess?: boolean }[];
  /** Given to the staff member alone. */
  readonly individual: readonly string[];
  /** Plain membership: an employee or contractor views what is not restricted, and what was opened for this one alone. */
  readonly member?: { readonly restricted: readonly string[]; readonly opened: readonly string[] };
}

export const noRights: RightsSources = { active: false, fullAccess: false, departments: [], roles: [], individual: [] };

/** The nearest explicit switch on the way function → section → category; off where there is none. */
export function switchedOn(rights: Switches, node: string): boolean {
  for (const each of pathOf(node)) {
    const own = rights[each];
    if (own !== undefined) return own;
  }
  return false;
}

/** The switches after one was set: those below it are gone. `cleared` names them. */
export function withSwitch(rights: Switches, node: string, enabled: boolean): { rights: Switches; cleared: readonly string[] } {
  const cleared = Object.keys(rights).filter((each) => isBelow(node, each));
  const kept = Object.entries(rights).filter(([each]) => !isBelow(node, each));
  return { rights: { ...Object.fromEntries(kept), [node]: enabled }, cleared };
}

const listed = new WeakMap<readonly string[], ReadonlySet<string>>();
/** Nodes of a list as the tree names them; kept with the list, which never changes. */
const setOf = (nodes: readonly string[]): ReadonlySet<string> => {
  let set = listed.get(nodes);
  if (!set) listed.set(nodes, (set = new Set(nodes.flatMap(nodesNamed))));
  return set;
};

/** Whether a list of given nodes opens the node: it, or one above it, is in the list. */
export function gives(nodes: readonly string[], node: string): boolean {
  if (nodes.length === 0) return false;
  const set = setOf(nodes);
  for (const each of pathOf(node)) if (set.has(each)) return true;
  return false;
}

/** Whether a department or a role gives the node: what is inherited can be neither granted nor taken on the staff member. */
export const inherits = ({ departments, roles }: Pick<RightsSources, 'departments' | 'roles'>, node: string): boolean =>
  departments.some(({ rights }) => switchedOn(rights, node)) ||
  roles.some(({ rights, fullAccess }) => fullAccess === true || gives(rights, node));

/** Whether a node is closed to plain members: it, or one above it, is restricted. */
export const isRestricted = (restricted: readonly string[], node: string): boolean => gives(restricted, node);

const viewsAsMember = ({ member }: RightsSources, node: string) => {
  if (!member || !node.endsWith(':view') || partsOfNode(node).section === undefined) return false;
  return !isRestricted(member.restricted, node) || gives(member.opened, node);
};

/**
 * Whether the node is open to whom the sources are about: everything with full access; else what departments, roles and the
 * own grants add up to, and viewing of open sections by membership. There are no denials: an allow in any source wins.
 */
export const allows = (sources: RightsSources, node: string): boolean =>
  sources.active &&
  (sources.fullAccess ||
    sources.departments.some(({ rights }) => switchedOn(rights, node)) ||
    sources.roles.some(({ rights, fullAccess }) => fullAccess === true || gives(rights, node)) ||
    gives(sources.individual, node) ||
    viewsAsMember(sources, node));

export type RightSource = 'full_access' | 'inherited' | 'individual' | 'member' | 'none';

/** Why a node is open or closed to somebody. */
export interface RightExplained {
  readonly node: string;
  readonly effective: boolean;
  readonly source: RightSource;
  /** Departments that switch it on. */
  readonly departments: readonly string[];
  /** Codes of roles that hold it. */
  readonly roles: readonly string[];
  /** Granted to the staff member too; dormant while it is inherited. */
  readonly granted: boolean;
  /** Which switch or node of each source decides, nearest first. */
  readonly by: readonly { readonly source: string; readonly id: string; readonly node: string }[];
}

/** What gives the node: every department, role, grant or flag, and by which of its switches. */
export function explain(sources: RightsSources, node: string): RightExplained {
  const { active, fullAccess, individual } = sources;
  const departments = sources.departments.filter(({ rights }) => switchedOn(rights, node));
  const roles = sources.roles.filter(({ rights, fullAccess: all }) => all === true || gives(rights, node));
  const granted = gives(individual, node);
  const source = ((): RightSource => {
    if (!active) return 'none';
    if (fullAccess || roles.some((role) => role.fullAccess)) return 'full_access';
    if (departments.length + roles.length > 0) return 'inherited';
    if (granted) return 'individual';
    return viewsAsMember(sources, node) ? 'member' : 'none';
  })();
  const path = pathOf(node);
  const nearest = (has: (each: string) => boolean) => path.find(has) ?? node;
  return {
    node,
    effective: source !== 'none',
    source,
    departments: departments.map(({ id }) => id),
    roles: roles.map(({ code }) => code),
    granted,
    by: [
      ...departments.map(({ id, rights }) => ({ source: 'department', id, node: nearest((each) => rights[each] !== undefined) })),
      ...roles.map(({ code, rights }) => ({ source: 'role', id: code, node: nearest((each) => setOf(rights).has(each)) })),
      ...(granted ? [{ source: 'individual', id: '', node: nearest((each) => setOf(individual).has(each)) }] : []),
      ...(fullAccess ? [{ source: 'full_access', id: '', node }] : []),
    ],
  };
}
