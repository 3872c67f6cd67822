import { Gate, type DeliveryOutcome, type DeliveryPort, type Letter } from '@letopis/kernel';
import { Circuit, CircuitOpen, type CircuitOptions } from '../circuit';
import type { Posted } from '../mail/mail';
import type { SmsChannel } from '../sms/sms';
import type { XmppChannel } from '../xmpp/xmpp';

export interface DeliveryParts {
  readonly mail: { deliver(letter: Letter, asked: { commandId: string; now: string }): Promise<Posted> };
  readonly sms: SmsChannel;
  readonly xmpp: XmppChannel;
  readonly circuit?: CircuitOptions;
  /** Told how every attempt ended, and why where it failed: for metrics and logs, without anybody's address. */
  readonly onAttempt?: (channel: string, error?: string) => void;
}

/** Messages that are with a channel at one time: however many are to go, so many are held, and so much is asked of a provider. */
export const MOST_AT_ONCE = 8;

/** The port `delivery`: one attempt over one channel, whose end is an answer and never an exception. */
export function deliveryPort({ mail, sms, xmpp, circuit, onAttempt = () => {} }: DeliveryParts): DeliveryPort {
  const post = new Circuit(circuit);
  // Before the circuits: who has waited learns that a channel is left alone by now, and does not find out by itself.
  const gates = { email: new Gate(MOST_AT_ONCE), sms: new Gate(MOST_AT_ONCE), xmpp: new Gate(MOST_AT_ONCE) };

  const byMail = async (letter: Letter | undefined, asked: { commandId: string; now: string }): Promise<DeliveryOutcome> => {
    if (!letter) return { outcome: 'failed', error: 'NO_LETTER', permanent: true };
    try {
      const posted = await post.pass(() => mail.deliver(letter, asked));
      return posted === 'sent'
        ? { outcome: 'sent' }
        : { outcome: 'failed', error: posted === 'lost' ? 'LOST' : 'REFUSED', permanent: true };
    } catch (error) {
      const { responseCode, code } = error as { responseCode?: number; code?: string };
      const reason =
        error instanceof CircuitOpen ? 'CIRCUIT_OPEN' : responseCode === undefined ? (code ?? 'UNREACHABLE') : `SMTP_${responseCode}`;
      return { outcome: 'failed', error: reason, permanent: false };
    }
  };

  return {
    available: async ({ jid }) => ({ sms: sms.on, xmpp: jid !== undefined && xmpp.on && (await xmpp.connected(jid)) }),
    send: async ({ deliveryId, channel, to, text, letter }, { now }) => {
      const outcome = await gates[channel].pass(() =>
        channel === 'email'
          ? byMail(letter, { commandId: deliveryId, now })
          : (channel === 'sms' ? sms : xmpp).send({ id: deliveryId, to, text }),
      );
      onAttempt(channel, outcome.outcome === 'failed' ? outcome.error : undefined);
      return outcome;
    },
  };
}
