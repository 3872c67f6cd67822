/** A letter as it lies in the outbox, with what a reader would take from it. */
export interface ReceivedLetter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly date: string;
  /** From the link: whose it is, and the token in its fragment. */
  readonly user?: string;
  readonly token?: string;
  readonly password?: string;
}

/** Reads a one-part text letter (RFC 5322, MIME quoted-printable or base64). */
export function parseLetter(source: string): ReceivedLetter {
  const split = source.indexOf('\r\n\r\n');
  const head = source.slice(0, split).replace(/\r\n[ \t]+/g, ' ');
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
  const text = decodeBody(source.slice(split + 4), header('Content-Transfer-Encoding'));
  const link = /(https?:\S+)#(\S+)/.exec(text);
  return {
    to: header('To'),
    subject: words(header('Subject')),
    text,
    messageId: header('Message-ID'),
    date: new Date(header('Date')).toISOString(),
    user: link ? (new URL(link[1]!).searchParams.get('user') ?? undefined) : undefined,
    token: link?.[2],
    password: /(?:Пароль для первого входа|Password for the first sign-in): (\S+)/.exec(text)?.[1],
  };
}

function decodeBody(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding === 'quoted-printable') return quotedPrintable(body.replace(/=\r\n/g, ''));
  return body;
}

const quotedPrintable = (text: string) =>
  Buffer.from(
    text.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

/** Encoded words of a header (RFC 2047). */
const words = (text: string) =>
  text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([BQ])\?(.*?)\?=/gi, (_, kind: string, body: string) =>
      kind.toUpperCase() === 'B' ? Buffer.from(body, 'base64').toString('utf8') : quotedPrintable(body.replaceAll('_', ' ')),
    );
