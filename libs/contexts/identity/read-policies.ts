import { everything, only, refused, type Actor, type ReadPolicy } from '@letopis/kernel';

const holds = (actor: Actor, ...roles: readonly string[]) =>
  actor.kind === 'user' && roles.some((role) => actor.platformRoles?.includes(role));

/** Administrators and auditors of the service see all rows, nobody else any. */
export const platformSees: ReadPolicy = {
  name: 'platform',
  see: ({ actor }) => (holds(actor, 'PLATFORM_ADMIN', 'AUDITOR') ? everything : refused('FORBIDDEN')),
};

/** Everybody who is signed in sees the own rows; administrators and auditors of the service see all. */
export const ownRows = (field: string): ReadPolicy => ({
  name: 'self, platform',
  see: ({ actor }) => {
    if (holds(actor, 'PLATFORM_ADMIN', 'AUDITOR')) return everything;
    return actor.kind === 'user' ? only({ [field]: actor.userId }) : refused('FORBIDDEN');
  },
});

/** Everybody who is signed in sees all rows. */
export const usersSee: ReadPolicy = { name: 'user', see: ({ actor }) => (actor.kind === 'user' ? everything : refused('FORBIDDEN')) };
