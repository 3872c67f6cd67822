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

export interface NotificationEvents {
  NotificationRequested: {
    organizationId?: string;
    recipientUserId?: string;
    external?: ExternalRecipient;
    category: Category;
    policy: RoutingPolicy;
    title?: string;
    textSite: string;
    textMail?: string;
    from: Sender;
    templateCode?: string;
    vars?: Readonly<Record<string, unknown>>;
    secretRefs?: Readonly<Record<string, string>>;
    link?: Link;
    /** Whose key seals the texts. */
    about: string;
    letterSent?: boolean;
  };
  /** To a group: each of them gets a notification of its own. */
  GroupMessageRequested: {
    organizationId: string;
    groupId: string;
    staffIds: readonly string[];
    category: Category;
    policy: RoutingPolicy;
    title?: string;
    textSite: string;
    textMail?: string;
    from: Sender;
    link?: Link;
    about: string;
  };
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
