import { millis } from '@letopis/kernel';

export const CATEGORIES = ['task', 'message', 'notable_event', 'process', 'system'] as const;
export type Category = (typeof CATEGORIES)[number];
export const POLICIES = ['user_notification', 'social_message', 'email', 'sms', 'system_email'] as const;
export type RoutingPolicy = (typeof POLICIES)[number];
export const CHANNELS = ['site', 'xmpp', 'email', 'sms'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Where somebody is at the moment of routing. */
export interface Presence {
  /** A client of the person is connected, and the edition allows it. */
  readonly xmppOnline: boolean;
  /** At least one session is open. */
  readonly siteAuthorised: boolean;
  /** UTC; absent where nobody has seen the person of late. */
  readonly lastActivityAt?: string;
}

/** By what a recipient can be reached at all. */
export interface Reach {
  /** An account in the service, with a notification centre; others are clients and external performers. */
  readonly isUser: boolean;
  readonly email: boolean;
  readonly phone: boolean;
  /** There is a gateway for short messages. */
  readonly smsOn: boolean;
}

export interface Routed {
  readonly policy: RoutingPolicy;
  readonly presence: Presence;
  readonly reach: Reach;
  /** UTC; the moment of routing. */
  readonly now: string;
  /** After so long without activity a social message goes by e-mail as well. */
  readonly idleMinutes: number;
  /** The person wants an SMS about messages of this kind, whatever else there is. */
  readonly alsoSms?: boolean;
  /** The person wants no e-mail beside the site for messages of this kind, or has a letter that tells the same. */
  readonly withoutEmail?: boolean;
}

/** Whether the person has not been active for so long; exactly so long counts. */
export const isIdle = (lastActivityAt: string | undefined, now: string, idleMinutes: number): boolean =>
  lastActivityAt === undefined || Date.parse(now) - Date.parse(lastActivityAt) >= millis({ minutes: idleMinutes });

/** The channels of a message; none means that there is no way to deliver it. */
export function route({ policy, presence, reach, now, idleMinutes, alsoSms = false, withoutEmail = false }: Routed): readonly Channel[] {
  const { isUser, email, phone, smsOn } = reach;
  const byEmail: readonly Channel[] = email ? ['email'] : [];
  const bySms: readonly Channel[] = smsOn && phone ? ['sms'] : [];
  const first = (...ways: readonly (readonly Channel[])[]) => ways.find((way) => way.length > 0) ?? [];
  if (policy === 'sms') return first(bySms, byEmail);
  if (policy === 'email' || policy === 'system_email') return byEmail;
  if (!isUser) return first(byEmail, bySms);
  const beside: readonly Channel[] = withoutEmail ? [] : byEmail;
  if (policy === 'social_message') {
    return isIdle(presence.lastActivityAt, now, idleMinutes) ? ['site', ...beside] : ['site'];
  }
  const besides = alsoSms ? bySms : [];
  if (presence.xmppOnline) return ['xmpp', ...besides];
  return [...(presence.siteAuthorised ? (['site'] as const) : (['site', ...beside] as const)), ...besides];
}
