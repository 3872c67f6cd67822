import { session, type SessionEvents } from '@letopis/contexts/identity';
import { derivedId } from '@letopis/kernel';
import { facts, given, NOW, stream, type Fact } from '../../../kernel/testing';
import {
  available,
  chatting,
  conversationId,
  departmentId,
  dialog,
  group,
  messageIdOf,
  ofStaff,
  said,
  sales,
  staffIdOf,
  works,
  wrote,
} from '../chat.fixtures';
import { anna, boris, romashka, viktor } from '../communication.fixtures';
import { conversation } from '../conversation/conversation';
import { chatContacts, chatDialogs, chatHistory } from './chat';

const [one, two] = [staffIdOf(boris), staffIdOf(viktor)];

describe('chat_contacts', () => {
  const ofSession = facts<SessionEvents>();
  const signedIn = (name: string) =>
    stream(session, derivedId('session', name), ofSession('SessionOpened', { userId: viktor.userId, expiresAt: NOW }));
  const person = expect.objectContaining({
    staffId: two,
    displayName: 'viktor@romashka.ru',
    departmentIds: [departmentId],
    departmentNames: ['Продажи'],
    chatAvailable: true,
    online: false,
  }) as object;

  test('R118 names people with their departments', () => {
    given(chatContacts, sales, works(viktor, 'viktor', available)).thenDocument(two, person);
  });

  test('R120 whoever has no session open is not there', () => {
    const online = (value: boolean) => expect.objectContaining({ online: value }) as object;
    const start = [sales, works(viktor, 'viktor')];
    given(chatContacts, ...start, signedIn('a'), signedIn('b')).thenDocument(two, online(true));
  });

  test('nobody is among them who was dismissed', () => {
    given(
      chatContacts,
      sales,
      works(viktor, 'viktor', ofStaff('StaffMemberDismissed', { departmentIds: [], roleCodes: [] })),
    ).thenNoDocument(two);
  });
});

describe('chat_dialogs', () => {
  const dialogs = (...more: readonly Fact[]) => given(chatDialogs, ...chatting, dialog(...more));
  const shown = (fields: object) => expect.objectContaining(fields) as object;
  const readIt = said('ConversationRead', { staffId: two, userId: viktor.userId, upTo: messageIdOf(1), messageIds: [messageIdOf(1)] });

  test('R119 tells with whom, the last message and what each has not read', () => {
    dialogs(group, wrote(1), wrote(2)).thenDocument(conversationId, {
      conversationId,
      organizationId: romashka,
      kind: 'group',
      title: 'Сделка 7',
      participants: [one, two],
      participantNames: ['boris@romashka.ru', 'viktor@romashka.ru'],
      userIds: [boris.userId, viktor.userId],
      unread: { [two]: 2 },
      lastMessage: { messageId: messageIdOf(2), from: one, text: 'Сообщение 2', at: NOW },
      lastMessageAt: NOW,
    });
    dialogs(group, wrote(1), wrote(2), readIt).thenDocument(conversationId, shown({ unread: { [two]: 1 } }));
  });

  test('R119 is that of those who take part at present', () => {
    const added = said('ParticipantAdded', { staffId: staffIdOf(anna), userId: anna.userId });
    const left = said('ParticipantLeft', { staffId: two, userId: viktor.userId });
    dialogs(group, added, left).thenDocument(conversationId, shown({ userIds: [boris.userId, anna.userId] }));
  });
});

describe('chat_history', () => {
  const keyOf = (number: number) => `${conversationId}:${messageIdOf(number)}`;
  test('R119 R120 keeps every message with what it quotes and to whom it has come', () => {
    const quoting = wrote(2, { quote: { messageId: messageIdOf(1) }, from: two, authorUserId: viktor.userId });
    const delivered = said('ChatMessagesDelivered', { staffId: two, userId: viktor.userId, messageIds: [messageIdOf(1)] });
    const history = given(chatHistory, ...chatting, dialog(group, wrote(1), quoting, delivered));
    history.thenDocument(keyOf(1), expect.objectContaining({ fromName: 'boris@romashka.ru', deliveredTo: [two] }) as object);
    history.thenDocument(
      keyOf(2),
      expect.objectContaining({ quoteOf: messageIdOf(1), quoteText: 'Сообщение 1', quoteFrom: one }) as object,
    );
  });

  test('a message of another conversation under the same id takes the place of nobody’s', () => {
    const elsewhere = derivedId('conversation', 'elsewhere');
    const forged = wrote(1, { from: two, authorUserId: viktor.userId, text: 'Не то' });
    const history = given(chatHistory, ...chatting, dialog(group, wrote(1)), stream(conversation, elsewhere, group, forged));
    history.thenDocument(keyOf(1), expect.objectContaining({ conversationId, text: 'Сообщение 1' }) as object);
    history.thenDocument(`${elsewhere}:${messageIdOf(1)}`, expect.objectContaining({ text: 'Не то' }) as object);
  });
});
