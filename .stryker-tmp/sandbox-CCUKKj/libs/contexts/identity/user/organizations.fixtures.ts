// @ts-nocheck
import { organization, type OrganizationEvents } from '@letopis/contexts/organizations';
import { derivedId } from '@letopis/kernel';
import { facts, type Fact } from '../../../kernel/testing';

export { organization };

/** An organization that people of this context administer. */
export const romashka = derivedId('organization', 'romashka');
export const ofRomashka = facts<OrganizationEvents>();

export const administeredBy = (...userIds: readonly string[]): readonly Fact[] => [
  ofRomashka('OrganizationAdded', { kind: 'legal_entity', inn: '7707083893', displayName: 'Ромашка', addedBy: userIds[0]! }),
  ofRomashka('OrganizationRegisteredAsClient', { requestId: romashka, registeredAt: '2026-03-02T09:00:00.000Z' }),
  ...userIds.map((userId) => ofRomashka('AdministratorAssigned', { userId, assignedBy: userIds[0]! })),
];
