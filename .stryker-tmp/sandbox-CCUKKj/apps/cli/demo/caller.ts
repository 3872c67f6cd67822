// @ts-nocheck
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

/** The service as one person calls it. Every question is held until it is as new as what this demo has done. */
export class Caller {
  /** The consistency token of all callers together. */
  static position = -1;

  constructor(
    private readonly url: string,
    private readonly token?: string,
    readonly userId?: string,
  ) {}

  /** Sends a command and waits until all that follows from it is done. */
  async command(name: string, payload: object, commandId: string, why?: string): Promise<Body> {
    const correlationId = derivedId('story', commandId);
    const answer = await this.request('POST', `/v1/commands/${name}`, payload, {
      'idempotency-key': commandId,
      'x-correlation-id': correlationId,
      ...(why ? { 'x-reason': encodeURIComponent(why) } : {}),
    });
    const story = await this.request('GET', `/v1/audit/stories/${correlationId}?settled=true`);
    Caller.position = Math.max(Caller.position, Number(answer.position ?? -1), Number(story.token));
    return answer;
  }

  get(path: string): Promise<Body> {
    return this.request('GET', path);
  }

  post(path: string, body: object): Promise<Body> {
    return this.request('POST', path, body);
  }

  private async request(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Body> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        'accept-language': 'ru',
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(Caller.position >= 0 ? { 'x-consistency-token': String(Caller.position) } : {}),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    const said = (await answer.json()) as Body;
    if (!answer.ok) throw new Refused(said.code, said.title, answer.status, said);
    return said;
  }
}
