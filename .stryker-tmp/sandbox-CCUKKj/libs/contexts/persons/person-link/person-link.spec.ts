// @ts-nocheck
import { type Actor } from '@letopis/kernel';
import fc from 'fast-check';
import { given, isAsTold, issue, play, rows, stateTable, stream, type Fact } from '../../../kernel/testing';
import {
  account,
  accepted,
  actors,
  anna,
  archivedCard,
  boris,
  card,
  created,
  elsewhere,
  EMAIL,
  LINKS,
  memberOf,
  ofLink,
  ofUser,
  organizationItself,
  personId,
  personLinkId,
  phoneId,
  registered,
  requested,
  romashka,
  sagas,
  suspended,
  viktor,
  world,
} from '../persons.fixtures';
import { person } from '../person/person';
import * as links from './person-link';

const { personLink } = links;
const of = { personLinkId };
const others = [...world, card()];

/** §C.3, decided by those who may. */
const TABLE = `
| State     | CreatePersonLinkRequest       | AcceptPersonLink               | RejectPersonLink               | CancelPersonLinkRequest          | RevokePersonLink             |
| none      | → created / PersonLinkRequested | NOT_FOUND                      | NOT_FOUND                      | NOT_FOUND                        | NOT_FOUND                    |
| created   | ALREADY_EXISTS                | → accepted / PersonLinkAccepted | → rejected / PersonLinkRejected | → cancelled / PersonLinkCancelled | —                            |
| accepted  | ALREADY_EXISTS                | no-op                          | —                              | —                                | → revoked / PersonLinkRevoked |
| rejected  | ALREADY_EXISTS                | —                              | no-op                          | —                                | —                            |
| cancelled | ALREADY_EXISTS                | —                              | —                              | no-op                            | —                            |
| revoked   | ALREADY_EXISTS                | —                              | —                              | —                                | no-op                        |
`;
const ask = (fields: Partial<links.CreatePersonLinkRequest> = {}) =>
  issue(links.CreatePersonLinkRequest, { ...of, organizationId: romashka, personId, userEmail: EMAIL[viktor.userId]!, ...fields });
const COMMANDS: Readonly<Record<string, object>> = {
  CreatePersonLinkRequest: ask(),
  AcceptPersonLink: issue(links.AcceptPersonLink, of),
  RejectPersonLink: issue(links.RejectPersonLink, of),
  CancelPersonLinkRequest: issue(links.CancelPersonLinkRequest, of),
  RevokePersonLink: issue(links.RevokePersonLink, { ...of, reason: 'Ушёл' }),
};
const USERS_OWN = ['AcceptPersonLink', 'RejectPersonLink'];

describe('R030 R031 Person link, by its state table', () => {
  test.each(stateTable(TABLE, { dash: 'LINK_ALREADY_DECIDED' }))('$state: $asked $becomes', (cell) => {
    isAsTold(
      cell,
      given(personLink, ...LINKS[cell.state]!)
        .and(...others)
        .when(COMMANDS[cell.asked]!, { actor: USERS_OWN.includes(cell.asked) ? viktor : anna }),
    );
  });

  test('the table names every command', () => expect(Object.keys(COMMANDS).sort()).toEqual(Object.keys(personLink.commands).sort()));
});

/** §C.3 «By»: Anna administers Romashka and has asked, Boris works there, Viktor is the one named, Olga is nobody. */
const BY = `
| Command                 | anonymous         | anna               | boris              | viktor    | olga      | system    |
| CreatePersonLinkRequest | NOT_AUTHENTICATED | allow              | FORBIDDEN          | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| AcceptPersonLink        | NOT_AUTHENTICATED | NOT_LINK_ADDRESSEE | NOT_LINK_ADDRESSEE | allow     | NOT_FOUND | NOT_FOUND |
| RejectPersonLink        | NOT_AUTHENTICATED | NOT_LINK_ADDRESSEE | NOT_LINK_ADDRESSEE | allow     | NOT_FOUND | NOT_FOUND |
| CancelPersonLinkRequest | NOT_AUTHENTICATED | allow              | FORBIDDEN          | NOT_FOUND | NOT_FOUND | allow     |
| RevokePersonLink        | NOT_AUTHENTICATED | allow              | FORBIDDEN          | allow     | NOT_FOUND | allow     |
`;

describe('R031 Who may do what with a link', () => {
  test.each(rows(BY).map((row) => [row.Command!, row] as const))('%s', (name, { Command: _, ...verdicts }) => {
    const state = given(personLink, requested).and(...others, memberOf(boris));
    const judged = Object.entries(actors).map(([who, actor]) => [who, state.when(COMMANDS[name]!, { actor }).verdict]);
    expect(Object.fromEntries(judged)).toEqual(verdicts);
  });

  test('who has asked may take it back, administrator or not', () => {
    const byBoris = { ...requested, data: { ...requested.data, requestedBy: boris.userId } };
    given(personLink, byBoris)
      .and(...others)
      .when(COMMANDS.CancelPersonLinkRequest!, { actor: boris })
      .isAllowed();
  });

  test('nobody decides while the organization is suspended', () => {
    given(personLink, requested)
      .and(suspended, card())
      .when(COMMANDS.AcceptPersonLink!, { actor: viktor })
      .thenRefused('ORGANIZATION_SUSPENDED');
  });
});

describe('R029 Asking for a link', () => {
  const asking = (...streams: readonly ReturnType<typeof card>[]) => given(personLink).and(...streams);
  const base = [organizationItself(), memberOf(anna), account(anna)];

  test('names the user by the registration address, however it is spelt', () => {
    asking(...others)
      .when(ask({ userEmail: ' Viktor@MAIL.ru ', comment: 'Для подписания' }), { actor: anna })
      .then({ ...requested, data: { ...requested.data, comment: 'Для подписания' } });
  });

  test.each([
    ['nobody is registered with', [], 'LINK_USER_NOT_FOUND'],
    ['has not been activated', [registered(viktor)], 'LINK_USER_NOT_ACTIVE'],
    ['is switched off', [account(viktor, ofUser('UserDeactivated', { reason: 'x' }))], 'LINK_USER_NOT_ACTIVE'],
    ['was erased', [account(viktor, ofUser('UserDeactivated', { reason: 'x' }), ofUser('UserErased', {}))], 'LINK_USER_NOT_FOUND'],
  ])('an address that %s is refused', (_, accounts, code) =>
    asking(...base, card(), ...accounts)
      .when(ask(), { actor: anna })
      .thenRefused(code),
  );

  test('the card must be there, of this organization, and not in the archive', () => {
    asking(...world)
      .when(ask(), { actor: anna })
      .thenRefused('NOT_FOUND');
    asking(...world, stream(person, personId, created({ organizationId: elsewhere })))
      .when(ask(), { actor: anna })
      .thenRefused('NOT_FOUND');
    asking(...world, card(archivedCard))
      .when(ask(), { actor: anna })
      .thenRefused('PERSON_ARCHIVED');
  });

  const another = (facts: readonly Fact[], data: object = {}) =>
    stream(personLink, phoneId, ...facts.map((fact, at) => (at === 0 ? { ...fact, data: { ...(fact.data as object), ...data } } : fact)));

  test.each(Object.entries(LINKS).filter(([state]) => state !== 'none'))('with a link of the card that is %s', (state, facts) => {
    const outcome = asking(...others, another(facts, { userId: boris.userId })).when(ask(), { actor: anna });
    expect(outcome.result.refused).toBe(['created', 'accepted'].includes(state) ? 'LINK_PERSON_BUSY' : undefined);
  });

  test.each(Object.entries(LINKS).filter(([state]) => state !== 'none'))('D25 with a link of the user that is %s', (state, facts) => {
    const outcome = asking(...others, another(facts, { personId: phoneId })).when(ask(), { actor: anna });
    expect(outcome.result.refused).toBe(state === 'accepted' ? 'LINK_USER_BUSY' : undefined);
    const ofOther = asking(...others, another(facts, { personId: phoneId, organizationId: elsewhere })).when(ask(), { actor: anna });
    expect(ofOther.result.refused).toBeUndefined();
  });

  test('D25 of two open requests to one user only one is accepted', () => {
    given(personLink, requested)
      .and(...others, another([requested, accepted], { personId: phoneId }))
      .when(COMMANDS.AcceptPersonLink!, { actor: viktor })
      .thenRefused('LINK_USER_BUSY');
  });

  test('a card that went into the archive meanwhile is not linked', () =>
    given(personLink, requested)
      .and(...world, card(archivedCard))
      .when(COMMANDS.AcceptPersonLink!, { actor: viktor })
      .thenRefused('PERSON_ARCHIVED'));
});

describe('Whatever is asked in whatever order', () => {
  const ALLOWED = ['none created', 'created accepted', 'created rejected', 'created cancelled', 'accepted revoked'];
  const step = fc
    .tuple(fc.constantFrom(...Object.values(COMMANDS)), fc.constantFrom<Actor>(anna, boris, viktor, sagas))
    .map(([command, actor]) => ({ command, circumstances: { actor } }));

  test('R031 it is decided once, only by the one named, and holds the card while it is open or accepted', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        for (const { before, after, events, step } of play(personLink, steps, { id: personLinkId, others })) {
          if (before.status !== after.status) expect(ALLOWED).toContain(`${before.status} ${after.status}`);
          if (events.some(({ type }) => ['PersonLinkAccepted', 'PersonLinkRejected'].includes(type)))
            expect(step.circumstances?.actor).toEqual(viktor);
          const scopes = personLink.keys(after, personLinkId).map(({ scope }) => scope);
          expect(scopes).toEqual(
            { created: ['personActiveLink'], accepted: ['personActiveLink', 'userActiveLink'] }[after.status as string] ?? [],
          );
        }
      }),
    );
  });

  test('the comment of a revocation is kept with who gave it', () =>
    given(personLink, ...LINKS.accepted!)
      .and(...others)
      .when(COMMANDS.RevokePersonLink!, { actor: anna })
      .then(ofLink('PersonLinkRevoked', { by: anna.userId, reason: 'Ушёл' })));
});
