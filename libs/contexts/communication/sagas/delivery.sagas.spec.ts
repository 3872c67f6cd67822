import type { SessionEvents } from '@letopis/contexts/identity';
import { session } from '@letopis/contexts/identity';
import { staffMember, type StaffMemberEvents } from '@letopis/contexts/staff';
import { after, call, cancel, derivedId, schedule, send, type DeliveryOutcome } from '@letopis/kernel';
import { facts, NOW, stream, when, whenTimer, type Fact } from '../../../kernel/testing';
import {
  anna,
  boris,
  delivered,
  failed,
  message,
  notificationId,
  requested,
  requestedOfGroup,
  romashka,
  routed,
  told,
  viktor,
  withPhone,
  world,
} from '../communication.fixtures';
import {
  EscalateNotification,
  RecordDelivery,
  RecordDeliveryFailure,
  RequestNotification,
  RouteNotification,
} from '../notification/notification.commands';
import { notificationSettings } from '../notification/settings';
import { inactivityEscalationSaga, notificationRoutingSaga, presenceSaga } from './delivery.saga';

const sent: DeliveryOutcome = { outcome: 'sent', providerId: '77' };
const not: DeliveryOutcome = { outcome: 'failed', error: 'TIMEOUT', permanent: false };
const never: DeliveryOutcome = { outcome: 'failed', error: 'HTTP_400', permanent: true };

describe('NotificationRoutingSaga', () => {
  const happens = (facts: readonly Fact[], outcome: DeliveryOutcome = sent, more = world) =>
    when(notificationRoutingSaga, message(...facts), { streams: more, answers: { 'delivery.send': outcome } });
  const done = (channel: 'site' | 'email' | 'sms') =>
    send(RecordDelivery, { notificationId, channel, providerId: channel === 'site' ? undefined : '77' }, channel);

  test('S27 what is asked for is routed, and what is routed goes over its channels', async () => {
    await happens([requested()]).thenEffects(send(RouteNotification, { notificationId }));
    await happens([requested(), routed('site', 'email')]).thenEffects(done('site'), done('email'));
  });

  test('R113 a message to a group is one to each who is still there', async () => {
    const [one, gone, unlinked] = ['one', 'gone', 'unlinked'].map((name) => derivedId('staff', name)) as [string, string, string];
    const ofStaff = facts<StaffMemberEvents>();
    const made = ofStaff('StaffMemberCreated', {
      ...{ organizationId: romashka, isDefaultAdmin: false, origin: 'form', login: 'x', email: 'x@romashka.ru' },
    });
    const linked = ofStaff('StaffUserLinked', { userId: viktor.userId });
    const dismissed = ofStaff('StaffMemberDismissed', { departmentIds: [], roleCodes: [] });
    const people = [
      stream(staffMember, one, made, linked),
      stream(staffMember, gone, made, linked, dismissed),
      stream(staffMember, unlinked, made),
    ];
    await happens([requestedOfGroup(one, gone, unlinked)], sent, [...world, ...people]).thenEffects(
      send(
        RequestNotification,
        {
          notificationId: derivedId('shared', notificationId, viktor.userId),
          ...{ recipient: { userId: viktor.userId }, organizationId: romashka, category: 'message', policy: 'social_message' },
          ...{ textSite: 'Собрание в десять', from: { kind: 'system' }, about: `user:${boris.userId}` },
        },
        viktor.userId,
      ),
    );
  });

  test('S27 what a channel does not take is recorded with the attempt, and tried again after 1, 5 and 15 minutes', async () => {
    await happens([requested(), routed('email')], not).thenEffects(
      send(RecordDeliveryFailure, { notificationId, channel: 'email', attempt: 1, error: 'TIMEOUT', permanent: false }, 'email:1:TIMEOUT'),
    );
    for (const [attempt, minutes] of [
      [1, 1],
      [2, 5],
      [3, 15],
    ] as const)
      // prettier-ignore
      await happens([requested(), routed('email'), failed(attempt)]).thenEffects(
        schedule('retry:email', after(NOW, { minutes }), { attempt: attempt + 1 }),
      );
  });

  test('S27 the next attempt says which one it is; of a message that went meanwhile there is none', async () => {
    const again = (facts: readonly Fact[], outcome: DeliveryOutcome) =>
      whenTimer(notificationRoutingSaga, 'retry:email', message(...facts), {
        streams: world,
        payload: { attempt: 2 },
        answers: { 'delivery.send': outcome },
      });
    await again([requested(), routed('email'), failed(1)], never).thenEffects(
      send(RecordDeliveryFailure, { notificationId, channel: 'email', attempt: 2, error: 'HTTP_400', permanent: true }, 'email:2:HTTP_400'),
    );
    await again([requested(), routed('email'), failed(1), delivered()], sent).thenNothing();
  });

  test('S27 where the only channel has failed for good e-mail is tried, and where that has, administrators are told', async () => {
    const byPhone = [requested({ policy: 'sms' }), routed('sms'), failed(4, true, 'sms')];
    await happens(byPhone, sent, [...world, withPhone]).thenEffects(
      send(EscalateNotification, { notificationId, reason: 'channel_failed' }),
    );
    await happens([requested(), routed('email'), failed(4, true)]).thenEffects(
      send(RequestNotification, {
        notificationId: derivedId('undelivered', notificationId, anna.userId),
        organizationId: romashka,
        recipient: { userId: anna.userId },
        category: 'system',
        policy: 'user_notification',
        textSite: 'Сообщение не доставлено ни по одному каналу',
        link: { type: 'notification', id: notificationId },
      }),
    );
  });

  test('S27 one that failed while another channel works troubles nobody', () =>
    happens([requested(), routed('xmpp', 'email'), failed(4, true, 'xmpp')]).thenNothing());

  test('who was erased in the meantime is not written to', () =>
    happens([requested({ textSite: 'Данные удалены' }), routed('email')]).thenEffects(
      send(
        RecordDeliveryFailure,
        { notificationId, channel: 'email', attempt: 1, error: 'RECIPIENT_GONE', permanent: true },
        'email:1:RECIPIENT_GONE',
      ),
    ));
});

describe('InactivityEscalationSaga', () => {
  const lastActivityAt = '2026-03-02T08:55:00.000Z';
  const social = (...more: readonly Fact[]) =>
    message(
      requested({ policy: 'social_message' }),
      told('NotificationRouted', { channels: ['site'], presence: { xmppOnline: false, siteAuthorised: true, lastActivityAt } }),
      ...more,
    );

  test('R114 looks ten minutes after the last activity', () =>
    when(inactivityEscalationSaga, social(), { streams: world }).thenEffects(schedule('idle', '2026-03-02T09:05:00.000Z')));

  test('S27 what is read is watched no more', () =>
    when(inactivityEscalationSaga, social(told('NotificationRead', {})), { streams: world }).thenEffects(cancel('idle')));

  const looks = (dueAt: string, seen: string | undefined, ...more: readonly Fact[]) =>
    whenTimer(inactivityEscalationSaga, 'idle', social(...more), {
      streams: world,
      dueAt,
      answers: { 'presence.ofUser': { sessions: 1, lastActivityAt: seen } },
    });
  const goes = send(EscalateNotification, { notificationId, reason: 'inactivity' });

  test('S27 R114 idle for exactly ten minutes and unread goes by e-mail, a moment less is looked at again', async () => {
    await looks('2026-03-02T09:05:00.000Z', lastActivityAt).thenEffects(goes);
    await looks('2026-03-02T09:05:00.000Z', undefined).thenEffects(goes);
    await looks('2026-03-02T09:05:00.000Z', '2026-03-02T08:55:00.001Z').thenEffects(schedule('idle', '2026-03-02T09:05:00.001Z'));
  });

  test('R114 after a day without idleness nobody looks any more', () =>
    looks('2026-03-03T08:59:00.000Z', '2026-03-03T08:58:00.000Z').thenNothing());

  test('S27 read one by one or with its tab, or dismissed: no e-mail', async () => {
    await looks('2026-03-02T09:05:00.000Z', lastActivityAt, told('NotificationRead', {})).thenNothing();
    await looks('2026-03-02T09:05:00.000Z', lastActivityAt, told('NotificationDismissed', {})).thenNothing();
    const tab = stream(notificationSettings, viktor.userId, { type: 'AllNotificationsRead', data: { category: 'message' } });
    await whenTimer(inactivityEscalationSaga, 'idle', social(), { streams: [tab], dueAt: NOW }).thenNothing();
  });
});

describe('PresenceSaga', () => {
  const sessionId = boris.sessionId;
  const opened = facts<SessionEvents>()('SessionOpened', { userId: boris.userId, method: 'password', absoluteExpiresAt: NOW } as never);
  test('tells of sessions that begin and end', async () => {
    await when(presenceSaga, stream(session, sessionId, opened)).thenEffects(
      call('presence', 'seen', { sessionId, userId: boris.userId, at: NOW }),
    );
    const closed = facts<SessionEvents>()('SessionClosed', { reason: 'signed_out' } as never);
    await when(presenceSaga, stream(session, sessionId, opened, closed)).thenEffects(call('presence', 'left', { sessionId }));
  });
});
