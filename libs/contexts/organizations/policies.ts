import {
  everything,
  only,
  overseesService,
  refused,
  stateIn,
  type Actor,
  type Policy,
  type Question,
  type ReadPolicy,
} from '@letopis/kernel';
import type { Membership } from './membership/membership';
import type { Organization } from './organization/organization.state';

const person = (actor: Actor) => (actor.kind === 'user' ? actor.userId : undefined);
const standing = (organizationId: string | undefined, actor: Actor) => ({
  organization: stateIn<Organization>('organization', organizationId),
  membership: stateIn<Membership>('membership', organizationId && person(actor) && `${organizationId}:${person(actor)}`),
});
type Standing = { organization: Organization; membership: Membership };

/**
 * An administrator of the organization that a record of its workspace belongs to. To members the record is closed,
 * to everybody else it is not there.
 */
export const administratorOf = <Command, State>(
  organizationId: (question: Question<Command, State>) => string | undefined,
): Policy<Command, State> => ({
  name: 'orgAdmin',
  needs: (question) => standing(organizationId(question), question.actor),
  judge: ({ actor }, answers) => {
    const { organization, membership } = answers as Standing;
    if (actor.kind === 'anonymous') return 'NOT_AUTHENTICATED';
    if (actor.kind !== 'user') return 'FORBIDDEN';
    const administers = organization.administrators.includes(actor.userId);
    if (!administers) return membership.status === 'active' ? 'FORBIDDEN' : 'NOT_FOUND';
    if (organization.status === 'suspended') return 'ORGANIZATION_SUSPENDED';
    return organization.status === 'archived' ? 'ORGANIZATION_ARCHIVED' : 'allow';
  },
});

/** Rows of the one organization that the filter names, for its administrators; all rows for those of the service. */
export const administratorsSee: ReadPolicy = {
  name: 'orgAdmin, platform',
  needs: ({ actor, filter }) => standing(filter.organizationId as string | undefined, actor),
  see: ({ actor, filter }, answers) => {
    if (overseesService(actor)) return everything;
    if (actor.kind !== 'user') return refused('FORBIDDEN');
    const { organization, membership } = answers as Standing;
    if (organization.administrators.includes(actor.userId)) return only({ organizationId: filter.organizationId });
    return refused(membership.status === 'active' || filter.organizationId === undefined ? 'FORBIDDEN' : 'NOT_FOUND');
  },
};
