import type { OrganizationEvents } from '@letopis/contexts/organizations';
import { saga, seededId, send } from '@letopis/kernel';
import { CreateProcessDefinition, PublishProcessDefinition } from '../process-definition/process-definition.commands';
import { processDefinition } from '../process-definition/process-definition';
import { seededDefinitions } from '../seeds';

const seeds = seededDefinitions as readonly { readonly code: string }[];

/** Gives every client organization the templates that everybody begins with; what it has made of them stays. */
export const processBootstrapSaga = saga<OrganizationEvents>()({
  name: 'ProcessBootstrapSaga',
  gives: seeds.map(({ code }) => code).join(),
  on: {
    OrganizationRegisteredAsClient: async ({ aggregateId: organizationId }, { state }) => {
      const given = seeds.map(async (data) => {
        const { code } = data;
        const processDefinitionId = seededId(organizationId, `processDefinition:${code}`);
        const { status } = await state(processDefinition, processDefinitionId);
        // A draft may be half of what was given when the process died; what was published once is theirs.
        if (status !== 'none' && status !== 'draft') return [];
        return [
          send(CreateProcessDefinition, { processDefinitionId, organizationId, code, data: { ...data }, system: true }),
          send(PublishProcessDefinition, { processDefinitionId }),
        ];
      });
      return (await Promise.all(given)).flat();
    },
  },
});
