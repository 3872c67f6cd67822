// @ts-nocheck
import { saga, send } from '@letopis/kernel';
import type { OrganizationEvents } from '@letopis/contexts/organizations';
import { CreateWorkspace } from '../workspace/workspace.commands';

/** Opens the workspace of a new client, before the caller has the answer. What other contexts put into it, their sagas do. */
export const workspaceBootstrapSaga = saga<OrganizationEvents>()({
  name: 'WorkspaceBootstrapSaga',
  promptly: { OrganizationRegisteredAsClient: ({ aggregateId }) => [send(CreateWorkspace, { organizationId: aggregateId })] },
});
