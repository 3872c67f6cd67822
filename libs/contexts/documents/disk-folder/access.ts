import { administers, followedBy, ifKnown, known, rightsOf, stateIn, type Actor, type Need, type Standing } from '@letopis/kernel';

export const ALLOWED_KINDS = ['staff', 'department', 'group', 'role', 'administrators'] as const;

/** Somebody to whom a restricted folder is open. */
export interface Allowed {
  readonly kind: (typeof ALLOWED_KINDS)[number];
  /** Of a staff member, a department, a group; the code of a role; none of administrators. */
  readonly id?: string;
}

export interface FolderAccess {
  readonly mode: 'all_members' | 'restricted';
  readonly allowed: readonly Allowed[];
}

/** What is asked of a folder when somebody wants into it. */
export interface Guarded {
  readonly access: FolderAccess;
}

/** Members of the groups that folders are open to, by group. */
export type Groups = Readonly<Record<string, readonly string[]>>;

interface Group {
  readonly status: string;
  readonly memberStaffIds: readonly string[];
}

/** The members of every group that the folders name. */
const groupsOf = (folders: readonly Guarded[]): Need<Groups> => {
  const ids = [...new Set(folders.flatMap(({ access }) => access.allowed.flatMap(({ kind, id }) => (kind === 'group' && id ? [id] : []))))];
  return followedBy(Object.fromEntries(ids.map((id) => [id, ifKnown(stateIn<Group>('userGroup', id))])), (found) =>
    Object.fromEntries(
      Object.entries(found as Readonly<Record<string, Group | undefined>>).map(([id, group]) => [
        id,
        group?.status === 'active' ? group.memberStaffIds : [],
      ]),
    ),
  );
};

/** Folders by their streams, and what else is needed to say who may go into them. */
export interface Doors {
  readonly folders: ReadonlyArray<Guarded & { readonly id: string }>;
  readonly groups: Groups;
}

export const doorsOf = (folderIds: readonly string[]): Need<Doors> =>
  folderIds.length === 0
    ? known({ folders: [], groups: {} })
    : followedBy(
        Object.fromEntries(folderIds.map((id) => [id, stateIn<Guarded>('diskFolder', id)])),
        (found) => ({
          folders: known(folderIds.map((id) => ({ ...(found[id] as Guarded), id }))),
          groups: groupsOf(folderIds.map((id) => found[id] as Guarded)),
        }),
        ({ folders, groups }) => ({ folders: folders as Doors['folders'], groups: groups as Groups }),
      );

/** Whether the folder itself is open to a member; what lies in it may be closed by a folder above. */
function isOpenTo({ access }: Guarded, groups: Groups, standing: Standing, actor: Actor, now: string): boolean {
  if (administers(standing, actor)) return true;
  const { active, fullAccess, departments, roles } = rightsOf(standing, actor, now);
  if (!active) return false;
  if (fullAccess || access.mode === 'all_members') return true;
  const { staffId } = standing;
  return access.allowed.some(({ kind, id }) => {
    switch (kind) {
      case 'staff':
        return staffId !== undefined && id === staffId;
      case 'department':
        return departments.some((department) => department.id === id);
      case 'role':
        return roles.some(({ code }) => code === id);
      case 'group':
        return staffId !== undefined && id !== undefined && groups[id]?.includes(staffId) === true;
      case 'administrators':
        return false; // they have been let in above
    }
  });
}

/** Of the folders those that are closed to somebody. A folder is open where it and all above it are. */
export const closedTo = ({ folders, groups }: Doors, standing: Standing, actor: Actor, now: string): readonly string[] =>
  folders.filter((folder) => !isOpenTo(folder, groups, standing, actor, now)).map(({ id }) => id);

/** The set of an organization's restricted folders: what a list must leave out is among them. */
export const restrictedFoldersOf = (organizationId: string): string => `restrictedFoldersOf:${organizationId}`;
/** The set of what lies in a folder besides documents: folders, and types that file into it. */
export const contentOfFolder = (diskFolderId: string): string => `contentOfFolder:${diskFolderId}`;

/** The doors of every restricted folder of an organization. */
export const restrictedDoors = (organizationId: string | undefined): Need<Doors> =>
  organizationId === undefined
    ? known({ folders: [], groups: {} })
    : followedBy(
        { closed: stateIn<{ readonly members: readonly string[] }>('roster', restrictedFoldersOf(organizationId)) },
        ({ closed }) => ({ doors: doorsOf((closed as { members: readonly string[] }).members) }),
        ({ doors }) => doors as Doors,
      );
