import { given, stream, type Fact } from '../../../kernel/testing';
import { delivered, failed, message, notificationId, requested, romashka, routed, told, viktor } from '../communication.fixtures';
import { notificationSettings } from '../notification/settings';
import { deliveryLog, notificationCentre } from './notifications';

const row = { notificationId, organizationId: romashka, category: 'message', at: '2026-03-02T09:00:00.000Z' };

describe('notification_centre', () => {
  const centre = (...facts: readonly Fact[]) => given(notificationCentre, message(...facts));

  test('R051 shows what came, unread until it is read', () => {
    const shown = { ...row, recipientUserId: viktor.userId, text: 'Здравствуйте, [b]Виктор[/b]', from: { kind: 'system' } };
    centre(requested({ policy: 'user_notification' })).thenDocument(notificationId, { ...shown, read: false });
    centre(requested({ policy: 'user_notification' }), told('NotificationRead', {})).thenDocument(notificationId, {
      ...shown,
      read: true,
      readAt: row.at,
    });
  });

  test('R051 has neither what goes by letter or phone alone, nor what was dismissed, nor messages to people without account', () => {
    for (const policy of ['email', 'system_email', 'sms'] as const) centre(requested({ policy })).thenNoDocument(notificationId);
    centre(requested({ policy: 'user_notification' }), told('NotificationDismissed', {})).thenNoDocument(notificationId);
    centre(requested({ policy: 'user_notification', recipientUserId: undefined, external: { email: 'a@b.ru' } })).thenNoDocument(
      notificationId,
    );
  });

  test('R051 a tab that is read at once is read, and no other', () => {
    const all = (category: 'message' | 'task') =>
      given(
        notificationCentre,
        message(requested({ policy: 'user_notification' })),
        stream(notificationSettings, viktor.userId, { type: 'AllNotificationsRead', data: { category } }),
      );
    all('message').thenDocument(notificationId, expect.objectContaining({ read: true }) as object);
    all('task').thenDocument(notificationId, expect.objectContaining({ read: false }) as object);
  });
});

describe('delivery_log', () => {
  const log = (...facts: readonly Fact[]) => given(deliveryLog, message(...facts));
  const at = row.at;

  test.each([
    ['asked for', [requested()], { status: 'requested', channels: [], deliveries: {} }],
    [
      'routed',
      [requested(), routed('email')],
      { status: 'routed', channels: ['email'], deliveries: { email: { status: 'queued', attempts: 0, at } } },
    ],
    [
      'failed once',
      [requested(), routed('email'), failed(1)],
      { status: 'routed', deliveries: { email: { status: 'queued', attempts: 1, error: 'TIMEOUT', at } } },
    ],
    [
      'delivered at the second attempt',
      [requested(), routed('email'), failed(1), delivered()],
      { status: 'delivered', deliveries: { email: { status: 'sent', attempts: 2, at } } },
    ],
    ['failed for good', [requested(), routed('email'), failed(4, true)], { status: 'failed' }],
    [
      'escalated',
      [requested(), routed('sms'), failed(4, true, 'sms'), told('NotificationEscalated', { channel: 'email', reason: 'channel_failed' })],
      { status: 'routed', channels: ['sms', 'email'] },
    ],
  ])('tells how a message went: %s', (_, facts, shown) => {
    log(...facts).thenDocument(notificationId, expect.objectContaining(shown) as object);
  });

  test('holds neither texts nor recipients', () => {
    const deliveries = { email: { status: 'queued', attempts: 0, at } };
    log(requested(), routed('email')).thenDocument(notificationId, {
      ...row,
      policy: 'email',
      channels: ['email'],
      deliveries,
      status: 'routed',
    });
  });
});
