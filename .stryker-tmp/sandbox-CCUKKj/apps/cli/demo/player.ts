// @ts-nocheck
import { derivedId } from '@letopis/kernel';
import { solveChallenge } from 'altcha-lib/v1';
import { basename } from 'node:path';
import { Caller, Refused } from './caller';
import { activationLetter } from './letters';
import type { Notebook } from './notebook';
import type { Script, Step } from './script';
import type { Service } from './service';
import { table } from './tables';

/** How a step went, in a line or two. */
export interface Outcome {
  readonly ok: boolean;
  readonly line: string;
  /** A table or a history, to be printed after all the rest. */
  readonly report?: string;
}

export interface Play {
  readonly service: Service;
  readonly script: Script;
  readonly notebook: Notebook;
  readonly outbox: string;
  readonly adminPassword: string;
}

/** Plays a script over HTTP as its people would. Every command has an id that follows from run and step: playing again changes nothing. */
export class Player {
  readonly #callers = new Map<string, Caller>();
  readonly #stranger: Caller;
  readonly #names = new Map<string, string>();

  constructor(private readonly play: Play) {
    this.#stranger = new Caller(play.service.url);
  }

  async step(step: Step, number: number): Promise<Outcome> {
    const { notebook } = this.play;
    const id = derivedId(notebook.run, basename(step.at.file), step.at.line, number);
    const changes = step.kind !== 'table' && step.kind !== 'history';
    if (changes && notebook.isDone(id)) return { ok: true, line: `${this.title(step)} (уже сделано)` };
    const outcome = await this.tried(step, id);
    if (changes && outcome.ok) notebook.markDone(id);
    return outcome;
  }

  private async tried(step: Step, id: string): Promise<Outcome> {
    try {
      return await this.done(step, id);
    } catch (error) {
      const expected = step.kind === 'command' ? step.expect : undefined;
      if (error instanceof Refused && error.code === expected) return { ok: true, line: `${this.title(step)} → отказ: ${error.title}` };
      return { ok: false, line: `${this.title(step)} → ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  private async done(step: Step, id: string): Promise<Outcome> {
    switch (step.kind) {
      case 'register':
        return this.register(step.who, id);
      case 'activate': {
        const { userId, token } = await this.letter(step.who);
        await this.#stranger.command('ActivateUser', { userId, token }, id);
        return { ok: true, line: this.title(step) };
      }
      case 'signIn':
        await this.caller(step.who);
        return { ok: true, line: this.title(step) };
      case 'command': {
        const answer = await (await this.caller(step.as)).command(step.command, this.filled(step.with) as object, id, step.why);
        if (step.expect) return { ok: false, line: `${this.title(step)} → принято, хотя ожидался отказ ${step.expect}` };
        if (step.save) this.remember(step.save, String(answer.data?.requestId ?? answer.aggregateId));
        return { ok: true, line: this.title(step) };
      }
      case 'find': {
        const { items } = await (await this.caller(step.as)).get(`/v1/lookups/organization_lookup?q=${encodeURIComponent(step.find)}`);
        const names = items.map(({ displayName }: { displayName: string }) => displayName);
        if (names.length === 0) return { ok: false, line: `${this.title(step)} и ничего не находит` };
        if (step.save) this.remember(step.save, items[0].id);
        return { ok: true, line: `${this.title(step)} и находит: ${names.join(', ')}` };
      }
      case 'table': {
        const query = step.query ? `?${this.filled(step.query) as string}` : '';
        const { items } = await (await this.caller(step.as)).get(`/v1/registries/${step.registry}${query}`);
        return { ok: true, line: `${step.title}: ${items.length}`, report: `${step.title}\n${table(step.columns, items)}` };
      }
      case 'history': {
        const { items } = await (await this.caller(step.as)).get(`/v1/audit/records/${step.category}/${this.filled(step.id) as string}`);
        return { ok: true, line: `${step.title}: ${items.length}`, report: `${step.title}\n${await this.history(items)}` };
      }
    }
  }

  private async register(who: string, id: string): Promise<Outcome> {
    const { notebook } = this.play;
    const email = this.address(who);
    const { consentPolicyVersion } = await this.#stranger.get('/v1/about');
    const payload = await notebook.payload(id, async () => ({
      email,
      personalDataConsent: true,
      consentPolicyVersion,
      ...(await this.solvedCaptcha()),
    }));
    try {
      await this.#stranger.command('RegisterUser', payload, id);
    } catch (error) {
      // The noted captcha may have expired while the demo was down: the next play brings a new one.
      if (error instanceof Refused && error.code === 'CAPTCHA_INVALID') notebook.forget(id);
      throw error;
    }
    await this.letter(who);
    return { ok: true, line: `${who} регистрируется (${email}): согласие, капча, письмо пришло` };
  }

  private async solvedCaptcha(): Promise<object> {
    const { captchaId, challenge } = await this.#stranger.post('/v1/captcha?kind=work', {});
    const started = Date.now();
    const solution = await solveChallenge(
      challenge.challenge,
      challenge.salt,
      challenge.algorithm,
      challenge.maxnumber ?? challenge.maxNumber,
    ).promise;
    if (!solution) throw new Error('the captcha could not be solved');
    const answer = { ...challenge, number: solution.number, took: Date.now() - started };
    return { captchaId, captchaAnswer: Buffer.from(JSON.stringify(answer)).toString('base64') };
  }

  /** The caller for a name of the script: a person with the password of the letter, or «admin». */
  private async caller(name: string): Promise<Caller> {
    const known = this.#callers.get(name);
    if (known) return known;
    const caller = name === 'admin' ? await this.admin() : await this.signedIn(this.address(name), (await this.letter(name)).password);
    this.#callers.set(name, caller);
    return caller;
  }

  private async admin(): Promise<Caller> {
    const { service, adminPassword } = this.play;
    if (service.adminLink) {
      const link = new URL(service.adminLink);
      const payload = { userId: link.searchParams.get('user'), token: link.hash.slice(1), newPassword: adminPassword };
      await this.#stranger.command('ResetPassword', payload, derivedId('admin', link.hash)).catch((error: unknown) => {
        if (!(error instanceof Refused && error.code === 'RESET_LINK_INVALID')) throw error; // used in an earlier play
      });
    }
    const admin = await this.signedIn(process.env.LETOPIS_ADMIN_EMAIL || 'admin@letopis.local', adminPassword);
    const { consentPolicyVersion } = await this.#stranger.get('/v1/about');
    await admin.command('GiveConsent', { policyVersion: consentPolicyVersion }, derivedId(this.play.notebook.run, 'consent'));
    return admin;
  }

  private async signedIn(email: string, password: string): Promise<Caller> {
    const { data } = await this.#stranger.command(
      'SignIn',
      { email, password },
      derivedId('sign-in', email, String(process.hrtime.bigint())),
    );
    return new Caller(this.play.service.url, data.accessToken, data.userId);
  }

  private async history(
    items: readonly {
      at: string;
      type: string;
      actor: { kind: string; userId?: string };
      reason?: string;
      data: { reason?: string; comment?: string };
    }[],
  ): Promise<string> {
    const { items: users } = await (await this.caller('admin')).get('/v1/registries/users_registry?limit=200');
    const emails = new Map((users as { id: string; email: string }[]).map(({ id, email }) => [id, email]));
    const rows = items.map(({ at, type, actor, reason, data }) => ({
      когда: at,
      кто: actor.userId ? (emails.get(actor.userId) ?? actor.userId) : actor.kind,
      что: type,
      почему: reason ?? data.reason ?? data.comment,
    }));
    return table(['когда', 'кто', 'что', 'почему'], rows);
  }

  private async letter(who: string) {
    const letter = await activationLetter(this.play.outbox, this.address(who));
    if (!letter)
      throw new Error(`в ${this.play.outbox} нет письма для ${who} (при SMTP_URL письма уходят по почте и демонстрация их не видит)`);
    return letter;
  }

  private address(who: string): string {
    const address = this.play.script.people.get(who);
    if (!address) throw new Error(`«${who}» is not among the people of the script`);
    return address;
  }

  private remember(name: string, value: string): void {
    this.#names.set(name, value);
    this.play.notebook.save(name, value);
  }

  /** `$name` stands for what an earlier step has saved. */
  private filled(value: unknown): unknown {
    if (typeof value === 'string') {
      return value.replace(/\$([A-Za-z]\w*)/g, (_, name: string) => {
        const saved = this.#names.get(name) ?? this.play.notebook.saved(name);
        if (saved === undefined) throw new Error(`«$${name}» was saved by no step before this one`);
        return saved;
      });
    }
    if (Array.isArray(value)) return value.map((item) => this.filled(item));
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.filled(member)]));
    return value;
  }

  private title(step: Step): string {
    switch (step.kind) {
      case 'register':
        return `${step.who} регистрируется`;
      case 'activate':
        return `${step.who} открывает ссылку из письма`;
      case 'signIn':
        return `${step.who} входит с паролем из письма`;
      case 'command':
        return `${step.as}: ${step.command} ${this.words(step.with)}${step.why ? ` — ${step.why}` : ''}`;
      case 'find':
        return `${step.as} ищет «${step.find}»`;
      default:
        return step.title;
    }
  }

  /** Fields of a command as people write them; names of records instead of their ids. */
  private words(fields: Readonly<Record<string, unknown>>): string {
    return Object.entries(fields)
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' ');
  }
}
