import { access, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type SmtpTransport from 'nodemailer/lib/smtp-transport';
import type { Db } from 'mongodb';

/** A file that goes with a letter, read while the letter goes out. */
export interface Attachment {
  readonly name: string;
  readonly mime: string;
  readonly content: Readable;
}

/** A letter ready to go; the same id gives the same Message-ID. */
export interface Outgoing {
  readonly id: string;
  readonly template: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly locale: string;
  readonly date: Date;
  readonly attachments?: readonly Attachment[];
}

/** How a delivery ended that will not be tried again. */
export type Delivery = { readonly outcome: 'sent' } | { readonly outcome: 'refused'; readonly answer: string };

/** Where letters go. */
export interface MailChannel {
  /** Whether the letter of that id has gone already, or was refused for good. */
  delivered(id: string): Promise<boolean>;
  /** @throws what may go better next time */
  deliver(letter: Outgoing): Promise<Delivery>;
}

/** Both channels send the same: text and HTML of one letter (multipart/alternative), marked as written by a machine (RFC 3834). */
const mime = ({ id, from, to, subject, text, html, locale, date, attachments = [] }: Outgoing): SendMailOptions => ({
  from,
  to: { name: '', address: to },
  subject,
  text,
  html,
  date,
  attachments: attachments.map(({ name, mime: contentType, content }) => ({ filename: name, contentType, content })),
  messageId: `<${id}@letopis>`,
  headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': locale },
});

/** Letters as files `<id>.eml` in a folder: written beside, then renamed, so that each is there once and whole. */
export function outbox(folder: string): MailChannel {
  const renderer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const fileOf = (id: string) => join(folder, `${id}.eml`);
  return {
    delivered: (id) =>
      access(fileOf(id)).then(
        () => true,
        () => false,
      ),
    deliver: async (letter) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { message } = await renderer.sendMail(mime(letter));
      const beside = `${fileOf(letter.id)}.tmp`;
      const file = await open(beside, 'w', 0o600);
      try {
        await file.writeFile(message as Buffer);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, fileOf(letter.id));
      return { outcome: 'sent' };
    },
  };
}

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

/** One connection for one letter; the program's own log of the talk tells how far it came, since errors do not. */
class Attempt {
  /** The server has said that it takes the letter (354): from here on silence tells nothing. */
  handedOver = false;

  constructor(
    private readonly url: string,
    private readonly patience: SmtpPatience,
  ) {}

  async send(letter: SendMailOptions): Promise<void> {
    const { connection, greeting, answer } = this.patience;
    const silent = () => {};
    const debug = ({ tnx }: { tnx?: string }, said: string) => {
      if (tnx === 'server' && said.startsWith('354')) this.handedOver = true;
    };
    // A second argument beside a URL would be defaults of letters, not of the connection.
    const options: SmtpOptions = {
      url: this.url,
      connectionTimeout: connection,
      greetingTimeout: greeting,
      socketTimeout: answer,
      transactionLog: true,
      logger: { level: silent, trace: silent, debug, info: silent, warn: silent, error: silent, fatal: silent } as never,
    };
    const transport = createTransport(options);
    try {
      await transport.sendMail(letter);
    } finally {
      transport.close();
    }
  }
}

interface SmtpError {
  readonly command?: string;
  readonly responseCode?: number;
}

type SmtpOptions = SmtpTransport.Options & { readonly url: string };

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
  return {
    delivered: async (id) => (await sent.findOne({ _id: id }))?.at !== undefined,
    deliver: async (letter) => {
      const _id = letter.id;
      const before = await sent.findOneAndUpdate({ _id }, { $set: { going: true } }, { upsert: true, returnDocument: 'before' });
      if (before?.going) {
        await sent.updateOne({ _id }, { $inc: { repeats: 1 } });
        onRepeat?.(letter);
      }
      const attempt = new Attempt(url, patience);
      try {
        await attempt.send(mime(letter));
      } catch (error) {
        const { command = '', responseCode } = error as SmtpError;
        // Refused for good: the address or the letter. A refused sender or login is the operator's to mend, and is tried again.
        const isFinal = responseCode !== undefined && responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA');
        const end = isFinal ? { at: new Date(), refused: String(responseCode) } : {};
        if (responseCode !== undefined || !attempt.handedOver) await sent.updateOne({ _id }, { $set: { ...end, going: false } });
        if (!isFinal) throw error;
        return { outcome: 'refused', answer: String(responseCode) };
      }
      await sent.updateOne({ _id }, { $set: { at: new Date(), going: false } });
      return { outcome: 'sent' };
    },
  };
}
