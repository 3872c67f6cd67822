import type { StaffMemberEvents } from '@letopis/contexts/staff';
import { system, type Actor, type UserActor } from '@letopis/kernel';
import { facts, type Fact, type Stream } from '../../kernel/testing';
import { member, organizationOf, person, works as worksAs } from '../romashka.fixtures';

export { romashka, staffIdOf } from '../romashka.fixtures';

/** Administers Romashka. */
export const anna = person('anna');
/** Works there with every right on clients but that to edit all. */
export const lena = person('lena');
/** Works there and only looks. */
export const oleg = person('oleg');
/** A client of Romashka, and nobody there. */
const viktor = person('viktor');
const stranger = person('stranger');
export const actors: Readonly<Record<string, Actor>> = {
  anonymous: { kind: 'anonymous' },
  anna,
  lena,
  oleg,
  viktor,
  stranger,
  system: system('sagas'),
};

const ofStaff = facts<StaffMemberEvents>();
export const works = (who: UserActor, ...more: readonly Fact[]): Stream => worksAs(who, 'x@romashka.ru', ...more);

const CRM = ['contacts', 'companies'].flatMap((section) => ['view', 'create', 'edit', 'delete'].map((fn) => `crm.${section}:${fn}`));
export const people: readonly Stream[] = [
  organizationOf(anna),
  member(anna),
  member(lena),
  member(oleg),
  member(viktor, 'client'),
  works(lena, ...CRM.map((node) => ofStaff('StaffRightGranted', { node }))),
  works(oleg),
];
