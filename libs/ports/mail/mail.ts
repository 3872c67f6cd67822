import { access, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport, type Transporter } from 'nodemailer';
import type { Letter, LetterTemplate } from '@letopis/kernel';
import type { Db } from 'mongodb';
import type { Vault } from '../secrets/vault';
import { write } from './letters';

/** A letter ready to go; the same id gives the same Message-ID. */
interface Outgoing {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly date: Date;
}

/** Where letters go. */
export interface MailChannel {
  /** Whether the letter of that id has gone already. */
  delivered(id: string): Promise<boolean>;
  deliver(letter: Outgoing): Promise<void>;
}

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
    deliver: async ({ id, ...letter }) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { message } = await renderer.sendMail(letter);
      const beside = `${fileOf(id)}.tmp`;
      const file = await open(beside, 'w', 0o600);
      try {
        await file.writeFile(message as Buffer);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, fileOf(id));
    },
  };
}

/**
 * Letters by SMTP. What went out is recorded; a letter can go twice only when the connection dies between the end of
 * DATA and the server's reply, and then with the same Message-ID.
 */
export function smtp(url: string, db: Db): MailChannel & { close(): void } {
  const transport: Transporter = createTransport(url, {
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
  } as never);
  const sent = db.collection<{ _id: string; at: Date }>('_letters_sent');
  return {
    delivered: async (id) => (await sent.findOne({ _id: id })) !== null,
    deliver: async ({ id, ...letter }) => {
      await transport.sendMail(letter);
      await sent.updateOne({ _id: id }, { $setOnInsert: { at: new Date() } }, { upsert: true });
    },
    close: () => transport.close(),
  };
}

export interface MailParts {
  readonly channel: MailChannel;
  readonly vault: Vault;
  readonly templates: Readonly<Record<string, LetterTemplate>>;
  readonly from: string;
  readonly onLost?: (template: string) => void;
}

/** The port `mail`: writes a letter from its template, delivers it once, then destroys the secrets that it brought. */
export function mailPort({ channel, vault, templates, from, onLost }: MailParts) {
  return {
    deliver: async (letter: Letter, { commandId, now }: { commandId: string; now: string }): Promise<void> => {
      // Who was erased in the meantime gets no letter any more.
      if (!letter.to.includes('@')) return onLost?.(letter.template);
      const refs = Object.entries(letter.secrets ?? {});
      if (!(await channel.delivered(commandId))) {
        const secrets: Record<string, string> = {};
        for (const [name, ref] of refs) {
          const secret = await vault.get(ref, now);
          // Its time is over: a link that no longer works is not sent.
          if (secret === undefined) return onLost?.(letter.template);
          secrets[name] = secret;
        }
        const { subject, text } = write(templates, letter, secrets);
        await channel.deliver({
          id: commandId,
          from,
          to: letter.to,
          subject,
          text,
          messageId: `<${commandId}@letopis>`,
          date: new Date(now),
        });
      }
      await vault.destroy(refs.map(([, ref]) => ref));
    },
  };
}
