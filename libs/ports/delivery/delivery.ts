import type { DeliveryOutcome, DeliveryPort, Letter } from '@letopis/kernel';
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

/** The port `delivery`: one attempt over one channel, whose end is an answer and never an exception. */
export function deliveryPort({ mail, sms, xmpp, circuit, onAttempt = () => {} }: DeliveryParts): DeliveryPort {
  const post = new Circuit(circuit);

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
      const outcome =
        channel === 'email'
          ? await byMail(letter, { commandId: deliveryId, now })
          : await (channel === 'sms' ? sms : xmpp).send({ id: deliveryId, to, text });
      onAttempt(channel, outcome.outcome === 'failed' ? outcome.error : undefined);
      return outcome;
    },
  };
}
