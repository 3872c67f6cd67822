import { derivedId } from '@letopis/kernel';

/** A refusal as the service told it. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly title: string,
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>>,
  ) {
    super(`${code}: ${title}`);
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are read field by field
type Body = any;

interface SignedIn {
  readonly accessToken: string;
  readonly sessionToken: string;
  readonly userId: string;
}

/** The story of a command: everything that follows from it. */
export const storyOf = (commandId: string): string => derivedId('story', commandId);

/** The service as one person calls it. Every question is held until it is as new as what this demo has done. */
export class Caller {
  /** The consistency token of all callers together. */
  static position = -1;
  #token: string | undefined;

  constructor(
    private readonly url: string,
    private readonly session?: SignedIn,
  ) {
    this.#token = session?.accessToken;
  }

  /** Sends a command and waits until all that follows from it is done. */
  async command(name: string, payload: object, commandId: string, why?: string): Promise<Body> {
    const correlationId = storyOf(commandId);
    const answer = await this.json('POST', `/v1/commands/${name}`, payload, {
      'idempotency-key': commandId,
      'x-correlation-id': correlationId,
      ...(why ? { 'x-reason': encodeURIComponent(why) } : {}),
    });
    const story = await this.json('GET', `/v1/audit/stories/${correlationId}?settled=true`);
    Caller.position = Math.max(Caller.position, Number(answer.position ?? -1), Number(story.token));
    return answer;
  }

  get(path: string): Promise<Body> {
    return this.json('GET', path);
  }

  post(path: string, body: object): Promise<Body> {
    return this.json('POST', path, body);
  }

  /** What is no JSON: a page. */
  async text(path: string): Promise<string> {
    return (await this.request('GET', path, undefined, {})).text();
  }

  /** Sends a file under an id; answers what it was found to be. */
  async file(path: string, content: Uint8Array<ArrayBuffer>, name: string, id: string): Promise<Body> {
    return (await this.request('POST', path, content, { 'idempotency-key': id, 'x-file-name': encodeURIComponent(name) })).json();
  }

  private async json(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Body> {
    const sent = body && JSON.stringify(body);
    return (await this.request(method, path, sent, { ...(body ? { 'content-type': 'application/json' } : {}), ...headers })).json();
  }

  /** @throws Refused */
  private async request(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | undefined,
    headers: Record<string, string>,
  ): Promise<Response> {
    const send = () =>
      fetch(`${this.url}${path}`, {
        method,
        headers: {
          'accept-language': 'ru',
          ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
          ...(Caller.position >= 0 ? { 'x-consistency-token': String(Caller.position) } : {}),
          ...headers,
        },
        body,
      });
    let answer = await send();
    // Tokens live for minutes, and a slow machine plays for longer.
    if (answer.status === 401 && this.session && (await this.renewed())) answer = await send();
    if (answer.ok) return answer;
    const said = (await answer.json()) as Body;
    throw new Refused(said.code, said.title, answer.status, said);
  }

  private async renewed(): Promise<boolean> {
    const answer = await fetch(`${this.url}/v1/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sessionToken: this.session!.sessionToken }),
    });
    if (!answer.ok) return false;
    this.#token = ((await answer.json()) as { accessToken: string }).accessToken;
    return true;
  }
}
