/** Workspace: what an organization works in, what is closed in it, and how far its onboarding has come. */
import { defineContext } from '@letopis/kernel';
import { workspaceErrors } from './errors';
import { letters } from './letters';
import { onboardingProgress } from './onboarding/onboarding-progress';
import { onboardingSaga } from './onboarding/onboarding.saga';
import { workspaceInfo } from './projections/workspace-info';
import { workplaces } from './projections/workplaces';
import { workplacesSaga } from './sagas/workplaces.saga';
import { workplace } from './workplace/workplace';
import { workspaceBootstrapSaga } from './sagas/workspace-bootstrap.saga';
import { workspace } from './workspace/workspace';

export const workspaces = defineContext({
  name: 'workspace',
  aggregates: [workspace, workplace],
  sagas: [workspaceBootstrapSaga, workplacesSaga, onboardingSaga],
  projections: [workspaceInfo, workplaces, onboardingProgress],
  errors: workspaceErrors.entries,
  letters,
});

export { featuresOf, workspace, type Feature, type Workspace } from './workspace/workspace';
export * from './workplace/workplace';
export * from './workspace/workspace.commands';
export * from './workspace/workspace.events';
export type { WorkspaceSettings } from './workspace/settings';
export type { OnboardingProgress } from './onboarding/onboarding-progress';
export type { OnboardingStep } from './onboarding/steps';
export { workspaceErrors } from './errors';
