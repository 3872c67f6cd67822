// @ts-nocheck
import { after, ERASED, type Actor } from '@letopis/kernel';
import fc from 'fast-check';
import { given, isAsTold, issue, NOW, play, rows, stateTable, type Fact } from '../../../kernel/testing';
import {
  account,
  admin,
  anna,
  anonymous,
  archived,
  boris,
  client,
  granted,
  invitationId,
  invited,
  itself,
  member,
  memberOf,
  ofInvitation,
  ofMembership,
  romashka,
  sagas,
  suspended,
  viktor,
} from '../organizations.fixtures';
import * as commands from './invitation';

const { invitation } = commands;
const of = { invitationId };
const STATES: Readonly<Record<string, readonly Fact[]>> = {
  none: [],
  created: [invited()],
  accepted: [invited(), ofInvitation('InvitationAccepted', { userId: viktor.userId })],
  declined: [invited(), ofInvitation('InvitationDeclined', {})],
  cancelled: [invited(), ofInvitation('InvitationCancelled', { by: anna.userId })],
  expired: [invited(), ofInvitation('InvitationExpired', {})],
};
const world = [itself(...client), account(anna), account(viktor), account(boris), memberOf(viktor), member(boris)];
const HOUR = after(NOW, { hours: 1 });
const TERM = after(NOW, { days: 14 });

/** §B.4, an hour after the letter; the term ends at the time of the timer. Anything else is INVITATION_CLOSED. */
const TABLE = `
| State     | InviteParticipant              | AcceptInvitation                | DeclineInvitation               | CancelInvitation                  |
| none      | → created / ParticipantInvited | NOT_FOUND                       | NOT_FOUND                       | NOT_FOUND                         |
| created   | ALREADY_EXISTS                 | → accepted / InvitationAccepted | → declined / InvitationDeclined | → cancelled / InvitationCancelled |
| accepted  | ALREADY_EXISTS                 | no-op                           | —                               | —                                 |
| declined  | ALREADY_EXISTS                 | —                               | no-op                           | —                                 |
| cancelled | ALREADY_EXISTS                 | —                               | —                               | no-op                             |
| expired   | ALREADY_EXISTS                 | —                               | —                               | —                                 |
`;
const TABLE_OF_TERMS = `
| State     | ResendInvitation             | ExpireInvitation              | NoteInvitedUser         | ForgetInvitation           |
| none      | NOT_FOUND                    | NOT_FOUND                     | NOT_FOUND               | NOT_FOUND                  |
| created   | same / InvitationResent      | → expired / InvitationExpired | same / InvitedUserFound | same / InvitationForgotten |
| accepted  | —                            | no-op                         | no-op                   | same / InvitationForgotten |
| declined  | —                            | no-op                         | no-op                   | same / InvitationForgotten |
| cancelled | —                            | no-op                         | no-op                   | same / InvitationForgotten |
| expired   | → created / InvitationResent | no-op                         | no-op                   | same / InvitationForgotten |
`;
const invite = (fields: Partial<commands.InviteParticipant> = {}) =>
  issue(commands.InviteParticipant, { ...of, organizationId: romashka, email: 'viktor@mail.ru', ...fields });
const COMMANDS: Readonly<Record<string, object>> = {
  InviteParticipant: invite(),
  AcceptInvitation: issue(commands.AcceptInvitation, of),
  DeclineInvitation: issue(commands.DeclineInvitation, of),
  CancelInvitation: issue(commands.CancelInvitation, of),
  ResendInvitation: issue(commands.ResendInvitation, of),
  ExpireInvitation: issue(commands.ExpireInvitation, of),
  NoteInvitedUser: issue(commands.NoteInvitedUser, { ...of, userId: viktor.userId }),
  ForgetInvitation: issue(commands.ForgetInvitation, of),
};
const actorOf = (name: string): Actor => {
  if (['AcceptInvitation', 'DeclineInvitation'].includes(name)) return viktor;
  return ['ExpireInvitation', 'NoteInvitedUser', 'ForgetInvitation'].includes(name) ? sagas : anna;
};

describe('R015 Invitation, by its state table', () => {
  test.each([TABLE, TABLE_OF_TERMS].flatMap((table) => stateTable(table, { dash: 'INVITATION_CLOSED' })))(
    '$state: $asked $becomes',
    (cell) => {
      const now = cell.asked === 'ExpireInvitation' ? TERM : HOUR;
      isAsTold(
        cell,
        given(invitation, ...STATES[cell.state]!)
          .and(...world)
          .when(COMMANDS[cell.asked]!, { actor: actorOf(cell.asked), now }),
      );
    },
  );

  test('the table names every command', () => expect(Object.keys(COMMANDS).sort()).toEqual(Object.keys(invitation.commands).sort()));
});

/** §B.4 «By»: Anna administers Romashka, Boris works there, Viktor is invited, `admin` is nobody there. */
const BY = `
| Command           | anonymous         | anna      | boris     | viktor    | admin     | system    |
| InviteParticipant | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| AcceptInvitation  | NOT_AUTHENTICATED | NOT_FOUND | NOT_FOUND | allow     | NOT_FOUND | allow     |
| DeclineInvitation | NOT_AUTHENTICATED | NOT_FOUND | NOT_FOUND | allow     | NOT_FOUND | NOT_FOUND |
| CancelInvitation  | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| ResendInvitation  | NOT_AUTHENTICATED | allow     | FORBIDDEN | NOT_FOUND | NOT_FOUND | FORBIDDEN |
| ExpireInvitation  | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| NoteInvitedUser   | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
| ForgetInvitation  | NOT_AUTHENTICATED | FORBIDDEN | FORBIDDEN | FORBIDDEN | FORBIDDEN | allow     |
`;

describe('R016 Who may do what with an invitation', () => {
  const actors = { anonymous, anna, boris, viktor, admin, system: sagas };
  test.each(rows(BY).map((row) => [row.Command!, row] as const))('%s', (name, { Command: _, ...verdicts }) => {
    const state = given(invitation, invited()).and(...world, account(admin), memberOf(admin));
    const judged = Object.entries(actors).map(([who, actor]) => [who, state.when(COMMANDS[name]!, { actor }).verdict]);
    expect(Object.fromEntries(judged)).toEqual(verdicts);
  });
});

describe('R015 Inviting', () => {
  const inviting = (fields: Partial<commands.InviteParticipant>, ...streams: ReturnType<typeof itself>[]) =>
    given(invitation)
      .and(itself(...client), account(anna), ...streams)
      .when(invite(fields), { actor: anna });

  test('goes to an address, as an employee unless it says otherwise, for fourteen days', () => {
    inviting({}, memberOf(viktor)).then(invited());
    inviting(
      { email: ' Olga@Mail.ru ', memberKind: 'client', message: 'Ждём', departmentIds: ['d'], roleCodes: ['r'] },
      memberOf(viktor),
    ).then(invited({ email: 'Olga@Mail.ru', memberKind: 'client', message: 'Ждём', departmentIds: ['d'], roleCodes: ['r'] }));
    inviting({ email: 'a@mail..ru' }, memberOf(viktor)).thenRefused('ORGANIZATION_EMAIL_INVALID');
  });

  test('knows whom the address belongs to, if the account is active', () => {
    inviting({ email: 'VIKTOR@mail.ru' }, account(viktor), memberOf(viktor)).then(
      invited({ email: 'VIKTOR@mail.ru', userId: viktor.userId }),
    );
    inviting({}, account(viktor, 'registered'), memberOf(viktor)).then(invited());
  });

  test.each([
    ['active', [granted(viktor)], 'ALREADY_MEMBER'],
    ['suspended', [granted(viktor), ofMembership('MembershipSuspended', {})], 'ALREADY_MEMBER'],
    ['revoked', [granted(viktor), ofMembership('MembershipRevoked', { by: 'x' })], undefined],
  ])('a member who is %s', (_, facts, code) => {
    expect(inviting({}, account(viktor), memberOf(viktor, ...facts)).result.refused).toBe(code);
  });
});

describe('Answering an invitation', () => {
  const answering = (name: string, actor: Actor, now = HOUR, ...streams: ReturnType<typeof itself>[]) =>
    given(invitation, invited())
      .and(...streams, ...world.filter(({ id }) => !streams.some((other) => other.id === id)))
      .when(COMMANDS[name]!, { actor, now });

  test('is for whom the address belongs to, however it is spelt, while the term lasts', () => {
    answering('AcceptInvitation', viktor).then(ofInvitation('InvitationAccepted', { userId: viktor.userId }));
    answering('AcceptInvitation', viktor, TERM).thenRefused('INVITATION_CLOSED');
    given(invitation, invited({ email: 'Viktor@MAIL.ru' }))
      .and(...world)
      .when(COMMANDS.AcceptInvitation!, { actor: viktor })
      .isAllowed();
  });

  test('by the system it is for the person who has registered by it', () => {
    const by = (userId?: string) =>
      given(invitation, invited())
        .and(...world)
        .when(issue(commands.AcceptInvitation, { ...of, userId }), { actor: sagas });
    by(viktor.userId).then(ofInvitation('InvitationAccepted', { userId: viktor.userId }));
    by(boris.userId).thenRefused('NOT_FOUND');
    by().thenRefused('NOT_FOUND');
  });

  test.each([
    ['suspended', suspended, 'ORGANIZATION_SUSPENDED'],
    ['archived', archived, 'ORGANIZATION_ARCHIVED'],
  ])('an organization that is %s is not entered', (_, facts, code) =>
    answering('AcceptInvitation', viktor, HOUR, itself(...facts)).thenRefused(code),
  );

  test('a member put out for a while does not come back by it', () =>
    answering('AcceptInvitation', viktor, HOUR, memberOf(viktor, granted(viktor), ofMembership('MembershipSuspended', {}))).thenRefused(
      'ALREADY_MEMBER',
    ));

  test('the letter goes again an hour after the last one, with a new term', () => {
    const early = after(NOW, { minutes: 59 });
    answering('ResendInvitation', anna, early).thenRefused('RATE_LIMITED', { seconds: 60 });
    answering('ResendInvitation', anna).then(ofInvitation('InvitationResent', { expiresAt: after(HOUR, { days: 14 }) }));
    const resent = ofInvitation('InvitationResent', { expiresAt: after(HOUR, { days: 14 }) }, { at: HOUR });
    given(invitation, invited(), resent).when(COMMANDS.ExpireInvitation!, { actor: sagas, now: TERM }).thenNothing();
  });

  test('who was found is noted once, and only whom the address belongs to', () => {
    const noted = ofInvitation('InvitedUserFound', { userId: viktor.userId });
    given(invitation, invited(), noted)
      .and(...world)
      .when(COMMANDS.NoteInvitedUser!, { actor: sagas })
      .thenNothing();
    const other = issue(commands.NoteInvitedUser, { ...of, userId: boris.userId });
    given(invitation, invited())
      .and(...world)
      .when(other, { actor: sagas })
      .thenNothing();
  });

  test('forgotten, it tells no address and cannot be sent again', () => {
    const forgotten = ofInvitation('InvitationForgotten', {});
    const state = given(invitation, invited(), forgotten).and(...world);
    expect(state.when(COMMANDS.ForgetInvitation!, { actor: sagas }).before).toMatchObject({ email: ERASED });
    state.when(COMMANDS.ForgetInvitation!, { actor: sagas }).thenNothing();
    state.when(COMMANDS.ResendInvitation!, { actor: anna, now: HOUR }).thenRefused('INVITATION_CLOSED');
    state.when(COMMANDS.AcceptInvitation!, { actor: viktor }).thenRefused('NOT_FOUND');
  });
});

describe('Whatever is asked in whatever order', () => {
  const ALLOWED = ['none created', 'created accepted', 'created declined', 'created cancelled', 'created expired', 'expired created'];
  const step = fc
    .tuple(fc.constantFrom(...Object.values(COMMANDS)), fc.constantFrom<Actor>(anna, viktor, sagas), fc.constantFrom(NOW, HOUR, TERM))
    .map(([command, actor, now]) => ({ command, circumstances: { actor, now } }));

  test('only the transitions of the state table happen, and it is accepted once, by whom it was sent to', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const moments = play(invitation, steps, { id: invitationId, others: world });
        for (const { before, after: then } of moments)
          if (before.status !== then.status) expect(ALLOWED).toContain(`${before.status} ${then.status}`);
        const acceptances = moments.flatMap(({ events }) => events).filter(({ type }) => type === 'InvitationAccepted');
        expect(acceptances.length).toBeLessThanOrEqual(1);
        for (const { data } of acceptances) expect(data).toEqual({ userId: viktor.userId });
      }),
    );
  });
});
