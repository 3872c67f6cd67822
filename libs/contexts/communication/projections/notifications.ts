import { administratorsSee } from '@letopis/contexts/organizations';
import { only, projection, refused, type ReadPolicy } from '@letopis/kernel';
import type { Link, NotificationEvents, NotificationSettingsEvents, Sender } from '../notification/notification.events';
import type { Category, Channel } from '../notification/routing';

export interface NotificationRow {
  readonly notificationId: string;
  readonly recipientUserId: string;
  readonly organizationId?: string;
  readonly category: Category;
  readonly title?: string;
  readonly text: string;
  readonly from: Sender;
  /** The author, where a person wrote it. */
  readonly authorUserId?: string;
  readonly link?: Link;
  readonly at: string;
  readonly read: boolean;
  readonly readAt?: string;
}

/** The own rows and no others, whoever it is. */
const recipientSees: ReadPolicy = {
  name: 'recipient',
  see: ({ actor }) => (actor.kind === 'user' ? only({ recipientUserId: actor.userId }) : refused('FORBIDDEN')),
};

/** «Центр уведомлений»; a tab is a category, and its counter the total of what is unread there. */
export const notificationCentre = projection<NotificationRow, NotificationEvents & NotificationSettingsEvents>()({
  code: 'notification_centre',
  version: 1,
  title: { ru: 'Центр уведомлений', en: 'Notification centre' },
  on: {
    NotificationRequested: (_, { aggregateId, data, metadata: { actor, occurredAt } }) =>
      data.recipientUserId === undefined || ['email', 'system_email', 'sms'].includes(data.policy)
        ? undefined
        : {
            notificationId: aggregateId,
            recipientUserId: data.recipientUserId,
            organizationId: data.organizationId,
            category: data.category,
            title: data.title,
            text: data.textSite,
            from: data.from,
            authorUserId: actor.kind === 'user' && data.from.kind === 'author' ? actor.userId : undefined,
            link: data.link,
            at: occurredAt,
            read: false,
          },
    NotificationRead: (row, { metadata }) => row && { ...row, read: true, readAt: row.readAt ?? metadata.occurredAt },
    NotificationDismissed: () => undefined,
  },
  everywhere: {
    AllNotificationsRead: {
      where: ({ aggregateId, data: { category } }) => ({ recipientUserId: aggregateId, ...(category ? { category } : {}) }),
      fold: (row, { metadata }) => (row.read ? row : { ...row, read: true, readAt: metadata.occurredAt }),
    },
  },
  list: {
    filters: { recipientUserId: 'string', organizationId: 'string', category: 'string', read: 'boolean', at: 'time' },
    sorts: ['at'],
    search: ['title', 'text'],
    defaultSort: '-at',
  },
  live: true,
  policy: recipientSees,
});

export interface DeliveryRow {
  readonly notificationId: string;
  readonly organizationId?: string;
  readonly category: Category;
  readonly policy: string;
  readonly channels: readonly Channel[];
  readonly deliveries: Readonly<
    Partial<
      Record<
        Channel,
        { readonly status: string; readonly attempts: number; readonly error?: string; readonly providerId?: string; readonly at: string }
      >
    >
  >;
  readonly status: 'requested' | 'routed' | 'delivered' | 'failed';
  readonly at: string;
}

/** How messages went, without their texts and recipients. */
export const deliveryLog = projection<DeliveryRow, NotificationEvents>()({
  code: 'delivery_log',
  version: 1,
  title: { ru: 'Журнал доставки', en: 'Delivery log' },
  on: {
    NotificationRequested: (_, { aggregateId, data: { organizationId, category, policy }, metadata }) => ({
      notificationId: aggregateId,
      organizationId,
      category,
      policy,
      channels: [],
      deliveries: {},
      status: 'requested',
      at: metadata.occurredAt,
    }),
    NotificationRouted: (row, { data: { channels }, metadata: { occurredAt: at } }) =>
      row && {
        ...row,
        channels,
        deliveries: Object.fromEntries(channels.map((channel) => [channel, { status: 'queued', attempts: 0, at }])),
        status: 'routed',
      },
    NotificationDelivered: (row, { data: { channel, providerId }, metadata: { occurredAt: at } }) =>
      row && {
        ...row,
        deliveries: {
          ...row.deliveries,
          [channel]: { status: 'sent', attempts: (row.deliveries[channel]?.attempts ?? 0) + 1, providerId, at },
        },
        status: 'delivered',
      },
    NotificationDeliveryFailed: (row, { data: { channel, error, attempt, final }, metadata: { occurredAt: at } }) => {
      if (!row) return row;
      const deliveries: DeliveryRow['deliveries'] = {
        ...row.deliveries,
        [channel]: { status: final ? 'failed' : 'queued', attempts: attempt, error, at },
      };
      const isLost = Object.values(deliveries).every(({ status }) => status === 'failed');
      return { ...row, deliveries, status: isLost ? 'failed' : row.status };
    },
    NotificationEscalated: (row, { data: { channel }, metadata: { occurredAt: at } }) =>
      row && {
        ...row,
        channels: [...row.channels, channel],
        deliveries: { ...row.deliveries, [channel]: { status: 'queued', attempts: 0, at } },
        status: row.status === 'failed' ? 'routed' : row.status,
      },
  },
  list: {
    filters: { organizationId: 'string', status: 'string', category: 'string', policy: 'string', channels: 'string', at: 'time' },
    sorts: ['at'],
    search: [],
    defaultSort: '-at',
  },
  policy: administratorsSee,
});
