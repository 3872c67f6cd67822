import { user, type User } from '@letopis/contexts/identity';
import {
  aggregate,
  administers,
  delivery,
  followedBy,
  ifKnown,
  member,
  oneOf,
  parseEmail,
  parsePhone,
  personOf,
  presence,
  refusedWith,
  standingOf,
  stateIn,
  stateOf,
  subjectOf,
  systemOnly,
  type Actor,
  type Standing,
} from '@letopis/kernel';
import { refusal } from '../errors';
import * as commands from './notification.commands';
import type { ExternalRecipient, NotificationEvents, Sender } from './notification.events';
import { route, type Category, type Channel, type RoutingPolicy } from './routing';
import { notificationSettings } from './settings';

export interface Delivery {
  readonly status: 'queued' | 'sent' | 'failed';
  /** Attempts that failed. */
  readonly attempts: number;
}

export interface Notification {
  /** `shared`: told to each of a group by a notification of its own. */
  readonly status: 'none' | 'shared' | 'requested' | 'routed' | 'delivered' | 'failed';
  readonly organizationId?: string;
  readonly recipientUserId?: string;
  readonly external?: ExternalRecipient;
  readonly category: Category;
  readonly policy: RoutingPolicy;
  readonly title?: string;
  readonly textSite: string;
  readonly textMail?: string;
  readonly templateCode?: string;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly secretRefs?: Readonly<Record<string, string>>;
  readonly letterSent?: boolean;
  readonly requestedAt: string;
  readonly deliveries: Readonly<Partial<Record<Channel, Delivery>>>;
  readonly readAt?: string;
  readonly dismissedAt?: string;
}

/** The first attempt and three more, after 1, 5 and 15 minutes. */
export const MOST_ATTEMPTS = 4;
/** Policies that a person may use towards colleagues; the others are the system's. */
const PERSONAL: readonly RoutingPolicy[] = ['user_notification', 'social_message'];
const AUTHOR: Sender = { kind: 'author' };
/** Minutes without activity, where the workspace has set no other number. */
export const IDLE_MINUTES = 10;

const { command, define, event } = aggregate<Notification, NotificationEvents>();

/** What of a workspace matters here. */
export interface WorkspaceTerms {
  readonly edition?: string;
  readonly settings?: { readonly inactivityMinutes?: number };
}
export const termsOf = (organizationId: string | undefined) => ifKnown(stateIn<WorkspaceTerms>('workspace', organizationId));
interface Profile {
  readonly contacts?: { readonly phones?: readonly string[] };
  readonly chat?: { readonly xmppJid?: string; readonly notificationPrefs?: { readonly smsForTasks: boolean } };
}
const profileOf = (userId: string | undefined) => ifKnown(stateIn<Profile>('userProfile', userId));
const recipient = personOf<object, Notification>('recipient', ({ state }) => state.recipientUserId);
const userIdOf = (actor: Actor) => (actor.kind === 'user' ? actor.userId : undefined);

export const notification = define({
  category: 'notification',
  initialState: { status: 'none', category: 'system', policy: 'user_notification', textSite: '', requestedAt: '', deliveries: {} },
  organizationId: ({ organizationId }) => organizationId,
  personal: {
    NotificationRequested: { of: ({ about }) => about, fields: ['external', 'title', 'textSite', 'textMail', 'vars'] },
    GroupMessageRequested: { of: ({ about }) => about, fields: ['title', 'textSite', 'textMail'] },
  },

  commands: {
    RequestNotification: command(commands.RequestNotification, {
      by: oneOf<commands.RequestNotification, Notification>(
        systemOnly,
        member({ in: ({ command }) => command.organizationId, inside: true }),
      ),
      needs: ({
        command: {
          recipient: { userId, groupId },
          organizationId,
        },
        actor,
      }) => ({
        person: stateOf(user, userId),
        group: ifKnown(stateIn<Group>('userGroup', groupId)),
        own: standingOf(organizationId, userIdOf(actor)),
        colleague: ifKnown(stateIn<{ readonly status: string }>('membership', organizationId && userId && `${organizationId}:${userId}`)),
      }),
      summary: 'A message to somebody; a person writes to colleagues, in the own name unless an administrator',
    }),
    RouteNotification: command(commands.RouteNotification, {
      by: systemOnly,
      needs: ({ state: { recipientUserId: userId, organizationId } }) => ({
        person: stateOf(user, userId),
        profile: profileOf(userId),
        wishes: stateOf(notificationSettings, userId),
        workspace: termsOf(organizationId),
        seen: userId === undefined ? ({ kind: 'known', value: { sessions: 0 } } as never) : presence('ofUser', { userId }),
        channels: followedBy(
          { profile: profileOf(userId) },
          ({ profile }) => ({ channels: delivery('available', { jid: (profile as Profile | undefined)?.chat?.xmppJid }) }),
          ({ channels }) => channels as { sms: boolean; xmpp: boolean },
        ),
      }),
    }),
    RecordDelivery: command(commands.RecordDelivery, { by: systemOnly }),
    RecordDeliveryFailure: command(commands.RecordDeliveryFailure, { by: systemOnly }),
    EscalateNotification: command(commands.EscalateNotification, { by: systemOnly }),
    MarkNotificationRead: command(commands.MarkNotificationRead, {
      by: oneOf<commands.MarkNotificationRead, Notification>(systemOnly, recipient),
      summary: 'The message has been read',
    }),
    DismissNotification: command(commands.DismissNotification, { by: recipient, summary: 'The message is gone from the centre' }),
  },

  decide: {
    RequestNotification: (
      { recipient: { userId, groupId, external }, organizationId, from = AUTHOR, about, ...fields },
      state,
      { person, group, own, colleague, actor, id },
    ) => {
      if (state.status !== 'none') throw refusal('ALREADY_EXISTS');
      if (actor.kind !== 'system') {
        const isOwners = fields.templateCode ?? fields.vars ?? fields.secretRefs ?? about ?? fields.letterSent;
        if (!PERSONAL.includes(fields.policy) || isOwners !== undefined) throw refusal('FORBIDDEN');
        if (from.kind !== 'author' && !administers(own, actor)) throw refusal('SENDER_NOT_ALLOWED');
        if (groupId === undefined && colleague?.status !== 'active') throw refusal('RECIPIENT_UNKNOWN');
      }
      if (groupId !== undefined) return shared({ ...fields, groupId, organizationId, from, about }, { group, own, actor, id });
      const reached = userId === undefined ? parsed(external) : undefined;
      if (userId === undefined ? !reached : person.status === 'none' || person.status === 'erased') throw refusal('RECIPIENT_UNKNOWN');
      const { notificationId: _, ...rest } = fields;
      const subject = about ?? (userId === undefined ? `notification:${id}` : subjectOf(userId));
      const sender: Sender = actor.kind === 'system' && from.kind === 'author' ? { kind: 'system' } : from;
      return [
        event('NotificationRequested', {
          ...rest,
          organizationId,
          recipientUserId: userId,
          external: reached,
          from: sender,
          about: subject,
        }),
      ];
    },

    RouteNotification: (_, state, { person, profile, wishes, workspace, seen, channels, now }) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      if (state.status !== 'requested') return [];
      const isUser = state.recipientUserId !== undefined;
      const where = {
        xmppOnline: channels.xmpp && (workspace === undefined || workspace.edition === 'corporate'),
        siteAuthorised: seen.sessions > 0,
        lastActivityAt: seen.lastActivityAt,
      };
      const to = isUser ? { email: mailOf(person), phone: profile?.contacts?.phones?.[0] } : state.external;
      const found = route({
        policy: state.policy,
        presence: where,
        reach: { isUser, email: to?.email !== undefined, phone: to?.phone !== undefined, smsOn: channels.sms },
        now,
        idleMinutes: workspace?.settings?.inactivityMinutes ?? IDLE_MINUTES,
        alsoSms: state.category === 'task' && profile?.chat?.notificationPrefs?.smsForTasks === true,
        withoutEmail: state.letterSent === true || wishes.withoutEmail.includes(state.category),
      });
      const routed = event('NotificationRouted', { channels: found, presence: where });
      if (found.length > 0) return [routed];
      const channel: Channel = state.policy === 'sms' ? 'sms' : 'email';
      const failed = event('NotificationDeliveryFailed', { channel, error: 'NO_CHANNEL', attempt: 1, final: true });
      return refusedWith(refusal('NO_CHANNEL'), [routed, failed]);
    },

    RecordDelivery: ({ channel, providerId }, state) =>
      at(state, channel).status === 'sent' ? [] : [event('NotificationDelivered', { channel, providerId })],

    RecordDeliveryFailure: ({ channel, attempt, error, permanent = false }, state) => {
      const { status, attempts } = at(state, channel);
      // Told again, or after it went well all the same.
      if (status !== 'queued' || attempt <= attempts) return [];
      return [event('NotificationDeliveryFailed', { channel, error, attempt, final: permanent || attempt >= MOST_ATTEMPTS })];
    },

    EscalateNotification: ({ reason }, state) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      if (state.status === 'requested' || state.status === 'shared') throw refusal('INVALID_STATE', { status: state.status });
      const isOver = state.readAt !== undefined || state.dismissedAt !== undefined;
      return state.deliveries.email || isOver ? [] : [event('NotificationEscalated', { channel: 'email', reason })];
    },

    MarkNotificationRead: (_, state) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      return state.readAt === undefined ? [event('NotificationRead', {})] : [];
    },
    DismissNotification: (_, state) => {
      if (state.status === 'none') throw refusal('NOT_FOUND');
      return state.dismissedAt === undefined ? [event('NotificationDismissed', {})] : [];
    },
  },

  evolve: {
    NotificationRequested: (state, { from: _, link: __, about: ___, ...fields }, { occurredAt }) => ({
      ...state,
      ...fields,
      status: 'requested',
      requestedAt: occurredAt,
    }),
    GroupMessageRequested: (state, { organizationId, category, policy, textSite }, { occurredAt }) => ({
      ...state,
      ...{ status: 'shared', organizationId, category, policy, textSite, requestedAt: occurredAt },
    }),
    NotificationRouted: (state, { channels }) => ({
      ...state,
      status: 'routed',
      deliveries: Object.fromEntries(channels.map((channel) => [channel, { status: 'queued', attempts: 0 }])),
    }),
    NotificationDelivered: (state, { channel }) => ({
      ...state,
      status: 'delivered',
      deliveries: { ...state.deliveries, [channel]: { ...state.deliveries[channel]!, status: 'sent' } },
    }),
    NotificationDeliveryFailed: (state, { channel, attempt, final }) => {
      const deliveries: Notification['deliveries'] = {
        ...state.deliveries,
        [channel]: { status: final ? 'failed' : 'queued', attempts: attempt },
      };
      const isLost = Object.values(deliveries).every(({ status }) => status === 'failed');
      return { ...state, deliveries, status: isLost ? 'failed' : state.status };
    },
    NotificationEscalated: (state, { channel }) => ({
      ...state,
      status: state.status === 'failed' ? 'routed' : state.status,
      deliveries: { ...state.deliveries, [channel]: { status: 'queued', attempts: 0 } },
    }),
    NotificationRead: (state, _, { occurredAt }) => ({ ...state, readAt: occurredAt }),
    NotificationDismissed: (state, _, { occurredAt }) => ({ ...state, dismissedAt: occurredAt }),
  },
});

interface Group {
  readonly status: string;
  readonly organizationId: string;
  readonly memberStaffIds: readonly string[];
}

/** A message to everybody in a group but its author. @throws DomainError RECIPIENT_UNKNOWN, FORBIDDEN */
function shared(
  message: Omit<commands.RequestNotification, 'recipient'> & { readonly groupId: string; readonly from: Sender },
  { group, own, actor, id }: { group: Group | undefined; own: Standing; actor: Actor; id: string },
) {
  const { groupId, organizationId, category, policy, title, textSite, textMail, link } = message;
  if (!PERSONAL.includes(policy)) throw refusal('FORBIDDEN');
  if (group?.status !== 'active' || organizationId === undefined || group.organizationId !== organizationId)
    throw refusal('RECIPIENT_UNKNOWN');
  const staffIds = group.memberStaffIds.filter((staffId) => actor.kind === 'system' || staffId !== own.staffId);
  if (staffIds.length === 0) throw refusal('RECIPIENT_UNKNOWN');
  const isOwn = message.from.kind === 'author';
  const author: Sender = own.staffId === undefined ? { kind: 'system' } : { kind: 'staff', staffId: own.staffId };
  const about = message.about ?? (actor.kind === 'user' ? subjectOf(actor.userId) : `notification:${id}`);
  const from = isOwn ? author : message.from;
  const what = { organizationId, groupId, staffIds, category, policy, title, textSite, textMail, from, link, about };
  return [event('GroupMessageRequested', what)];
}

/** The delivery over a channel that the message was routed to. */
const at = (state: Notification, channel: Channel): Delivery => {
  if (state.status === 'none') throw refusal('NOT_FOUND');
  const found = state.deliveries[channel];
  if (!found) throw refusal('INVALID_STATE', { status: state.status });
  return found;
};

const mailOf = ({ status, email }: User) => (status === 'none' || status === 'erased' ? undefined : email);

/** Address and phone as they are kept; undefined where neither is any. */
function parsed(external: ExternalRecipient | undefined): ExternalRecipient | undefined {
  const email = external?.email === undefined ? undefined : parseEmail(external.email);
  const phone = external?.phone === undefined ? undefined : parsePhone(external.phone);
  return email || phone ? { name: external?.name, email: email || undefined, phone: phone || undefined } : undefined;
}
