// @ts-nocheck
import { after, type Actor } from '@letopis/kernel';
import fc from 'fast-check';
import { given, isAsTold, issue, NOW, play, rows, stateTable, type Fact } from '../../../kernel/testing';
import {
  accessRequestId,
  admin,
  anna,
  anonymous,
  archived,
  boris,
  client,
  granted,
  itself,
  listed,
  member,
  memberOf,
  ofMembership as told,
  romashka,
  sagas,
  suspended,
  viktor,
  withBoris,
} from '../organizations.fixtures';
import * as membershipOf from './membership';

const { membership } = membershipOf;
const { userId } = viktor;
const of = { organizationId: romashka, userId };
const off = told('MembershipSuspended', { reason: 'Отпуск' });
const revoked = told('MembershipRevoked', { by: anna.userId });
const STATES: Readonly<Record<string, readonly Fact[]>> = {
  none: [],
  active: [granted(viktor)],
  suspended: [granted(viktor), off],
  revoked: [granted(viktor), revoked],
};

/** §B.3 */
const TABLE = `
| State     | GrantMembership              | SuspendMembership                 | ResumeMembership             | RevokeMembership              |
| none      | → active / MembershipGranted | —                                 | —                            | —                             |
| active    | no-op                        | → suspended / MembershipSuspended | no-op                        | → revoked / MembershipRevoked |
| suspended | INVALID_STATE                | no-op                             | → active / MembershipResumed | → revoked / MembershipRevoked |
| revoked   | → active / MembershipGranted | —                                 | —                            | no-op                         |
`;
const TABLE_OF_GRANTS = `
| State     | GrantRestrictedAccess          | RevokeRestrictedAccess | ChangeMemberKind         | NoteAccessRejection         |
| none      | —                              | —                      | —                        | same / AccessRejectionNoted |
| active    | same / RestrictedAccessGranted | no-op                  | same / MemberKindChanged | same / AccessRejectionNoted |
| suspended | INVALID_STATE                  | INVALID_STATE          | INVALID_STATE            | same / AccessRejectionNoted |
| revoked   | —                              | —                      | —                        | same / AccessRejectionNoted |
`;
const COMMANDS: Readonly<Record<string, object>> = {
  GrantMembership: issue(membershipOf.GrantMembership, { ...of, memberKind: 'employee', via: 'access_request', sourceId: accessRequestId }),
  ChangeMemberKind: issue(membershipOf.ChangeMemberKind, { ...of, memberKind: 'client' }),
  GrantRestrictedAccess: issue(membershipOf.GrantRestrictedAccess, { ...of, node: 'crm' }),
  RevokeRestrictedAccess: issue(membershipOf.RevokeRestrictedAccess, { ...of, node: 'crm' }),
  SuspendMembership: issue(membershipOf.SuspendMembership, { ...of, reason: 'Отпуск' }),
  ResumeMembership: issue(membershipOf.ResumeMembership, of),
  RevokeMembership: issue(membershipOf.RevokeMembership, of),
  NoteAccessRejection: issue(membershipOf.NoteAccessRejection, { ...of, accessRequestId }),
};
const world = [itself(...client)];

describe('R017 Membership, by its state table', () => {
  test.each([TABLE, TABLE_OF_GRANTS].flatMap((table) => stateTable(table, { dash: 'NOT_A_MEMBER' })))('$state: $asked $becomes', (cell) => {
    const actor = cell.asked === 'NoteAccessRejection' ? sagas : anna;
    isAsTold(
      cell,
      given(membership, ...STATES[cell.state]!)
        .and(...world)
        .when(COMMANDS[cell.asked]!, { actor }),
    );
  });

  test('the table names every command', () => expect(Object.keys(COMMANDS).sort()).toEqual(Object.keys(membership.commands).sort()));
});

describe('Membership', () => {
  const as = (name: string, actor: Actor, ...facts: readonly Fact[]) =>
    given(membership, ...facts)
      .and(...world)
      .when(COMMANDS[name]!, { actor });

  test.each([
    ['listed', listed, 'ORGANIZATION_NOT_CLIENT'],
    ['a client', client, undefined],
    ['suspended', suspended, undefined],
    ['archived', archived, 'ORGANIZATION_NOT_CLIENT'],
  ])('in an organization that is %s', (_, facts, code) => {
    expect(
      given(membership)
        .and(itself(...facts))
        .when(COMMANDS.GrantMembership!, { actor: sagas }).result.refused,
    ).toBe(code);
  });

  test.each(['SuspendMembership', 'RevokeMembership'])('an administrator is not to be put out by %s', (name) => {
    const asked = given(membership, granted(viktor))
      .and(itself(...client, { ...withBoris, data: { userId, assignedBy: anna.userId } }))
      .when(COMMANDS[name]!, { actor: anna });
    asked.thenRefused('MEMBER_IS_ADMINISTRATOR');
  });

  test('R023 a restricted access is granted until a time, again with another, and taken away', () => {
    const until = after(NOW, { days: 1 });
    const limited = issue(membershipOf.GrantRestrictedAccess, { ...of, node: 'crm', until });
    const grant = told('RestrictedAccessGranted', { node: 'crm' });
    const limitedGrant = told('RestrictedAccessGranted', { node: 'crm', until });
    as('GrantRestrictedAccess', anna, granted(viktor), grant).thenNothing();
    given(membership, granted(viktor), grant)
      .and(...world)
      .when(limited, { actor: anna })
      .then(limitedGrant);
    given(membership, granted(viktor), limitedGrant)
      .and(...world)
      .when(limited, { actor: anna })
      .thenNothing();
    as('RevokeRestrictedAccess', sagas, granted(viktor), grant).then(told('RestrictedAccessRevoked', { node: 'crm' }));
  });

  test('R017 after a revocation the grants start empty', () => {
    const grant = told('RestrictedAccessGranted', { node: 'crm' });
    expect(as('GrantMembership', sagas, granted(viktor), grant, revoked).after.restrictedGrants).toEqual([]);
    expect(as('RevokeMembership', anna, granted(viktor), grant).after.restrictedGrants).toEqual([]);
  });

  test('the same kind is no change, and a rejection is noted once', () => {
    as('ChangeMemberKind', anna, granted(viktor, 'client')).thenNothing();
    as('NoteAccessRejection', sagas, told('AccessRejectionNoted', { accessRequestId })).thenNothing();
  });

  test('its records belong to the organization', () =>
    expect(membership.organizationId(membership.initialState, `${romashka}:${userId}`)).toBe(romashka));
});

/** §B.3 «By», on the membership of Viktor: Anna administers Romashka, Boris works there; `admin` is nobody there. */
const BY = `
| Command                | anonymous         | anna      | boris     | viktor    | admin     | system    |
| GrantMembership        | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | allow     |
| ChangeMemberKind       | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
| GrantRestrictedAccess  | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | allow     |
| RevokeRestrictedAccess | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | allow     |
| SuspendMembership      | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
| ResumeMembership       | NOT_AUTHENTICATED | allow     | FORBIDDEN | FORBIDDEN | NOT_FOUND | FORBIDDEN |
| RevokeMembership       | NOT_AUTHENTICATED | allow     | FORBIDDEN | allow     | NOT_FOUND | allow     |
| NoteAccessRejection    | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
`;

describe('Who may do what with a membership', () => {
  const actors = { anonymous, anna, boris, viktor, admin, system: sagas };
  test.each(rows(BY).map((row) => [row.Command!, row] as const))('R018 %s', (name, { Command: _, ...verdicts }) => {
    const state = given(membership, granted(viktor)).and(...world, member(boris), memberOf(admin));
    const judged = Object.entries(actors).map(([who, actor]) => [who, state.when(COMMANDS[name]!, { actor }).verdict]);
    expect(Object.fromEntries(judged)).toEqual(verdicts);
  });

  test('R016 an administrator of another organization learns nothing of this one', () => {
    const elsewhere = { ...client.at(-1)!, data: { userId: boris.userId, assignedBy: 'x' } };
    const state = given(membership, granted(viktor)).and(itself(...client.slice(0, -1), elsewhere));
    state.when(COMMANDS.SuspendMembership!, { actor: anna }).isRefused('NOT_FOUND');
  });

  test('nobody works in a suspended organization', () => {
    const asked = given(membership, granted(viktor))
      .and(itself(...suspended))
      .when(COMMANDS.SuspendMembership!, { actor: anna });
    asked.thenRefused('ORGANIZATION_SUSPENDED');
  });
});

describe('Whatever is asked in whatever order', () => {
  const ALLOWED = ['none active', 'active suspended', 'suspended active', 'active revoked', 'suspended revoked', 'revoked active'];
  const step = fc
    .tuple(fc.constantFrom(...Object.values(COMMANDS)), fc.constantFrom<Actor>(anna, viktor, sagas))
    .map(([command, actor]) => ({ command, circumstances: { actor } }));

  test('only the transitions of the state table happen, only active members hold grants, and of rejections the last three are kept', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        for (const { before, after, refused } of play(membership, steps, { id: `${romashka}:${userId}`, others: world })) {
          if (before.status !== after.status) expect(ALLOWED).toContain(`${before.status} ${after.status}`);
          if (refused !== undefined) expect(after).toEqual(before);
          if (after.status === 'none' || after.status === 'revoked') expect(after.restrictedGrants).toEqual([]);
          expect(after.rejections.length).toBeLessThanOrEqual(3);
          expect(new Set(after.restrictedGrants.map(({ node }) => node)).size).toBe(after.restrictedGrants.length);
        }
      }),
    );
  });
});
