import { Flag, MayBeAbsent, Nested, OneOf, Text } from '@letopis/kernel';
import { ArrayMaxSize, IsArray, IsString, Length } from 'class-validator';
import { SEND_KEYS, type SendKey } from './user-profile.events';

const MOST = 10;

/** What is left out stays as it is; an empty text or list takes it away. */
export class UpdateProfileContacts {
  @Text(0, 302, { optional: true }) displayName?: string;
  @Text(0, 254, { optional: true }) contactEmail?: string;
  @MayBeAbsent() @IsString({ each: true }) @Length(1, 40, { each: true }) @IsArray() @ArrayMaxSize(MOST) phones?: string[];
  @MayBeAbsent() @IsString({ each: true }) @Length(1, 100, { each: true }) @IsArray() @ArrayMaxSize(MOST) messengers?: string[];
}

export class SetInterfaceLanguage {
  @Text(2, 35) locale: string;
}

export class SetTimeZone {
  @Text(1, 64) timeZone: string;
}

export class NotificationPrefs {
  @Flag() smsForTasks: boolean;
}

/** What is left out stays as it is; an empty address takes it away. */
export class SetChatPreferences {
  /** The key that sends a message. */
  @OneOf(SEND_KEYS, { optional: true }) sendKey?: SendKey;
  /** Where a person's XMPP client is reached: `name@host`. */
  @Text(0, 255, { optional: true }) xmppJid?: string;
  @Nested(() => NotificationPrefs, { optional: true }) notificationPrefs?: NotificationPrefs;
}
