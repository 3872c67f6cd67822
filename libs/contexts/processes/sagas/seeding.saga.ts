import type { OrganizationEvents } from '@letopis/contexts/organizations';
import { saga, seededId, send } from '@letopis/kernel';
import { CreateProcessDefinition, PublishProcessDefinition } from '../process-definition/process-definition.commands';
import { seededDefinitions } from '../seeds';

/** Gives a new client organization the templates that everybody begins with. */
export const processBootstrapSaga = saga<OrganizationEvents>()({
  name: 'ProcessBootstrapSaga',
  on: {
    OrganizationRegisteredAsClient: ({ aggregateId: organizationId }) =>
      seededDefinitions.flatMap((data) => {
        const { code } = data as { code: string };
        const processDefinitionId = seededId(organizationId, `processDefinition:${code}`);
        return [
          send(CreateProcessDefinition, { processDefinitionId, organizationId, code, data: data as Record<string, unknown>, system: true }),
          send(PublishProcessDefinition, { processDefinitionId }),
        ];
      }),
  },
});
