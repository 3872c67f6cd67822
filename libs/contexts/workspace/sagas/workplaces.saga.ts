import type { OrganizationEvents } from '@letopis/contexts/organizations';
import { saga, send } from '@letopis/kernel';
import { seededWorkplaces } from '../workplace/seeds';
import { CreateWorkplace } from '../workplace/workplace';

/** Gives a new client organization the workplaces that roles open. */
export const workplacesSaga = saga<OrganizationEvents>()({
  name: 'WorkplacesSaga',
  on: {
    OrganizationRegisteredAsClient: ({ aggregateId }) => seededWorkplaces(aggregateId).map((each) => send(CreateWorkplace, each)),
  },
});
