import { EnterRoster, LeaveRoster, roster, user, type SessionEvents } from '@letopis/contexts/identity';
import { call, derivedId, ERASED, presence, saga, send, subjectOf, type Effect } from '@letopis/kernel';
import { conversation } from '../conversation/conversation';
import { DeliverPendingMessages } from '../conversation/conversation.commands';
import type { ConversationEvents } from '../conversation/conversation.events';
import { AWAY_MINUTES } from '../conversation/talkers';
import { MarkNotificationRead, RequestNotification } from '../notification/notification.commands';
import { isIdle } from '../notification/routing';

/** The conversations in which something waits for a person. */
export const waitingFor = (userId: string): string => `chatWaiting:${userId}`;
const notificationOf = (conversationId: string, messageId: string, userId: string) =>
  derivedId('chatNotification', conversationId, messageId, userId);
/** Notifications are shorter than messages may be. */
const MOST_TEXT = 4_000;

/** Hands over what was kept for somebody as soon as that person comes. */
export const chatDeliverySaga = saga<ConversationEvents & SessionEvents>()({
  name: 'ChatDeliverySaga',
  on: {
    ChatMessageSent: async ({ aggregateId: conversationId, data: { pendingFor }, metadata: { occurredAt } }, reads) => {
      const effects: Effect[] = [];
      for (const { userId } of pendingFor) {
        effects.push(send(EnterRoster, { rosterId: waitingFor(userId), memberId: conversationId }));
        // Whoever came between the message and this step has no other occasion.
        const { sessions, lastActivityAt } = await reads.ask(presence('ofUser', { userId }));
        const isThere = sessions > 0 && !isIdle(lastActivityAt, occurredAt, AWAY_MINUTES);
        if (isThere) effects.push(send(DeliverPendingMessages, { conversationId, userId }, userId));
      }
      return effects;
    },
    ChatMessagesDelivered: ({ aggregateId: memberId, data: { userId } }) => [send(LeaveRoster, { rosterId: waitingFor(userId), memberId })],
    ConversationRead: async ({ aggregateId: memberId, data: { userId } }, { state }) =>
      (await state(roster, waitingFor(userId))).members.includes(memberId)
        ? [send(LeaveRoster, { rosterId: waitingFor(userId), memberId })]
        : [],
    SessionOpened: async ({ data: { userId } }, { state }) =>
      (await state(roster, waitingFor(userId))).members.map((conversationId) =>
        send(DeliverPendingMessages, { conversationId, userId }, conversationId),
      ),
    WorkspaceEntered: async ({ metadata: { actor } }, { state }) => {
      if (actor.kind !== 'user') return [];
      const { userId } = actor;
      return (await state(roster, waitingFor(userId))).members.map((conversationId) =>
        send(DeliverPendingMessages, { conversationId, userId }, conversationId),
      );
    },
  },
});

/** Files belong to the conversation before the sender has the answer: whoever takes part opens them. */
export const chatFilesSaga = saga<ConversationEvents>()({
  name: 'ChatFilesSaga',
  promptly: {
    ChatMessageSent: ({ aggregateId: id, data: { files }, metadata: { organizationId } }) =>
      organizationId === undefined || files === undefined || (files as unknown) === ERASED
        ? []
        : files.map(({ fileId }) => call('files', 'attach', { fileId, organizationId, owner: { category: 'conversation', id } }, fileId)),
  },
});

const isReached = ({ status }: { status: string }) => status !== 'none' && status !== 'erased';

/** Messages of the chat in the notification centre; what stays unread there goes by e-mail as any social message does. */
export const chatNotificationSaga = saga<ConversationEvents>()({
  name: 'ChatNotificationSaga',
  on: {
    ChatMessageSent: async ({ aggregateId: id, data: { messageId, authorUserId, from, text, readerUserIds }, metadata }, { state }) => {
      const { clientAccountId } = await state(conversation, id);
      const readers: string[] = [];
      for (const userId of readerUserIds) if (isReached(await state(user, userId))) readers.push(userId);
      return readers.map((userId) =>
        send(
          RequestNotification,
          {
            notificationId: notificationOf(id, messageId, userId),
            organizationId: metadata.organizationId,
            recipient: { userId },
            category: 'message',
            policy: 'social_message',
            textSite: text.slice(0, MOST_TEXT),
            from: from === clientAccountId ? { kind: 'system' } : { kind: 'staff', staffId: from },
            link: { type: 'conversation', id },
            about: subjectOf(authorUserId),
          },
          userId,
        ),
      );
    },
    ConversationRead: ({ aggregateId: id, data: { userId, messageIds } }) =>
      messageIds.map((messageId) => send(MarkNotificationRead, { notificationId: notificationOf(id, messageId, userId) }, messageId)),
  },
});
