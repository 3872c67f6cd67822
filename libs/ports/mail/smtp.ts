import { Gate } from '@letopis/kernel';
import type { Db } from 'mongodb';
import { createTransport, type SendMailOptions, type Transporter } from 'nodemailer';
import type SmtpPool from 'nodemailer/lib/smtp-pool';
import { mime, type MailChannel, type Outgoing } from './channels';

/** What is kept of a letter that goes by SMTP: nothing of its text and nobody's address. */
interface Sent {
  readonly _id: string;
  /** It is with the server, or was: how that ended is not known while this is so. */
  readonly going?: boolean;
  /** Times that it may have been sent twice. */
  readonly repeats?: number;
  readonly at?: Date;
  /** The server's refusal that will be the same tomorrow. */
  readonly refused?: string;
}

/** Milliseconds that a server may take to be reached, to greet, and for any answer. */
export interface SmtpPatience {
  readonly connection: number;
  readonly greeting: number;
  readonly answer: number;
}

const PATIENCE: SmtpPatience = { connection: 10_000, greeting: 10_000, answer: 30_000 };

/** Connections to the server at one time. Messages take fewer of them, so that letters with passwords do not wait behind a mass of them. */
const MOST_CONNECTIONS = 10;
/** How long a connection is kept that has nothing to carry, in milliseconds. */
const IDLE = 1_000;
/** Letters that go over one connection: servers let go whoever brings more and more. */
const MOST_LETTERS = 50;

/** Connects when there is a letter, and carries one at a time; the program's own log of the talk tells how far it came, since errors do not. */
class Connection {
  /** The server has said that it takes the letter (354): from here on silence tells nothing. */
  handedOver = false;
  readonly #transport: Transporter;

  constructor(url: string, { connection, greeting, answer }: SmtpPatience) {
    const silent = () => {};
    const debug = ({ tnx }: { tnx?: string }, said: string) => {
      if (tnx === 'server' && said.startsWith('354')) this.handedOver = true;
    };
    // A second argument beside a URL would be defaults of letters, not of the connection.
    const options: PoolOptions = {
      url,
      pool: true,
      maxConnections: 1,
      maxMessages: MOST_LETTERS,
      idleTimeout: IDLE,
      // Only what has not begun to go, because the server had let the connection go meanwhile.
      maxRequeues: 1,
      connectionTimeout: connection,
      greetingTimeout: greeting,
      socketTimeout: answer,
      transactionLog: true,
      logger: { level: silent, trace: silent, debug, info: silent, warn: silent, error: silent, fatal: silent } as never,
    };
    this.#transport = createTransport(options);
    this.#transport.on('error', silent); // whoever sends hears of it
  }

  async send(letter: SendMailOptions): Promise<void> {
    this.handedOver = false;
    await this.#transport.sendMail(letter);
  }
}

interface SmtpError {
  readonly command?: string;
  readonly responseCode?: number;
}

type PoolOptions = SmtpPool.Options & { readonly url: string; readonly idleTimeout: number; readonly maxRequeues: number };

/**
 * Letters by SMTP. What went out is recorded; a letter can go twice only when the connection or this process dies between
 * the end of DATA and the record of the server's reply, and then with the same Message-ID, counted.
 */
export function smtp(
  url: string,
  db: Db,
  { patience = PATIENCE, onRepeat }: { patience?: SmtpPatience; onRepeat?: (letter: Outgoing) => void } = {},
): MailChannel {
  const sent = db.collection<Sent>('_letters_sent');
  const gate = new Gate(MOST_CONNECTIONS);
  const free: Connection[] = [];
  return {
    delivered: async (id) => (await sent.findOne({ _id: id }))?.at !== undefined,
    deliver: (letter) =>
      gate.pass(async () => {
        const _id = letter.id;
        const before = await sent.findOneAndUpdate({ _id }, { $set: { going: true } }, { upsert: true, returnDocument: 'before' });
        if (before?.going) {
          await sent.updateOne({ _id }, { $inc: { repeats: 1 } });
          onRepeat?.(letter);
        }
        const connection = free.pop() ?? new Connection(url, patience);
        try {
          await connection.send(mime(letter));
        } catch (error) {
          const { command = '', responseCode } = error as SmtpError;
          // Refused for good: the address or the letter. A refused sender or login is the operator's to mend, and is tried again.
          const isFinal = responseCode !== undefined && responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA');
          const end = isFinal ? { at: new Date(), refused: String(responseCode) } : {};
          if (responseCode !== undefined || !connection.handedOver) await sent.updateOne({ _id }, { $set: { ...end, going: false } });
          if (!isFinal) throw error;
          return { outcome: 'refused', answer: String(responseCode) };
        } finally {
          free.push(connection);
        }
        await sent.updateOne({ _id }, { $set: { at: new Date(), going: false } });
        return { outcome: 'sent' };
      }),
  };
}
