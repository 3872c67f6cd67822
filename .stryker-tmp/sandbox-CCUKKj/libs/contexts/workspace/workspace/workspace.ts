// @ts-nocheck
import {
  aggregate,
  derivedId,
  firstProviderOf,
  nodesNamed,
  orgAdmin,
  platform,
  RESTRICTED_BY_DEFAULT,
  staff,
  stateOf,
  systemOnly,
} from '@letopis/kernel';
import { organization } from '@letopis/contexts/organizations';
import { refusal } from '../errors';
import { defaultWorkspaceSettings, validSettings, type WorkspaceSettings } from './settings';
import * as commands from './workspace.commands';
import type { Edition, WorkspaceEvents } from './workspace.events';

export type Feature = 'service_desk' | 'marketing' | 'absence' | 'xmpp';

/** The working place of one organization: what is closed in it, what it may use, and how it is set. */
export interface Workspace {
  readonly status: 'none' | 'open';
  readonly organizationId: string;
  readonly edition: Edition;
  /** Categories and sections that plain membership does not open. */
  readonly restrictedNodes: readonly string[];
  readonly providers: readonly { readonly providerId: string; readonly name: string }[];
  readonly settings: WorkspaceSettings;
}

const noWorkspace: Workspace = {
  status: 'none',
  organizationId: '',
  edition: 'corporate',
  restrictedNodes: RESTRICTED_BY_DEFAULT,
  providers: [],
  settings: defaultWorkspaceSettings,
};

const FEATURES: Readonly<Record<Edition, readonly Feature[]>> = {
  start: [],
  start_plus: ['service_desk', 'marketing'],
  corporate: ['service_desk', 'marketing', 'absence', 'xmpp'],
};

/** What an edition switches on. */
export const featuresOf = (edition: Edition): readonly Feature[] => FEATURES[edition];

const { command, define, event } = aggregate<Workspace, WorkspaceEvents>();

type Of = { readonly organizationId: string };
const id = ({ command }: { command: Of }) => command.organizationId;
const within = { in: ({ command }: { command: Of }) => command.organizationId };

export const workspace = define({
  category: 'workspace',
  initialState: noWorkspace,
  organizationId: (_, id) => id,

  commands: {
    CreateWorkspace: command(commands.CreateWorkspace, {
      id,
      by: systemOnly,
      needs: ({ command: { organizationId } }) => ({ organization: stateOf(organization, organizationId) }),
    }),
    RestrictNode: command(commands.RestrictNode, {
      id,
      by: orgAdmin<Of, Workspace>(within),
      summary: '«Ограниченный доступ»: a category or section is no longer opened by plain membership',
    }),
    UnrestrictNode: command(commands.UnrestrictNode, {
      id,
      by: orgAdmin<Of, Workspace>(within),
      summary: 'A category or section is open to every member again',
    }),
    AddProvider: command(commands.AddProvider, {
      id,
      by: staff<Of, Workspace>('provider.providers:create', within),
      summary: 'One more face of the organization towards its clients',
    }),
    RenameProvider: command(commands.RenameProvider, {
      id,
      by: staff<Of, Workspace>('provider.providers:edit', within),
      summary: 'Another name for a provider',
    }),
    ChangeSettings: command(commands.ChangeSettings, {
      id,
      by: staff<Of, Workspace>('designer.settings:edit', within),
      summary: 'Settings of the workspace',
    }),
    ChangeEdition: command(commands.ChangeEdition, { id, by: platform, summary: 'Another edition, with its features' }),
  },

  decide: {
    CreateWorkspace: ({ organizationId, edition = 'corporate' }, state, { organization }) => {
      if (state.status === 'open') return [];
      if (organization.status === 'none') throw refusal('NOT_FOUND');
      return [
        event('WorkspaceCreated', { edition }),
        event('ProviderAdded', { providerId: firstProviderOf(organizationId), name: organization.displayName }),
        ...RESTRICTED_BY_DEFAULT.map((node) => event('NodeRestricted', { node })),
      ];
    },

    RestrictNode: ({ node }, state) => {
      open(state);
      if (nodesNamed(node).length === 0) throw refusal('SECTION_UNKNOWN');
      return state.restrictedNodes.includes(node) ? [] : [event('NodeRestricted', { node })];
    },

    // Grants that were given stay: they matter again when the node is restricted once more.
    UnrestrictNode: ({ node }, state) => {
      open(state);
      if (nodesNamed(node).length === 0) throw refusal('SECTION_UNKNOWN');
      return state.restrictedNodes.includes(node) ? [event('NodeUnrestricted', { node })] : [];
    },

    AddProvider: ({ providerId, name }, state, { commandId }) => {
      open(state);
      const given = providerId ?? derivedId(commandId, 'provider');
      if (state.providers.some((provider) => provider.providerId === given)) throw refusal('ALREADY_EXISTS');
      return [event('ProviderAdded', { providerId: given, name })];
    },

    RenameProvider: ({ providerId, name }, state) => {
      const present = open(state).providers.find((provider) => provider.providerId === providerId);
      if (!present) throw refusal('NOT_FOUND');
      return present.name === name ? [] : [event('ProviderRenamed', { providerId, name })];
    },

    ChangeSettings: ({ settings }, state) => {
      open(state);
      const changes = changesTo(state.settings, validSettings(settings));
      return Object.keys(changes).length > 0 ? [event('SettingsChanged', { changes })] : [];
    },

    ChangeEdition: ({ edition }, state) => {
      open(state);
      return state.edition === edition ? [] : [event('EditionChanged', { edition })];
    },
  },

  evolve: {
    WorkspaceCreated: (_, { edition }, { id }) => ({ ...noWorkspace, status: 'open', organizationId: id, edition, restrictedNodes: [] }),
    NodeRestricted: (state, { node }) => ({ ...state, restrictedNodes: [...state.restrictedNodes, node] }),
    NodeUnrestricted: (state, { node }) => ({ ...state, restrictedNodes: state.restrictedNodes.filter((each) => each !== node) }),
    ProviderAdded: (state, provider) => ({ ...state, providers: [...state.providers, provider] }),
    ProviderRenamed: (state, renamed) => ({
      ...state,
      providers: state.providers.map((provider) => (provider.providerId === renamed.providerId ? renamed : provider)),
    }),
    SettingsChanged: (state, { changes }) => ({
      ...state,
      settings: { ...state.settings, ...Object.fromEntries(Object.entries(changes).map(([name, { to }]) => [name, to])) },
    }),
    EditionChanged: (state, { edition }) => ({ ...state, edition }),
  },
});

const open = (state: Workspace): Workspace => {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  return state;
};

function changesTo(present: WorkspaceSettings, wanted: Partial<WorkspaceSettings>): WorkspaceEvents['SettingsChanged']['changes'] {
  const changes = Object.entries(wanted)
    .map(([name, to]) => [name, { from: present[name as keyof WorkspaceSettings], to }] as const)
    .filter(([, { from, to }]) => JSON.stringify(from) !== JSON.stringify(to));
  return Object.fromEntries(changes) as WorkspaceEvents['SettingsChanged']['changes'];
}
