import { fold, given, isAsTold, issue, rows, stateTable, type Fact } from '../../../kernel/testing';
import { staffMember } from '@letopis/contexts/staff';
import { derivedId, type Actor } from '@letopis/kernel';
import {
  accountId,
  chatting,
  conversationId,
  direct,
  group,
  messageIdOf,
  ofStaff,
  said,
  staffIdOf,
  withClient,
  works,
  wrote,
} from '../chat.fixtures';
import { anna, boris, lena, olga, romashka, sagas, viktor } from '../communication.fixtures';
import { communicationErrors } from '../errors';
import { clientConversationId, conversation, directId } from './conversation';
import { MOST_RECENT } from './conversation.state';
import { broughtFor } from './chat-files';
import * as commands from './conversation.commands';

const [one, two] = [staffIdOf(boris), staffIdOf(viktor)];
const open = (more: Partial<commands.OpenConversation> = {}) =>
  issue(commands.OpenConversation, { conversationId, organizationId: romashka, kind: 'group', participants: [one, two], ...more });
const write = (number: number, more: Partial<commands.SendChatMessage> = {}) =>
  issue(commands.SendChatMessage, { conversationId, messageId: messageIdOf(number), text: `Сообщение ${number}`, ...more });
const read = (number: number) => issue(commands.MarkConversationRead, { conversationId, messageId: messageIdOf(number) });
const add = (staffId: string) => issue(commands.AddParticipant, { conversationId, staffId });
const leave = issue(commands.LeaveConversation, { conversationId });
const deliver = (userId: string) => issue(commands.DeliverPendingMessages, { conversationId, userId });

const given_ = (...before: readonly Fact[]) => given(conversation, ...before).and(...chatting);
const by = (actor: Actor, present: readonly string[] = []) => ({ actor, id: conversationId, answers: { present, brought: [] } });

const STATES: Readonly<Record<string, readonly Fact[]>> = { none: [], open: [group, wrote(1)] };
/** §G.5 */
const TABLE = `
| State | OpenConversation            | SendChatMessage        | DeliverPendingMessages       | MarkConversationRead    | AddParticipant          | LeaveConversation      |
| none  | → open / ConversationOpened | NOT_FOUND              | NOT_FOUND                    | NOT_FOUND               | NOT_FOUND               | NOT_FOUND              |
| open  | ALREADY_EXISTS              | same / ChatMessageSent | same / ChatMessagesDelivered | same / ConversationRead | same / ParticipantAdded | same / ParticipantLeft |
`;
const COMMANDS: Readonly<Record<string, readonly [object, Actor]>> = {
  OpenConversation: [open(), boris],
  SendChatMessage: [write(2), boris],
  DeliverPendingMessages: [deliver(viktor.userId), sagas],
  MarkConversationRead: [read(1), viktor],
  AddParticipant: [add(staffIdOf(anna)), boris],
  LeaveConversation: [leave, boris],
};

describe('A conversation', () => {
  test.each(stateTable(TABLE, { dash: 'INVALID_STATE' }))('S29 $state: $asked $becomes', (cell) => {
    const [command, actor] = COMMANDS[cell.asked]!;
    isAsTold(cell, given_(...STATES[cell.state]!).when(command, by(actor)));
  });
  test('the table names every command', () => {
    expect(Object.keys(COMMANDS).sort()).toEqual(Object.keys(conversation.commands).sort());
  });

  test('R119 two people have one dialog, whoever of them opens it', () => {
    expect(directId(romashka, one, two)).toBe(directId(romashka, two, one));
    const id = directId(romashka, one, two);
    const command = open({ kind: 'direct', conversationId: undefined, participants: [two, one] });
    expect(given_().when(command, { actor: viktor }).result.events).toMatchObject([{ data: { kind: 'direct', participants: [two, one] } }]);
    given_(direct).when(command, { actor: viktor, id }).thenNothing();
  });

  test.each<[string, Partial<commands.OpenConversation>, Actor, string]>([
    ['with one person', { kind: 'direct', participants: [one] }, boris, 'RECIPIENT_UNKNOWN'],
    ['with three in a dialog', { kind: 'direct', participants: [one, two, staffIdOf(anna)] }, boris, 'RECIPIENT_UNKNOWN'],
    ['with oneself', { kind: 'direct', participants: [one, one] }, boris, 'RECIPIENT_UNKNOWN'],
    ['with one person twice', { participants: [one, two, two] }, boris, 'RECIPIENT_UNKNOWN'],
    ['with somebody unknown', { participants: [one, staffIdOf(olga)] }, boris, 'RECIPIENT_UNKNOWN'],
    ['for others', {}, anna, 'NOT_PARTICIPANT'],
    ['for a client, by staff', { kind: 'client', clientAccountId: accountId, participants: undefined }, boris, 'NOT_PARTICIPANT'],
    ['by a stranger', {}, olga, 'NOT_FOUND'],
    ['by a client, of staff', {}, lena, 'FORBIDDEN'],
    ['by nobody', {}, { kind: 'anonymous' }, 'NOT_AUTHENTICATED'],
  ])('is not opened %s', (_, more, actor, code) => {
    const { result } = given_().when(open(more), { actor });
    expect(result.refused).toBe(code);
  });

  test('is not opened with somebody who was dismissed', () => {
    const gone = works(viktor, 'viktor', ofStaff('StaffMemberDismissed', { departmentIds: [], roleCodes: [] }));
    const others = chatting.filter(({ definition, id }) => definition !== staffMember || id !== two);
    given(conversation)
      .and(...others, gone)
      .when(open(), { actor: boris })
      .thenRefused('RECIPIENT_UNKNOWN');
  });

  test('S29 R120 a message is delivered to whoever is there, and waits for the others', () => {
    const sent = (present: readonly string[]) => given_(group).when(write(1), by(boris, present)).result.events;
    expect(sent([two])).toMatchObject([{ data: { deliveredTo: [two], pendingFor: [] } }]);
    expect(sent([])).toMatchObject([{ data: { deliveredTo: [], pendingFor: [{ id: two, userId: viktor.userId }] } }]);
  });

  test('S29 R120 what has waited is handed over once, in the order in which it was written', () => {
    const messageIds = [messageIdOf(1), messageIdOf(2)];
    const delivered = said('ChatMessagesDelivered', { staffId: two, userId: viktor.userId, messageIds });
    given_(group, wrote(1), wrote(2)).when(deliver(viktor.userId)).then(delivered);
    given_(group, wrote(1), wrote(2), delivered).when(deliver(viktor.userId)).thenNothing();
    given_(group, wrote(1)).when(deliver(olga.userId)).thenNothing();
    given_(group, wrote(1)).when(deliver(viktor.userId), by(boris)).isRefused('FORBIDDEN');
  });

  test('the same message again is not written twice, and nobody writes under the id of another’s', () => {
    given_(group, wrote(1)).when(write(1), by(boris)).thenNothing();
    given_(group, wrote(1)).when(write(1), by(viktor)).thenRefused('ALREADY_EXISTS');
  });

  test('R119 quotes a message of this conversation and no other', () => {
    const quoting = (number: number) => given_(group, wrote(1)).when(write(2, { quoteOfMessageId: messageIdOf(number) }), by(viktor));
    expect(quoting(1).result.events).toMatchObject([{ data: { quote: { messageId: messageIdOf(1) } } }]);
    quoting(9).thenRefused('NOT_FOUND');
  });

  describe('files of a message', () => {
    const file = (number: number, more: object = {}) => ({
      fileId: derivedId('file', number),
      name: `Скан ${number}.pdf`,
      mime: 'application/pdf',
      size: 1_000,
      sha256: 'aa',
      uploadedBy: boris.userId,
      ...more,
    });
    const sends = (...brought: ReadonlyArray<{ file?: object; taken?: object }>) =>
      given_(group).when(write(1, { files: brought.map((_, number) => derivedId('file', number)) }), {
        ...by(boris),
        answers: { present: [], brought },
      });
    const fine = (number: number) => ({ file: file(number), taken: file(number) });

    test('R119 are named in it as they were found to be', () => {
      expect(sends(fine(0), fine(1)).result.events).toMatchObject([
        {
          data: {
            files: [{ fileId: derivedId('file', 0), name: 'Скан 0.pdf', mime: 'application/pdf', size: 1_000 }, { name: 'Скан 1.pdf' }],
          },
        },
      ]);
      expect(sends().result.events[0]!.data).not.toMatchObject({ files: expect.anything() });
    });

    test.each<[string, { file?: object; taken?: object }, 'NOT_FOUND' | 'FILE_TYPE_NOT_ALLOWED']>([
      ['there is none of that id', {}, 'NOT_FOUND'],
      ['somebody else has brought it', { file: file(0, { uploadedBy: viktor.userId }), taken: file(0) }, 'NOT_FOUND'],
      ['another record has it', { file: file(0) }, 'NOT_FOUND'],
      ['it is empty', { file: file(0, { size: 0 }), taken: file(0) }, 'FILE_TYPE_NOT_ALLOWED'],
      ['it is a program', { file: file(0, { name: 'x', mime: 'application/x-elf' }), taken: file(0) }, 'FILE_TYPE_NOT_ALLOWED'],
      ['its name promises something else', { file: file(0, { name: 'a.png' }), taken: file(0) }, 'FILE_TYPE_NOT_ALLOWED'],
    ])('are not sent where %s', (_, brought, code) => {
      sends(brought).thenRefused(code);
    });

    test('are sent once each', () => {
      const twice = write(1, { files: [derivedId('file', 0), derivedId('file', 0)] });
      given_(group)
        .when(twice, { ...by(boris), answers: { present: [], brought: [fine(0), fine(0)] } })
        .thenRefused('ALREADY_EXISTS');
    });

    test('R119 are asked for and kept for the conversation only where all of them may be sent', () => {
      const asked = (found: readonly (object | undefined)[], actor: Actor) => {
        const state = fold(conversation, conversationId, [group]);
        const fileIds = found.map((_, number) => derivedId('file', number));
        const need = broughtFor({ fileIds, state, actor, id: conversationId });
        if (need.kind !== 'steps') throw new Error('one question follows another');
        return need.steps[1]!(Object.fromEntries(found.map((each, number) => [`file:${number}`, each])));
      };
      expect(Object.keys(asked([file(0), file(1)], boris))).toEqual(['taken:0', 'taken:1']);
      expect(asked([file(0), undefined], boris)).toEqual({});
      expect(asked([file(0, { uploadedBy: anna.userId })], anna)).toEqual({});
    });
  });

  test('is for those who take part', () => {
    for (const command of [write(2), read(1), add(staffIdOf(anna)), leave]) {
      given_(group, wrote(1)).when(command, by(anna)).thenRefused('NOT_PARTICIPANT');
      given_(group, wrote(1)).when(command, by(olga)).isRefused('NOT_FOUND');
    }
  });

  test('reading tells what is read now and was not before, without the own messages', () => {
    const readOne = said('ConversationRead', { staffId: two, userId: viktor.userId, upTo: messageIdOf(1), messageIds: [messageIdOf(1)] });
    const mine = wrote(2, { from: two, authorUserId: viktor.userId, pendingFor: [], readerUserIds: [boris.userId] });
    given_(group, wrote(1)).when(read(1), by(viktor)).then(readOne);
    given_(group, wrote(1), readOne, mine, wrote(3))
      .when(read(3), by(viktor))
      .then(said('ConversationRead', { staffId: two, userId: viktor.userId, upTo: messageIdOf(3), messageIds: [messageIdOf(3)] }));
    given_(group, wrote(1), readOne).when(read(1), by(viktor)).thenNothing();
    given_(group, wrote(1)).when(read(9), by(viktor)).thenRefused('NOT_FOUND');
  });

  test('remembers the last thousand messages, however many there are, and still tells how many were read', () => {
    const many = Array.from({ length: MOST_RECENT + 5 }, (_, number) => wrote(number));
    const { before } = given_(group, ...many).when(write(99_999), by(boris));
    expect([before.sent, before.recent.length, before.pending[two]!.length]).toEqual([MOST_RECENT + 5, MOST_RECENT, MOST_RECENT]);
    const { after, result } = given_(group, ...many).when(read(MOST_RECENT + 4), by(viktor));
    expect(after.read[two]).toBe(MOST_RECENT + 5);
    expect(result.events).toMatchObject([{ data: { messageIds: { length: MOST_RECENT } } }]);
  });

  test('a group takes one more, who has nothing unread of before, and whoever leaves writes no more', () => {
    const added = said('ParticipantAdded', { staffId: staffIdOf(anna), userId: anna.userId });
    const start = given_(group, wrote(1), added);
    start.when(add(staffIdOf(anna)), by(boris)).thenNothing();
    start.when(read(1), by(anna)).thenNothing();
    given_(group)
      .when(add(staffIdOf(olga)), by(boris))
      .thenRefused('RECIPIENT_UNKNOWN');
    given_(group, said('ParticipantLeft', { staffId: two, userId: viktor.userId }))
      .when(write(1), by(viktor))
      .thenRefused('NOT_PARTICIPANT');
    for (const command of [add(staffIdOf(anna)), leave]) given_(direct).when(command, by(boris)).thenRefused('INVALID_STATE');
  });

  describe('with a client', () => {
    const start = open({ kind: 'client', conversationId: undefined, participants: undefined, clientAccountId: accountId });
    test('is opened by the client, once', () => {
      given_().when(start, { actor: lena }).then(withClient);
      given_(withClient)
        .when(start, { actor: lena, id: clientConversationId(accountId) })
        .thenNothing();
    });

    test('R087 is answered by staff who are available in the chat, who take part from then on', () => {
      const joined = said('ParticipantAdded', { staffId: two, userId: viktor.userId });
      const { result } = given_(withClient).when(write(1), by(viktor, [accountId]));
      expect(result.events).toMatchObject([joined, { type: 'ChatMessageSent', data: { from: two, deliveredTo: [accountId] } }]);
      given_(withClient).when(write(1), by(boris)).thenRefused('CHAT_NOT_ALLOWED');
      expect(given_(withClient, joined).when(write(1), by(viktor)).result.events).toHaveLength(1);
    });

    test('is written in by its client and no other one', () => {
      expect(given_(withClient).when(write(1), by(lena)).result.events).toMatchObject([
        { data: { from: accountId, authorUserId: lena.userId } },
      ]);
      given_(group).when(write(1), by(lena)).isRefused('FORBIDDEN');
    });
  });
});

/** §G.8 */
const ERRORS = `
| Code             | HTTP | Message                                 |
| NOT_PARTICIPANT  | 403  | Вы не участник диалога                  |
| CHAT_NOT_ALLOWED | 422  | Отдел сотрудника не имеет доступа к чату |
`;
test.each(rows(ERRORS))('G.8 $Code is told in these words', ({ Code: code, HTTP: status, Message: message }) => {
  expect(communicationErrors.entries[code as 'NOT_PARTICIPANT']).toMatchObject({ status: Number(status), ru: message });
});
