import { RequestNotification } from '@letopis/contexts/communication';
import { userGroup } from '@letopis/contexts/staff';
import { cancel, derivedId, schedule, send, type Actor } from '@letopis/kernel';
import { facts, given, isAsTold, issue, NOW, stateTable, stream, when, whenTimer, type Fact } from '../../../kernel/testing';
import { calendar } from '../projections/days';
import {
  anna,
  boris,
  client,
  olga,
  romashka,
  sagas,
  staffIdOf,
  stranger,
  taskId as calendarEventId,
  viktor,
  world,
} from '../work.fixtures';
import { calendarEvent, CancelCalendarEvent, ChangeCalendarEvent, CreateCalendarEvent, type CalendarEventEvents } from './calendar-event';
import { calendarReminderSaga } from './reminder.saga';

const told = facts<CalendarEventEvents>();
const [startsAt, endsAt] = ['2026-03-03T10:00:00.000Z', '2026-03-03T11:00:00.000Z'];
const appointment = { title: 'Планёрка', startsAt, endsAt, allDay: false, attendees: [] as string[] };
const created = (more: object = {}) =>
  told('CalendarEventCreated', { organizationId: romashka, userId: viktor.userId, calendarType: 'user', ...appointment, ...more });
const cancelled = told('CalendarEventCancelled', {});
const create = (more: object = {}) =>
  issue(CreateCalendarEvent, { calendarEventId, organizationId: romashka, title: 'Планёрка', startsAt, endsAt, ...more });
const COMMANDS: Readonly<Record<string, object>> = {
  CreateCalendarEvent: create(),
  ChangeCalendarEvent: issue(ChangeCalendarEvent, { calendarEventId, place: 'Переговорная' }),
  CancelCalendarEvent: issue(CancelCalendarEvent, { calendarEventId }),
};
const STATES: Readonly<Record<string, readonly Fact[]>> = { none: [], planned: [created()], cancelled: [created(), cancelled] };
/** §G.4 */
const TABLE = `
| State     | CreateCalendarEvent              | ChangeCalendarEvent         | CancelCalendarEvent                 |
| none      | → planned / CalendarEventCreated | NOT_FOUND                   | NOT_FOUND                           |
| planned   | ALREADY_EXISTS                   | same / CalendarEventChanged | → cancelled / CalendarEventCancelled |
| cancelled | ALREADY_EXISTS                   | —                           | no-op                               |
`;
const groupId = derivedId('group', 'sales');
const group = stream(userGroup, groupId, {
  type: 'UserGroupCreated',
  data: { organizationId: romashka, name: 'Продажи', ownerStaffId: staffIdOf(boris) },
});
const asked = (command: object, actor: Actor, ...facts: readonly Fact[]) =>
  given(calendarEvent, ...facts)
    .and(...world, group)
    .when(command, { actor, id: calendarEventId });

describe('R107 An entry of a calendar', () => {
  test.each(stateTable(TABLE, { dash: 'INVALID_STATE' }))('$state: $asked $becomes', (cell) =>
    isAsTold(cell, asked(COMMANDS[cell.asked]!, viktor, ...STATES[cell.state]!)),
  );
  test('the table names every command', () => expect(Object.keys(COMMANDS).sort()).toEqual(Object.keys(calendarEvent.commands).sort()));

  test('is made in the own calendar by any member, elsewhere by staff with the right and by the product', () => {
    asked(create(), viktor).then(created());
    asked(create(), stranger).isRefused('NOT_FOUND');
    asked(create({ userId: viktor.userId }), olga).isRefused('FORBIDDEN');
    for (const actor of [anna, sagas]) asked(create({ userId: viktor.userId }), actor).then(created());
    asked(create({ userId: stranger.userId }), sagas).thenRefused('NOT_FOUND');
    expect(asked(create(), client).result.refused).toBeUndefined();
  });

  test('R108 a personal calendar has no other owner, any other type names one that is there', () => {
    asked(create({ ownerId: groupId }), anna).thenRefused('CALENDAR_OWNER_NOT_APPLICABLE');
    asked(create({ calendarType: 'group' }), anna).thenRefused('CALENDAR_OWNER_REQUIRED');
    asked(create({ calendarType: 'group', ownerId: romashka }), anna).thenRefused('NOT_FOUND');
    asked(create({ calendarType: 'company', ownerId: groupId }), anna).thenRefused('NOT_FOUND');
    for (const [calendarType, ownerId] of [
      ['group', groupId],
      ['company', romashka],
      ['rooms', groupId],
    ])
      // prettier-ignore
      expect(asked(create({ calendarType, ownerId }), anna).result.events).toMatchObject([{ data: { calendarType, ownerId } }]);
    asked(create({ calendarType: 'company', ownerId: romashka }), viktor).isRefused('FORBIDDEN');
  });

  test('begins before it ends; one of whole days may be of one', () => {
    asked(create({ endsAt: startsAt }), viktor).thenRefused('PERIOD_INVALID');
    asked(create({ endsAt: startsAt, allDay: true }), viktor).then(created({ endsAt: startsAt, allDay: true }));
    asked(issue(ChangeCalendarEvent, { calendarEventId, startsAt: endsAt }), viktor, created()).thenRefused('PERIOD_INVALID');
  });

  test('is changed by whose it is and by staff with the right, and the same again is none', () => {
    const change = issue(ChangeCalendarEvent, { calendarEventId, title: 'Планёрка', place: 'Зал', attendees: [olga.userId, olga.userId] });
    const changes = { place: { to: 'Зал' }, attendees: { from: [], to: [olga.userId] } };
    for (const actor of [viktor, anna]) asked(change, actor, created()).then(told('CalendarEventChanged', { changes }));
    asked(change, viktor, created({ place: 'Зал', attendees: [olga.userId] })).thenNothing();
    asked(change, olga, created()).isRefused('NOT_FOUND');
  });
});

describe('CalendarReminderSaga', () => {
  const remindBeforeMin = 30;
  const at = '2026-03-03T09:30:00.000Z';
  const of = (...facts: readonly Fact[]) => stream(calendarEvent, calendarEventId, ...facts);
  const happens = (...facts: readonly Fact[]) => when(calendarReminderSaga, of(...facts), { streams: world });

  test('brings it to mind as long before as wanted, anew when it is moved, and never when it is off', async () => {
    await happens(created({ remindBeforeMin })).thenEffects(schedule('remind', at));
    await happens(created()).thenNothing();
    await happens(created({ remindBeforeMin, startsAt: '2026-03-02T09:10:00.000Z' })).thenNothing();
    const moved = told('CalendarEventChanged', { changes: { startsAt: { from: startsAt, to: '2026-03-03T10:15:00.000Z' } } });
    await happens(created({ remindBeforeMin }), moved).thenEffects(cancel('remind'), schedule('remind', '2026-03-03T09:45:00.000Z'));
    await happens(created({ remindBeforeMin }), cancelled).thenEffects(cancel('remind'));
  });

  test('tells whose it is and everybody who is invited, once each', async () => {
    const fires = (...facts: readonly Fact[]) => whenTimer(calendarReminderSaga, 'remind', of(...facts), { streams: world, dueAt: at });
    const message = (userId: string) =>
      send(RequestNotification, {
        notificationId: derivedId('remind', calendarEventId, userId, at),
        organizationId: romashka,
        recipient: { userId },
        category: 'notable_event',
        policy: 'user_notification',
        textSite: 'Скоро: Планёрка',
        link: { type: 'calendarEvent', id: calendarEventId },
      });
    const attendees = [olga.userId, viktor.userId];
    await fires(created({ remindBeforeMin, attendees })).thenEffects(message(viktor.userId), message(olga.userId));
    await fires(created({ remindBeforeMin }), cancelled).thenNothing();
    await fires(created({ remindBeforeMin: 10 })).thenNothing();
  });
});

test('R107 the calendar shows what is planned, changed and off', () => {
  const row = { calendarEventId, organizationId: romashka, userId: viktor.userId, calendarType: 'user', ...appointment, changedAt: NOW };
  const of = (...facts: readonly Fact[]) => given(calendar, stream(calendarEvent, calendarEventId, ...facts));
  of(created()).thenDocument(calendarEventId, { ...row, status: 'planned' });
  of(created(), told('CalendarEventChanged', { changes: { place: { to: 'Зал' } } })).thenDocument(calendarEventId, {
    ...row,
    place: 'Зал',
    status: 'planned',
  });
  of(created(), cancelled).thenDocument(calendarEventId, { ...row, status: 'cancelled' });
});
