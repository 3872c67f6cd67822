import { simpleParser, type AddressObject } from 'mailparser';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A letter as its reader takes it. */
export interface ReceivedLetter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly date: string;
  /** Files that came with it. */
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly content: Buffer }[];
  /** From the link, where there is one. */
  readonly user?: string;
  readonly token?: string;
  readonly password?: string;
}

/** What a mail program makes of a letter. */
export async function readLetter(source: Buffer | string): Promise<ReceivedLetter> {
  const mail = await simpleParser(source, { skipTextToHtml: true, skipHtmlToText: true });
  const text = mail.text ?? '';
  const link = /(https?:\S+)#(\S+)/.exec(text);
  return {
    to: (mail.to as AddressObject | undefined)?.value[0]?.address ?? '',
    subject: mail.subject ?? '',
    text,
    html: mail.html || '',
    messageId: mail.messageId ?? '',
    date: mail.date?.toISOString() ?? '',
    attachments: mail.attachments.map(({ filename = '', contentType, content }) => ({ name: filename, type: contentType, content })),
    user: link ? (new URL(link[1]!).searchParams.get('user') ?? undefined) : undefined,
    token: link?.[2],
    password: /(?:Пароль для первого входа|Password for the first sign-in): (\S+)/.exec(text)?.[1],
  };
}

/** What a person takes from an activation letter. */
export interface ActivationLetter {
  readonly userId: string;
  readonly token: string;
  readonly password: string;
}

/** The letters to an address that lie in the outbox, newest first. */
async function* newestFirst(outbox: string, address: string): AsyncGenerator<ReceivedLetter> {
  if (!existsSync(outbox)) return;
  const files = readdirSync(outbox).filter((name) => name.endsWith('.eml'));
  for (const file of files.map((name) => join(outbox, name)).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)) {
    const letter = await readLetter(readFileSync(file));
    if (letter.to === address) yield letter;
  }
}

/** The newest activation letter to an address that lies in the outbox. */
export async function activationLetter(outbox: string, address: string): Promise<ActivationLetter | undefined> {
  for await (const { user, token, password } of newestFirst(outbox, address)) {
    if (user && token && password) return { userId: user, token, password };
  }
  return undefined;
}

/** All letters to an address that lie in the outbox, oldest first. */
export async function lettersTo(outbox: string, address: string): Promise<ReceivedLetter[]> {
  const found: ReceivedLetter[] = [];
  for await (const letter of newestFirst(outbox, address)) found.unshift(letter);
  return found;
}
