import { defaultSettings, derivedId } from '@letopis/kernel';
import { solveChallenge } from 'altcha-lib/v1';
import { join } from 'node:path';
import { activationLetter, type ActivationLetter } from '../../../apps/cli/demo/letters';
import type { Cluster } from './cluster';

/** How long somebody goes on asking before giving up, in milliseconds. */
const PATIENCE = 90_000;
const PAUSE = 100;
/** How long one call may take before it is sent again, in milliseconds. */
const CALL = 8_000;

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    about: string,
  ) {
    super(`${about}: ${status} ${code}`);
  }
}

/** An accepted command as it was answered. */
export interface Acknowledged {
  readonly commandId: string;
  readonly correlationId: string;
  readonly eventIds: readonly string[];
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are read field by field
type Body = any;

/** Everything that was answered with «accepted», by the id of its command. */
export type Answers = Map<string, Acknowledged>;

/** Somebody who calls the product and asks again, with the same key, until there is an answer. */
export class Person {
  #tokens: { accessToken: string; sessionToken: string } | undefined;
  #api = 0;

  constructor(
    private readonly cluster: Pick<Cluster, 'apis' | 'folder'>,
    private readonly answers: Answers,
    private readonly account?: { readonly email: string; readonly password: string },
  ) {}

  /** Sends a command and waits until all that follows from it is done, also what has to be tried again. */
  async command(name: string, payload: object, ...key: readonly string[]): Promise<Body> {
    const answer = await this.send(name, payload, ...key);
    await this.until(name, async () => {
      const { settled } = await this.call('GET', `/v1/audit/stories/${derivedId('story', ...key)}?settled=true`);
      if (!settled) throw new Error('something of its story waits to be tried again');
    });
    return answer;
  }

  /** Sends a command; it and its story have ids that follow from the key. */
  async send(name: string, payload: object, ...key: readonly string[]): Promise<Body> {
    const [commandId, correlationId] = [derivedId('command', ...key), derivedId('story', ...key)];
    const headers = { 'idempotency-key': commandId, 'x-correlation-id': correlationId };
    const answer = await this.until(name, () => this.call('POST', `/v1/commands/${name}`, payload, headers));
    this.answers.set(commandId, { commandId, correlationId, eventIds: answer.eventIds ?? [] });
    return answer;
  }

  get(path: string): Promise<Body> {
    return this.until(path, () => this.call('GET', path));
  }

  post(path: string, body: object): Promise<Body> {
    return this.until(path, () => this.call('POST', path, body));
  }

  async captcha(): Promise<{ captchaId: string; captchaAnswer: string }> {
    const { captchaId, challenge } = await this.post('/v1/captcha?kind=work', {});
    const solution = await solveChallenge(challenge.challenge, challenge.salt, challenge.algorithm, challenge.maxnumber).promise;
    const answer = { ...challenge, number: solution!.number, took: 1 };
    return { captchaId, captchaAnswer: Buffer.from(JSON.stringify(answer)).toString('base64') };
  }

  /** Registers an address; answers what the letter brings. */
  async register(email: string, ...key: readonly string[]): Promise<ActivationLetter> {
    const consent = { personalDataConsent: true, consentPolicyVersion: defaultSettings.consentPolicyVersion };
    await this.command('RegisterUser', { email, ...consent, ...(await this.captcha()) }, ...key);
    const letter = await activationLetter(join(this.cluster.folder, 'outbox'), email);
    if (!letter) throw new Error(`the story of ${email} is settled, and there is no letter`);
    return letter;
  }

  private async until(about: string, call: () => Promise<Body>): Promise<Body> {
    const giveUp = performance.now() + PATIENCE;
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (error instanceof Refused && error.code === 'NOT_AUTHENTICATED' && this.account)
          this.#tokens = undefined; // another call of the person may have seen it first
        else if (error instanceof Refused && error.status < 500 && error.status !== 429 && error.code !== 'CONCURRENT_CHANGE') throw error;
        if (performance.now() > giveUp) throw new Error(`${about} was not answered: ${String(error)}`, { cause: error });
        await new Promise((done) => setTimeout(done, PAUSE));
      }
    }
  }

  /** One call to either of the two APIs: after a failure the other one is asked. */
  private async call(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Body> {
    if (this.account && !this.#tokens && !path.endsWith('/SignIn')) await this.signIn();
    const url = this.cluster.apis[this.#api++ % this.cluster.apis.length]!;
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(this.#tokens ? { authorization: `Bearer ${this.#tokens.accessToken}` } : {}),
        ...headers,
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(CALL),
    });
    const said = (await answer.json()) as Body;
    if (!answer.ok) throw new Refused(answer.status, said.code, path);
    return said;
  }

  private async signIn(): Promise<void> {
    const { data } = await this.call('POST', '/v1/commands/SignIn', this.account!);
    this.#tokens = data;
  }
}
