import { access, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createTransport, type SendMailOptions } from 'nodemailer';

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
export const mime = ({ id, from, to, subject, text, html, locale, date, attachments = [] }: Outgoing): SendMailOptions => ({
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
