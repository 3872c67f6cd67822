import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a person takes from an activation letter. */
export interface ActivationLetter {
  readonly userId: string;
  readonly token: string;
  readonly password: string;
}

const decoded = (text: string) =>
  Buffer.from(
    text.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

/** The newest activation letter to an address that lies in the outbox. */
export function activationLetter(outbox: string, address: string): ActivationLetter | undefined {
  if (!existsSync(outbox)) return undefined;
  const files = readdirSync(outbox).filter((name) => name.endsWith('.eml'));
  const newestFirst = files.map((name) => join(outbox, name)).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const file of newestFirst) {
    const source = readFileSync(file, 'utf8');
    const [head = '', ...rest] = source.split(/\r?\n\r?\n/);
    if (!new RegExp(`^To: ${address.replace(/[.+]/g, '\\$&')}$`, 'im').test(head)) continue;
    const body = rest.join('\n\n');
    const text = /^Content-Transfer-Encoding: base64/im.test(head) ? Buffer.from(body, 'base64').toString('utf8') : decoded(body);
    const link = /\/links\/activation\?user=([0-9a-f-]+)#(\S+)/.exec(text);
    const password = /(?:Пароль для первого входа|Password for the first sign-in): (\S+)/.exec(text);
    if (link && password) return { userId: link[1]!, token: link[2]!, password: password[1]! };
  }
  return undefined;
}
