import { RequestNotification, type RoutingPolicy } from '@letopis/contexts/communication';
import { derivedId, send, type CommandEffect } from '@letopis/kernel';
import type { Expr } from '../definition/definition';
import type { StepRecord } from '../smart-process/smart-process.state';
import type { View } from './plan';
import type { Person } from './scope';
import { NOT_AVAILABLE, type Done } from './done';

/** Everybody whom a list of recipients means, each once. */
export function people(expr: Expr | undefined, view: View): readonly Person[] {
  const all = [expr ?? []].flat() as readonly Expr[];
  const found = all.flatMap((each) => (typeof each === 'string' ? view.resolve(each) : []));
  return found.filter((person, at) => found.findIndex(({ id }) => id === person.id) === at);
}

/** Where the record that a process is about is of a context that is not there, nobody can be found in its fields. */
export const unknownRecipient = ({ surroundings }: View): Done => ({
  failed: surroundings.subject ? 'RECIPIENT_UNKNOWN' : NOT_AVAILABLE,
});

interface Message {
  readonly policy: RoutingPolicy;
  readonly to: readonly Person[];
  readonly textSite: string;
  readonly textMail?: string;
  readonly title?: string;
  readonly from?: string;
  readonly category?: 'message' | 'process';
  /** The letter that it is written as; by default as every message is. */
  readonly templateCode?: string;
}

/** A message to each; their ids follow from step and attempt, so that a repeat tells nobody twice. */
export function messages(
  view: View,
  about: string,
  { policy, to, textSite, textMail, title, from, templateCode, category = 'process' }: Message,
) {
  const { processId, state } = view;
  const sender = from === undefined ? undefined : view.resolve(from)[0];
  return to.map((person): { id: string; command: CommandEffect } => {
    const notificationId = derivedId(processId, about, person.id, 'notification');
    const { name, email, phone, userId } = person;
    const recipient = userId ? { userId } : { external: { name, email, phone } };
    const payload = {
      notificationId,
      organizationId: state.organizationId,
      recipient,
      category,
      policy,
      title,
      textSite: textSite.slice(0, 4_000),
      textMail,
      templateCode,
      vars: templateCode === undefined ? undefined : { title, text: textMail ?? textSite },
      from:
        from === undefined
          ? { kind: 'system' as const }
          : { kind: from === 'author' ? ('author' as const) : ('staff' as const), staffId: sender?.id },
      link: { type: 'smartProcess', id: processId },
    };
    return { id: notificationId, command: send(RequestNotification, payload as never) };
  });
}

/**
 * A step that tells somebody something. That nobody is found is no success: whoever wrote the definition counts on somebody
 * being told, or says that the step may be passed over.
 */
export const told = (view: View, { visit, key, attempt: nth }: StepRecord, message: Message): Done => {
  const reachable = message.to.filter(({ userId, email, phone }) => userId ?? email ?? phone);
  if (reachable.length === 0) return unknownRecipient(view);
  const all = messages(view, `${visit}:${key}:${nth}`, { ...message, to: reachable });
  return { commands: all.map(({ command }) => command), outputs: { notificationIds: all.map(({ id }) => id) } };
};

const ENTITIES: Readonly<Record<string, string>> = { nbsp: ' ', amp: '&', lt: '<', gt: '>', quot: '"', laquo: '«', raquo: '»', mdash: '—' };

/** HTML as the text of a letter, which the product writes in a layout of its own: paragraphs, lines, and where links lead. */
export const plainText = (html: string): string =>
  html
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<\/(?:p|div|li|tr|h[1-6])>/gi, '\n\n')
    .replace(/<a\s[^>]*?href="([^"]*)"[^>]*>([^<]*)<\/a>/gi, '$2 ($1)')
    .replace(/<[^>]*>/g, '')
    .replace(/&([a-z]+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .replace(/\n{3,}/g, '\n\n')
    .trim();
