// @ts-nocheck
import { after, saga, schedule, send } from '@letopis/kernel';
import { EnrichOrganization } from '../organization/organization.commands';
import type { OrganizationEvents } from '../organization/organization.events';
import { organization } from '../organization/organization';

const ATTEMPTS = 5;
const BETWEEN = { hours: 6 };

/** Asks the directory of companies for what a person did not type; after five attempts in a day the INN stays the name. */
export const organizationEnrichmentSaga = saga<OrganizationEvents>()({
  name: 'OrganizationEnrichmentSaga',
  on: {
    OrganizationAdded: ({ aggregateId, metadata }) => [
      send(EnrichOrganization, { organizationId: aggregateId }),
      schedule('enrichment', after(metadata.occurredAt, BETWEEN), { attempt: 2 }),
    ],
  },
  onTimer: {
    enrichment: async ({ aggregateId, dueAt, payload }, { state }) => {
      if ((await state(organization, aggregateId)).enriched) return [];
      const attempt = Number(payload.attempt);
      const next = attempt < ATTEMPTS ? [schedule('enrichment', after(dueAt, BETWEEN), { attempt: attempt + 1 })] : [];
      return [send(EnrichOrganization, { organizationId: aggregateId }), ...next];
    },
  },
});
