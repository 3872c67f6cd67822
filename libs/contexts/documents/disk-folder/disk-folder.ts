import {
  aggregate,
  Code,
  followedBy,
  Id,
  ifKnown,
  known,
  Nested,
  NestedList,
  normalise,
  oneOf,
  OneOf,
  ownerOf,
  roleKey,
  staff,
  standingOf,
  stateIn,
  systemOnly,
  Text,
  Flag,
  type Need,
  type Policy,
  type Standing,
} from '@letopis/kernel';
import { refusal } from '../errors';
import { ALLOWED_KINDS, closedTo, contentOfFolder, doorsOf, type Allowed, type Doors, type FolderAccess } from './access';

export class AllowedText {
  @OneOf(ALLOWED_KINDS) kind: Allowed['kind'];
  @Code({ optional: true }) id?: string;
}

export class FolderAccessText {
  @OneOf(['all_members', 'restricted']) mode: FolderAccess['mode'];
  @NestedList(() => AllowedText, 200) allowed: AllowedText[];
}

export class CreateFolder {
  @Id({ optional: true }) diskFolderId?: string;
  @Id() organizationId: string;
  @Id({ optional: true }) parentId?: string;
  @Text(1, 255) name: string;
  @Nested(() => FolderAccessText, { optional: true }) access?: FolderAccessText;
  /** Built in: it keeps its name and stays. For the start of a workspace alone. */
  @Flag({ optional: true }) system?: boolean;
}

class OfFolder {
  @Id() diskFolderId: string;
}

export class RenameFolder extends OfFolder {
  @Text(1, 255) name: string;
}

export class SetFolderAccess extends OfFolder {
  @Nested(() => FolderAccessText) access: FolderAccessText;
}

export class DeleteFolder extends OfFolder {}

/** The first document was filed into the folder: from then on it is never empty again. */
export class RecordFolderUse extends OfFolder {
  @Id() documentId: string;
}

export interface DiskFolderEvents {
  FolderCreated: {
    organizationId: string;
    parentId?: string;
    /** The folders above, the outermost first: folders do not move. */
    above: readonly string[];
    name: string;
    access: FolderAccess;
    system: boolean;
  };
  FolderRenamed: { name: string };
  FolderAccessSet: { access: FolderAccess };
  FolderUsed: { documentId: string };
  FolderDeleted: Record<never, never>;
}

export interface DiskFolder {
  readonly status: 'none' | 'active' | 'deleted';
  readonly organizationId: string;
  readonly parentId?: string;
  readonly above: readonly string[];
  readonly name: string;
  readonly access: FolderAccess;
  readonly system: boolean;
  readonly used: boolean;
}

/** How many folders may lie inside one another. */
const DEEPEST = 8;
const EVERYBODY: FolderAccess = { mode: 'all_members', allowed: [] };
const noFolder: DiskFolder = {
  status: 'none',
  organizationId: '',
  above: [],
  name: '',
  access: EVERYBODY,
  system: false,
  used: false,
};

const { command, define, event } = aggregate<DiskFolder, DiskFolderEvents>();

const nameKey = (organizationId: string, parentId: string | undefined, name: string) =>
  `${organizationId}:${parentId ?? ''}:${normalise(name.trim())}`;
const nameHolder = (organizationId: string, parentId: string | undefined, name: string) =>
  ownerOf('folderName', nameKey(organizationId, parentId, name));

/** The parent, and whether whoever acts may go into it. */
const parentOf = (parentId: string | undefined): Need<DiskFolder | undefined> =>
  parentId === undefined ? known(undefined) : stateIn<DiskFolder>('diskFolder', parentId);

/** Whether everybody whom a folder is to be open to is there. */
const allowedAreThere = (organizationId: string, access: FolderAccessText | undefined): Need<boolean> => {
  const asked = (access?.allowed ?? []).map(({ kind, id }, at) => [String(at), placeOf(organizationId, kind, id)] as const);
  return followedBy(Object.fromEntries(asked), (found) =>
    asked.every(([at]) => {
      const place = found[at] as { status?: string; organizationId?: string } | true | undefined;
      return place === true || (place?.status !== undefined && place.status !== 'none' && place.organizationId === organizationId);
    }),
  );
};

function placeOf(organizationId: string, kind: Allowed['kind'], id: string | undefined): Need<unknown> {
  if (kind === 'administrators') return known(id === undefined ? true : undefined);
  if (id === undefined) return known(undefined);
  const category = { staff: 'staffMember', department: 'department', group: 'userGroup', role: 'role' }[kind];
  const { scope, value } = roleKey(organizationId, id);
  return ifKnown(stateIn(category, kind === 'role' ? ownerOf(scope, value) : id));
}

/** Staff with a right on the disk who may also go into the folder: a restricted one is closed to others whatever their rights. */
const inside = <Command extends object>(policy: Policy<Command, DiskFolder>): Policy<Command, DiskFolder> => ({
  ...policy,
  name: `${policy.name}, with access to the folder`,
  needs: (question) => ({
    ...policy.needs?.(question),
    doors: doorsOf(question.state.status === 'none' ? [] : [...question.state.above, question.id]),
  }),
  judge: (question, answers) => {
    const verdict = policy.judge(question, answers);
    if (verdict !== 'allow') return verdict;
    const { standing, doors } = answers as { standing: Standing; doors: Doors };
    return closedTo(doors, standing, question.actor, question.now ?? '').length > 0 ? 'FOLDER_ACCESS_DENIED' : 'allow';
  },
});

export const diskFolder = define({
  category: 'diskFolder',
  initialState: noFolder,
  organizationId: ({ organizationId }) => organizationId || undefined,
  keys: ({ status, organizationId, parentId, name }) =>
    status === 'active' ? [{ scope: 'folderName', value: nameKey(organizationId, parentId, name) }] : [],

  commands: {
    CreateFolder: command(CreateFolder, {
      by: oneOf<CreateFolder, DiskFolder>(systemOnly, staff('documents.disk:create', { in: ({ command }) => command.organizationId })),
      needs: ({ command: { organizationId, parentId, name, access }, actor }) => ({
        holder: nameHolder(organizationId, parentId, name),
        parent: parentOf(parentId),
        allowed: allowedAreThere(organizationId, access),
        wayIn: followedBy(
          { parent: parentOf(parentId), standing: standingOf(organizationId, actor.kind === 'user' ? actor.userId : undefined) },
          ({ parent }) => ({ doors: doorsOf(parentId === undefined ? [] : [...(parent as DiskFolder).above, parentId]) }),
          ({ doors, standing }) => ({ doors: doors as Doors, standing: standing as Standing }),
        ),
      }),
      summary: '«Создать → Папка» on the shared disk',
    }),
    RenameFolder: command(RenameFolder, {
      by: inside(staff('documents.disk:edit')),
      needs: ({ command: { name }, state: { organizationId, parentId } }) => ({ holder: nameHolder(organizationId, parentId, name) }),
      summary: 'Another name',
    }),
    SetFolderAccess: command(SetFolderAccess, {
      by: inside(staff('documents.disk:manage_access')),
      needs: ({ command: { access }, state: { organizationId } }) => ({ allowed: allowedAreThere(organizationId, access) }),
      summary: 'To whom the folder, and what lies in it, is open',
    }),
    DeleteFolder: command(DeleteFolder, {
      by: inside(staff('documents.disk:delete')),
      needs: ({ id }) => ({ content: stateIn<{ readonly members: readonly string[] }>('roster', contentOfFolder(id)) }),
      summary: 'An empty folder goes',
    }),
    RecordFolderUse: command(RecordFolderUse, { by: systemOnly }),
  },

  decide: {
    CreateFolder: (
      { organizationId, parentId, name, access = EVERYBODY, system = false },
      state,
      { holder, parent, allowed, wayIn, actor, id, now },
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      // What is built in comes with the workspace.
      if (system && actor.kind !== 'system') throw refusal('FORBIDDEN');
      if (parent && (parent.status === 'none' || parent.organizationId !== organizationId)) throw refusal('NOT_FOUND');
      if (parent?.status === 'deleted') throw refusal('FOLDER_DELETED');
      if (actor.kind !== 'system' && closedTo(wayIn.doors, wayIn.standing, actor, now).length > 0) throw refusal('FOLDER_ACCESS_DENIED');
      const above = parent && parentId !== undefined ? [...parent.above, parentId] : [];
      if (above.length >= DEEPEST) throw refusal('FOLDER_TOO_DEEP');
      if (!allowed) throw refusal('FOLDER_RULE_INVALID');
      if (holder !== undefined && holder !== id) throw refusal('FOLDER_NAME_TAKEN');
      return [event('FolderCreated', { organizationId, parentId, above, name: named(name), access: normal(access), system })];
    },

    RenameFolder: ({ name }, state, { holder, id }) => {
      there(state);
      if (state.system) throw refusal('FOLDER_SYSTEM');
      if (state.name === named(name)) return [];
      if (holder !== undefined && holder !== id) throw refusal('FOLDER_NAME_TAKEN');
      return [event('FolderRenamed', { name: named(name) })];
    },

    SetFolderAccess: ({ access }, state, { allowed }) => {
      there(state);
      if (!allowed) throw refusal('FOLDER_RULE_INVALID');
      const wanted = normal(access);
      return JSON.stringify(wanted) === JSON.stringify(state.access) ? [] : [event('FolderAccessSet', { access: wanted })];
    },

    DeleteFolder: (_, state, { content }) => {
      if (state.status === 'deleted') return [];
      there(state);
      if (state.system) throw refusal('FOLDER_SYSTEM');
      if (state.used || content.members.length > 0) throw refusal('FOLDER_NOT_EMPTY');
      return [event('FolderDeleted', {})];
    },

    RecordFolderUse: ({ documentId }, state) => (state.status === 'none' || state.used ? [] : [event('FolderUsed', { documentId })]),
  },

  evolve: {
    FolderCreated: (_, fields) => ({ ...noFolder, ...fields, status: 'active' }),
    FolderRenamed: (state, { name }) => ({ ...state, name }),
    FolderAccessSet: (state, { access }) => ({ ...state, access }),
    FolderUsed: (state) => ({ ...state, used: true }),
    FolderDeleted: (state) => ({ ...state, status: 'deleted' }),
  },
});

const there = ({ status }: DiskFolder) => {
  if (status === 'none') throw refusal('NOT_FOUND');
  if (status === 'deleted') throw refusal('FOLDER_DELETED');
};

/** @throws DomainError VALIDATION_FAILED for nothing but spaces */
function named(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '') throw refusal('VALIDATION_FAILED');
  return trimmed;
}

/** Everybody has no list of whom it is open to; of the others each is named once. */
const normal = ({ mode, allowed }: FolderAccess): FolderAccess => ({
  mode,
  allowed: mode === 'all_members' ? [] : [...new Map(allowed.map(({ kind, id }) => [`${kind}:${id ?? ''}`, { kind, id }])).values()],
});
