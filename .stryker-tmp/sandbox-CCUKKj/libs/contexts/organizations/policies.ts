// @ts-nocheck
import {
  everything,
  only,
  organizationIn,
  orgAdmin,
  refusedAtTheDoor,
  standingOf,
  type Standing as MembersStanding,
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
 * An administrator of the organization that a record of its workspace belongs to. To members the record is closed, to everybody
 * else, and in sessions that work in another organization, it is not there.
 */
export const administratorOf = <Command, State>(
  organizationId: (question: Question<Command, State>) => string | undefined,
): Policy<Command, State> => orgAdmin({ in: organizationId });

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

/** Rows of the organization that the session works in, or that the filter names, for every active member of it. */
export const membersSee: ReadPolicy = {
  name: 'member, platform',
  needs: ({ actor, filter }) => ({ standing: standingOf(organizationIn(actor, filter), person(actor)) }),
  see: ({ actor, filter }, answers) => {
    if (overseesService(actor)) return everything;
    const organizationId = organizationIn(actor, filter);
    if (actor.kind !== 'user' || organizationId === undefined) return refused('FORBIDDEN');
    const closed = refusedAtTheDoor((answers as { standing: MembersStanding }).standing, actor, organizationId);
    return closed ? refused(closed) : only({ organizationId });
  },
};
