// @ts-nocheck
import { projection, type RecordedOf } from '@letopis/kernel';
import { membersSee, organizationSide } from '@letopis/contexts/organizations';
import type { Edition, WorkspaceEvents } from '../workspace/workspace.events';
import { defaultWorkspaceSettings, type WorkspaceSettings } from '../workspace/settings';
import { featuresOf, type Feature } from '../workspace/workspace';

export interface WorkspaceInfoRow {
  readonly organizationId: string;
  readonly organizationName?: string;
  readonly edition: Edition;
  readonly features: readonly Feature[];
  readonly restrictedNodes: readonly string[];
  readonly providers: readonly { readonly providerId: string; readonly name: string }[];
  readonly settings: WorkspaceSettings;
  readonly createdAt: string;
}

type Row = WorkspaceInfoRow | undefined;
type Of<Type extends keyof WorkspaceEvents> = RecordedOf<WorkspaceEvents, Type>;

/** Edition, features, providers, settings and what is restricted in a workspace, for its members. */
export const workspaceInfo = projection<WorkspaceInfoRow, WorkspaceEvents>()({
  code: 'workspace_info',
  version: 1,
  title: { ru: 'Рабочее пространство', en: 'Workspace' },
  on: {
    WorkspaceCreated: (_: Row, { aggregateId, data: { edition }, metadata }: Of<'WorkspaceCreated'>): Row => ({
      organizationId: aggregateId,
      edition,
      features: featuresOf(edition),
      restrictedNodes: [],
      providers: [],
      settings: defaultWorkspaceSettings,
      createdAt: metadata.occurredAt,
    }),
    NodeRestricted: (row, { data: { node } }) => row && { ...row, restrictedNodes: [...row.restrictedNodes, node] },
    NodeUnrestricted: (row, { data: { node } }) => row && { ...row, restrictedNodes: row.restrictedNodes.filter((each) => each !== node) },
    ProviderAdded: (row, { data }) => row && { ...row, providers: [...row.providers, data] },
    ProviderRenamed: (row, { data }) =>
      row && { ...row, providers: row.providers.map((each) => (each.providerId === data.providerId ? data : each)) },
    SettingsChanged: (row, { data: { changes } }) =>
      row && { ...row, settings: { ...row.settings, ...Object.fromEntries(Object.entries(changes).map(([name, { to }]) => [name, to])) } },
    EditionChanged: (row, { data: { edition } }) => row && { ...row, edition, features: featuresOf(edition) },
  },
  sides: { organization: organizationSide },
  joins: [{ by: 'organizationId', side: 'organization', fields: { displayName: 'organizationName' } }],
  list: {
    filters: { organizationId: 'string', edition: 'string' },
    sorts: ['organizationName', 'createdAt'],
    search: ['organizationName'],
    defaultSort: 'organizationName',
  },
  policy: membersSee,
});
