// @ts-nocheck
import type { WorkspaceSettings } from './settings';

export const EDITIONS = ['start', 'start_plus', 'corporate'] as const;
export type Edition = (typeof EDITIONS)[number];

type Change<Value> = { readonly from: Value; readonly to: Value };

export interface WorkspaceEvents {
  WorkspaceCreated: { edition: Edition };
  NodeRestricted: { node: string };
  NodeUnrestricted: { node: string };
  ProviderAdded: { providerId: string; name: string };
  ProviderRenamed: { providerId: string; name: string };
  SettingsChanged: { changes: { readonly [K in keyof WorkspaceSettings]?: Change<WorkspaceSettings[K]> } };
  EditionChanged: { edition: Edition };
}
