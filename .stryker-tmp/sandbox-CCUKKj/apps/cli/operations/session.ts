// @ts-nocheck
import { defaultSettings } from '@letopis/kernel';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** A refusal of the product, in its words. */
export class CallRefused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    title: string,
  ) {
    super(`${code}: ${title}`);
  }
}

interface Credentials {
  readonly token?: string;
  readonly email?: string;
  readonly password?: string;
}

interface SignedIn {
  readonly accessToken: string;
  readonly sessionToken: string;
  readonly sessionId: string;
}

/** An administrator's calls to a running product. A session that was opened for them is renewed while they last, and closed. */
export class Session {
  private constructor(
    private readonly url: string,
    private token: string,
    private readonly own?: SignedIn,
  ) {}

  /** By a token, or by signing in. @throws CallRefused */
  static async open(url: string, { token, email, password }: Credentials): Promise<Session> {
    if (token) return new Session(url, token);
    if (!password) throw new Error('Who asks? Set LETOPIS_TOKEN, or LETOPIS_PASSWORD (and LETOPIS_EMAIL), or use a terminal.');
    const { data } = await call<{ data: SignedIn }>(url, 'POST', '/v1/commands/SignIn', { email, password });
    return new Session(url, data.accessToken, data);
  }

  get<Answer>(path: string): Promise<Answer> {
    return this.renewing(() => call<Answer>(this.url, 'GET', path, undefined, this.token));
  }

  post<Answer>(path: string, body: object): Promise<Answer> {
    return this.renewing(() => call<Answer>(this.url, 'POST', path, body, this.token));
  }

  async end(): Promise<void> {
    if (!this.own) return;
    await this.post('/v1/commands/CloseSession', { sessionId: this.own.sessionId, reason: 'signed_out' });
  }

  /** An access token lives for minutes, a verification may take longer. */
  private async renewing<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      if (!this.own || !(error instanceof CallRefused) || error.code !== 'NOT_AUTHENTICATED') throw error;
      const { sessionToken } = this.own;
      this.token = (await call<{ accessToken: string }>(this.url, 'POST', '/v1/tokens', { sessionToken })).accessToken;
      return ask();
    }
  }
}

/** What the environment says of who asks; on a terminal, what is missing is asked for. */
export async function credentials(env: Readonly<Record<string, string | undefined>>): Promise<Credentials> {
  if (env.LETOPIS_TOKEN) return { token: env.LETOPIS_TOKEN };
  const email = env.LETOPIS_EMAIL || env.LETOPIS_ADMIN_EMAIL || defaultSettings.adminEmail;
  const password = env.LETOPIS_PASSWORD || (process.stdin.isTTY ? await askSecret(`Password of ${email}: `) : undefined);
  return { email, password };
}

async function call<Answer>(url: string, method: string, path: string, body?: object, token?: string): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      'accept-language': 'en',
    },
    body: body && JSON.stringify(body),
  });
  const said = (await answer.json()) as Answer & { code?: string; title?: string };
  if (!answer.ok) throw new CallRefused(answer.status, said.code ?? String(answer.status), said.title ?? answer.statusText);
  return said;
}

/** Asks on the terminal without showing what is typed. */
function askSecret(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_, __, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  return new Promise((resolve) => {
    terminal.question('', (answer) => {
      terminal.close();
      process.stderr.write('\n');
      resolve(answer);
    });
  });
}
