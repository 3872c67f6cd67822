import { defaultSettings, newId } from '@letopis/kernel';
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

/** What of a problem (RFC 9457) is told. */
interface Refusal {
  readonly code?: string;
  readonly title?: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
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

  /** Sends a command; answers the id of the story that follows from it. */
  async command(name: string, payload: object, reason?: string): Promise<string> {
    const story = newId();
    const headers = { 'x-correlation-id': story, ...(reason === undefined ? {} : { 'x-reason': encodeURIComponent(reason) }) };
    await this.renewing(() => call(this.url, 'POST', `/v1/commands/${name}`, payload, this.token, headers));
    return story;
  }

  /** What is too long to be held at once. */
  stream(path: string): Promise<AsyncIterable<Uint8Array>> {
    return this.renewing(
      async () => (await answered(this.url, 'GET', path, undefined, this.token)).body as object as AsyncIterable<Uint8Array>,
    );
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

async function call<Answer>(url: string, method: string, path: string, body?: object, token?: string, headers = {}): Promise<Answer> {
  return (await (await answered(url, method, path, body, token, headers)).json()) as Answer;
}

/** @throws CallRefused */
async function answered(url: string, method: string, path: string, body?: object, token?: string, headers = {}): Promise<Response> {
  const request = fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      'accept-language': 'en',
      ...headers,
    },
    body: body && JSON.stringify(body),
  });
  const answer = await request.catch((error: Error & { cause?: Error }) => {
    throw new Error(`Nobody answers at ${url}: ${error.cause?.message || error.message}`, { cause: error });
  });
  if (answer.ok) return answer;
  const { code, title, errors = [] } = (await answer.json().catch(() => ({}))) as Refusal;
  const wrong = errors.map(({ pointer, message }) => `\n  ${pointer}: ${message}`).join('');
  throw new CallRefused(answer.status, code ?? String(answer.status), `${title ?? answer.statusText}${wrong}`);
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
