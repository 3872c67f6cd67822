import { userProfile, type UserProfileEvents } from '@letopis/contexts/identity';
import { userGroup, type UserGroupEvents } from '@letopis/contexts/staff';
import { derivedId, type Actor } from '@letopis/kernel';
import { facts, given, isAsTold, issue, NOW, rows, stateTable, stream, type Fact, type Stream } from '../../../kernel/testing';
import {
  anna,
  boris,
  delivered,
  failed,
  groupId,
  lena,
  member,
  notificationId,
  olga,
  requested,
  requestedOfGroup,
  romashka,
  routed,
  sagas,
  viktor,
  withPhone,
  world,
} from '../communication.fixtures';
import { communicationErrors } from '../errors';
import * as commands from './notification.commands';
import { notification } from './notification';
import { notificationSettings } from './settings';

const STATES: Readonly<Record<string, readonly Fact[]>> = {
  none: [],
  shared: [requestedOfGroup('x')],
  requested: [requested()],
  routed: [requested(), routed('email')],
  delivered: [requested(), routed('email'), delivered()],
  failed: [requested(), routed('email'), failed(4, true)],
};

/** §G.1 */
const TABLE = `
| State     | RequestNotification               | RouteNotification             | RecordDelivery                    | RecordDeliveryFailure             | EscalateNotification | MarkNotificationRead    | DismissNotification          |
| none      | → requested / NotificationRequested | NOT_FOUND                   | NOT_FOUND                         | NOT_FOUND                         | NOT_FOUND            | NOT_FOUND               | NOT_FOUND                    |
| shared    | ALREADY_EXISTS                    | no-op                         | —                                 | —                                 | —                    | same / NotificationRead | NOT_FOUND                    |
| requested | ALREADY_EXISTS                    | → routed / NotificationRouted | —                                 | —                                 | —                    | same / NotificationRead | same / NotificationDismissed |
| routed    | ALREADY_EXISTS                    | no-op                         | → delivered / NotificationDelivered | same / NotificationDeliveryFailed | no-op              | same / NotificationRead | same / NotificationDismissed |
| delivered | ALREADY_EXISTS                    | no-op                         | no-op                             | no-op                             | no-op                | same / NotificationRead | same / NotificationDismissed |
| failed    | ALREADY_EXISTS                    | no-op                         | → delivered / NotificationDelivered | no-op                           | no-op                | same / NotificationRead | same / NotificationDismissed |
`;
const to = (userId: string) => ({ recipient: { userId }, organizationId: romashka, textSite: 'Привет' });
const asked = issue(commands.RequestNotification, { notificationId, ...to(viktor.userId), category: 'message', policy: 'email' });
const COMMANDS: Readonly<Record<string, object>> = {
  RequestNotification: asked,
  RouteNotification: issue(commands.RouteNotification, { notificationId }),
  RecordDelivery: issue(commands.RecordDelivery, { notificationId, channel: 'email' }),
  RecordDeliveryFailure: issue(commands.RecordDeliveryFailure, { notificationId, channel: 'email', attempt: 1, error: 'TIMEOUT' }),
  EscalateNotification: issue(commands.EscalateNotification, { notificationId, reason: 'inactivity' }),
  MarkNotificationRead: issue(commands.MarkNotificationRead, { notificationId }),
  DismissNotification: issue(commands.DismissNotification, { notificationId }),
};
const away = { seen: { sessions: 0 }, channels: { sms: true, xmpp: false } };
/** Of a message to a group nobody is the reader. */
const readerOf = ({ asked, state }: { asked: string; state: string }) =>
  asked === 'DismissNotification' || (asked === 'MarkNotificationRead' && state !== 'shared') ? viktor : sagas;
const now = NOW;

describe('A notification', () => {
  test.each(stateTable(TABLE, { dash: 'INVALID_STATE' }))('S27 $state: $asked $becomes', (cell) => {
    const actor = readerOf(cell);
    const state = given(notification, ...STATES[cell.state]!).and(...world);
    isAsTold(cell, state.when(COMMANDS[cell.asked]!, { actor, id: notificationId, now, answers: away }));
  });

  test('the table names every command', () => {
    expect(Object.keys(COMMANDS).sort()).toEqual(Object.keys(notification.commands).sort());
  });

  const attempt = (number: number, more: Partial<commands.RecordDeliveryFailure> = {}) =>
    issue(commands.RecordDeliveryFailure, { notificationId, channel: 'email', attempt: number, error: 'TIMEOUT', ...more });
  const path = [requested(), routed('email')];

  test('S27 is tried four times, and no more after what is permanent; a failure that is told again changes nothing', () => {
    given(notification, ...path, failed(1), failed(2))
      .when(attempt(3))
      .then(failed(3));
    given(notification, ...path, failed(1), failed(2), failed(3))
      .when(attempt(4))
      .then(failed(4, true));
    given(notification, ...path)
      .when(attempt(1, { permanent: true }))
      .then(failed(1, true));
    given(notification, ...path, failed(1), failed(2))
      .when(attempt(2))
      .thenNothing();
  });

  test('S27 has failed only when every channel has', () => {
    const both = given(notification, requested(), routed('xmpp', 'email'), failed(4, true, 'xmpp'));
    expect(both.when(attempt(1)).before.status).toBe('routed');
    expect(both.when(attempt(4)).after.status).toBe('failed');
  });

  test('R114 goes by e-mail once when its reader was away, and not when it was read or dismissed', () => {
    const social = [requested({ policy: 'social_message' }), routed('site'), delivered('site')];
    const escalate = COMMANDS.EscalateNotification!;
    const escalated = { type: 'NotificationEscalated', data: { channel: 'email', reason: 'inactivity' } };
    given(notification, ...social)
      .when(escalate)
      .then(escalated);
    given(notification, ...social, escalated)
      .when(escalate)
      .thenNothing();
    given(notification, ...social, { type: 'NotificationRead', data: {} })
      .when(escalate)
      .thenNothing();
    given(notification, ...social, { type: 'NotificationDismissed', data: {} })
      .when(escalate)
      .thenNothing();
  });

  const route = COMMANDS.RouteNotification!;
  const presence = { xmppOnline: false, siteAuthorised: false };

  test('S27 a short message goes to the phone of the profile, else by e-mail', () => {
    const sms = given(notification, requested({ policy: 'sms' })).and(...world);
    sms.when(route, { answers: away }).then({ type: 'NotificationRouted', data: { channels: ['email'], presence } });
    sms
      .and(withPhone)
      .when(route, { answers: away })
      .then({ type: 'NotificationRouted', data: { channels: ['sms'], presence } });
  });

  test('S27 what no channel takes has failed, and the refusal is a fact', () => {
    given(notification, requested({ recipientUserId: undefined, external: { phone: '+79160000000' }, about: 'notification:x' }))
      .and(...world)
      .when(route, { answers: { ...away, channels: { sms: false, xmpp: false } } })
      .thenRecordsRefusal(
        'NO_CHANNEL',
        { type: 'NotificationRouted', data: { channels: [], presence } },
        failed(1, true, 'email', 'NO_CHANNEL'),
      );
  });

  test('R109 who wants an SMS about tasks gets it beside the site, and about nothing else', () => {
    const wanted = stream(
      userProfile,
      viktor.userId,
      facts<UserProfileEvents>()('ProfileContactsUpdated', { changes: { phones: { to: ['+79161234567'] } } }),
      facts<UserProfileEvents>()('ChatPreferencesSet', { sendKey: 'enter', notificationPrefs: { smsForTasks: true } }),
    );
    const goesBy = (category: 'task' | 'process') =>
      given(notification, requested({ policy: 'user_notification', category }))
        .and(...world, wanted)
        .when(route, { answers: { seen: { sessions: 1 }, channels: { sms: true, xmpp: false } } }).result.events;
    expect(goesBy('task')).toMatchObject([{ data: { channels: ['site', 'sms'] } }]);
    expect(goesBy('process')).toMatchObject([{ data: { channels: ['site'] } }]);
  });
  test('R109 who wants no e-mail for such messages gets none beside the site', () => {
    const settled = stream(notificationSettings, viktor.userId, {
      type: 'NotificationSettingsChanged',
      data: { withoutEmail: ['message'] },
    });
    given(notification, requested({ policy: 'user_notification' }))
      .and(...world.filter(({ definition }) => (definition as object) !== notificationSettings), settled)
      .when(route, { answers: away })
      .then({ type: 'NotificationRouted', data: { channels: ['site'], presence } });
  });

  test('R122 a connected client is used in the edition that has it', () => {
    given(notification, requested({ policy: 'user_notification', organizationId: undefined }))
      .and(...world)
      .when(route, { answers: { seen: { sessions: 1 }, channels: { sms: false, xmpp: true } } })
      .then({ type: 'NotificationRouted', data: { channels: ['xmpp'], presence: { xmppOnline: true, siteAuthorised: true } } });
  });

  describe('is asked for', () => {
    const personal = { category: 'message', policy: 'social_message' } as const;
    const write = (more: Partial<commands.RequestNotification> = {}) =>
      issue(commands.RequestNotification, { notificationId, ...to(viktor.userId), ...personal, ...more });
    const start = given(notification).and(...world);

    test('R113 by a member, to a colleague, in the own name', () => {
      const { result } = start.when(write(), { actor: boris });
      expect(result.events).toMatchObject([
        { data: { from: { kind: 'author' }, recipientUserId: viktor.userId, about: `user:${viktor.userId}` } },
      ]);
    });

    describe('for a group', () => {
      const [mine, theirs] = [derivedId('staff', 'boris'), derivedId('staff', 'viktor')];
      const ofGroup = facts<UserGroupEvents>();
      const group = (...more: readonly Fact[]) =>
        stream(
          userGroup,
          groupId,
          ofGroup('UserGroupCreated', { organizationId: romashka, name: 'Звёзды', ownerStaffId: mine }),
          ...[mine, theirs].map((staffId) => ofGroup('GroupMemberAdded', { staffId })),
          ...more,
        );
      const own = { staffId: mine, administrators: [], membership: { status: 'active' } };
      const toGroup = (more: Partial<commands.RequestNotification> = {}) => write({ recipient: { groupId }, ...more });

      test('R113 each of it but the author is meant, as it is at that moment', () => {
        const { result } = start.and(group()).when(toGroup(), { actor: boris, answers: { own } });
        expect(result.events).toMatchObject([
          {
            type: 'GroupMessageRequested',
            data: { groupId, staffIds: [theirs], from: { kind: 'staff', staffId: mine }, about: `user:${boris.userId}` },
          },
        ]);
        const bySystem = start.and(group()).when(toGroup(), { actor: sagas }).result;
        expect(bySystem.events).toMatchObject([{ data: { staffIds: [mine, theirs] } }]);
      });

      test('R113 another sender is set by administrators alone, there too', () => {
        const foreign = toGroup({ from: { kind: 'system' } });
        start.and(group()).when(foreign, { actor: boris, answers: { own } }).thenRefused('SENDER_NOT_ALLOWED');
        expect(start.and(group()).when(foreign, { actor: anna }).result.events).toMatchObject([{ data: { from: { kind: 'system' } } }]);
      });

      test.each<[string, Stream, Partial<commands.RequestNotification>, Actor, 'RECIPIENT_UNKNOWN' | 'FORBIDDEN']>([
        ['that is not there', stream(userGroup, derivedId('group', 'other')), {}, boris, 'RECIPIENT_UNKNOWN'],
        ['in the archive', group(ofGroup('UserGroupArchived', {})), {}, boris, 'RECIPIENT_UNKNOWN'],
        ['of another organization', group(), { organizationId: undefined }, sagas, 'RECIPIENT_UNKNOWN'],
        ['without anybody else', group(ofGroup('GroupMemberRemoved', { staffId: theirs })), {}, boris, 'RECIPIENT_UNKNOWN'],
        ['by letter', group(), { policy: 'email' }, sagas, 'FORBIDDEN'],
      ])('not one %s', (_, there, more, actor, code) => {
        start.and(there).when(toGroup(more), { actor, answers: { own } }).thenRefused(code);
      });
    });

    test('R113 S27 with another sender by an administrator alone', () => {
      const foreign = write({ from: { kind: 'system' } });
      start.when(foreign, { actor: boris }).thenRefused('SENDER_NOT_ALLOWED');
      expect(start.when(foreign, { actor: anna }).result.events).toMatchObject([{ data: { from: { kind: 'system' } } }]);
    });

    test.each([
      ['a stranger', write(), olga, 'NOT_FOUND'],
      ['somebody who is not signed in', write(), { kind: 'anonymous' } as const, 'NOT_AUTHENTICATED'],
      ['a member, to a stranger', write({ recipient: { userId: olga.userId } }), boris, 'RECIPIENT_UNKNOWN'],
      ['a client of the organization', write(), lena, 'REFUSED'],
      ['a member, by e-mail', write({ policy: 'email' }), boris, 'FORBIDDEN'],
      ['a member, with a template', write({ templateCode: 'x' }), boris, 'FORBIDDEN'],
      ['the system, to nobody', write({ recipient: {} }), sagas, 'RECIPIENT_UNKNOWN'],
      ['the system, to an address that is none', write({ recipient: { external: { email: 'a@b..ru' } } }), sagas, 'RECIPIENT_UNKNOWN'],
      ['the system, to a phone that is none', write({ recipient: { external: { phone: 'звоните' } } }), sagas, 'RECIPIENT_UNKNOWN'],
    ])('not by %s', (_, command, actor, code) => {
      if (code === 'REFUSED') start.and(member(lena, 'client')).when(command, { actor }).isRefused('FORBIDDEN');
      else if (code === 'RECIPIENT_UNKNOWN' || code === 'FORBIDDEN') start.when(command, { actor }).thenRefused(code);
      else start.when(command, { actor }).isRefused(code);
    });

    test('of somebody without an account as the phone and address are kept', () => {
      const { result } = start.when(
        write({ recipient: { external: { name: 'Пётр', email: ' Petr@Mail.ru ', phone: '8 916 123-45-67' } } }),
        { actor: sagas },
      );
      expect(result.events).toMatchObject([
        { data: { external: { name: 'Пётр', email: 'Petr@Mail.ru', phone: '+79161234567' }, about: `notification:${notificationId}` } },
      ]);
    });
  });
});

/** §G.8 */
const ERRORS = `
| Code               | HTTP | Message                                      |
| RECIPIENT_UNKNOWN  | 422  | Получатель не определён                      |
| NO_CHANNEL         | 422  | Нет доступного канала доставки               |
| SENDER_NOT_ALLOWED | 403  | Изменить отправителя может только администратор |
`;
test.each(rows(ERRORS))('G.8 $Code is told in these words', ({ Code: code, HTTP: status, Message: message }) => {
  expect(communicationErrors.entries[code as 'NO_CHANNEL']).toMatchObject({ status: Number(status), ru: message });
});

describe('What somebody wants to be told how', () => {
  const change = issue(commands.ChangeNotificationSettings, { withoutEmail: ['system', 'task'] });
  const own = { actor: viktor, id: viktor.userId };
  const changed = { type: 'NotificationSettingsChanged', data: { withoutEmail: ['task', 'system'] } };

  test('is the person’s own, and the same again changes nothing', () => {
    given(notificationSettings).when(change, own).then(changed);
    given(notificationSettings, changed).when(change, own).thenNothing();
    given(notificationSettings)
      .when(change, { actor: { kind: 'anonymous' }, id: viktor.userId })
      .isRefused('NOT_AUTHENTICATED');
  });

  test('a tab or all of them are read at once', () => {
    const all = given(notificationSettings).when(issue(commands.MarkAllRead, {}), own);
    all.then({ type: 'AllNotificationsRead', data: {} });
    expect(Object.values(all.after.readUntil)).toEqual(Array<string>(5).fill(now));
    const one = given(notificationSettings).when(issue(commands.MarkAllRead, { category: 'task' }), own);
    expect(one.after.readUntil).toEqual({ task: now });
  });
});
