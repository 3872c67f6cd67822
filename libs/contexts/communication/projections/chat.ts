import { membersSee } from '@letopis/contexts/organizations';
import { departmentSide, staffSide, type StaffMemberEvents } from '@letopis/contexts/staff';
import type { SessionEvents } from '@letopis/contexts/identity';
import {
  allows,
  ERASED,
  only,
  organizationIn,
  projection,
  refused,
  refusedAtTheDoor,
  rightsOf,
  side,
  standingOf,
  type Actor,
  type FileRef,
  type ReadPolicy,
  type Standing,
} from '@letopis/kernel';
import type { ConversationKind } from '../conversation/conversation.commands';
import type { ConversationEvents } from '../conversation/conversation.events';

const person = (actor: Actor) => (actor.kind === 'user' ? actor.userId : undefined);

/**
 * Conversations that somebody takes part in, in the organization where the session works; of clients, those who may answer in
 * the chat see all. Nobody else reads what people write to each other: for auditors there is the log.
 */
const talkersSee: ReadPolicy = {
  name: 'participant; of clients, staff(chat.dialogs:answer)',
  needs: ({ actor, filter }) => ({ standing: standingOf(organizationIn(actor, filter), person(actor)) }),
  see: ({ actor, filter, now = '' }, answers) => {
    const organizationId = organizationIn(actor, filter);
    if (actor.kind !== 'user' || organizationId === undefined) return refused('FORBIDDEN');
    const standing = (answers as { standing: Standing }).standing;
    const closed = refusedAtTheDoor(standing, actor, organizationId);
    if (closed) return refused(closed);
    const own = { userIds: actor.userId };
    return allows(rightsOf(standing, actor, now), 'chat.dialogs:answer')
      ? only({ organizationId, $or: [own, { kind: 'client' }] })
      : only({ organizationId, ...own });
  },
};

export interface ChatContactRow {
  readonly staffId: string;
  readonly organizationId: string;
  readonly userId?: string;
  readonly displayName?: string;
  readonly departmentIds: readonly string[];
  readonly departmentNames?: readonly (string | null)[];
  readonly avatar?: StaffMemberEvents['StaffAvatarSet']['file'];
  readonly chatAvailable: boolean;
  /** The last sessions that were opened, and those of them that are over. */
  readonly sessions?: readonly string[];
  readonly closed: readonly string[];
  /** Signed in; others are shown in red. */
  readonly online: boolean;
}

const without = <Value>(list: readonly Value[], value: Value) => list.filter((each) => each !== value);

/** Sessions of one person that are remembered: nobody has more of them open. */
const MOST_SESSIONS = 50;

/** The sessions of a person; which of them are over is told to the rows, since the event does not say whose one was. */
const sessionsSide = {
  ...side<{ sessions: readonly string[] }, SessionEvents>()({
    SessionOpened: (known, { aggregateId }) => ({ sessions: [...(known?.sessions ?? []), aggregateId].slice(-MOST_SESSIONS) }),
  }),
  key: ({ data }: { data: unknown }) => (data as { userId?: string }).userId,
};

/** «Контакты»: who works here, found by the first letters of name or department in either keyboard layout. */
export const chatContacts = projection<ChatContactRow, StaffMemberEvents & Pick<SessionEvents, 'SessionClosed'>>()({
  code: 'chat_contacts',
  version: 1,
  title: { ru: 'Контакты бизнес-чата', en: 'Contacts of the business chat' },
  serves: 'both',
  on: {
    StaffMemberCreated: (_, { aggregateId, data: { organizationId } }) => ({
      staffId: aggregateId,
      organizationId,
      departmentIds: [],
      chatAvailable: false,
      closed: [],
      online: false,
    }),
    StaffUserLinked: (row, { data: { userId } }) => row && { ...row, userId },
    StaffAddedToDepartment: (row, { data: { departmentId } }) => row && { ...row, departmentIds: [...row.departmentIds, departmentId] },
    StaffRemovedFromDepartment: (row, { data: { departmentId } }) =>
      row && { ...row, departmentIds: without(row.departmentIds, departmentId) },
    StaffAvatarSet: (row, { data: { file } }) => row && { ...row, avatar: file },
    StaffAvatarRemoved: (row) => row && { ...row, avatar: undefined },
    ChatAvailabilitySet: (row, { data: { enabled } }) => row && { ...row, chatAvailable: enabled },
    StaffMemberDismissed: () => undefined,
    StaffMemberErased: () => undefined,
  },
  everywhere: {
    SessionClosed: {
      where: ({ aggregateId }) => ({ sessions: aggregateId }),
      fold: (row, { aggregateId }) => ({
        ...row,
        closed: [...row.closed.filter((id) => row.sessions?.includes(id) && id !== aggregateId), aggregateId],
      }),
    },
  },
  sides: { staff: staffSide, departments: departmentSide, sessions: sessionsSide },
  joins: [
    { by: 'staffId', side: 'staff', fields: { displayName: 'displayName' } },
    { by: 'departmentIds', side: 'departments', fields: { name: 'departmentNames' } },
    { by: 'userId', side: 'sessions', fields: { sessions: 'sessions' } },
  ],
  derive: (row) => ({ ...row, online: (row.sessions ?? []).some((id) => !row.closed.includes(id)) }),
  list: {
    filters: { organizationId: 'string', departmentIds: 'string', online: 'boolean', chatAvailable: 'boolean', sessions: 'string' },
    sorts: ['displayName'],
    search: ['displayName', 'departmentNames'],
    defaultSort: 'displayName',
  },
  policy: membersSee,
  hidden: ['sessions', 'closed'],
});

export interface ChatDialogRow {
  readonly conversationId: string;
  readonly organizationId: string;
  readonly kind: ConversationKind;
  readonly title?: string;
  readonly clientAccountId?: string;
  readonly participants: readonly string[];
  readonly participantNames?: readonly (string | null)[];
  readonly userIds: readonly string[];
  /** Of each participant, how many messages are not read. */
  readonly unread: Readonly<Record<string, number>>;
  readonly lastMessage?: { readonly messageId: string; readonly from: string; readonly text: string; readonly at: string };
  readonly lastMessageAt: string;
}

const everybody = ({ participants, clientAccountId }: ChatDialogRow) =>
  clientAccountId === undefined ? participants : [clientAccountId, ...participants];

/** The dialogs of a person, with what is not read; «Последние» is their order by default. */
export const chatDialogs = projection<ChatDialogRow, ConversationEvents>()({
  code: 'chat_dialogs',
  version: 1,
  title: { ru: 'Диалоги', en: 'Dialogs' },
  on: {
    ConversationOpened: (_, { aggregateId, data, metadata: { occurredAt } }) => ({
      conversationId: aggregateId,
      organizationId: data.organizationId,
      kind: data.kind,
      title: data.title,
      clientAccountId: data.clientAccountId,
      participants: data.participants,
      userIds: [...data.userIds, ...(data.clientUserId === undefined ? [] : [data.clientUserId])],
      unread: {},
      lastMessageAt: occurredAt,
    }),
    ChatMessageSent: (row, { data: { messageId, from, text }, metadata: { occurredAt: at } }) =>
      row && {
        ...row,
        unread: {
          ...row.unread,
          ...Object.fromEntries(
            everybody(row)
              .filter((id) => id !== from)
              .map((id) => [id, (row.unread[id] ?? 0) + 1]),
          ),
        },
        lastMessage: { messageId, from, text: text === ERASED ? ERASED : text.slice(0, 200), at },
        lastMessageAt: at,
      },
    ConversationRead: (row, { data: { staffId, messageIds } }) =>
      row && { ...row, unread: { ...row.unread, [staffId]: Math.max(0, (row.unread[staffId] ?? 0) - messageIds.length) } },
    ParticipantAdded: (row, { data: { staffId, userId } }) =>
      row && { ...row, participants: [...row.participants, staffId], userIds: [...row.userIds, userId] },
    ParticipantLeft: (row, { data: { staffId, userId } }) =>
      row && { ...row, participants: without(row.participants, staffId), userIds: without(row.userIds, userId) },
  },
  sides: { staff: staffSide },
  joins: [{ by: 'participants', side: 'staff', fields: { displayName: 'participantNames' } }],
  list: {
    filters: {
      organizationId: 'string',
      kind: 'string',
      participants: 'string',
      userIds: 'string',
      clientAccountId: 'string',
      lastMessageAt: 'time',
    },
    sorts: ['lastMessageAt'],
    search: ['title', 'participantNames'],
    defaultSort: '-lastMessageAt',
  },
  live: true,
  policy: talkersSee,
});

export interface ChatMessageRow {
  readonly messageId: string;
  readonly conversationId: string;
  readonly organizationId: string;
  readonly from: string;
  readonly fromName?: string;
  readonly text: string;
  readonly files?: readonly FileRef[];
  readonly quoteOf?: string;
  readonly quoteKey?: string;
  readonly quoteText?: string;
  readonly quoteFrom?: string;
  readonly deliveredTo: readonly string[];
  readonly at: string;
  readonly kind?: ConversationKind;
  readonly userIds?: readonly string[];
}

const conversationSide = side<{ kind: ConversationKind; userIds: readonly string[] }, ConversationEvents>()({
  ConversationOpened: (_, { data: { kind, userIds, clientUserId } }) => ({
    kind,
    userIds: [...userIds, ...(clientUserId === undefined ? [] : [clientUserId])],
  }),
  ParticipantAdded: (known, { data: { userId } }) => known && { ...known, userIds: [...known.userIds, userId] },
  ParticipantLeft: (known, { data: { userId } }) => known && { ...known, userIds: without(known.userIds, userId) },
});
/** Whoever sends a message chooses its id: it is one within its conversation, and means nothing in another. */
const messageKey = (conversationId: string, messageId: string) => `${conversationId}:${messageId}`;
const quotedSide = {
  ...side<{ text: string; from: string }, ConversationEvents>()({ ChatMessageSent: (_, { data: { text, from } }) => ({ text, from }) }),
  key: ({ aggregateId, data }: { aggregateId: string; data: unknown }) =>
    messageKey(aggregateId, (data as { messageId: string }).messageId),
};

/** What was said, message by message, with what it quotes. */
export const chatHistory = projection<ChatMessageRow, Pick<ConversationEvents, 'ChatMessageSent' | 'ChatMessagesDelivered'>>()({
  code: 'chat_history',
  version: 3,
  title: { ru: 'История переписки', en: 'Chat history' },
  key: ({ aggregateId, ...event }) =>
    (event.type === 'ChatMessageSent' ? [event.data.messageId] : event.data.messageIds).map((id) => messageKey(aggregateId, id)),
  on: {
    ChatMessageSent: (_, { aggregateId, data: { messageId, from, text, quote, files, deliveredTo }, metadata }) => ({
      messageId,
      conversationId: aggregateId,
      organizationId: metadata.organizationId ?? '',
      from,
      text,
      files: (files as unknown) === ERASED ? undefined : files,
      quoteOf: quote?.messageId,
      quoteKey: quote && messageKey(aggregateId, quote.messageId),
      deliveredTo,
      at: metadata.occurredAt,
    }),
    ChatMessagesDelivered: (row, { data: { staffId } }) => row && { ...row, deliveredTo: [...without(row.deliveredTo, staffId), staffId] },
  },
  sides: { staff: staffSide, conversations: conversationSide, messages: quotedSide },
  joins: [
    { by: 'from', side: 'staff', fields: { displayName: 'fromName' } },
    { by: 'conversationId', side: 'conversations', fields: { kind: 'kind', userIds: 'userIds' } },
    { by: 'quoteKey', side: 'messages', fields: { text: 'quoteText', from: 'quoteFrom' } },
  ],
  list: {
    filters: { organizationId: 'string', conversationId: 'string', from: 'string', userIds: 'string', at: 'time' },
    sorts: ['at'],
    search: ['text'],
    defaultSort: '-at',
  },
  live: true,
  policy: talkersSee,
  hidden: ['userIds', 'quoteKey'],
});
