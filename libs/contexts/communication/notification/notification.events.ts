import type { Category, Channel, Presence, RoutingPolicy } from './routing';

export interface ExternalRecipient {
  readonly name?: string;
  readonly email?: string;
  readonly phone?: string;
}

export interface Sender {
  readonly kind: 'author' | 'staff' | 'system';
  readonly staffId?: string;
}

export interface Link {
  readonly type: string;
  readonly id: string;
}

/** What is told, whoever it is told to. */
interface Told {
  category: Category;
  policy: RoutingPolicy;
  title?: string;
  textSite: string;
  textMail?: string;
  from: Sender;
  link?: Link;
  /** Whose key seals the texts. */
  about: string;
}

export interface NotificationEvents {
  NotificationRequested: Told & {
    organizationId?: string;
    recipientUserId?: string;
    external?: ExternalRecipient;
    templateCode?: string;
    vars?: Readonly<Record<string, unknown>>;
    secretRefs?: Readonly<Record<string, string>>;
    letterSent?: boolean;
  };
  /** To a group: each of them gets a notification of its own. */
  GroupMessageRequested: Told & { organizationId: string; groupId: string; staffIds: readonly string[] };
  NotificationRouted: { channels: readonly Channel[]; presence: Presence };
  NotificationDelivered: { channel: Channel; providerId?: string };
  NotificationDeliveryFailed: { channel: Channel; error: string; attempt: number; final: boolean };
  NotificationEscalated: { channel: 'email'; reason: 'inactivity' | 'channel_failed' };
  NotificationRead: Record<never, never>;
  NotificationDismissed: Record<never, never>;
}

export interface NotificationSettingsEvents {
  NotificationSettingsChanged: { withoutEmail: readonly Category[] };
  AllNotificationsRead: { category?: Category };
}
