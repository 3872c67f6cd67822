import { clientAccount, staffMember } from '@letopis/contexts/staff';
import { aggregate, derivedId, known, oneOf, staff, stateOf, subjectOf, systemOnly } from '@letopis/kernel';
import { refusal } from '../errors';
import { broughtFor, sentFiles } from './chat-files';
import * as commands from './conversation.commands';
import type { ConversationEvents } from './conversation.events';
import { MOST_RECENT, type Conversation } from './conversation.state';
import { accounts, clientOf, exists, insider, isColleague, own, participant, present, self, speaker, talker, userIdOf } from './talkers';

const { command, define, event } = aggregate<Conversation, ConversationEvents>();

/** The one conversation of two people, whoever opens it. */
export const directId = (organizationId: string, one: string, other: string): string =>
  derivedId('conversation', organizationId, ...[one, other].sort());
/** The one conversation of a client with those who answer it. */
export const clientConversationId = (clientAccountId: string): string => derivedId('conversation', 'client', clientAccountId);

export const conversation = define({
  category: 'conversation',
  initialState: { status: 'none', organizationId: '', kind: 'direct', talkers: [], sent: 0, recent: [], read: {}, pending: {} },
  organizationId: ({ organizationId }) => organizationId || undefined,
  personal: { ChatMessageSent: { of: ({ authorUserId }) => subjectOf(authorUserId), fields: ['text', 'files'] } },

  commands: {
    OpenConversation: command(commands.OpenConversation, {
      by: oneOf<commands.OpenConversation, Conversation>(
        staff('chat.dialogs:create', { in: ({ command }) => command.organizationId }),
        clientOf(({ command }) => command.clientAccountId),
      ),
      id: ({ command: { kind, organizationId, participants = [], clientAccountId, conversationId } }) => {
        if (kind === 'client') return clientConversationId(clientAccountId ?? '');
        return kind === 'direct' ? directId(organizationId, participants[0] ?? '', participants[1] ?? '') : known(conversationId);
      },
      needs: ({ command: { organizationId, participants = [], clientAccountId }, actor }) => ({
        own: self(organizationId, actor),
        staff: accounts(participants),
        account: stateOf(clientAccount, clientAccountId),
      }),
      summary: 'A dialog of two, a group, or a client with those who answer',
    }),
    SendChatMessage: command(commands.SendChatMessage, {
      by: talker,
      needs: ({ command: { files }, state, actor, id, now }) => ({
        ...own({ state, actor }),
        present: present(state.talkers, now),
        brought: broughtFor({ fileIds: files, state, actor, id }),
      }),
      summary: 'A message; whoever is not there gets it on coming',
    }),
    DeliverPendingMessages: command(commands.DeliverPendingMessages, { by: systemOnly }),
    MarkConversationRead: command(commands.MarkConversationRead, { by: talker, needs: own, summary: 'Read up to a message' }),
    AddParticipant: command(commands.AddParticipant, {
      by: insider,
      needs: (question) => ({ ...own(question), added: stateOf(staffMember, question.command.staffId) }),
      summary: 'One more in a group, who sees what was said before',
    }),
    LeaveConversation: command(commands.LeaveConversation, { by: insider, needs: own, summary: 'Leaves a group' }),
  },

  decide: {
    OpenConversation: (
      { kind, organizationId, participants = [], title, clientAccountId },
      state,
      { own: caller, staff, account, actor },
    ) => {
      if (kind === 'client') {
        if (account.organizationId !== organizationId || account.userId !== userIdOf(actor)) throw refusal('NOT_PARTICIPANT');
        if (state.status === 'open') return [];
        const { userId: clientUserId } = account;
        return [event('ConversationOpened', { organizationId, kind, participants: [], userIds: [], clientAccountId, clientUserId })];
      }
      const isTwice = new Set(participants).size < participants.length;
      const isEnough = kind === 'direct' ? participants.length === 2 : participants.length >= 2;
      if (isTwice || !isEnough || staff.some((each) => !isColleague(each, organizationId))) throw refusal('RECIPIENT_UNKNOWN');
      const { staffId } = caller.standing;
      if (staffId === undefined || !participants.includes(staffId)) throw refusal('NOT_PARTICIPANT');
      if (state.status === 'open') {
        if (kind === 'direct') return [];
        throw refusal('ALREADY_EXISTS');
      }
      const userIds = staff.map(({ userId = '' }) => userId);
      return [event('ConversationOpened', { organizationId, kind, title: kind === 'group' ? title : undefined, participants, userIds })];
    },

    SendChatMessage: ({ messageId, text, quoteOfMessageId, files }, state, { own: caller, present: there, brought, actor }) => {
      const me = speaker(state, caller, actor);
      const before = state.recent.find((each) => each.messageId === messageId);
      if (before && before.from !== me.id) throw refusal('ALREADY_EXISTS');
      if (before) return [];
      if (quoteOfMessageId !== undefined && !state.recent.some((each) => each.messageId === quoteOfMessageId)) throw refusal('NOT_FOUND');
      const named = sentFiles(files, brought, actor);
      const others = state.talkers.filter(({ id }) => id !== me.id);
      const joins = state.talkers.every(({ id }) => id !== me.id);
      return [
        ...(joins ? [event('ParticipantAdded', { staffId: me.id, userId: me.userId })] : []),
        event('ChatMessageSent', {
          messageId,
          from: me.id,
          authorUserId: me.userId,
          text,
          quote: quoteOfMessageId === undefined ? undefined : { messageId: quoteOfMessageId },
          files: named.length === 0 ? undefined : named,
          deliveredTo: others.flatMap(({ id }) => (there.includes(id) ? [id] : [])),
          pendingFor: others.filter(({ id }) => !there.includes(id)),
          readerUserIds: others.map(({ userId }) => userId),
        }),
      ];
    },

    DeliverPendingMessages: ({ userId }, state) => {
      exists(state);
      const found = state.talkers.find((each) => each.userId === userId);
      const messageIds = found ? (state.pending[found.id] ?? []) : [];
      return found && messageIds.length > 0 ? [event('ChatMessagesDelivered', { staffId: found.id, userId, messageIds })] : [];
    },

    MarkConversationRead: ({ messageId }, state, { own: caller, actor }) => {
      const me = participant(state, caller, actor);
      const at = state.recent.findIndex((each) => each.messageId === messageId);
      if (at < 0) throw refusal('NOT_FOUND');
      const first = state.sent - state.recent.length;
      const before = state.read[me.id] ?? 0;
      if (first + at + 1 <= before) return [];
      const fresh = state.recent.slice(Math.max(0, before - first), at + 1).filter(({ from }) => from !== me.id);
      const messageIds = fresh.map((each) => each.messageId);
      return [event('ConversationRead', { staffId: me.id, userId: me.userId, upTo: messageId, messageIds })];
    },

    AddParticipant: ({ staffId }, state, { own: caller, added, actor }) => {
      participant(state, caller, actor);
      if (state.kind !== 'group') throw refusal('INVALID_STATE', { status: state.kind });
      if (!isColleague(added, state.organizationId)) throw refusal('RECIPIENT_UNKNOWN');
      if (state.talkers.some(({ id }) => id === staffId)) return [];
      if (state.talkers.length >= commands.MOST_PARTICIPANTS) throw refusal('INVALID_STATE', { status: state.status });
      return [event('ParticipantAdded', { staffId, userId: added.userId! })];
    },

    LeaveConversation: (_, state, { own: caller, actor }) => {
      const me = participant(state, caller, actor);
      if (state.kind !== 'group') throw refusal('INVALID_STATE', { status: state.kind });
      return [event('ParticipantLeft', { staffId: me.id, userId: me.userId })];
    },
  },

  evolve: {
    ConversationOpened: (state, { organizationId, kind, participants, userIds, clientAccountId, clientUserId }) => ({
      ...state,
      status: 'open',
      organizationId,
      kind,
      clientAccountId,
      clientUserId,
      talkers: [
        ...(clientAccountId === undefined ? [] : [{ id: clientAccountId, userId: clientUserId! }]),
        ...participants.map((id, at) => ({ id, userId: userIds[at]! })),
      ],
    }),
    ChatMessageSent: (state, { messageId, from, pendingFor }) => ({
      ...state,
      sent: state.sent + 1,
      recent: [...state.recent, { messageId, from }].slice(-MOST_RECENT),
      pending: {
        ...state.pending,
        ...Object.fromEntries(pendingFor.map(({ id }) => [id, [...(state.pending[id] ?? []), messageId].slice(-MOST_RECENT)])),
      },
    }),
    ChatMessagesDelivered: (state, { staffId }) => ({ ...state, pending: { ...state.pending, [staffId]: [] } }),
    ConversationRead: (state, { staffId, upTo }) => ({
      ...state,
      read: {
        ...state.read,
        [staffId]: state.sent - state.recent.length + state.recent.findIndex(({ messageId }) => messageId === upTo) + 1,
      },
      pending: { ...state.pending, [staffId]: [] },
    }),
    // What was said before counts as read: it is history to whoever comes later.
    ParticipantAdded: (state, { staffId, userId }) => ({
      ...state,
      talkers: [...state.talkers, { id: staffId, userId }],
      read: { ...state.read, [staffId]: state.sent },
    }),
    ParticipantLeft: (state, { staffId }) => ({
      ...state,
      talkers: state.talkers.filter(({ id }) => id !== staffId),
      pending: { ...state.pending, [staffId]: [] },
    }),
  },
});
