// @ts-nocheck
import { after, refusal, type CaptchaPort, type Keyring } from '@letopis/kernel';
import type { Collection, Db } from 'mongodb';
import type { CaptchaService, Challenge } from './captcha';

/** How a provider's «siteverify» is asked, and what it answers for a person. */
export interface SiteVerify {
  readonly url: string;
  readonly method: 'POST' | 'GET';
  /** Names of the fields that bring our secret and what the visitor's widget gave. */
  readonly secretField: string;
  readonly answerField: string;
  /** The answer's field, and its value for a person. */
  readonly successField: string;
  readonly successValue: string;
}

const siteverify = {
  method: 'POST',
  secretField: 'secret',
  answerField: 'response',
  successField: 'success',
  successValue: 'true',
} as const;

/** Set-ups that are known by name. */
export const CAPTCHA_PROVIDERS: Readonly<Record<string, SiteVerify>> = {
  hcaptcha: { ...siteverify, url: 'https://api.hcaptcha.com/siteverify' },
  turnstile: { ...siteverify, url: 'https://challenges.cloudflare.com/turnstile/v0/siteverify' },
  recaptcha: { ...siteverify, url: 'https://www.google.com/recaptcha/api/siteverify' },
  smartcaptcha: {
    ...siteverify,
    url: 'https://smartcaptcha.yandexcloud.net/validate',
    answerField: 'token',
    successField: 'status',
    successValue: 'ok',
  },
};

export interface HostedOptions {
  /** Name of the provider, for the client's page to load its widget. */
  readonly provider: string;
  readonly verify: SiteVerify;
  /** Public key of the widget. */
  readonly siteKey: string;
  readonly secret: string;
  /** Milliseconds that the provider may take. */
  readonly patience?: number;
  readonly onFailure?: (what: string) => void;
}

interface Kept {
  /** Keyed hash of what the widget gave: it counts once. */
  readonly _id: string;
  readonly kind: 'hosted';
  readonly usedBy: string;
  readonly right: boolean;
  readonly expiresAt: Date;
}

const PATIENCE = 5_000;
/** An answer of a few hundred bytes is expected. */
const MOST_ANSWER = 65_536;
/** Longer than any provider's answers are good for. */
const KEPT = { hours: 1 };

/** A captcha of somebody else's. Whoever cannot be asked has not said that it is a person: then nobody is let through. */
export class HostedCaptcha implements CaptchaService {
  readonly kinds = ['hosted'] as const;
  readonly #kept: Collection<Kept>;

  constructor(
    db: Db,
    private readonly keyring: Keyring,
    private readonly options: HostedOptions,
  ) {
    this.#kept = db.collection<Kept>('_captchas');
  }

  async prepare(): Promise<void> {
    await this.#kept.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  }

  /** What the client's page needs to show the widget; the answer of the widget is the answer to the captcha. */
  issue(_: string, now: string): Promise<Challenge> {
    const { provider, siteKey } = this.options;
    return Promise.resolve({ captchaId: provider, kind: 'hosted', expiresAt: after(now, KEPT), provider, siteKey });
  }

  verify: CaptchaPort['verify'] = async ({ answer }, { commandId, now }) => {
    if (!answer) return false;
    const _id = this.keyring.mac('captcha', answer);
    const kept = await this.#kept.findOne({ _id });
    // Asked again by the same command it is the same answer; the provider would say that it has been used.
    if (kept) return kept.usedBy === commandId && kept.right;
    const right = await this.isPerson(answer);
    const one: Kept = { _id, kind: 'hosted', usedBy: commandId, right, expiresAt: new Date(after(now, KEPT)) };
    const first = await this.#kept.findOneAndUpdate({ _id }, { $setOnInsert: one }, { upsert: true, returnDocument: 'after' });
    return right && first?.usedBy === commandId;
  };

  private async isPerson(answer: string): Promise<boolean> {
    const { verify, secret } = this.options;
    try {
      const said = await this.ask(new URLSearchParams({ [verify.secretField]: secret, [verify.answerField]: answer }));
      const codes = JSON.stringify(said['error-codes'] ?? '');
      if (/secret|sitekey/.test(codes)) throw new Error(`the provider refuses our keys: ${codes}`);
      return String(said[verify.successField]) === verify.successValue;
    } catch (cause) {
      this.options.onFailure?.(cause instanceof Error ? cause.message : String(cause));
      throw Object.assign(refusal('CAPTCHA_UNAVAILABLE'), { cause });
    }
  }

  private async ask(fields: URLSearchParams): Promise<Readonly<Record<string, unknown>>> {
    const { verify, patience = PATIENCE } = this.options;
    const get = verify.method === 'GET';
    const response = await fetch(get ? `${verify.url}?${fields.toString()}` : verify.url, {
      method: verify.method,
      body: get ? undefined : fields,
      // Our secret goes to the address that was configured, and nowhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    });
    if (!response.ok) throw new Error(`the provider answered ${response.status}`);
    if (Number(response.headers.get('content-length') ?? 0) > MOST_ANSWER) throw new Error('the provider answered too much');
    const said: unknown = JSON.parse((await response.text()).slice(0, MOST_ANSWER));
    if (typeof said !== 'object' || said === null) throw new Error('the provider answered no object');
    return said as Readonly<Record<string, unknown>>;
  }
}
