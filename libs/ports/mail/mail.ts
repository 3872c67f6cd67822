import type { Readable } from 'node:stream';
import type { Letter, LetterTemplate } from '@letopis/kernel';
import type { Vault } from '../secrets/vault';
import type { Attachment, MailChannel } from './channels';
import { write } from './letters';

/** What is told of letters: how each ended, by the name of its template and nothing of anybody. */
export interface LetterWatch {
  sent?(template: string): void;
  /** The server has refused it for good. */
  refused?(template: string, answer: string): void;
  /** There is nobody to write to any more, or the secret that it brings is over. */
  lost?(template: string): void;
}

export interface MailParts {
  readonly channel: MailChannel;
  readonly vault: Vault;
  readonly templates: Readonly<Record<string, LetterTemplate>>;
  readonly from: string;
  /** Where people reach the service; letters end with it. */
  readonly publicUrl: string;
  readonly watch?: LetterWatch;
  /** The file of that id: its type and its bytes, where it is there. */
  readonly file?: (fileId: string) => Promise<{ readonly mime: string; readonly content: Readable } | undefined>;
}

/** How a letter ended that will not be tried again. */
export type Posted = 'sent' | 'refused' | 'lost';

/** The port `mail`: writes a letter from its template, delivers it once, then destroys the secrets that it brought. */
export function mailPort({ channel, vault, templates, from, publicUrl, watch = {}, file = async () => undefined }: MailParts) {
  const service = { name: nameIn(from), url: publicUrl };
  const lost = (template: string): Posted => {
    watch.lost?.(template);
    return 'lost';
  };
  return {
    deliver: async (letter: Letter, { commandId, now }: { commandId: string; now: string }): Promise<Posted> => {
      const { template, to, locale } = letter;
      // Who was erased in the meantime gets no letter any more.
      if (!to.includes('@')) return lost(template);
      let posted: Posted = 'sent';
      const refs = Object.entries(letter.secrets ?? {});
      if (!(await channel.delivered(commandId))) {
        const secrets: Record<string, string> = {};
        for (const [name, ref] of refs) {
          const secret = await vault.get(ref, now);
          // Its time is over: a link that no longer works is not sent.
          if (secret === undefined) return lost(template);
          secrets[name] = secret;
        }
        const attachments: Attachment[] = [];
        for (const { fileId, name } of letter.attachments ?? []) {
          const found = await file(fileId);
          if (!found) return lost(template);
          attachments.push({ name, ...found });
        }
        const delivery = await channel.deliver({
          id: commandId,
          template,
          from,
          to,
          locale,
          ...write(templates, letter, secrets, service),
          date: new Date(now),
          ...(attachments.length > 0 && { attachments }),
        });
        if (delivery.outcome === 'sent') watch.sent?.(template);
        else {
          posted = 'refused';
          watch.refused?.(template, delivery.answer);
        }
      }
      await vault.destroy(refs.map(([, ref]) => ref));
      return posted;
    },
  };
}

/** The name before the address: `Летопись <letopis@example.org>`. */
const nameIn = (from: string) => /^\s*"?([^"<]+?)"?\s*</.exec(from)?.[1] ?? from;
