import { staffMember } from '@letopis/contexts/staff';
import { readerOf, user, userProfile } from '@letopis/contexts/identity';
import { organization, platformAdmins } from '@letopis/contexts/organizations';
import {
  after,
  call,
  cancel,
  delivery,
  derivedId,
  ERASED,
  presence,
  saga,
  schedule,
  send,
  type Effect,
  type SagaReads,
} from '@letopis/kernel';
import type { SessionEvents, UserProfileEvents } from '@letopis/contexts/identity';
import {
  EscalateNotification,
  RecordDelivery,
  RecordDeliveryFailure,
  RequestNotification,
  RouteNotification,
} from '../notification/notification.commands';
import type { NotificationEvents } from '../notification/notification.events';
import { IDLE_MINUTES, notification, type Notification } from '../notification/notification';
import { isIdle, type Channel } from '../notification/routing';
import { notificationSettings } from '../notification/settings';
import { workspace } from '@letopis/contexts/workspace';

/** Whoever was erased in the meantime is not written to. */
const GONE_FOR_GOOD = 'RECIPIENT_GONE';
const GONE = { outcome: 'failed', error: GONE_FOR_GOOD, permanent: true } as const;
/** After a failed attempt of that number. */
const PAUSES = [{ minutes: 1 }, { minutes: 5 }, { minutes: 15 }];

/** Carries a message to its channels, and again where one fails. */
export const notificationRoutingSaga = saga<NotificationEvents>()({
  name: 'NotificationRoutingSaga',
  on: {
    NotificationRequested: ({ aggregateId: notificationId }) => [send(RouteNotification, { notificationId })],
    GroupMessageRequested: async ({ aggregateId, data: { staffIds, groupId: _, ...message } }, { state }) => {
      const effects: Effect[] = [];
      for (const staffId of staffIds) {
        const { status, userId } = await state(staffMember, staffId);
        if (status !== 'active' || userId === undefined || message.textSite === ERASED) continue;
        const notificationId = derivedId('shared', aggregateId, userId);
        effects.push(send(RequestNotification, { ...message, notificationId, recipient: { userId } }, userId));
      }
      return effects;
    },
    NotificationRouted: async ({ aggregateId, data: { channels } }, reads) => {
      const effects: Effect[] = [];
      for (const channel of channels) effects.push(...(await attempted(reads, aggregateId, channel, 1)));
      return effects;
    },
    NotificationEscalated: ({ aggregateId, data: { channel } }, reads) => attempted(reads, aggregateId, channel, 1),
    NotificationDeliveryFailed: async ({ aggregateId: notificationId, data: { channel, attempt, final, error }, metadata }, reads) => {
      if (!final) return [schedule(`retry:${channel}`, after(metadata.occurredAt, PAUSES[attempt - 1]!), { attempt: attempt + 1 })];
      const state = await reads.state(notification, notificationId);
      if (state.status !== 'failed') return [];
      // The only channel: by e-mail if that was not tried, else somebody has to know.
      if (error !== 'NO_CHANNEL' && !state.deliveries.email && (await addressOf(reads, state, 'email'))) {
        return [send(EscalateNotification, { notificationId, reason: 'channel_failed' })];
      }
      return told(reads, notificationId, state);
    },
  },
  onTimer: {
    retry: ({ aggregateId, key, payload }, reads) => attempted(reads, aggregateId, key.split(':')[1] as Channel, Number(payload.attempt)),
  },
});

async function attempted(reads: SagaReads, notificationId: string, channel: Channel, attempt: number): Promise<Effect[]> {
  if (channel === 'site') return [send(RecordDelivery, { notificationId, channel }, channel)];
  const state = await reads.state(notification, notificationId);
  if (state.deliveries[channel]?.status !== 'queued') return [];
  const to = await addressOf(reads, state, channel);
  const outcome =
    to === undefined || state.textSite === ERASED
      ? GONE
      : await reads.ask(
          delivery('send', {
            deliveryId: derivedId('delivery', notificationId, channel),
            channel,
            to,
            text: textOf(state),
            letter: channel === 'email' ? await letterOf(reads, state, to) : undefined,
          }),
        );
  if (outcome.outcome === 'sent') return [send(RecordDelivery, { notificationId, channel, providerId: outcome.providerId }, channel)];
  const { error, permanent } = outcome;
  return [send(RecordDeliveryFailure, { notificationId, channel, attempt, error, permanent }, [channel, attempt, error].join(':'))];
}

/** What goes out by channels that know no BBCode. */
const textOf = ({ textSite, textMail }: Notification) => textMail ?? textSite.replace(/\[\/?[a-z*]+(?:=[^\]]*)?\]/gi, '');

async function letterOf(reads: SagaReads, state: Notification, to: string) {
  const { recipientUserId, templateCode, vars = {}, secretRefs: secrets, title } = state;
  const reader = recipientUserId === undefined ? undefined : await readerOf(reads, recipientUserId);
  const how = { to, locale: reader?.locale ?? ('ru' as const), timeZone: reader?.timeZone };
  if (templateCode !== undefined) return { ...how, template: templateCode, data: vars, secrets };
  return { ...how, template: 'notification.message', data: { title, text: textOf(state) } };
}

async function addressOf({ state }: SagaReads, { recipientUserId, external }: Notification, channel: Channel): Promise<string | undefined> {
  if (recipientUserId === undefined) return channel === 'email' ? external?.email : external?.phone;
  if (channel === 'xmpp') return (await state(userProfile, recipientUserId)).chat.xmppJid;
  if (channel === 'sms') return (await state(userProfile, recipientUserId)).contacts.phones?.[0];
  const { email, status } = await state(user, recipientUserId);
  return status === 'none' || status === 'erased' ? undefined : email;
}

/** To the administrators of the organization, or of the service: a message reached nobody. */
async function told(reads: SagaReads, notificationId: string, { organizationId }: Notification): Promise<Effect[]> {
  const people =
    organizationId === undefined ? await platformAdmins(reads) : (await reads.state(organization, organizationId)).administrators;
  return Promise.all(
    people.map(async (userId) => {
      const { locale } = await readerOf(reads, userId);
      return send(RequestNotification, {
        notificationId: derivedId('undelivered', notificationId, userId),
        organizationId,
        recipient: { userId },
        category: 'system',
        policy: 'user_notification',
        textSite: locale === 'ru' ? 'Сообщение не доставлено ни по одному каналу' : 'A message could not be delivered by any channel',
        link: { type: 'notification', id: notificationId },
      });
    }),
  );
}

const WATCHED = { hours: 24 };

/** A social message that stays unread while its reader is away goes by e-mail as well. */
export const inactivityEscalationSaga = saga<NotificationEvents>()({
  name: 'InactivityEscalationSaga',
  on: {
    NotificationRouted: async ({ aggregateId, data: { channels, presence: where } }, reads) => {
      const state = await reads.state(notification, aggregateId);
      const isWatched = state.policy === 'social_message' && state.recipientUserId !== undefined && !channels.includes('email');
      if (!isWatched || where.lastActivityAt === undefined) return [];
      return [schedule('idle', after(where.lastActivityAt, { minutes: await idleMinutes(reads, state) }))];
    },
    NotificationRead: () => [cancel('idle')],
    NotificationDismissed: () => [cancel('idle')],
  },
  onTimer: {
    idle: async ({ aggregateId: notificationId, dueAt }, reads) => {
      const state = await reads.state(notification, notificationId);
      const { recipientUserId: userId, category, requestedAt, readAt, dismissedAt } = state;
      if (userId === undefined || readAt !== undefined || dismissedAt !== undefined || state.letterSent) return [];
      const { readUntil, withoutEmail } = await reads.state(notificationSettings, userId);
      if ((readUntil[category] ?? '') >= requestedAt || withoutEmail.includes(category)) return [];
      const minutes = await idleMinutes(reads, state);
      const { lastActivityAt } = await reads.ask(presence('ofUser', { userId }));
      if (isIdle(lastActivityAt, dueAt, minutes)) return [send(EscalateNotification, { notificationId, reason: 'inactivity' })];
      const again = after(lastActivityAt!, { minutes });
      return again <= after(requestedAt, WATCHED) ? [schedule('idle', again)] : [];
    },
  },
});

const idleMinutes = async ({ state }: SagaReads, { organizationId }: Notification) =>
  organizationId === undefined ? IDLE_MINUTES : (await state(workspace, organizationId)).settings.inactivityMinutes;

/** Tells the ports that know who is there, which is no part of the log: of sessions that begin and end, of clients to be watched. */
export const presenceSaga = saga<SessionEvents & Pick<UserProfileEvents, 'ChatPreferencesSet'>>()({
  name: 'PresenceSaga',
  on: {
    ChatPreferencesSet: async ({ data: { xmppJid: jid } }, reads) => {
      // Asks the person for leave to see the client, so that the next message finds it.
      if (jid !== undefined && jid !== ERASED) await reads.ask(delivery('available', { jid }));
      return [];
    },
    SessionOpened: ({ aggregateId: sessionId, data: { userId }, metadata }) => [
      call('presence', 'seen', { sessionId, userId, at: metadata.occurredAt }),
    ],
    SessionClosed: ({ aggregateId: sessionId }) => [call('presence', 'left', { sessionId })],
  },
});
