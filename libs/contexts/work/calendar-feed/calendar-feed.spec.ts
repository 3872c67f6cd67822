import { membership, type MembershipEvents } from '@letopis/contexts/organizations';
import { send, type Actor } from '@letopis/kernel';
import { facts, given, isAsTold, issue, stateTable, stream, when, type Fact } from '../../../kernel/testing';
import { calendarFeeds } from '../projections/calendar-feeds';
import { boris, client, lena, romashka, sagas, staffIdOf, stranger, viktor, world } from '../work.fixtures';
import { calendarFeed, calendarFeedOf, IssueCalendarFeed, RevokeCalendarFeed, type CalendarFeedEvents } from './calendar-feed';
import { calendarFeedSaga } from './closing.saga';

const told = facts<CalendarFeedEvents>();
const calendarFeedId = calendarFeedOf(romashka, viktor.userId);
const secret = { tokenHash: 'hash', secretRef: 'vault:1' };
const issued = told('CalendarFeedIssued', { organizationId: romashka, userId: viktor.userId, staffId: staffIdOf(viktor), ...secret });
const revoked = told('CalendarFeedRevoked', {});
const COMMANDS: Readonly<Record<string, object>> = {
  IssueCalendarFeed: issue(IssueCalendarFeed, { organizationId: romashka }),
  RevokeCalendarFeed: issue(RevokeCalendarFeed, { calendarFeedId }),
};
const asked = (name: string, actor: Actor, ...past: readonly Fact[]) =>
  given(calendarFeed, ...past)
    .and(...world)
    .when(COMMANDS[name]!, { actor, id: calendarFeedId, answers: { secret } });

describe('R107 A link to the own calendar', () => {
  const table = `
  | State   | IssueCalendarFeed           | RevokeCalendarFeed            |
  | none    | → open / CalendarFeedIssued | NOT_FOUND                     |
  | open    | same / CalendarFeedIssued   | → revoked / CalendarFeedRevoked |
  | revoked | → open / CalendarFeedIssued | no-op                         |
  `;
  const states: Readonly<Record<string, readonly Fact[]>> = { none: [], open: [issued], revoked: [issued, revoked] };
  test.each(stateTable(table, { dash: '—' }))('$state: $asked $becomes', (cell) =>
    isAsTold(cell, asked(cell.asked, viktor, ...states[cell.state]!)),
  );

  test('is for those who work in the organization, each the own, and nobody ends another’s', () => {
    asked('IssueCalendarFeed', viktor).then(issued);
    asked('IssueCalendarFeed', client).isRefused('FORBIDDEN');
    asked('IssueCalendarFeed', stranger).isRefused('NOT_FOUND');
    asked('IssueCalendarFeed', sagas).isRefused('FORBIDDEN');
    expect(calendarFeedOf(romashka, boris.userId)).not.toBe(calendarFeedId);
    for (const other of [boris, lena, stranger]) asked('RevokeCalendarFeed', other, issued).isRefused('NOT_FOUND');
  });

  test('renewed, it keeps nothing of the one before', () => {
    const again = told('CalendarFeedIssued', { organizationId: romashka, userId: viktor.userId, tokenHash: 'other', secretRef: 'vault:2' });
    expect(asked('IssueCalendarFeed', viktor, issued, again).before).toMatchObject({ tokenHash: 'other', secretRef: 'vault:2' });
    expect(asked('RevokeCalendarFeed', viktor, issued, revoked).before).not.toHaveProperty('tokenHash');
  });

  test('ends with the membership', async () => {
    const left = stream(
      membership,
      `${romashka}:${viktor.userId}`,
      facts<MembershipEvents>()('MembershipRevoked', { reason: 'x' } as never),
    );
    const streams = [stream(calendarFeed, calendarFeedId, issued)];
    await when(calendarFeedSaga, left, { streams }).thenEffects(send(RevokeCalendarFeed, { calendarFeedId }));
    await when(calendarFeedSaga, left).thenNothing();
  });

  test('is told to its owner without what is secret', () => {
    const row = { calendarFeedId, organizationId: romashka, userId: viktor.userId, issuedAt: '2026-03-02T09:00:00.000Z' };
    given(calendarFeeds, stream(calendarFeed, calendarFeedId, issued)).thenDocument(calendarFeedId, { ...row, status: 'open' });
    given(calendarFeeds, stream(calendarFeed, calendarFeedId, issued, revoked)).thenDocument(calendarFeedId, { ...row, status: 'revoked' });
  });
});
