import { user, userProfile, type UserEvents, type UserProfileEvents } from '@letopis/contexts/identity';
import { derivedId, system, type Actor, type UserActor } from '@letopis/kernel';
import { facts, stream, type Fact, type Stream } from '../../kernel/testing';
import { member, organizationOf, person, romashka } from '../romashka.fixtures';
import { notification } from './notification/notification';
import type { NotificationEvents } from './notification/notification.events';
import type { Channel } from './notification/routing';
import { notificationSettings } from './notification/settings';

/** The people and messages of this context's specifications. */
export { member, romashka };

export const anonymous: Actor = { kind: 'anonymous' };
/** Administers Romashka. */
export const anna = person('anna');
/** Works in Romashka and writes. */
export const boris = person('boris');
/** Works in Romashka and is written to. */
export const viktor = person('viktor');
/** A client of Romashka. */
export const lena = person('lena');
/** Nobody here. */
export const olga = person('olga');
export const sagas = system('sagas');

export const notificationId = derivedId('notification', 'first');

const ofUser = facts<UserEvents>();
export const told = facts<NotificationEvents>();

export const known = ({ userId }: UserActor, name: string, ...more: readonly Fact[]): Stream =>
  stream(user, userId, ofUser('UserRegistered', { email: `${name}@romashka.ru`, locale: 'ru', origin: 'self' }), ...more);
/** Viktor has told his phone. */
export const withPhone = stream(
  userProfile,
  viktor.userId,
  facts<UserProfileEvents>()('ProfileContactsUpdated', { changes: { phones: { to: ['+79161234567'] } } }),
);

export const world: readonly Stream[] = [
  organizationOf(anna),
  known(anna, 'anna'),
  known(boris, 'boris'),
  known(viktor, 'viktor'),
  member(anna),
  member(boris),
  member(viktor),
  stream(notificationSettings, viktor.userId),
];

/** A message to Viktor that is asked for. */
export const requested = (more: Partial<NotificationEvents['NotificationRequested']> = {}) =>
  told('NotificationRequested', {
    organizationId: romashka,
    recipientUserId: viktor.userId,
    category: 'message',
    policy: 'email',
    textSite: 'Здравствуйте, [b]Виктор[/b]',
    from: { kind: 'system' },
    about: `user:${viktor.userId}`,
    ...more,
  });
export const groupId = derivedId('group', 'stars');
/** A message to a group that Viktor is in. */
export const requestedOfGroup = (...staffIds: readonly string[]) =>
  told('GroupMessageRequested', {
    ...{ organizationId: romashka, groupId, staffIds, category: 'message', policy: 'social_message', textSite: 'Собрание в десять' },
    ...{ from: { kind: 'system' }, about: `user:${boris.userId}` },
  });
export const routed = (...channels: readonly Channel[]) =>
  told('NotificationRouted', { channels, presence: { xmppOnline: false, siteAuthorised: false } });
export const delivered = (channel: Channel = 'email') => told('NotificationDelivered', { channel });
export const failed = (attempt: number, final = false, channel: Channel = 'email', error = 'TIMEOUT') =>
  told('NotificationDeliveryFailed', { channel, error, attempt, final });

export const message = (...more: readonly Fact[]): Stream => stream(notification, notificationId, ...more);
