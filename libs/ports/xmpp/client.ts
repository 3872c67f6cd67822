import { client, xml, type Client } from '@xmpp/client';
import { Circuit, CircuitOpen, type CircuitOptions } from '../circuit';
import type { XmppChannel } from './xmpp';

/** The account by which messages are sent. */
export interface XmppAccount {
  /** `xmpps://host`, `xmpp://host:port` or `wss://…`. */
  readonly service: string;
  readonly domain: string;
  readonly username: string;
  readonly password: string;
}

export interface XmppOptions {
  readonly circuit?: CircuitOptions;
  /** Milliseconds for the server to say that it has taken a message. */
  readonly timeout?: number;
  readonly onError?: (error: string) => void;
}

export interface RunningXmpp extends XmppChannel {
  stop(): Promise<void>;
}

type Element = ReturnType<typeof xml>;

const TIMEOUT = 10_000;
/** People whose clients are watched. */
const MOST_WATCHED = 100_000;
const bare = (jid: string) => jid.split('/')[0]!.toLowerCase();

/**
 * Messages by XMPP (RFC 6120, 6121). Who is connected is known by presence: the account asks each person once for leave to see
 * it. A message counts as sent when the server has answered a ping (XEP-0199) that was written behind it, since a server takes
 * what comes over a stream in order; its id is the same at every attempt, so that clients know a repeat.
 */
export function xmppClient(account: XmppAccount, { circuit = {}, timeout = TIMEOUT, onError = () => {} }: XmppOptions = {}): RunningXmpp {
  const entity: Client = client({ ...account, resource: 'letopis' });
  const breaker = new Circuit(circuit);
  /** Bare JID → the resources that are there. */
  const present = new Map<string, Set<string>>();
  const asked = new Set<string>();
  let isOnline = false;
  /** The first connection is made, or cannot be made. */
  let isReady: () => void = () => {};
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const write = (element: Element) => entity.send(element).catch((error: unknown) => onError(String(error)));

  entity.on('error', (error: Error & { code?: string }) => {
    isReady();
    onError(error.code ?? error.name);
  });
  entity.on('offline', () => (isOnline = false));
  entity.on('disconnect', () => {
    isOnline = false;
    present.clear();
  });
  entity.on('online', () => {
    isOnline = true;
    isReady();
    asked.clear();
    void write(xml('presence'));
  });
  entity.on('stanza', (stanza: Element) => {
    if (!stanza.is('presence')) return;
    const { from, type } = stanza.attrs as { from?: string; type?: string };
    if (from === undefined) return;
    if (type === 'subscribe') void write(xml('presence', { to: bare(from), type: 'subscribed' }));
    const there = present.get(bare(from)) ?? new Set<string>();
    if (type === undefined) there.add(from);
    else if (type === 'unavailable') there.delete(from);
    if (there.size === 0) present.delete(bare(from));
    else if (present.size < MOST_WATCHED) present.set(bare(from), there);
  });
  void entity.start().catch((error: unknown) => onError(String(error)));

  return {
    on: true,
    connected: async (jid) => {
      const who = bare(jid);
      if (isOnline && !asked.has(who)) {
        if (asked.size >= MOST_WATCHED) asked.clear();
        asked.add(who);
        await write(xml('presence', { to: who, type: 'subscribe' }));
      }
      return isOnline && present.has(who);
    },
    send: async ({ id, to, text }) => {
      // What was under way when the process ended comes before the connection is there.
      await within(ready, timeout);
      if (!isOnline) return { outcome: 'failed', error: 'UNREACHABLE', permanent: false };
      try {
        await breaker.pass(async () => {
          await entity.send(xml('message', { id, to, type: 'chat' }, xml('body', {}, text)));
          await entity.iqCaller.request(xml('iq', { type: 'get', to: account.domain }, xml('ping', { xmlns: 'urn:xmpp:ping' })), timeout);
        });
        return { outcome: 'sent' };
      } catch (error) {
        const { name } = error as Error;
        return {
          outcome: 'failed',
          error: error instanceof CircuitOpen ? 'CIRCUIT_OPEN' : name === 'TimeoutError' ? 'TIMEOUT' : 'UNREACHABLE',
          permanent: false,
        };
      }
    },
    stop: async () => {
      entity.reconnect.stop();
      await entity.stop().catch(() => {});
    },
  };
}

/** Waits for something, and no longer than so many milliseconds. */
async function within(something: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([something, late]).finally(() => clearTimeout(timer));
}
