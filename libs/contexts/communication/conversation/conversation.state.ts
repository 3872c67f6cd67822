import type { ConversationKind } from './conversation.commands';
import type { Talker } from './conversation.events';

export interface Conversation {
  readonly status: 'none' | 'open';
  readonly organizationId: string;
  readonly kind: ConversationKind;
  readonly clientAccountId?: string;
  readonly clientUserId?: string;
  /** Everybody who takes part, the client as well. */
  readonly talkers: readonly Talker[];
  /** Messages that were sent in all. */
  readonly sent: number;
  /** The last of them, oldest first: what can be quoted and marked as read. */
  readonly recent: readonly { readonly messageId: string; readonly from: string }[];
  /** How many of all messages each has read. */
  readonly read: Readonly<Record<string, number>>;
  /** Messages that wait for somebody who was not there. */
  readonly pending: Readonly<Record<string, readonly string[]>>;
}

/** Messages that a conversation remembers by id; older ones are in the history. */
export const MOST_RECENT = 1_000;
