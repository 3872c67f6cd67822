/** Workspace: what an organization works in, what is closed in it, and how far its onboarding has come. */
// @ts-nocheck

import { defineContext } from '@letopis/kernel';
import { workspaceErrors } from './errors';
import { workspaceInfo } from './projections/workspace-info';
import { workspaceBootstrapSaga } from './sagas/workspace-bootstrap.saga';
import { workspace } from './workspace/workspace';

export const workspaces = defineContext({
  name: 'workspace',
  aggregates: [workspace],
  sagas: [workspaceBootstrapSaga],
  projections: [workspaceInfo],
  errors: workspaceErrors.entries,
});

export { featuresOf, workspace, type Feature, type Workspace } from './workspace/workspace';
export * from './workspace/workspace.commands';
export * from './workspace/workspace.events';
export type { WorkspaceSettings } from './workspace/settings';
export { workspaceErrors } from './errors';
