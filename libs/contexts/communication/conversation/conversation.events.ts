import type { FileRef } from '@letopis/kernel';
import type { ConversationKind } from './conversation.commands';

/** Somebody who talks: a staff member by that id, a client by the id of the account. */
export interface Talker {
  readonly id: string;
  readonly userId: string;
}

export interface ConversationEvents {
  ConversationOpened: {
    organizationId: string;
    kind: ConversationKind;
    title?: string;
    participants: readonly string[];
    /** Their accounts in the service, in the same order. */
    userIds: readonly string[];
    clientAccountId?: string;
    clientUserId?: string;
  };
  ChatMessageSent: {
    messageId: string;
    /** The staff member or client account that wrote it, and whose key seals the text. */
    from: string;
    authorUserId: string;
    text: string;
    quote?: { readonly messageId: string };
    /** Sealed with the text: names of files tell as much. */
    files?: readonly FileRef[];
    /** Who was there at that moment. */
    deliveredTo: readonly string[];
    /** Who was not, and gets it on coming. */
    pendingFor: readonly Talker[];
    /** Everybody else who takes part, by account. */
    readerUserIds: readonly string[];
  };
  ChatMessagesDelivered: { staffId: string; userId: string; messageIds: readonly string[] };
  /** `messageIds`: those that had not been read before. */
  ConversationRead: { staffId: string; userId: string; upTo: string; messageIds: readonly string[] };
  ParticipantAdded: { staffId: string; userId: string };
  ParticipantLeft: { staffId: string; userId: string };
}
