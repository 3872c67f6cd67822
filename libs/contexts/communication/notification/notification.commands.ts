import { Code, EmailText, Flag, Id, MayBeAbsent, Nested, OneOf, Text } from '@letopis/kernel';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsObject } from 'class-validator';
import { CATEGORIES, CHANNELS, POLICIES, type Category, type Channel, type RoutingPolicy } from './routing';

/** Somebody without an account: a client, an external performer. */
export class External {
  @Text(1, 300, { optional: true }) name?: string;
  @EmailText({ optional: true }) email?: string;
  @Text(5, 32, { optional: true }) phone?: string;
}

export class NotificationRecipient {
  @Id({ optional: true }) userId?: string;
  /** Everybody in a group of the organization, as it is at that moment. */
  @Id({ optional: true }) groupId?: string;
  @Nested(() => External, { optional: true }) external?: External;
}

export const SENDER_KINDS = ['author', 'staff', 'system'] as const;

export class NotificationSender {
  @OneOf(SENDER_KINDS) kind: (typeof SENDER_KINDS)[number];
  @Id({ optional: true }) staffId?: string;
}

/** The record that a message is about. */
export class NotificationLink {
  @Code() type: string;
  @Code() id: string;
}

export class RequestNotification {
  @Id({ optional: true }) notificationId?: string;
  @Id({ optional: true }) organizationId?: string;
  @Nested(() => NotificationRecipient) recipient: NotificationRecipient;
  @OneOf(CATEGORIES) category: Category;
  @OneOf(POLICIES) policy: RoutingPolicy;
  @Text(1, 255, { optional: true }) title?: string;
  /** May hold BBCode. */
  @Text(1, 4_000) textSite: string;
  @Text(1, 4_000, { optional: true }) textMail?: string;
  @Nested(() => NotificationSender, { optional: true }) from?: NotificationSender;
  /** A letter of its own for e-mail, with its values and references into the vault. */
  @Code({ optional: true }) templateCode?: string;
  @MayBeAbsent() @IsObject() vars?: Record<string, unknown>;
  @MayBeAbsent() @IsObject() secretRefs?: Record<string, string>;
  @Nested(() => NotificationLink, { optional: true }) link?: NotificationLink;
  /** Whose personal data the texts hold, where it is not the recipient: `user:<id>`. */
  @Code({ optional: true }) about?: string;
  /** A letter that tells the same has gone already. */
  @Flag({ optional: true }) letterSent?: boolean;
}

class OfNotification {
  @Id() notificationId: string;
}

export class RouteNotification extends OfNotification {}

class OfChannel extends OfNotification {
  @OneOf(CHANNELS) channel: Channel;
}

export class RecordDelivery extends OfChannel {
  @Text(1, 200, { optional: true }) providerId?: string;
}

export class RecordDeliveryFailure extends OfChannel {
  /** The attempt that failed, from 1. */
  @OneOf([1, 2, 3, 4]) attempt: number;
  @Text(1, 200) error: string;
  /** No attempt will go better. */
  @Flag({ optional: true }) permanent?: boolean;
}

export const ESCALATIONS = ['inactivity', 'channel_failed'] as const;

export class EscalateNotification extends OfNotification {
  @OneOf(ESCALATIONS) reason: (typeof ESCALATIONS)[number];
}

export class MarkNotificationRead extends OfNotification {}
export class DismissNotification extends OfNotification {}

/** All messages of a tab, or of all. */
export class MarkAllRead {
  @OneOf(CATEGORIES, { optional: true }) category?: Category;
}

export class ChangeNotificationSettings {
  /** Categories that bring no e-mail beside the site. */
  @IsArray() @ArrayMaxSize(CATEGORIES.length) @ArrayUnique() @IsIn([...CATEGORIES], { each: true }) withoutEmail: Category[];
}
