import type { DeliveryOutcome } from '@letopis/kernel';

/** Where messages go to clients that people keep connected. */
export interface XmppChannel {
  readonly on: boolean;
  /** Whether a client of that address is there at the moment. */
  connected(jid: string): Promise<boolean>;
  send(message: { readonly id: string; readonly to: string; readonly text: string }): Promise<DeliveryOutcome>;
}

/** No server is configured: nobody is connected, and routing takes the other channels. */
export const noXmpp: XmppChannel = {
  on: false,
  connected: () => Promise.resolve(false),
  send: () => Promise.resolve({ outcome: 'failed', error: 'CHANNEL_OFF', permanent: true }),
};
