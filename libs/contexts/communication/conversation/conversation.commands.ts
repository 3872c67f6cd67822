import { Id, Ids, OneOf, Text } from '@letopis/kernel';

export const CONVERSATION_KINDS = ['direct', 'group', 'client'] as const;
export type ConversationKind = (typeof CONVERSATION_KINDS)[number];
/** Files of one message. */
export const MOST_FILES = 10;
/** People who talk in one conversation. */
export const MOST_PARTICIPANTS = 100;

export class OpenConversation {
  /** Of a group; the others have ids that follow from who talks. */
  @Id({ optional: true }) conversationId?: string;
  @Id() organizationId: string;
  @OneOf(CONVERSATION_KINDS) kind: ConversationKind;
  /** Staff who take part, with whoever opens it; nobody where a client does. */
  @Ids(MOST_PARTICIPANTS, { optional: true }) participants?: string[];
  @Id({ optional: true }) clientAccountId?: string;
  @Text(1, 255, { optional: true }) title?: string;
}

class OfConversation {
  @Id() conversationId: string;
}

export class SendChatMessage extends OfConversation {
  @Id() messageId: string;
  /** Smileys are written `:code:`. */
  @Text(1, 10_000) text: string;
  @Id({ optional: true }) quoteOfMessageId?: string;
  /** Ids of files that were sent with `?for=chat`. */
  @Ids(MOST_FILES, { optional: true }) files?: string[];
}

export class DeliverPendingMessages extends OfConversation {
  @Id() userId: string;
}

export class MarkConversationRead extends OfConversation {
  /** The last message that was read. */
  @Id() messageId: string;
}

export class AddParticipant extends OfConversation {
  @Id() staffId: string;
}

export class LeaveConversation extends OfConversation {}
