// @ts-nocheck
import { everything, only, overseesService, refused, type ReadPolicy } from '@letopis/kernel';

/** Administrators and auditors of the service see all rows, nobody else any. */
export const platformSees: ReadPolicy = {
  name: 'platform',
  see: ({ actor }) => (overseesService(actor) ? everything : refused('FORBIDDEN')),
};

/** Everybody who is signed in sees the own rows; administrators and auditors of the service see all. */
export const ownRows = (field: string): ReadPolicy => ({
  name: 'self, platform',
  see: ({ actor }) => {
    if (overseesService(actor)) return everything;
    return actor.kind === 'user' ? only({ [field]: actor.userId }) : refused('FORBIDDEN');
  },
});

/** Everybody who is signed in sees all rows. */
export const usersSee: ReadPolicy = { name: 'user', see: ({ actor }) => (actor.kind === 'user' ? everything : refused('FORBIDDEN')) };
