import {
  EnterRoster,
  LeaveRoster,
  roster,
  session,
  user,
  type RosterEvents,
  type SessionEvents,
  type UserEvents,
} from '@letopis/contexts/identity';
import { call, derivedId, ERASED, send } from '@letopis/kernel';
import { facts, NOW, stream, when, type Fact } from '../../../kernel/testing';
import { chatting, conversationId, dialog, group, messageIdOf, said, staffIdOf, wrote } from '../chat.fixtures';
import { boris, romashka, viktor } from '../communication.fixtures';
import { DeliverPendingMessages } from '../conversation/conversation.commands';
import { MarkNotificationRead, RequestNotification } from '../notification/notification.commands';
import { chatDeliverySaga, chatFilesSaga, chatNotificationSaga, waitingFor } from './chat.saga';

const rosterId = waitingFor(viktor.userId);
const entered = send(EnterRoster, { rosterId, memberId: conversationId });
const left = send(LeaveRoster, { rosterId, memberId: conversationId });
const delivery = (key: string) => send(DeliverPendingMessages, { conversationId, userId: viktor.userId }, key);
const waiting = stream(roster, rosterId, facts<RosterEvents>()('RosterEntered', { memberId: conversationId }));
const sessionId = derivedId('session', 'viktor');
const messageIds = [messageIdOf(1)];
const readIt = said('ConversationRead', { staffId: staffIdOf(viktor), userId: viktor.userId, upTo: messageIdOf(1), messageIds });

describe('ChatDeliverySaga', () => {
  const happens =
    (...happened: readonly Fact[]) =>
    (seen: object, more = chatting) =>
      when(chatDeliverySaga, dialog(...happened), { streams: more, answers: { 'presence.ofUser': seen } });

  test('R120 remembers for whom something waits', async () => {
    await happens(group, wrote(1))({ sessions: 0 }).thenEffects(entered);
    await happens(group, wrote(1, { pendingFor: [] }))({ sessions: 0 }).thenNothing();
  });

  test('R120 whoever has come meanwhile gets it at once', async () => {
    await happens(group, wrote(1))({ sessions: 1, lastActivityAt: NOW }).thenEffects(entered, delivery(viktor.userId));
  });

  test('R120 hands over on sign-in and on entering a workspace what waits, and nothing where nothing does', async () => {
    const opened = stream(session, sessionId, facts<SessionEvents>()('SessionOpened', { userId: viktor.userId, expiresAt: NOW }));
    await when(chatDeliverySaga, opened, { streams: [waiting] }).thenEffects(delivery(conversationId));
    await when(chatDeliverySaga, opened, { streams: [stream(roster, rosterId)] }).thenNothing();
    const inside = stream(session, sessionId, { ...facts<SessionEvents>()('WorkspaceEntered', { organizationId: romashka }), by: viktor });
    await when(chatDeliverySaga, inside, { streams: [waiting] }).thenEffects(delivery(conversationId));
  });

  test('R120 what was delivered or read waits no more', async () => {
    const delivered = said('ChatMessagesDelivered', { staffId: staffIdOf(viktor), userId: viktor.userId, messageIds });
    await happens(group, wrote(1), delivered)({}).thenEffects(left);
    await happens(group, wrote(1), readIt)({}, [...chatting, waiting]).thenEffects(left);
    await happens(group, wrote(1), readIt)({}, [...chatting, stream(roster, rosterId)]).thenNothing();
  });
});

describe('ChatFilesSaga', () => {
  const files = [{ fileId: derivedId('file', 1), name: 'Скан.pdf', mime: 'application/pdf', size: 10, sha256: 'aa' }];
  const happens = (more: Parameters<typeof wrote>[1]) => when(chatFilesSaga, dialog(group, wrote(1, more)), { streams: chatting });

  test('R119 the files of a message belong to its conversation', async () => {
    const owner = { category: 'conversation', id: conversationId };
    const { fileId } = files[0]!;
    await happens({ files }).thenEffects(call('files', 'attach', { fileId, organizationId: romashka, owner }, fileId));
    await happens({}).thenNothing();
  });

  test('of somebody who was erased nothing is attached', () => happens({ files: ERASED as never }).thenNothing());
});

describe('ChatNotificationSaga', () => {
  const happens = (streams = chatting, ...happened: readonly Fact[]) => when(chatNotificationSaga, dialog(...happened), { streams });
  const notificationId = derivedId('chatNotification', conversationId, messageIdOf(1), viktor.userId);

  test('S15 R051 everybody else who takes part finds the message in the centre', async () => {
    await happens(chatting, group, wrote(1)).thenEffects(
      send(
        RequestNotification,
        {
          notificationId,
          organizationId: romashka,
          recipient: { userId: viktor.userId },
          category: 'message',
          policy: 'social_message',
          textSite: 'Сообщение 1',
          from: { kind: 'staff', staffId: staffIdOf(boris) },
          link: { type: 'conversation', id: conversationId },
          about: `user:${boris.userId}`,
        },
        viktor.userId,
      ),
    );
  });

  test('nobody is told who has been erased', async () => {
    const erased = stream(user, viktor.userId, facts<UserEvents>()('UserErased', {} as never));
    await happens([erased], group, wrote(1)).thenNothing();
  });

  test('R051 what was read in the conversation is read in the centre', async () => {
    await happens(chatting, group, wrote(1), readIt).thenEffects(send(MarkNotificationRead, { notificationId }, messageIdOf(1)));
  });
});
